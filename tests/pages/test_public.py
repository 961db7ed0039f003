"""Privacy, accessibility and help: open to everybody, in the reader's language, and true of this office."""

import pytest
from django.urls import reverse

pytestmark = pytest.mark.django_db
PAGES = ("/privacy/", "/accessibility/", "/help/")


@pytest.fixture(autouse=True)
def _named(office):
    office.name, office.contact_email = "Statistics Marenda", "contact@stat.example"
    office.languages = ["en", "fr", "ar"]
    office.retention_months, office.suppression_threshold = 17, 9
    office.privacy_notice = "The data protection officer is in room 12."
    office.save()


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("language", ["en", "fr", "ar"])
def test_everybody_reads_them_in_their_language(client, path, language):
    client.cookies["django_language"] = language
    answer = client.get(path)
    page = answer.content.decode()
    assert answer.status_code == 200
    assert f'<html lang="{language}"' in page
    assert "Statistics Marenda" in page
    assert "contact@stat.example" in page


def test_privacy_tells_what_the_office_has_set(client):
    page = client.get("/privacy/").content.decode()
    assert "17 months after the last contact" in page
    assert "groups of 9 or more" in page
    assert "The data protection officer is in room 12." in page


def test_every_public_page_leads_to_them(client):
    page = client.get("/links/").content.decode()
    for path in (*PAGES, "/engagement/", "/contact/"):
        assert f'href="{path}"' in page


@pytest.mark.parametrize(
    ("role", "shown", "hidden"),
    [
        ("liaison", ["stakeholders:interaction_create", "workshops:list", "imports:list"], ["accounts:users"]),
        ("administrator", ["accounts:users", "mail:messages"], ["imports:list"]),
        ("statistician", ["feedback:request_list"], ["imports:list", "mail:messages"]),
    ],
)
def test_staff_read_where_their_own_tasks_are(as_role, role, shown, hidden):
    tasks = {url for _title, _how, url in as_role(role).get("/help/").context["tasks"]}
    assert {reverse(name) for name in shown} <= tasks
    assert tasks.isdisjoint({reverse(name) for name in hidden})


def test_ministry_experts_read_the_help_of_the_portal(as_role):
    page = as_role("expert").get("/help/").content.decode()
    assert "I have a link in an e-mail" in page
    assert "Keyboard shortcuts" not in page


@pytest.mark.django_db(transaction=True)
def test_nothing_bars_the_way_on_a_telephone(phone, axe, sign_in, liaison):
    for path in (*PAGES, "staff"):
        if path == "staff":
            sign_in(phone, liaison)
        phone.goto("/help/" if path == "staff" else path)
        axe(phone)
        assert phone.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), path
