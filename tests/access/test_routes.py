"""Every route × every role: the table is made from the URLconf, so a new route is in it or the tests fail.

What is expected follows from the policy a view declares; what happens is found out by visiting, once for all that is
asked of every route: who gets in, that a GET writes nothing, what browsers are told not to do, and that no POST is
taken without the token of a page of ours. A route that takes parameters needs a true address in tests/samples.py.
"""

import re
from itertools import groupby

import pytest
from django.db import connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils.http import urlencode

from nso_contacts.access.checks import policy_of, routes
from nso_contacts.access.roles import ROLES
from tests.samples import SAMPLES

LOGIN = "/accounts/login/"
# Answers that mean "you are in": the page, a way on from it, a button that wants a POST, or "not one of your rows".
LET_IN = {200, 302, 301, 404, 405, 410}
SESSION_TABLES = ("django_session", "usersessions_usersession")
# Mail programs post here without a page of ours (RFC 8058): the personal link itself is the permission.
WITHOUT_TOKEN = {"stakeholders:unsubscribe"}
# The one thing the office shows that is the same for everybody.
PUBLIC_FILES = {"office:logo"}
# It answers before the middleware, which needs the database that may be what has failed. It names parts, no data.
BEFORE_EVERYTHING = {"healthz"}
WRITE = re.compile(r"\b(INSERT INTO|UPDATE|DELETE FROM|TRUNCATE|MERGE INTO|COPY)\s+\"?([a-z_.]+)\"?", re.IGNORECASE)

TABLE = sorted(routes(), key=lambda route: route.path)


@pytest.fixture
def people(make_user):
    """One user per role."""
    return {role: make_user(role, email=f"{role}@route.example") for role in ROLES}


@pytest.fixture
def visitors(people):
    """A browser per role, and one that is not signed in."""
    clients = {None: Client(raise_request_exception=True)}
    for role, user in people.items():
        clients[role] = Client()
        clients[role].force_login(user)
    return clients


def address(route, people):
    """Return a true address of the route."""
    make = SAMPLES.get(route.name)
    if make is None:
        if route.parameters:
            pytest.fail(f"add a sample for {route.name} to tests/samples.py", pytrace=False)
        return reverse(route.name) if not route.name.endswith("/") else f"/{route.path}"
    kwargs = dict(make(people))
    query = kwargs.pop("?", None)
    return reverse(route.name, kwargs=kwargs) + (f"?{urlencode(query)}" if query else "")


def may_enter(policy, role):
    """Whether the declared policy lets the role in."""
    if isinstance(policy, str):
        return policy.startswith("open: ") or role is not None
    return role is not None and not ROLES[role].isdisjoint(policy)


def is_led_to_sign_in(answer):
    """Whether the answer is the door."""
    return answer.status_code == 302 and answer.url.partition("?")[0] == LOGIN


class Written:
    """Collects what a request writes, session housekeeping aside."""

    def __init__(self):
        self.statements = []

    def __call__(self, execute, sql, params, many, context):
        for _verb, table in WRITE.findall(str(sql)):
            if table.rpartition(".")[2].lower() not in SESSION_TABLES and not is_locking(str(sql)):
                self.statements.append(str(sql)[:200])
        return execute(sql, params, many, context)


def is_locking(sql):
    """Whether the word UPDATE only belongs to SELECT … FOR UPDATE."""
    return sql.lstrip().upper().startswith("SELECT") and "FOR UPDATE" in sql.upper()


def missing(answer, *, is_private):
    """Return what an answer should tell browsers and does not."""
    head = answer.headers
    policy, cache_control = head.get("Content-Security-Policy", ""), head.get("Cache-Control", "")
    said = {
        "a content security policy": "default-src" in policy,
        "no scripts but our own": "unsafe" not in policy.partition("script-src")[2].partition(";")[0],
        "no frames elsewhere": head.get("X-Frame-Options") in {"DENY", "SAMEORIGIN"},
        "no guessing of types": head.get("X-Content-Type-Options") == "nosniff",
        "no address told elsewhere": head.get("Referrer-Policy") == "same-origin",
        "its type": answer.status_code in {204, 302} or "Content-Type" in head,
        "not to be kept": not is_private or {"private", "no-store"} <= set(cache_control.replace(" ", "").split(",")),
    }
    return [what for what, is_said in said.items() if not is_said]


SECTIONS = {section: list(found) for section, found in groupby(TABLE, key=lambda route: route.path.partition("/")[0])}


@pytest.mark.django_db
@pytest.mark.parametrize("section", SECTIONS, ids=lambda section: f"/{section}")
def test_every_role_gets_what_the_policy_says(section, people, visitors, subtests):
    for route in SECTIONS[section]:
        # The sample's records go again, so that samples do not meet; the visitors stay signed in.
        with subtests.test(route.path), transaction.atomic():
            visit(route, people, visitors)
            transaction.set_rollback(True)


def visit(route, people, visitors):
    """Ask a route everything that is asked of routes, as each visitor."""
    policy = policy_of(route.view)
    url = address(route, people)
    got = {}
    for role, client in visitors.items():
        written = Written()
        with connection.execute_wrapper(written):
            answer = client.get(url)
        got[role] = answer.status_code
        page = answer.getvalue()  # a file that is not read to its end stays open
        assert b">---------<" not in page, f"{role}: an empty choice at {url} does not say what it means"
        assert written.statements == [], f"{role}: a GET of {url} wrote"
        if route.name not in BEFORE_EVERYTHING:
            is_private = (role is not None or "token" in route.parameters) and route.name not in PUBLIC_FILES
            assert missing(answer, is_private=is_private) == [], f"{role}: {url} does not tell browsers"
        if may_enter(policy, role):
            allowed = LET_IN | {403} if str(policy).startswith("signed in: ") else LET_IN
            allowed |= {503} if route.name == "healthz" else set()
            assert answer.status_code in allowed, f"{role} is allowed in, but got {answer.status_code} from {url}"
            assert role is None or not is_led_to_sign_in(answer) or LOGIN in url, f"{role} was sent to sign in by {url}"
            assert is_taken_without_token(client, url) == (route.name in WITHOUT_TOKEN | BEFORE_EVERYTHING), role
        elif role is None:
            assert is_led_to_sign_in(answer), f"a visitor got {answer.status_code} from {url}"
        else:
            assert answer.status_code == 403, f"{role} has no capability for {url}, but got {answer.status_code}"
        if not may_enter(policy, role):
            answer = client.post(url, {})
            shut = is_led_to_sign_in(answer) if role is None else answer.status_code == 403
            assert shut, f"a POST by {role} to {url} got {answer.status_code}"
    inside = {status for role, status in got.items() if may_enter(policy, role)}
    assert inside - {403, 404, 410}, f"the sample of {route.name} is seen by nobody: {got}"


def is_taken_without_token(client, url):
    """Whether a POST with the visitor's cookies alone, as another site could make their browser send it, is let in."""
    elsewhere = Client(enforce_csrf_checks=True)
    elsewhere.cookies = client.cookies
    with transaction.atomic():  # what it did, if it was let in, is nothing the next visitor should meet
        answer = elsewhere.post(url, {})
        transaction.set_rollback(True)
    return answer.status_code != 403


def test_samples_belong_to_routes():
    assert set(SAMPLES) - {route.name for route in TABLE} == set()


def test_every_capability_opens_something_or_somebody():
    held = set().union(*ROLES.values())
    asked = {name for route in TABLE for name in policy_of(route.view) if not isinstance(policy_of(route.view), str)}
    assert asked <= held
