"""The demonstration office: it loads once, nothing in it is sent, and every main page of it answers."""

import pytest
from django.core.management import call_command
from django.test import Client, override_settings
from django.urls import reverse

from feedback import satisfaction
from feedback.models import DataNeed, DataRequest, FrameMember, PublishedResponse
from nso_contacts.accounts.demonstration import PASSWORD
from nso_contacts.accounts.models import User
from nso_contacts.mail import delivery
from nso_contacts.mail.models import Message
from nso_contacts.office import clock
from nso_contacts.office.models import Office
from stakeholders.models import Committee, FocalPoint, Interaction, Organisation, Person, Post, Task, UserGroup
from workshops.models import Attendance, Event

MODELS = [
    Organisation,
    Person,
    Post,
    FocalPoint,
    Interaction,
    Task,
    UserGroup,
    Committee,
    Event,
    Attendance,
    DataRequest,
    DataNeed,
    PublishedResponse,
    FrameMember,
    User,
]

PAGES = {
    "liaison": [
        "/",
        "/organisations/",
        "/people/",
        "/interactions/",
        "/tasks/",
        "/workshops/",
        "/meetings/",
        "/requests/",
        "/enquiries/",
        "/insight/satisfaction/",
        "/messages/",
        "/search/?q=haddad",
    ],
    "manager": ["/", "/organisations/", "/workshops/", "/requests/", "/insight/satisfaction/"],
    "statistician": ["/", "/organisations/", "/workshops/", "/requests/"],
    "admin": ["/", "/settings/office/", "/settings/users/", "/messages/"],
}


@pytest.fixture(scope="module")
def loaded(django_db_setup, django_db_blocker):
    """Load it once for the tests of this file, and leave the database as it was."""
    from django.contrib.auth.hashers import get_hasher
    from django.db import transaction

    hasher = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    with django_db_blocker.unblock(), override_settings(PASSWORD_HASHERS=hasher):
        assert get_hasher()
        outer = transaction.atomic()
        outer.__enter__()
        try:
            call_command("load_demo", verbosity=0)
            yield
        finally:
            transaction.set_rollback(True)
            outer.__exit__(None, None, None)


def signed_in(email):
    client = Client()
    answer = client.post(reverse("account_login"), {"login": email, "password": PASSWORD})
    assert answer.status_code == 302, answer.content.decode()
    return client


def test_it_loads_the_whole_story(loaded, db):
    office = Office.objects.current()
    assert office.is_demonstration
    assert office.languages == ["en", "fr", "ar"]
    assert Person.objects.count() == 300
    assert Organisation.objects.filter(parent=None, is_this_office=False).count() == 75
    assert UserGroup.objects.count() == 9
    assert Committee.objects.count() == 5
    assert set(Event.objects.values_list("status", flat=True)) == set(Event.Status.values)
    assert DataRequest.objects.count() == 150
    assert DataNeed.objects.count() == 60
    assert PublishedResponse.objects.published().count() == 4
    shown = {"RECEIVED", "ACKNOWLEDGED", "TRIAGED", "CLARIFICATION_NEEDED", "IN_PROGRESS", "DISCLOSURE_CHECK", "READY"}
    ended = {"DELIVERED", "CLOSED", "REDIRECTED", "WITHDRAWN", "REFUSED", "DUPLICATE", "QUOTE_DECLINED"}
    assert set(DataRequest.objects.values_list("status", flat=True)) == shown | ended


def test_loading_it_twice_does_nothing(loaded, db, capsys):
    before = [model.objects.count() for model in MODELS]
    call_command("load_demo")
    assert "already" in capsys.readouterr().out
    assert [model.objects.count() for model in MODELS] == before


def test_nothing_is_waiting_to_be_sent(loaded, db, mailoutbox):
    assert set(Message.objects.values_list("state", flat=True)) <= {"sent", "bounced"}
    delivery.run()
    assert not mailoutbox


def test_the_schedules_send_nothing_for_what_is_over(loaded, db):
    from feedback import tasks as feedback_tasks
    from workshops import tasks as workshop_tasks

    workshop_tasks.tick()
    feedback_tasks.tick()
    assert not Message.objects.waiting().exists()


def test_what_nadia_owes_is_that_of_the_pictures(loaded, db):
    nadia = User.objects.get(email="liaison@nso.example")
    owed = Task.objects.open().owed_by_us().filter(assignee=nadia)
    assert owed.filter(due_on__lt=clock.today()).count() == 3
    assert owed.filter(due_on=clock.today()).count() == 2
    assert Interaction.objects.filter(author=nadia).exists()


def test_satisfaction_falls(loaded, db):
    shares = []
    period = satisfaction.Period.of(clock.today()).preceding
    for _ in range(5):
        total = satisfaction.of_period(period).total.tally
        shares.append(total.satisfied / total.n)
        period = period.preceding
    assert shares == sorted(shares)
    assert shares[-1] - shares[0] > 0.1


def test_due_dates_are_those_the_clock_counts(loaded, db):
    from feedback.clock import clock_of

    for request in DataRequest.objects.open().prefetch_related("pauses"):
        assert request.due_on == clock_of(request).due_on, request


def test_dates_of_contacts_need_no_rebuilding(loaded, db):
    from stakeholders.actions import cadence

    assert list(cadence.rebuild()) == []


@pytest.mark.parametrize(("who", "page"), [(who, page) for who, pages in PAGES.items() for page in pages])
def test_the_main_pages_answer(loaded, db, who, page):
    client = signed_in(f"{who}@nso.example")
    assert client.get(page).status_code == 200


@pytest.mark.parametrize("email", ["expert@health.example", "expert@labour.example"])
def test_ministry_experts_see_their_requests_in_the_portal(loaded, db, email):
    client = signed_in(email)
    user = User.objects.get(email=email)
    asked = DataRequest.objects.in_portal_of(user)
    assert asked.count() > 1
    assert client.get("/portal/").status_code == 200
    assert str(asked.first().subject) in client.get("/portal/").content.decode()


def test_records_answer_for_liaison(loaded, db):
    client = signed_in("liaison@nso.example")
    records = [
        Organisation.objects.get(name="Ministry of Labour and Social Affairs"),
        Person.objects.get(name="Amina Haddad"),
        Event.objects.get(status="FOLLOW_UP"),
        *(Event.objects.filter(status=status).first() for status in ("PLANNED", "INVITING", "CLOSED", "CANCELLED")),
        *(DataRequest.objects.filter(status=status).first() for status in ("RECEIVED", "DISCLOSURE_CHECK", "CLOSED")),
    ]
    for record in records:
        assert client.get(record.get_absolute_url()).status_code == 200, record
