"""When somebody was last spoken to and when they are due again, after whatever happens in the contact log."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from stakeholders.actions import cadence
from stakeholders.actions import interaction as interactions
from stakeholders.actions.interaction import Company
from stakeholders.models import Interaction, Organisation, Person, Post, UserGroup

pytestmark = pytest.mark.django_db


@pytest.fixture
def ministry(office):
    return Organisation.objects.create(name="Ministry of Labour", kind="MINISTRY", cadence_days=30)


@pytest.fixture
def amina(ministry):
    person = Person.objects.create(name="Amina Haddad", cadence_days=90)
    Post.objects.create(person=person, organisation=ministry)
    return person


def log(actor, *, at, people=(), organisations=(), groups=(), substantive=True, restricted=False):
    contact = Interaction(
        subject="Talk", channel="PHONE", occurred_at=at, substantive=substantive, restricted=restricted
    )
    company = Company(people=people, organisations=organisations, groups=groups)
    return interactions.log(contact, company, actor=actor)


def dates(record):
    record.refresh_from_db()
    return record.last_substantive_on, record.next_due_on


def test_a_contact_moves_the_person_and_their_organisation(liaison, ministry, amina):
    log(liaison, at=datetime(2026, 10, 13, 11, tzinfo=ZoneInfo("UTC")), people=[amina])

    assert dates(amina) == (date(2026, 10, 13), date(2027, 1, 11))
    assert dates(ministry) == (date(2026, 10, 13), date(2026, 11, 12))


def test_it_is_not_moved_by_a_greeting_nor_back_by_an_older_contact(liaison, ministry):
    log(liaison, at=datetime(2026, 10, 13, 11, tzinfo=ZoneInfo("UTC")), organisations=[ministry])
    log(liaison, at=datetime(2026, 10, 20, 11, tzinfo=ZoneInfo("UTC")), organisations=[ministry], substantive=False)
    log(liaison, at=datetime(2026, 9, 1, 11, tzinfo=ZoneInfo("UTC")), organisations=[ministry])

    assert dates(ministry) == (date(2026, 10, 13), date(2026, 11, 12))


def test_the_day_is_the_office_day(liaison, office, ministry):
    office.time_zone = "Pacific/Auckland"
    office.save()
    log(liaison, at=datetime(2026, 10, 13, 20, tzinfo=ZoneInfo("UTC")), organisations=[ministry])

    assert dates(ministry)[0] == date(2026, 10, 14)


def test_without_any_contact_it_is_due_after_creation_and_the_parent_is_left_alone(liaison, ministry):
    unit = Organisation.objects.create(name="Observatory", parent=ministry, cadence_days=10)
    Organisation.objects.update(created_at=datetime(2026, 1, 1, 12, tzinfo=ZoneInfo("UTC")))
    list(cadence.rebuild())
    assert dates(unit) == (None, date(2026, 1, 11))

    log(liaison, at=datetime(2026, 2, 1, 12, tzinfo=ZoneInfo("UTC")), organisations=[unit])

    assert dates(unit) == (date(2026, 2, 1), date(2026, 2, 11))
    assert dates(ministry) == (None, date(2026, 1, 31))


def test_a_group_is_moved_and_a_record_without_a_rhythm_is_never_due(liaison, office):
    group = UserGroup.objects.create(name="Labour statistics", cadence_days=180)
    company = Organisation.objects.create(name="A company")
    log(liaison, at=datetime(2026, 5, 21, tzinfo=ZoneInfo("UTC")), groups=[group], organisations=[company])

    assert dates(group) == (date(2026, 5, 21), date(2026, 11, 17))
    assert dates(company) == (date(2026, 5, 21), None)


def test_a_moved_date_holds_until_the_next_contact(liaison, ministry):
    log(liaison, at=datetime(2026, 10, 1, tzinfo=ZoneInfo("UTC")), organisations=[ministry])
    cadence.move(ministry, due_on=date(2026, 12, 24), actor=liaison, reason="Elections")
    assert dates(ministry) == (date(2026, 10, 1), date(2026, 12, 24))
    assert list(cadence.rebuild()) == []

    contact = log(liaison, at=datetime(2026, 12, 1, tzinfo=ZoneInfo("UTC")), organisations=[ministry])
    assert dates(ministry) == (date(2026, 12, 1), date(2026, 12, 31))

    interactions.remove(contact, actor=liaison)
    assert dates(ministry) == (date(2026, 10, 1), date(2026, 12, 24))

    cadence.follow_rhythm(ministry, actor=liaison)
    assert dates(ministry) == (date(2026, 10, 1), date(2026, 10, 31))


def test_the_night_corrects_what_differs_and_reports_it(liaison, ministry, amina):
    log(liaison, at=timezone.now() - timedelta(days=3), people=[amina])
    right = dates(ministry)
    Organisation.objects.filter(pk=ministry.pk).update(last_substantive_on=None, next_due_on=date(2030, 1, 1))

    differences = list(cadence.rebuild())

    assert differences == [cadence.Difference("organisation", ministry.pk, None, right[0], date(2030, 1, 1), right[1])]
    assert dates(ministry) == right
    assert list(cadence.rebuild()) == []


def test_an_edit_moves_those_who_left_and_those_who_joined(liaison, ministry, amina):
    contact = log(liaison, at=datetime(2026, 10, 13, tzinfo=ZoneInfo("UTC")), people=[amina])
    bank = Organisation.objects.create(name="Central Bank", cadence_days=7)

    interactions.edit(contact, Company(organisations=[bank]), actor=liaison)

    assert dates(amina)[0] is None
    assert dates(ministry)[0] is None
    assert dates(bank) == (date(2026, 10, 13), date(2026, 10, 20))
