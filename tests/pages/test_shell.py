"""The frame of every page, and the pages for what went wrong."""

import re
from datetime import date, timedelta

import pytest
from django.db import connection
from django.test import Client

from nso_contacts.office.models import Holiday, Office
from nso_contacts.pages import navigation, panels
from nso_contacts.pages.navigation import PORTAL, NavItem
from nso_contacts.pages.panels import Panel
from nso_contacts.pages.templatetags.pages import icon, icon_names
from tests.markup import tight

pytestmark = pytest.mark.urls("tests.pages.sample_urls")


@pytest.fixture
def bar(monkeypatch, office):
    """A side bar with three places; more than a hundred things need somebody at one of them."""
    Holiday.objects.bulk_create(Holiday(date=date(2030, 1, 1) + timedelta(days=n), name=f"Day {n}") for n in range(120))
    early, late = Holiday.objects.filter(date__lt=date(2030, 3, 1)), Holiday.objects.filter(date__gte=date(2030, 3, 1))
    monkeypatch.setattr(navigation, "_items", {})
    navigation.register(
        NavItem("work", "Search", "pages:search", "search", order=2, needing=lambda user: [early, late], key="s")
    )
    navigation.register(
        NavItem("work", "Keys", "pages:keys", "keyboard", order=1, needing=lambda user: [Holiday.objects.none()])
    )
    navigation.register(NavItem("administration", "Office", "healthz", "gear", capability="change_office"))
    navigation.register(NavItem("insight", "Later", "nothing:there", "graph-up"))
    navigation.register(NavItem(PORTAL, "My requests", "pages:keys"))


def side(answer):
    return re.search(r'<nav class="side".*?</nav>', tight(answer), re.DOTALL)[0]


def test_staff_shell_names_the_page_and_the_reader(as_role):
    answer = as_role("liaison").get("/sample/")

    assert answer.status_code == 200
    assert "<title>A page – NSO Contacts</title>" in tight(answer)
    assert "<h1>A page</h1>" in tight(answer)
    assert '<a href="/people/">People</a>' in tight(answer)
    assert answer.headers["Vary"].count("HX-Request") == 1


@pytest.mark.usefixtures("bar")
def test_the_side_bar_holds_what_exists_and_what_the_reader_may_open(as_role):
    liaison, administrator = side(as_role("liaison").get("/sample/")), side(as_role("administrator").get("/sample/"))

    assert re.findall(r"</svg>(\w+)", liaison) == ["Keys", "Search"]
    assert re.findall(r"</svg>(\w+)", administrator) == ["Keys", "Search", "Office"]
    assert "<h2>Insight</h2>" not in administrator
    assert '<span>99+<span class="visually-hidden"> for you</span></span>' in liaison
    assert 'data-go="s"' in liaison


@pytest.mark.usefixtures("bar")
def test_the_current_place_is_marked(as_role):
    answer = as_role("liaison").get("/search/?q=x")

    assert re.findall(r'<a href="([^"]*)" aria-current="page"', side(answer)) == ["/search/"]


def test_a_place_in_no_section_is_refused():
    with pytest.raises(ValueError):
        navigation.register(NavItem("elsewhere", "Lost", "pages:search"))


def test_the_demonstration_office_says_so_on_every_page(as_role, client):
    staff = as_role("liaison")
    assert "Demonstration office" not in staff.get("/sample/").text

    Office.objects.update(is_demonstration=True)

    assert "Demonstration office" in staff.get("/sample/").text
    assert "Demonstration office" in client.get("/sample/portal/").text


def test_theme_and_keys_follow_the_account(make_user, signed_in):
    dark = signed_in(make_user("liaison", theme="dark", keys_enabled=False, email="d@nso.example")).get("/sample/")
    auto = signed_in(make_user("liaison", email="a@nso.example")).get("/sample/")

    assert 'data-bs-theme="dark">' in dark.text
    assert "js/theme.js" not in dark.text
    assert "<body data-tom-js" in dark.text
    assert 'data-bs-theme="light" data-theme-auto>' in auto.text
    assert "<body data-keys" in auto.text


