"""What every test may ask for: an office, people who are signed in, a mail server, a browser.

Run through the throw-away servers: `make test ARGS="tests/mail -x"`.
"""

import contextlib
import os
import shutil
import socket
from email import message_from_bytes, policy
from urllib.parse import urlsplit

import pytest
import redis
from aiosmtpd.controller import Controller
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings as django_settings
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.core.cache import cache
from django.db import connection
from django.test import Client, override_settings
from django.test.utils import CaptureQueriesContext

from nso_contacts import health
from nso_contacts.access.roles import ROLES

# The browser driver runs an event loop in the thread of the tests; Django would refuse the database there.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"

CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium")
BROWSER_FIXTURES = {"page", "phone", "context", "new_context", "browser"}


def pytest_collection_modifyitems(items):
    """Mark browser tests by what they ask for, and skip them by name where there is no browser."""
    for item in items:
        if BROWSER_FIXTURES & set(getattr(item, "fixturenames", ())):
            item.add_marker("browser")
            if CHROMIUM is None:
                reason = "no chromium on this machine: install Debian's package, or name another in CHROMIUM"
                item.add_marker(pytest.mark.skip(reason=reason))


# Isolation -----------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="session", autouse=True)
def _own_broker_database(worker_id):
    """Give each test process its own numbered database in the broker, so that it may clear its cache."""
    number = 0 if worker_id == "master" else 1 + int(worker_id.removeprefix("gw")) % 15
    url = f"{django_settings.REDIS_URL.partition('?')[0]}?db={number}"
    caches = {"default": {**django_settings.CACHES["default"], "LOCATION": url}}
    before, health.broker = health.broker, redis.Redis.from_url(url)
    with override_settings(CACHES=caches, REDIS_URL=url):
        yield
    health.broker.close()
    health.broker = before


@pytest.fixture(autouse=True)
def _nothing_left_over(settings, tmp_path):
    """Begin with an empty cache, and with folders for files and mail that nobody else uses."""
    settings.FILES_ROOT = tmp_path / "files"
    settings.MAIL_DIR = tmp_path / "mail"
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # half a second per user otherwise
    cache.clear()


@pytest.fixture
def on_commit(django_capture_on_commit_callbacks):
    """Catch what is to happen after the commit; given `execute=True`, let it happen at the end of the block."""
    return django_capture_on_commit_callbacks


@pytest.fixture
def count_queries():
    """How many queries a call takes: `count_queries(lambda: client.get("/"))`. A stream is read to its end."""

    def count(call):
        with CaptureQueriesContext(connection) as queries:
            answer = call()
            if getattr(answer, "streaming", False):
                answer.getvalue()
        return len(queries)

    return count


# The office and its people -------------------------------------------------------------------------------------------


@pytest.fixture
def office(db):
    """Make this office, with every setting at its default."""
    from nso_contacts.office.models import Office

    office, _created = Office.objects.get_or_create(pk=1)
    return office


@pytest.fixture
def make_user(office):
    """Return a maker of users: call it with roles, and with an `email` where it matters."""

    def make(*roles, email=None, **fields):
        people = get_user_model().objects
        address = email or f"{'-'.join(roles) or 'nobody'}-{people.count()}@nso.example"
        user = people.create_user(email=address, password="stakeholders", **fields)
        user.groups.set(Group.objects.filter(name__in=roles))
        return user

    return make


@pytest.fixture
def administrator(make_user):
    return make_user("administrator", email="admin@nso.example", name="Ada Administrator")


@pytest.fixture
def manager(make_user):
    return make_user("manager", email="manager@nso.example", name="Mona Manager")


@pytest.fixture
def liaison(make_user):
    return make_user("liaison", email="liaison@nso.example", name="Nadia Rahmani")


@pytest.fixture
def statistician(make_user):
    return make_user("statistician", email="statistician@nso.example", name="Carmen Valdés")


@pytest.fixture
def expert(make_user):
    return make_user("expert", email="expert@labour.example", name="Amina Haddad")


@pytest.fixture
def signed_in():
    """Return a client that is signed in as `user`."""

    def client_of(user):
        client = Client()
        client.force_login(user)
        return client

    return client_of


@pytest.fixture
def as_role(make_user, signed_in):
    """Return a client signed in as somebody with that role; `as_role(None)` is not signed in."""

    def client_of(role):
        if role is None:
            return Client()
        if role not in ROLES:
            raise KeyError(role)
        return signed_in(make_user(role))

    return client_of


# Mail ----------------------------------------------------------------------------------------------------------------


class Letterbox:
    """A handler for aiosmtpd that keeps what it is given; `refuse` answers with an SMTP error instead."""

    def __init__(self):
        self.messages, self.refuse = [], ""

    async def handle_DATA(self, server, session, envelope):  # noqa: N802 - aiosmtpd's name
        if self.refuse:
            return self.refuse
        message = message_from_bytes(envelope.content, policy=policy.default)
        message.envelope_from, message.envelope_to = envelope.mail_from, list(envelope.rcpt_tos)
        self.messages.append(message)
        return "250 OK"


@pytest.fixture
def smtp_sink(settings):
    """A real mail server on the loopback address; what it received is in `.messages`."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    letterbox = Letterbox()
    controller = Controller(letterbox, hostname="127.0.0.1", port=port)
    controller.start()
    letterbox.port = port
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_URL = f"smtp://127.0.0.1:{port}"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", port
    settings.EMAIL_HOST_USER = settings.EMAIL_HOST_PASSWORD = ""
    settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
    yield letterbox
    controller.stop()


# The browser ---------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args):
    """Drive the system's chromium: no browser is ever downloaded."""
    flags = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
    return {**browser_type_launch_args, "executable_path": CHROMIUM, "args": flags}


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args, live_server):
    """Open pages of the live server on a desk-sized screen, without movement."""
    return {
        **browser_context_args,
        "base_url": live_server.url,
        "viewport": {"width": 1440, "height": 900},
        "reduced_motion": "reduce",
        "locale": "en-GB",
    }


@pytest.fixture
def page(page):
    """A page that fails the test when a script breaks or the content security policy is violated."""
    with watched(page):
        yield page


@pytest.fixture
def phone(browser, browser_context_args):
    """The same on a telephone, 360 pixels wide."""
    small = {"viewport": {"width": 360, "height": 740}, "has_touch": True, "is_mobile": True}
    context = browser.new_context(**browser_context_args | small)
    page = context.new_page()
    with watched(page):
        yield page
    context.close()


@contextlib.contextmanager
def watched(page):
    """Collect what goes wrong in a page and complain at the end."""
    wrong = []
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("console", lambda said: wrong.append(said.text) if "Content Security Policy" in said.text else None)
    yield
    assert wrong == []


@pytest.fixture
def sign_in(live_server):
    """Sign a page's browser in as `user`: `sign_in(page, liaison)`."""

    def sign(page, user):
        client = Client()
        client.force_login(user)
        value = client.cookies[django_settings.SESSION_COOKIE_NAME].value
        cookie = {"name": django_settings.SESSION_COOKIE_NAME, "value": value}
        page.context.add_cookies([{**cookie, "domain": urlsplit(live_server.url).hostname, "path": "/"}])

    return sign


@pytest.fixture(scope="session")
def axe():
    """Assert that axe finds nothing wrong with the page as it stands: `axe(page)`."""

    def nothing_wrong(page):
        results = Axe().run(page)
        assert results.violations_count == 0, results.generate_report()

    return nothing_wrong
