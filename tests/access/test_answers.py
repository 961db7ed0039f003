"""What answers carry beside what every route is asked in test_routes: errors, sign-in, addresses, files of data."""

import os
import subprocess
import sys
from importlib import import_module

import pytest
from django.conf import settings
from django.contrib.auth.hashers import PBKDF2PasswordHasher
from django.test import Client
from django.urls import reverse

from nso_contacts.access.roles import ROLES, STAFF_ROLES
from nso_contacts.accounts.models import User
from tests.access.test_routes import missing
from tests.factories import PersonFactory

pytestmark = pytest.mark.django_db

PASSWORD = "a long sentence that nobody guesses"


@pytest.fixture
def people(make_user):
    return {role: make_user(role, email=f"{role}@answer.example") for role in ROLES}


@pytest.fixture
def readers(make_user, people):
    """Somebody with all roles of the office, the ministry's expert, and nobody; each refuses a POST without a token."""
    users = {STAFF_ROLES: make_user(*STAFF_ROLES, email="all@answer.example"), ("expert",): people["expert"]}
    clients = {roles: Client(enforce_csrf_checks=True) for roles in users}
    for roles, user in users.items():
        clients[roles].force_login(user)
    return {**clients, (None,): Client(enforce_csrf_checks=True)}


def test_errors_carry_the_same(readers):
    for roles, client in readers.items():
        for url in ("/nothing/here/", "/people/999999999/", "/settings/users/"):
            answer = client.get(url)
            assert missing(answer, is_private=roles != (None,)) == [], url


# Signing in ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def nadia(make_user):
    user = make_user("liaison", email="n.rahmani@nso.example", name="Nadia Rahmani")
    user.set_password(PASSWORD)
    user.save()
    return user


def sign_in(client, user, **more):
    return client.post(reverse("account_login"), {"login": user.email, "password": PASSWORD, **more})


def test_the_session_of_before_is_not_the_session_of_after(client, nadia):
    client.post(reverse("accounts:language"), {"language": "en"})
    session = client.session
    session["planted"] = "by somebody else"
    session.save()
    client.cookies[settings.SESSION_COOKIE_NAME] = session.session_key
    before = session.session_key
    client.get(reverse("account_login"))
    token = client.cookies["csrftoken"].value
    sign_in(client, nadia)
    inside = client.cookies[settings.SESSION_COOKIE_NAME].value
    assert inside != before
    assert client.cookies["csrftoken"].value != token

    fixed = Client()
    fixed.cookies[settings.SESSION_COOKIE_NAME] = before
    assert fixed.get("/me/").status_code == 302
    client.post(reverse("account_logout"))
    stolen = Client()
    stolen.cookies[settings.SESSION_COOKIE_NAME] = inside
    assert stolen.get("/me/").status_code == 302


ELSEWHERE = [
    "https://evil.example/",
    "//evil.example/",
    "///evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "https:evil.example",
    "http:///evil.example",
    "javascript:alert(1)",
    "\t//evil.example",
    "/\t/evil.example",
    "//testserver@evil.example/",
    "/me/\r\nSet-Cookie: a=b",
]


@pytest.mark.parametrize("wish", ELSEWHERE)
def test_no_address_leads_anybody_elsewhere(client, nadia, signed_in, wish):
    def leads_home(answer):
        places = {head: answer.headers.get(head, "") for head in ("Location", "HX-Redirect", "HX-Location")}
        return all("evil" not in place and "\n" not in place and "javascript" not in place for place in places.values())

    office = signed_in(nadia)
    assert leads_home(sign_in(client, nadia, next=wish))
    assert leads_home(office.get(reverse("account_login"), {"next": wish}))
    assert leads_home(office.post(reverse("accounts:language"), {"language": "en", "next": wish}))
    if wish.isprintable():  # no server takes a control character in a header
        head = {"Referer": wish, "HX-Current-URL": wish, "HX-Request": "true"}
        assert leads_home(office.post(reverse("accounts:language"), {"language": "en"}, headers=head))
        page = office.get(reverse("stakeholders:interaction_create"), headers=head)
        assert "evil" not in page.text
    for place in ("stakeholders:interaction_create", "stakeholders:task_create"):
        page = office.get(reverse(place), {"next": wish})
        assert 'name="next" value=""' in page.text or "evil" not in page.text.partition('name="next"')[2][:200]
    task = {"title": "Ring back", "due_on": "2030-01-01", "assignee": nadia.pk, "next": wish}
    assert leads_home(office.post(reverse("stakeholders:task_create"), task))
    assert leads_home(office.post(reverse("account_logout"), {"next": wish}))


