"""Bad input at every route: whatever is typed into an address or a form, the office answers and never breaks.

The names are those that a page itself offers, in its fields and its links. An error in a view fails the test by itself:
the test client lets it through.
"""

import html
import re
from itertools import groupby
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest
from django.db import transaction
from django.test import Client

from nso_contacts.access.checks import routes
from nso_contacts.access.roles import ROLES
from tests.access.test_routes import BEFORE_EVERYTHING, address

STAFF = ("administrator", "manager", "liaison", "statistician")
ALWAYS = {"q", "sort", "page", "format", "tab", "show", "next", "ids", "cols", "find", "before", "view"}
FIELD = re.compile(r"<(?:input|select|textarea|button)\b[^>]*?\bname=\"([^\"]+)\"")
LINK = re.compile(r"href=\"([^\"]*\?[^\"]*)\"")
BAD = [
    "\x00",
    "9" * 5000,
    "²",
    "-1",
    "1e309",
    "9999-99-99",
    "0001-01-01",
    "{{ 7 }}{% now %}%s%(x)s",
    "'\"; DROP TABLE stakeholders_person; --<script>",
    "\u202eevil\u2066\ud7ff\ufeff",
    "é" * 6000,
    "../../etc/passwd",
    "//elsewhere.example/",
    "a\r\nSet-Cookie: x=1",
    "[]",
    "٣",
]
RAW = "%FF%FE=%C3%28&q=%00%FF&page=%F0%9F&sort=%ED%A0%80"
TABLE = sorted(routes(), key=lambda route: route.path)
SECTIONS = {section: list(found) for section, found in groupby(TABLE, key=lambda route: route.path.partition("/")[0])}
# Signing out ends the visit.
LEFT_OUT = BEFORE_EVERYTHING | {"account_logout"}


@pytest.fixture
def people(make_user):
    """One user per role, whom the samples belong to."""
    return {role: make_user(role, email=f"{role}@route.example") for role in ROLES}


@pytest.fixture
def visitors(make_user, people):
    """Somebody with every role of the staff, a ministry expert, and somebody who is not signed in."""
    clients = [Client(), Client(), Client()]
    clients[0].force_login(make_user(*STAFF, email="everything@route.example"))
    clients[1].force_login(people["expert"])
    return clients


def names_in(page):
    """The names that a page offers in its fields and in its links."""
    linked = {name for link in LINK.findall(page) for name, _v in parse_qsl(urlsplit(html.unescape(link)).query)}
    return sorted((linked | set(FIELD.findall(page)) | ALWAYS) - {"csrfmiddlewaretoken"})


def bad_values(names, turn):
    """Every name with a bad value; the next route gives it another one."""
    return {name: BAD[(place * 7 + turn) % len(BAD)] for place, name in enumerate(names)}


@pytest.mark.django_db
@pytest.mark.parametrize("section", SECTIONS, ids=lambda section: f"/{section}")
def test_no_input_breaks_a_page(section, people, visitors, subtests):
    for route in SECTIONS[section]:
        if route.name in LEFT_OUT:
            continue
        with subtests.test(route.path), transaction.atomic():
            url = address(route, people)
            for client in visitors:
                answer = client.get(url)
                if answer.status_code in {200, 405}:
                    attack(client, url, answer.getvalue().decode(errors="replace"), TABLE.index(route))
            transaction.set_rollback(True)


def attack(client, url, page, turn):
    """Send a page bad values in its address and in its form."""
    join = "&" if "?" in url else "?"
    survives(client.get(f"{url}{join}{RAW}"), RAW)
    values = bad_values(names_in(page), turn)
    survives(client.get(f"{url}{join}{urlencode(values, errors='surrogatepass')}"), values)
    if "<form" in page:
        with transaction.atomic():
            survives(client.post(url, values), values)
            transaction.set_rollback(True)


def survives(answer, values):
    """Whatever was asked, there is an answer, and it leads to no other site."""
    answer.getvalue()  # a file that is not read to its end stays open
    assert answer.status_code < 500, values
    assert "elsewhere.example" not in answer.headers.get("Location", ""), values
