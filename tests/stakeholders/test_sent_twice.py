"""A form that is sent twice, by two presses or again after a lost answer, writes one record."""

import re
from datetime import timedelta
from functools import partial

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from nso_contacts.office import clock
from nso_contacts.pages.models import SentForm
from nso_contacts.pages.tasks import delete_old
from stakeholders.models import Interaction, Organisation, Person, Task, UserGroup
from tests.at_once import at_once
from tests.factories import PersonFactory

pytestmark = pytest.mark.django_db

REFUSE_AT_THE_END = """
CREATE FUNCTION refuse_at_the_end() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'too late'; END $$;
CREATE CONSTRAINT TRIGGER refuse AFTER INSERT ON stakeholders_person DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION refuse_at_the_end()
"""


def opened(client, url):
    """The key of a form as it is shown."""
    return re.search(r'name="form_key" value="([^"]+)"', client.get(url).text)[1]


@pytest.mark.parametrize(
    ("url", "model", "fields"),
    [
        ("/people/new/", Person, {"name": "Lucía Osei", "lawful_basis": "PUBLIC_TASK"}),
        (
            "/organisations/new/",
            Organisation,
            {"name": "Labour", "kind": "MINISTRY", "government_level": "NATIONAL", "tier": "KEY"},
        ),
        ("/groups/new/", UserGroup, {"name": "Labour users", "status": "ACTIVE"}),
        ("/tasks/new/", Task, {"title": "Send the table", "kind": "OTHER", "due_on": "2031-05-06", "owed_by": "US"}),
    ],
)
def test_a_record_is_created_once(signed_in, liaison, url, model, fields):
    client = signed_in(liaison)
    before = model.objects.count()
    sent = fields | {"form_key": opened(client, url), "assignee": liaison.pk}

    first, again = client.post(url, sent), client.post(url, sent)

    assert (first.status_code, again.url) == (302, first.url)
    assert model.objects.count() == before + 1
    assert client.post(url, sent | {"form_key": opened(client, url)}).status_code in (302, 422)


def test_a_contact_is_logged_once(signed_in, liaison):
    client, person = signed_in(liaison), PersonFactory()
    url = "/interactions/quick/"
    fields = {
        "people": person.pk,
        "channel": "PHONE",
        "subject": "Wages",
        "occurred_at": f"{clock.now():%Y-%m-%dT%H:%M}",
    }
    sent = fields | {"form_key": opened(client, url)}

    answers = [client.post(url, sent) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [302, 302], answers[0].text[:3000]
    assert Interaction.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_presses_at_the_same_moment_write_one_record(make_user):
    liaison = make_user("liaison")
    clients = [Client(), Client()]
    for client in clients:
        client.force_login(liaison)
    sent = {"name": "Lucía Osei", "lawful_basis": "PUBLIC_TASK", "form_key": opened(clients[0], "/people/new/")}

    led = at_once(*(partial(client.post, "/people/new/", sent) for client in clients))

    assert len({answer.url for answer in led}) == 1
    assert Person.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_form_whose_change_fails_at_the_end_can_be_sent_again(make_user):
    """A rule that is asked at the end of the transaction refuses; the second sending is a first one."""
    client = Client(raise_request_exception=False)
    client.force_login(make_user("liaison"))
    sent = {"name": "Lucía Osei", "lawful_basis": "PUBLIC_TASK", "form_key": opened(client, "/people/new/")}
    with connection.cursor() as cursor:
        cursor.execute(REFUSE_AT_THE_END)

    failed = client.post("/people/new/", sent)
    with connection.cursor() as cursor:
        cursor.execute("DROP TRIGGER refuse ON stakeholders_person; DROP FUNCTION refuse_at_the_end()")
    assert (failed.status_code, Person.objects.count(), SentForm.objects.count()) == (500, 0, 0)

    again = client.post("/people/new/", sent)
    assert (again.status_code, again.url) == (302, Person.objects.get().get_absolute_url())


def test_forms_sent_long_ago_are_forgotten(office):
    SentForm.objects.create(fingerprint="old", target="/", sent_at=timezone.now() - timedelta(days=2))
    SentForm.objects.create(fingerprint="new", target="/")

    delete_old()

    assert list(SentForm.objects.values_list("fingerprint", flat=True)) == ["new"]
