"""What workshops show and settle elsewhere: timelines, search, My work, merges, contact dates, history."""

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from stakeholders.actions import merge
from stakeholders.models import Person
from tests.factories import OrganisationFactory, PersonFactory, WorkshopFactory, invited
from workshops import panels
from workshops.actions import attendance as attendance_actions
from workshops.actions import event as event_actions
from workshops.actions import invitation as invitation_actions
from workshops.actions.invitation import Answer
from workshops.actions.people import NewColleague
from workshops.models import Attendance, Invitation

pytestmark = pytest.mark.django_db


@pytest.fixture
def client(signed_in, liaison):
    return signed_in(liaison)


@pytest.fixture
def held(liaison):
    """A workshop that one person of a ministry attended and a colleague of theirs missed."""
    ministry = OrganisationFactory(name="Ministry of Labour")
    workshop = WorkshopFactory(organiser=liaison, title="Wage statistics")
    people = [PersonFactory(name=name, organisation=ministry) for name in ("Amina Haddad", "Rashid Karimov")]
    came, _missed = invited(workshop, *people)
    attendance_actions.record(workshop, {came.person_id: "PRESENT_IN_PERSON"}, actor=liaison)
    event_actions.mark_held(workshop, actor=liaison)
    workshop.refresh_from_db()
    return workshop


def test_a_held_workshop_stands_on_the_timelines_of_person_and_ministry(client, held):
    came = Attendance.objects.present().get()
    for record in (came.person, came.organisation):
        page = client.get(f"{record.get_absolute_url()}").content.decode()
        assert "Workshop: Wage statistics" in page
        assert "Attended: Amina Haddad." in page


def test_the_tab_of_a_ministry_lists_who_was_invited_and_who_came(client, held):
    ministry = Attendance.objects.first().organisation
    page = client.get(f"{ministry.get_absolute_url()}?tab=workshops").content.decode()

    assert "Attended, in the room" in page
    assert "Did not attend" in page


def test_an_invitation_stands_on_the_timeline_until_the_workshop_is_held(client, liaison):
    workshop = WorkshopFactory(organiser=liaison, title="Prices")
    [invitation] = invited(workshop, PersonFactory())
    assert "Invited: Prices" in client.get(invitation.person.get_absolute_url()).content.decode()
    event_actions.mark_held(workshop, actor=liaison)
    assert "Invited: Prices" not in client.get(invitation.person.get_absolute_url()).content.decode()


def test_search_finds_a_workshop_in_any_of_its_languages(client, liaison):
    WorkshopFactory(organiser=liaison, title={"en": "Prices", "fr": "Enquête ménages", "ar": "الأسعار"})

    assert "Prices" in client.get("/search/?q=menages").content.decode()
    assert "Prices" in client.get("/search/?q=الأسعار").content.decode()


def test_my_work_lists_ones_own_workshops_with_their_replies(client, liaison):
    workshop = WorkshopFactory(organiser=liaison, title="Prices")
    first, _second = invited(workshop, *PersonFactory.create_batch(2))
    invitation_actions.answer(first, Answer("DECLINED"), actor=first.person)
    WorkshopFactory(title="Not mine")
    page = client.get("/").content.decode()

    assert "Invitations sent: 1 of 2 replied" in page
    assert "Not mine" not in page


def how_many_need(user):
    return sum(rows.count() for rows in panels.needing(user))


def test_the_side_bar_counts_ones_own_workshops_that_wait_to_be_marked_as_held(liaison):
    workshop = WorkshopFactory(organiser=liaison)
    invited(workshop, PersonFactory())
    invited(WorkshopFactory(), PersonFactory())
    assert how_many_need(liaison) == 0
    with time_machine.travel(workshop.end + timedelta(hours=1), tick=False):
        assert how_many_need(liaison) == 1


def test_taking_part_moves_the_last_contact_and_a_correction_takes_it_back(held, liaison):
    came = Attendance.objects.present().get()
    today = timezone.now().date()
    came.person.refresh_from_db()
    came.organisation.refresh_from_db()
    assert (came.person.last_substantive_on, came.organisation.last_substantive_on) == (today, today)
    attendance_actions.record(held, {came.person_id: attendance_actions.ABSENT}, actor=liaison)

    came.person.refresh_from_db()
    assert came.person.last_substantive_on is None


def test_the_history_tells_who_changed_what(client, held):
    page = client.get(f"/history/workshop/{held.pk}/").content.decode()
    assert "Nadia Rahmani" in page


def test_merging_two_people_invited_to_one_workshop_keeps_the_reply(liaison):
    workshop = WorkshopFactory(organiser=liaison)
    stays, goes = PersonFactory(name="Amina Haddad"), PersonFactory(name="A. Haddad")
    silent, answered = invited(workshop, stays, goes)
    invitation_actions.answer(answered, Answer("ACCEPTED", "ROOM"), actor=goes)
    attendance_actions.record(
        workshop, {stays.pk: attendance_actions.ABSENT, goes.pk: "PRESENT_IN_PERSON"}, actor=liaison
    )
    merge.merge_people(stays, goes, actor=liaison)

    invitation = workshop.invitations.get()
    assert (invitation.pk, invitation.person_id, invitation.reply) == (answered.pk, stays.pk, "ACCEPTED")
    assert workshop.attendances.get().state == "PRESENT_IN_PERSON"
    assert not Invitation.objects.filter(pk=silent.pk).exists()


def test_merging_somebody_with_the_colleague_they_named(liaison):
    workshop = WorkshopFactory(organiser=liaison)
    [invitation] = invited(workshop, PersonFactory(name="Paula Nunes"))
    colleague = NewColleague("P. Nunes", "paula@labour.example")
    invitation_actions.answer(invitation, Answer("DELEGATED", colleague=colleague), actor=invitation.person)
    named = Person.objects.get(name="P. Nunes")
    merge.merge_people(invitation.person, named, actor=liaison)

    left = workshop.invitations.get()
    assert left.person == invitation.person
    assert (left.reply, left.delegate, left.delegate_for) == ("", None, None)


def test_merging_two_ministries_moves_invitations_and_attendance(held, liaison):
    goes = Attendance.objects.first().organisation
    stays = OrganisationFactory(name="Ministry of Labour and Social Affairs")
    merge.merge_organisations(stays, goes, actor=liaison)

    assert set(held.attendances.values_list("organisation", flat=True)) == {stays.pk}
    assert set(held.invitations.values_list("organisation", flat=True)) == {stays.pk}
