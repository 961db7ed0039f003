"""The draft of a long form: kept for whoever types, given back to nobody else, gone once it is sent."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone

from feedback.models import DataRequest
from feedback.views.portal import REQUEST_DRAFT
from nso_contacts.pages import drafts, tasks
from nso_contacts.pages.models import Draft
from tests.factories import OrganisationFactory, PersonFactory, domain

pytestmark = pytest.mark.django_db
NEW = "/portal/requests/new/"


@pytest.fixture
def amina(expert):
    return PersonFactory(name="Amina Haddad", organisation=OrganisationFactory(name="Ministry of Labour"), user=expert)


@pytest.fixture
def typed(amina):
    """A form that is half filled in, with an accent, a choice of several and a year that is none."""
    return {
        "subject": "Salaires à Béjaïa",
        "domain": domain("1.2").pk,
        "breakdowns": ["sex", "industry"],
        "geography": "DISTRICT",
        "first_year": "twenty",
        "needed_by": "2027-01-15",
        "purpose": "",
        "language": "en",
    }


def mark_in(page):
    """The mark a form carries."""
    return re.search(r'name="draft-mark" value="([^"]+)"', page.content.decode())[1]


def saved(client, typed, act="keep"):
    """Press the button “Save draft”, or let the script do it."""
    return client.post(NEW, typed | {"draft-act": act, "draft-mark": mark_in(client.get(NEW))})


def test_a_draft_is_kept_unchecked_and_taken_up_again(signed_in, expert, typed):
    answer = saved(signed_in(expert), typed)
    assert (answer.status_code, answer["Location"]) == (302, NEW)
    another_browser = signed_in(expert)
    page = another_browser.get(NEW).content.decode()
    for there in ("Salaires à Béjaïa", 'value="twenty"', 'value="2027-01-15"', "This is your draft, saved"):
        assert there in page
    checked = re.findall(r'<input[^>]*value="(\w+)"[^>]*checked', page)
    assert checked == ["DISTRICT", "sex", "industry", "en"]
    assert f'value="{typed["domain"]}" selected' in page
    assert "A draft keeps no files" in page
    home = another_browser.get("/portal/").content.decode()
    assert "Draft: Salaires à Béjaïa" in home
    assert not DataRequest.objects.exists()


def test_a_draft_is_its_owners_alone(signed_in, expert, typed, make_user, manager):
    saved(signed_in(expert), typed)
    ministry = expert.person.posts.get().organisation
    colleague = PersonFactory(organisation=ministry, user=make_user("expert", email="colleague@labour.example"))
    client = signed_in(colleague.user)
    for path in (NEW, "/portal/"):
        assert "Béjaïa" not in client.get(path).content.decode()
    # The mark of somebody else's form does not let a reader write into their draft.
    mark = mark_in(signed_in(expert).get(NEW))
    client.post(NEW, typed | {"subject": "Mine", "draft-act": "keep", "draft-mark": mark})
    assert {draft.owner: draft.values["subject"] for draft in Draft.objects.all()} == {
        expert: ["Salaires à Béjaïa"],
        colleague.user: ["Mine"],
    }


def test_a_draft_ends_when_it_is_sent_and_what_arrives_late_does_not_bring_it_back(signed_in, expert, typed):
    client = signed_in(expert)
    saved(client, typed)
    mark = {"draft-mark": mark_in(client.get(NEW))}
    ministry = expert.person.posts.get().organisation_id
    whole = typed | mark | {"first_year": "2020", "purpose": "Plan", "organisation": ministry}
    assert client.post(NEW, whole).status_code == 302
    assert DataRequest.objects.get().subject == "Salaires à Béjaïa"
    assert client.post(NEW, whole | {"draft-act": "quietly"}).content.decode() == "Draft not saved"
    assert "Béjaïa" not in client.get(NEW).content.decode()
    assert "Draft:" not in client.get("/portal/").content.decode()
    # Another request may be begun at once.
    assert saved(client, typed, "quietly").content.decode().startswith("Draft saved at")
    assert "Béjaïa" in client.get(NEW).content.decode()


def test_a_form_sent_with_errors_is_kept(signed_in, expert, typed):
    client = signed_in(expert)
    answer = client.post(NEW, typed | {"draft-mark": mark_in(client.get(NEW))})
    assert answer.status_code == 422
    assert "Salaires à Béjaïa" in signed_in(expert).get(NEW).content.decode()


def test_a_draft_is_thrown_away(signed_in, expert, typed):
    client = signed_in(expert)
    saved(client, typed)
    saved(client, typed, "discard")
    assert "Béjaïa" not in client.get(NEW).content.decode()


@pytest.mark.parametrize("act", [{}, {"draft-act": "keep"}, {"draft-act": "quietly"}])
def test_whoever_sends_after_the_sign_in_has_ended_finds_it_again(signed_in, expert, typed, act):
    client = signed_in(expert)
    mark = {"draft-mark": mark_in(client.get(NEW))}
    client.logout()
    answer = client.post(NEW, typed | mark | act)
    assert (answer.status_code, answer["Location"]) == (302, f"/accounts/login/?next={NEW}")
    client.force_login(expert)
    assert "Salaires à Béjaïa" in client.get(NEW).content.decode()
    assert not DataRequest.objects.exists()


@pytest.mark.parametrize("mark", ["", "nonsense", "WzEsImEiLCJiIl0:1abcde:forged"])
def test_a_false_mark_keeps_nothing(client, expert, typed, mark):
    client.post(NEW, typed | {"draft-mark": mark, "draft-act": "keep"})
    assert not Draft.objects.exists()


def test_an_old_mark_and_that_of_somebody_who_left_keep_nothing(signed_in, expert, typed):
    mark = {"draft-mark": mark_in(signed_in(expert).get(NEW))}
    with time_machine.travel(timezone.now() + timedelta(days=3)):
        Client().post(NEW, typed | mark)
    expert.is_active = False
    expert.save()
    Client().post(NEW, typed | mark)
    assert not Draft.objects.exists()


def test_a_hundred_kilobytes_are_kept_and_a_flood_is_not(signed_in, expert, typed):
    client = signed_in(expert)
    long = "ا" * 100_000 + "\x00"
    assert saved(client, typed | {"details": long}, "quietly").content.decode().startswith("Draft saved at")
    assert Draft.objects.get().values["details"] == ["ا" * 100_000]
    assert saved(client, typed | {"details": "a" * 200_001}, "quietly").content.decode() == "Draft not saved"
    assert Draft.objects.get().values["details"] == ["ا" * 100_000]


def test_nobody_has_two_drafts_of_a_form(expert):
    fields = {"owner": expert, "form": REQUEST_DRAFT, "kept_at": timezone.now()}
    Draft.objects.create(**fields)
    with pytest.raises(IntegrityError, match="draft_one_per_form"), transaction.atomic():
        Draft.objects.create(**fields)


def test_what_nobody_came_back_to_is_deleted(expert):
    for days in (drafts.DAYS_KEPT - 1, drafts.DAYS_KEPT + 1):
        Draft.objects.create(owner=expert, form=f"form-{days}", kept_at=timezone.now() - timedelta(days=days))
    tasks.delete_old()
    tasks.delete_old()
    assert [draft.form for draft in Draft.objects.all()] == [f"form-{drafts.DAYS_KEPT - 1}"]


@pytest.mark.django_db(transaction=True)
def test_what_is_typed_saves_itself(page, sign_in, amina, expert, axe):
    sign_in(page, expert)
    page.goto(NEW)
    page.get_by_label("Describe the data in one sentence").fill("Births by district")
    page.get_by_text("Draft saved at").wait_for()
    cookies = page.context.cookies()
    page.context.clear_cookies(name="sessionid")
    page.get_by_label("What will the figures be used for?").fill("Planning of schools")
    page.get_by_text("You are signed out").wait_for()
    page.context.add_cookies(cookies)
    page.goto("/portal/")
    page.get_by_role("link", name="Continue").click()
    assert page.get_by_label("What will the figures be used for?").input_value() == "Planning of schools"
    axe(page)
    page.get_by_role("button", name="Discard draft").click()
    page.get_by_text("Draft discarded.").first.wait_for()
    assert page.get_by_label("Describe the data in one sentence").input_value() == ""
