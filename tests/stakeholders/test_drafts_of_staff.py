"""Drafts of the long forms of the staff: one for each record a form is about, and none that overwrites a colleague."""

import re

import pytest
from django.urls import reverse

from feedback.models import DataRequest
from nso_contacts.pages.models import Draft
from stakeholders.models import Interaction
from tests.factories import OrganisationFactory, PersonFactory, log_contact

pytestmark = pytest.mark.django_db
QUICK, FULL = "/interactions/quick/", "/interactions/new/"


@pytest.fixture
def client(liaison, signed_in):
    return signed_in(liaison)


@pytest.fixture
def amina():
    return PersonFactory(name="Amina Haddad", organisation=OrganisationFactory(name="Ministry of Labour"))


def marked(client, address):
    """The mark of a form that is opened at an address."""
    return {"draft-mark": re.search(r'name="draft-mark" value="([^"]+)"', client.get(address).text)[1]}


def keep(client, address, **typed):
    """Let the script save what is typed into the form at an address."""
    answer = client.post(address, typed | marked(client, address) | {"draft-act": "quietly"})
    assert answer.text.startswith("Draft saved at")


def test_half_a_contact_with_one_person_is_not_the_beginning_of_anothers(client, amina):
    yusuf = PersonFactory(name="Yusuf Al-Khatib")
    keep(client, f"{QUICK}?person={amina.pk}", subject="Wage series", people=amina.pk)
    keep(client, f"{QUICK}?person={yusuf.pk}", subject="Budget", people=yusuf.pk)
    assert "Wage series" in client.get(f"{QUICK}?person={amina.pk}").text
    # Pressed over a page, the form knows whom it is about from there, and says so in its own address.
    over_the_page = client.get(QUICK, headers={"HX-Current-URL": f"http://testserver{amina.get_absolute_url()}"}).text
    assert "Wage series" in over_the_page
    assert f'action="{QUICK}?person={amina.pk}"' in over_the_page
    assert "Wage series" not in client.get(QUICK).text
    assert not Interaction.objects.exists()


def test_all_fields_takes_the_draft_along(client, amina):
    keep(client, QUICK, subject="Wage series", channel="PHONE")
    typed = {"subject": "Wage series, by region", "channel": "PHONE", "people": amina.pk, "find": "people"}
    assert client.post(FULL, typed | marked(client, QUICK)).status_code == 200
    assert "Wage series" not in client.get(QUICK).text
    again = client.get(FULL).text
    assert 'value="Wage series, by region"' in again
    assert "This is your draft" in again


def test_a_draft_of_a_contact_that_a_colleague_changed_meanwhile_overwrites_nothing(client, liaison, amina):
    contact = log_contact(liaison, amina)
    address = reverse("stakeholders:interaction_edit", args=[contact.pk])
    opened = client.get(address).context["form"]
    version = {name: opened[name].value() for name in ("revision", "opened_as")}
    typed = {"subject": "What I typed", "channel": contact.channel, "people": amina.pk}
    keep(client, address, **typed, **version)
    Interaction.objects.filter(pk=contact.pk).update(subject="What my colleague typed")
    restored = client.get(address).context["form"]
    assert restored["subject"].value() == "What I typed"
    assert {name: str(restored[name].value()) for name in version} == {name: str(version[name]) for name in version}
    answer = client.post(address, typed | {name: restored[name].value() for name in version})
    assert answer.status_code == 409
    assert "What my colleague typed" in answer.text


def test_an_answer_is_kept_where_it_is_written_and_ends_when_it_is_sent(client, liaison, amina):
    typed = {"subject": "Wages", "requester": amina.pk, "channel": "EMAIL", "geography": "COUNTRY"}
    assert client.post("/requests/new/", typed).status_code == 302
    record = DataRequest.objects.get()
    page, write = record.get_absolute_url(), reverse("feedback:request_write", args=[record.pk])
    mark = marked(client, page)
    assert client.post(write, {"act": "reply", "text": "We look", "draft-act": "quietly"} | mark).status_code == 200
    assert "We look" in client.get(page).text
    assert "This is your draft" in client.get(page).text
    assert client.post(write, {"act": "note", "text": "We look into it"} | mark).status_code == 302
    assert "This is your draft" not in client.get(page).text
    assert not Draft.objects.exclude(values={}).exists()
