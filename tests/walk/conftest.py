"""What a walk needs besides a browser: letters that arrive, visitors without scripts, and a look at every page."""

import re
from email import message_from_bytes, policy
from urllib.parse import urlsplit

import pytest

from nso_contacts.mail import delivery
from nso_contacts.mail.models import Message

PASSWORD = "a long sentence that nobody guesses"
DESK, PHONE = {"width": 1440, "height": 900}, {"width": 360, "height": 740}


@pytest.fixture
def look(axe):
    """Look at a page as it stands: axe at both widths, and nothing that scrolls sideways on a telephone."""

    def look(page):
        axe(page)
        page.set_viewport_size(PHONE)
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide <= 0, f"{page.url} is {wide} pixels too wide"
        axe(page)
        page.set_viewport_size(DESK)

    return look


@pytest.fixture
def plain(new_context, sign_in):
    """Return a maker of visitors whose browser runs no scripts: `plain()` or `plain(user)`."""

    def make(user=None):
        visitor = new_context(java_script_enabled=False).new_page()
        if user is not None:
            sign_in(visitor, user)
        return visitor

    return make


@pytest.fixture
def look_at(look, new_context, sign_in):
    """Look at an address with the browser of somebody who runs scripts, which axe needs."""

    def look_at(address, user=None):
        page = new_context().new_page()
        if user is not None:
            sign_in(page, user)
        page.goto(address)
        look(page)
        page.context.close()

    return look_at


@pytest.fixture
def sign_in_by_form():
    """Type an address and a password into the form of signing in."""

    def sign(page, user):
        user.set_password(PASSWORD)
        user.save()
        page.get_by_label("E-mail address").fill(user.email)
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Continue").click()

    return sign


class Letters:
    """The letters in the folder that stands for a mail server."""

    def __init__(self, folder):
        self.folder = folder

    def deliver(self):
        """Send what is due, and nothing may be left over."""
        delivery.run()
        assert not Message.objects.filter(state__in=["failed", "uncertain"]).exists()

    def to(self, address, about=""):
        """The letters to an address whose subject contains `about`, the last one last."""
        found = []
        for path in sorted(self.folder.glob("*.eml"), key=lambda path: path.stat().st_mtime_ns):
            letter = message_from_bytes(path.read_bytes(), policy=policy.default)
            if address in letter["To"] and about in letter["Subject"]:
                found.append(letter)
        return found

    def link(self, letter, start):
        """The path of the link in a letter that begins with `start`, without its query."""
        text = letter.get_body(("plain",)).get_content()
        paths = [urlsplit(url).path for url in re.findall(r"https?://\S+", text)]
        return next(path for path in paths if path.startswith(start))


@pytest.fixture
def letters(settings):
    """Let letters be written into a folder, as `make run` does."""
    settings.EMAIL_BACKEND = "nso_contacts.mail.backends.FolderBackend"
    return Letters(settings.MAIL_DIR)