def test_a_host_that_is_not_ours_is_refused(client, nadia):
    assert client.get(reverse("account_login"), headers={"host": "evil.example"}).status_code == 400
    answer = client.get(reverse("account_login"), headers={"X-Forwarded-Host": "evil.example"})
    assert "evil.example" not in answer.text


def test_cookies_go_over_https_only_where_the_office_does():
    """The settings follow from BASE_URL when the office starts, so they are read in an office that starts."""
    names = ["SESSION_COOKIE", "CSRF_COOKIE", "LANGUAGE_COOKIE"]
    code = (
        "import django; django.setup(); from django.conf import settings as s;"
        "from allauth.mfa import app_settings as mfa;"
        f"print([(getattr(s, n + '_SECURE'), getattr(s, n + '_SAMESITE')) for n in {names}],"
        "s.SESSION_COOKIE_HTTPONLY, s.LANGUAGE_COOKIE_HTTPONLY, mfa.TRUST_COOKIE_SECURE, s.SECURE_SSL_REDIRECT)"
    )
    environment = os.environ | {
        "BASE_URL": "https://contacts.nso.example",
        "DJANGO_SETTINGS_MODULE": "nso_contacts.settings",
    }
    said = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    assert said.stdout.strip() == f"{[(True, 'Lax')] * 3} True True True True"


def test_the_time_it_takes_tells_nothing_about_an_address(client, nadia, make_user, settings):
    """A sign-in takes as long as its hashes do, so a known, an unknown and an invited address cost the same ones."""
    settings.PASSWORD_HASHERS = ["tests.access.counting_hasher.CountingHasher"]
    worked = import_module("tests.access.counting_hasher").worked
    nadia.set_password(PASSWORD)
    nadia.save()
    invited = User(email="invited@nso.example")
    invited.set_unusable_password()
    invited.save()
    cost = {}
    for email in (nadia.email, "unknown@nso.example", invited.email):
        worked.clear()
        answer = client.post(reverse("account_login"), {"login": email, "password": "something else entirely"})
        assert answer.status_code == 422
        cost[email] = list(worked)
    assert cost == {email: [PBKDF2PasswordHasher.iterations] for email in cost}


@pytest.mark.parametrize(
    "path",
    [
        "signup/",
        "signup/passkey/",
        "email/",
        "password/set/",
        "confirm-email/",
        "confirm-email/abc/",
        "login/code/",
        "login/code/confirm/",
        "3rdparty/",
        "social/signup/",
        "sessions/",
        "2fa/webauthn/",
        "2fa/webauthn/login/",
        "2fa/trust/",
        "phone/change/",
    ],
)
def test_pages_that_the_office_does_not_use_are_not_there(client, readers, path):
    assert client.get(f"/accounts/{path}").status_code == 404
    assert readers[STAFF_ROLES].get(f"/accounts/{path}").status_code == 404


# Files of data -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("url", "kind"),
    [
        ("/people/?format=csv", "text/csv"),
        ("/people/?format=xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        ("/pick/person/?q=amina", "application/json"),
    ],
)
def test_data_is_called_what_it_is_and_kept_nowhere(as_role, url, kind):
    PersonFactory(name="Amina <script>alert(1)</script>")
    answer = as_role("liaison").get(url)
    answer.getvalue()
    assert answer.status_code == 200
    assert answer.headers["Content-Type"].partition(";")[0] == kind
    assert missing(answer, is_private=True) == []