def test_the_portal_speaks_the_readers_language_in_its_direction(client, office):
    office.languages = ["en", "fr", "ar"]
    Office.objects.update(languages=["en", "fr", "ar"], name="Statistics Office", country="Marenda")

    english, arabic = client.get("/sample/portal/").text, client.get("/sample/portal/?lang=ar").text

    assert '<html lang="en" dir="ltr"' in english
    assert '<html lang="ar" dir="rtl"' in arabic
    assert "bootstrap.rtl.min.css" in arabic
    assert "bootstrap.rtl.min.css" not in english
    assert "<span>Statistics Office<small>Marenda</small></span>" in english
    assert "htmx" not in english


def test_panels_are_drawn_on_the_page_they_were_registered_for(as_role, monkeypatch, liaison, administrator):
    monkeypatch.setattr(panels, "_panels", {})

    def nothing(record, user):
        return None

    def note(record, user):
        return {"kind": "ok", "text": f"About {record} <b>"}

    panels.register("thing", Panel("b", "Second", "parts/note.html", note, order=2))
    panels.register("thing", Panel("a", "First", "parts/note.html", nothing, order=1))
    panels.register("thing", Panel("c", "Rail", "parts/note.html", note, place="rail"))
    panels.register("thing", Panel("d", "Tab", "parts/note.html", note, place="tab", count=lambda record, user: 3))
    panels.register("thing", Panel("e", "Closed", "parts/note.html", note, place="tab", capability="manage_users"))

    assert [one.key for one in panels.shown("thing", "it", liaison, "main")] == ["b"]
    assert [(tab.key, tab.count, tab.current) for tab in panels.tabs("thing", "it", liaison, "d", "Overview")] == [
        ("", None, False),
        ("d", 3, True),
    ]
    assert panels.open_tab("thing", "it", liaison, "e") is None
    assert panels.open_tab("thing", "it", administrator, "e").title == "Closed"
    assert panels.open_tab("thing", "it", liaison, "nonsense") is None
    with pytest.raises(ValueError):
        panels.register("thing", Panel("x", "X", "parts/note.html", note, place="ceiling"))


def test_an_unknown_icon_is_an_error_while_developing(settings):
    from django.template import TemplateSyntaxError

    assert "check-lg" in icon_names()
    with pytest.raises(TemplateSyntaxError):
        icon("no-such-icon")
    settings.TESTING = settings.DEBUG = False
    assert 'aria-hidden="true"' in icon("no-such-icon")


# What went wrong -----------------------------------------------------------------------------------------------------


def test_forbidden_says_whom_to_ask(as_role, administrator, client):
    staff, expert = as_role("liaison").get("/sample/forbidden/"), as_role("expert").get("/sample/forbidden/")

    assert staff.status_code == 403
    assert "You may not open this page" in staff.text
    assert "Ada Administrator" in staff.text
    assert "Ada Administrator" not in expert.text
    assert client.get("/sample/forbidden/").status_code == 403


def test_not_found_is_the_same_for_everybody(as_role, client, office):
    for answer in (as_role("liaison").get("/nothing/here/"), client.get("/nothing/here/")):
        assert answer.status_code == 404
        assert "We cannot find this page" in tight(answer)


def test_a_broken_page_apologises_without_the_database(client, office, caplog):
    client.raise_request_exception = False

    def no_database(execute, sql, params, many, context):
        raise AssertionError("The error page asked the database")

    with connection.execute_wrapper(no_database):
        answer = client.get("/sample/broken/")

    assert answer.status_code == 500
    assert "Something broke on our side" in tight(answer)
    reference = re.search(r'dir="ltr">(\w{4}-\w{4}-\w{4})<', tight(answer))[1]
    assert answer.headers["X-Request-ID"] == reference


def test_a_form_from_an_ended_session_is_explained(liaison):
    client = Client(enforce_csrf_checks=True)
    client.force_login(liaison)

    answer = client.post("/sample/contact/", {"subject": "Prices"})

    assert answer.status_code == 403
    assert "This form is too old to be sent" in tight(answer)
