"""When somebody was last spoken to and when they are due again, after whatever happens in the contact log."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.contrib.auth import get_user_model
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

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


# Whatever happens -----------------------------------------------------------------------------------------------------

ZONE = ZoneInfo("Asia/Kathmandu")
START = datetime(2026, 1, 10, 20, 30, tzinfo=ZoneInfo("UTC"))
someone = st.lists(st.integers(0, 1), max_size=2, unique=True)


class ContactLog(RuleBasedStateMachine):
    """Logs, corrects and removes contacts and moves dates by hand; Python keeps its own account beside it."""

    def __init__(self):
        super().__init__()
        self.undo = transaction.atomic()
        self.undo.__enter__()
        self.user = get_user_model().objects.get(email="machine@nso.example")
        self.organisations, self.people, self.groups = (
            list(model.objects.order_by("pk")) for model in (Organisation, Person, UserGroup)
        )
        self.subjects = [*self.organisations, *self.people, *self.groups]
        self.contacts = {}
        self.moved = {}

    def teardown(self):
        assert list(cadence.rebuild()) == []
        transaction.set_rollback(True)
        self.undo.__exit__(None, None, None)

    def company(self, people, organisations, groups):
        return Company(
            people=[self.people[n] for n in people],
            organisations=[self.organisations[n] for n in organisations],
            groups=[self.groups[n] for n in groups],
        )

    def account(self, contact, company):
        """What Python expects this contact to concern."""
        day = contact.occurred_at.astimezone(ZONE).date()
        concerned = {*company.organisations, *company.people, *company.groups}
        if self.people[0] in concerned:
            concerned.add(self.organisations[day >= date(2026, 1, 15)])
        self.contacts[contact.pk] = (day if contact.substantive else None, concerned)

    @rule(
        people=someone,
        organisations=someone,
        groups=someone,
        days=st.integers(0, 9),
        substantive=st.booleans(),
        restricted=st.booleans(),
    )
    def log(self, people, organisations, groups, days, substantive, restricted):
        contact = Interaction(
            subject="Talk",
            channel="PHONE",
            occurred_at=START + timedelta(days=days),
            substantive=substantive,
            restricted=restricted,
        )
        company = self.company(people, organisations, groups)
        interactions.log(contact, company, actor=self.user)
        self.account(contact, company)

    @precondition(lambda self: self.contacts)
    @rule(data=st.data(), people=someone, organisations=someone, groups=someone, days=st.integers(0, 9))
    def edit(self, data, people, organisations, groups, days):
        contact = Interaction.objects.get(pk=data.draw(st.sampled_from(sorted(self.contacts))))
        contact.occurred_at = START + timedelta(days=days)
        contact.substantive = data.draw(st.booleans())
        company = self.company(people, organisations, groups)
        interactions.edit(contact, company, actor=self.user)
        self.account(contact, company)

    @precondition(lambda self: self.contacts)
    @rule(data=st.data())
    def remove(self, data):
        pk = data.draw(st.sampled_from(sorted(self.contacts)))
        interactions.remove(Interaction.objects.get(pk=pk), actor=self.user)
        del self.contacts[pk]

    @rule(number=st.integers(0, 5), days=st.integers(0, 40))
    def move(self, number, days):
        subject = self.subjects[number]
        cadence.move(subject, due_on=date(2026, 2, 1) + timedelta(days=days), actor=self.user)
        self.moved[subject] = (self.last(subject), date(2026, 2, 1) + timedelta(days=days))

    @rule(number=st.integers(0, 5))
    def follow_rhythm(self, number):
        cadence.follow_rhythm(self.subjects[number], actor=self.user)
        self.moved.pop(self.subjects[number], None)

    def last(self, subject):
        days = [day for day, concerned in self.contacts.values() if subject in concerned and day]
        return max(days, default=None)

    @invariant()
    def every_date_is_what_the_contacts_say(self):
        assert self.stored() == {subject: self.expected(subject) for subject in self.subjects}

    def stored(self):
        return {
            record: (record.last_substantive_on, record.next_due_on)
            for model in (Organisation, Person, UserGroup)
            for record in model.objects.only("last_substantive_on", "next_due_on")
        }

    def expected(self, subject):
        last = self.last(subject)
        after, moved_to = self.moved.get(subject, ("never", None))
        if after == last:
            return last, moved_to
        if not subject.cadence_days:
            return last, None
        return last, (last or START.astimezone(ZONE).date()) + timedelta(days=subject.cadence_days)


def test_after_any_sequence_the_stored_dates_are_what_the_contacts_say(office):
    type(office).objects.update(time_zone=str(ZONE))
    get_user_model().objects.create_user(email="machine@nso.example")
    organisations = [Organisation.objects.create(name=f"O{n}", cadence_days=10 * n or None) for n in (0, 1)]
    people = [Person.objects.create(name=f"P{n}", cadence_days=30) for n in (0, 1)]
    # The first person moves from one organisation to the other on 15 January, the second has no post.
    Post.objects.create(person=people[0], organisation=organisations[0], valid_to=date(2026, 1, 14))
    Post.objects.create(person=people[0], organisation=organisations[1], valid_from=date(2026, 1, 15))
    for n in (0, 1):
        UserGroup.objects.create(name=f"G{n}", cadence_days=7)
    for model in (Organisation, Person, UserGroup):
        model.objects.update(created_at=START)
    list(cadence.rebuild())

    run_state_machine_as_test(
        ContactLog,
        settings=settings(
            max_examples=10, stateful_step_count=8, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )
