"""From a draft to a held workshop: who is written to, once, and what stops it."""

from datetime import timedelta

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.utils import timezone

from nso_contacts.mail import delivery
from nso_contacts.mail.models import Message
from stakeholders.models import Task
from tests.factories import PersonFactory, WorkshopFactory, invite, invited
from workshops import tasks
from workshops.actions import attendance as attendance_actions
from workshops.actions import event as event_actions
from workshops.actions import invitation as invitation_actions
from workshops.actions import sending
from workshops.actions.invitation import Answer
from workshops.actions.people import NewColleague
from workshops.models import Attendance, Event, Invitation, Milestone

Kind = Milestone.Kind
Reply = Invitation.Reply
pytestmark = pytest.mark.django_db


def purposes(person=None):
    messages = Message.objects.exclude(state=Message.State.DROPPED)
    if person is not None:
        messages = messages.for_recipient(person)
    return sorted(messages.values_list("purpose", flat=True))


def step(event, kind):
    return event.milestones.planned().get(kind=kind)


def say(invitation, reply, joins="", **more):
    given = Answer(reply, joins or ("ROOM" if reply in ("ACCEPTED", "TENTATIVE") else ""), **more)
    return invitation_actions.answer(invitation, given, actor=invitation.person)


@pytest.fixture
def guests(office):
    return PersonFactory.create_batch(3)


@pytest.fixture
def workshop(office):
    return WorkshopFactory()


def test_planning_sends_nothing_and_lays_out_the_schedule(workshop):
    assert purposes() == []
    assert [m.kind for m in workshop.milestones.all()] == [
        Kind.SAVE_THE_DATE,
        Kind.INVITATION,
        Kind.REMINDER,
        Kind.LAST_REMINDER,
        Kind.CALLS,
        Kind.CONFIRMATION,
        Kind.JOINING_LINK,
        Kind.MISSED,
        Kind.OUTCOMES,
    ]
    assert workshop.reply_by == workshop.day - timedelta(days=14) or workshop.reply_by.weekday() == 4


def test_pressing_send_twice_sends_once(workshop, guests):
    invite(workshop, *guests)

    first = sending.send_invitations(workshop, actor=workshop.organiser)
    second = sending.send_invitations(workshop, actor=workshop.organiser)

    assert (first, second) == (3, 0)
    assert purposes() == ["workshops.invitation"] * 3
    workshop.refresh_from_db()
    assert workshop.status == Event.Status.INVITING
    assert workshop.milestones.get(kind=Kind.INVITATION).recipients == 3


def test_a_late_invitee_is_invited_at_once_and_the_others_not_again(workshop, guests):
    invited(workshop, *guests[:2])
    invite(workshop, guests[2])

    assert sending.send_invitations(workshop, actor=workshop.organiser) == 1
    assert purposes(guests[2]) == ["workshops.invitation"]
    assert purposes(guests[0]) == ["workshops.invitation"]


def test_who_cannot_be_invited_stays_on_the_list_unsent(workshop, guests):
    guests[0].do_not_contact = True
    guests[0].save()
    guests[1].emails.update(state="BOUNCED")
    invite(workshop, *guests)

    assert sending.send_invitations(workshop, actor=workshop.organiser) == 1
    assert list(workshop.invitations.chosen().values_list("person", flat=True)) == sorted([guests[0].pk, guests[1].pk])


def test_nobody_to_invite_is_said(workshop):
    with pytest.raises(ValidationError, match="Choose people first"):
        sending.send_invitations(workshop, actor=workshop.organiser)


def test_invitations_wait_for_a_title_in_every_language_of_the_workshop(office, guests):
    workshop = WorkshopFactory(title={"en": "Prices"}, languages=["en", "fr"])
    invite(workshop, *guests)

    with pytest.raises(ValidationError, match="Missing: French"):
        sending.send_invitations(workshop, actor=workshop.organiser)
    assert purposes() == []


def test_a_reminder_reaches_only_those_who_have_not_answered(workshop, guests):
    accepted, declined, silent = invited(workshop, *guests)
    say(accepted, Reply.ACCEPTED)
    say(declined, Reply.DECLINED)

    assert sending.run(step(workshop, Kind.REMINDER), actor=workshop.organiser) == 1
    assert [message.recipient for message in Message.objects.of("workshops.reminder")] == [silent.person]


def test_a_reminder_still_waiting_is_dropped_when_they_answer(workshop, guests):
    [invitation] = invited(workshop, guests[0])
    sending.run(step(workshop, Kind.REMINDER), actor=workshop.organiser)
    say(invitation, Reply.ACCEPTED)

    [message] = Message.objects.of("workshops.reminder")
    assert (message.state, message.reason) == (Message.State.DROPPED, "They have replied.")


def test_the_schedule_sends_each_step_on_its_day_and_only_once(office, guests):
    workshop = WorkshopFactory()
    accepted, _silent, online = invited(workshop, *guests)
    say(accepted, Reply.ACCEPTED)
    say(online, Reply.ACCEPTED, "ONLINE")

    with time_machine.travel(workshop.start - timedelta(hours=1), tick=False):
        tasks.tick()
        tasks.tick()

    workshop.refresh_from_db()
    assert workshop.status == Event.Status.CONFIRMED
    assert purposes(accepted.person) == ["workshops.confirmation", "workshops.invitation"]
    assert purposes(online.person) == ["workshops.confirmation", "workshops.invitation", "workshops.joining_link"]
    assert purposes(guests[1]) == ["workshops.invitation", "workshops.last_reminder", "workshops.reminder"]


def test_steps_already_past_when_the_invitations_go_out_are_left_out(office, guests):
    workshop = WorkshopFactory(day=timezone.now().date() + timedelta(days=10))
    invited(workshop, *guests)

    states = dict(workshop.milestones.values_list("kind", "state"))
    assert states[Kind.INVITATION] == "SENT"
    assert states[Kind.REMINDER] == states[Kind.LAST_REMINDER] == "SKIPPED"
    assert states[Kind.CONFIRMATION] == "PLANNED"
    tasks.tick()
    assert purposes() == ["workshops.invitation"] * 3


def test_released_invitations_go_out_on_their_day_and_unreleased_ones_wait(office, guests):
    waiting, released = WorkshopFactory(), WorkshopFactory()
    invite(waiting, guests[0])
    invite(released, guests[1])
    sending.release_invitations(released, actor=released.organiser)

    with time_machine.travel(waiting.start - timedelta(days=30), tick=False):
        tasks.tick()

    assert purposes(guests[0]) == []
    assert purposes(guests[1]) == ["workshops.invitation"]
    assert Message.objects.get().scheduled


def test_another_time_tells_everybody_who_has_not_declined_and_moves_calendars(workshop, guests):
    accepted, declined, silent = invited(workshop, *guests)
    say(accepted, Reply.ACCEPTED)
    say(declined, Reply.DECLINED)
    delivery.run()

    workshop.refresh_from_db()
    workshop.start += timedelta(hours=1)
    workshop.end += timedelta(hours=1)
    event_actions.change(workshop, actor=workshop.organiser)

    workshop.refresh_from_db()
    assert workshop.date_version == 2
    told = {message.recipient.pk for message in Message.objects.of("workshops.changed")}
    assert told == {accepted.person_id, silent.person_id}
    assert workshop.invitations.get(pk=accepted.pk).reply == Reply.ACCEPTED


def test_another_title_tells_nobody(workshop, guests):
    invited(workshop, *guests)
    delivery.run()
    workshop.title = "Another title"
    event_actions.change(workshop, actor=workshop.organiser)

    assert workshop.date_version == 1
    assert purposes() == ["workshops.invitation"] * 3


def test_an_invitation_not_yet_out_is_not_followed_by_a_change(workshop, guests):
    invited(workshop, *guests)
    workshop.room = "Room Averroes"
    event_actions.change(workshop, actor=workshop.organiser)

    assert purposes() == ["workshops.invitation"] * 3
    assert workshop.date_version == 2


def test_cancelling_drops_what_waits_and_cancels_calendars(workshop, guests):
    accepted, declined, _silent = invited(workshop, *guests)
    say(accepted, Reply.ACCEPTED)
    say(declined, Reply.DECLINED)
    delivery.run()
    sending.run(step(workshop, Kind.REMINDER), actor=workshop.organiser)
    event_actions.cancel(workshop, reason="The hall is flooded.", actor=workshop.organiser)
    event_actions.cancel(workshop, reason="Again.", actor=workshop.organiser)

    with time_machine.travel(workshop.start, tick=False):
        tasks.tick()
    assert purposes() == ["workshops.cancelled"] * 2 + ["workshops.invitation"] * 3
    assert not workshop.milestones.planned().exists()
    workshop.refresh_from_db()
    assert (workshop.status, workshop.reason) == (Event.Status.CANCELLED, "The hall is flooded.")


def test_cancelling_asks_for_a_reason(workshop, guests):
    invited(workshop, *guests)
    with pytest.raises(ValidationError, match="Say why"):
        event_actions.cancel(workshop, reason=" ", actor=workshop.organiser)


def test_a_postponed_workshop_asks_everybody_again_for_the_new_day(workshop, guests):
    accepted, declined, silent = invited(workshop, *guests)
    say(accepted, Reply.ACCEPTED)
    say(declined, Reply.DECLINED)
    delivery.run()
    sending.run(step(workshop, Kind.REMINDER), actor=workshop.organiser)
    delivery.run()

    event_actions.postpone(workshop, reason="Elections.", actor=workshop.organiser)
    delivery.run()
    moment = event_actions.Moment(
        workshop.start + timedelta(days=60), workshop.end + timedelta(days=60), workshop.time_zone
    )
    event_actions.set_new_day(workshop, moment, actor=workshop.organiser)

    workshop.refresh_from_db()
    assert (workshop.status, workshop.date_version) == (Event.Status.INVITING, 3)
    assert list(workshop.invitations.values_list("reply", flat=True)) == ["", "", ""]
    assert purposes(declined.person) == ["workshops.changed", "workshops.invitation"]
    assert purposes(silent.person) == [
        "workshops.changed",
        "workshops.invitation",
        "workshops.postponed",
        "workshops.reminder",
    ]
    with time_machine.travel(workshop.start - timedelta(days=18), tick=False):
        tasks.tick()
        tasks.tick()
    assert purposes(silent.person).count("workshops.reminder") == 2  # once for each date
    assert purposes(accepted.person).count("workshops.reminder") == 1


def test_naming_a_delegate_invites_them_at_once(workshop, guests):
    [invitation] = invited(workshop, guests[0])
    colleague = NewColleague("Paula Nunes", "paula@economy.example", "Economist")
    say(invitation, Reply.DELEGATED, colleague=colleague)
    say(invitation, Reply.DELEGATED, colleague=colleague)

    theirs = workshop.invitations.get(delegate_for=invitation)
    assert theirs.person.name == "Paula Nunes"
    assert theirs.organisation == invitation.organisation
    assert theirs.person.posts.get().organisation == invitation.organisation
    assert purposes(theirs.person) == ["workshops.invitation"]


def test_a_delegate_already_known_by_name_and_address_is_not_added_again(workshop, guests):
    [invitation] = invited(workshop, guests[0])
    known = PersonFactory(name="Pàula Nunes", email="Paula@economy.example")
    PersonFactory(name="Somebody Else", email="paula@economy.example")  # desks share addresses
    say(invitation, Reply.DELEGATED, colleague=NewColleague(" paula  nunes", "paula@economy.example"))

    invitation.refresh_from_db()
    assert invitation.delegate == known


def test_a_full_room_is_said_and_a_place_is_free_again_after_a_change_of_mind(office, guests):
    workshop = WorkshopFactory(capacity_room=1)
    first, second, _third = invited(workshop, *guests)
    say(first, Reply.ACCEPTED)

    with pytest.raises(ValidationError, match="The room is full"):
        say(second, Reply.ACCEPTED)
    say(first, Reply.ACCEPTED)  # their own place
    say(first, Reply.DECLINED)
    say(second, Reply.ACCEPTED)
    assert workshop.invitations.filter(reply=Reply.ACCEPTED).get() == second


def test_no_reply_is_taken_once_the_workshop_has_begun(workshop, guests):
    [invitation] = invited(workshop, guests[0])
    with time_machine.travel(workshop.start, tick=False), pytest.raises(ValidationError, match="has begun"):
        say(invitation, Reply.ACCEPTED)


def test_who_decides_late_to_join_online_gets_the_link_at_once(workshop, guests):
    [invitation] = invited(workshop, guests[0])
    sending.run(step(workshop, Kind.JOINING_LINK), actor=workshop.organiser)
    assert Message.objects.of("workshops.joining_link").count() == 0

    say(invitation, Reply.ACCEPTED, "ONLINE")
    say(invitation, Reply.ACCEPTED, "ONLINE")

    assert Message.objects.of("workshops.joining_link").count() == 1


def test_key_users_without_an_answer_are_put_on_the_organisers_call_list_once(workshop, guests):
    guests[0].is_key_user = True
    guests[0].save()
    invitation_actions.choose(workshop, guests[:2], source="PERSON", actor=workshop.organiser)
    sending.send_invitations(workshop, actor=workshop.organiser)
    sending.run(step(workshop, Kind.CALLS), actor=workshop.organiser)

    task = Task.objects.get()
    assert (task.person, task.assignee, task.kind) == (guests[0], workshop.organiser, Task.Kind.CALL)


def test_marking_as_held_settles_who_was_not_ticked(workshop, guests):
    came, declined, silent = invited(workshop, *guests)
    say(declined, Reply.DECLINED)
    attendance_actions.record(workshop, {came.person_id: "PRESENT_ONLINE"}, actor=workshop.organiser)
    event_actions.mark_held(workshop, actor=workshop.organiser)
    event_actions.mark_held(workshop, actor=workshop.organiser)

    states = dict(workshop.attendances.values_list("person", "state"))
    assert states == {
        came.person_id: "PRESENT_ONLINE",
        declined.person_id: "EXCUSED",
        silent.person_id: "NO_SHOW",
    }
    workshop.refresh_from_db()
    assert workshop.status == Event.Status.HELD
    assert not workshop.milestones.planned().filter(kind=Kind.REMINDER).exists()
    came.person.refresh_from_db()
    assert came.person.last_substantive_on == timezone.now().date()
    silent.person.refresh_from_db()
    assert silent.person.last_substantive_on is None


def test_only_those_who_stayed_away_without_a_word_get_the_note(workshop, guests):
    came, declined, silent = invited(workshop, *guests)
    say(declined, Reply.DECLINED)
    attendance_actions.record(workshop, {came.person_id: "PRESENT_IN_PERSON"}, actor=workshop.organiser)
    event_actions.mark_held(workshop, actor=workshop.organiser)
    sending.run(step(workshop, Kind.MISSED), actor=workshop.organiser)

    [message] = Message.objects.of("workshops.missed")
    assert message.recipient == silent.person


def test_plain_thanks_are_sent_when_no_survey_brings_them(office, guests):
    workshop = WorkshopFactory(survey_wanted=False)
    came, _absent, _silent = invited(workshop, *guests)
    attendance_actions.record(workshop, {came.person_id: "PARTIAL"}, actor=workshop.organiser)
    walk_in = attendance_actions.walk_in_new(
        workshop, NewColleague("Moussa Traoré", "m@u.example"), state="PRESENT_IN_PERSON", actor=workshop.organiser
    )
    event_actions.mark_held(workshop, actor=workshop.organiser)
    with time_machine.travel(workshop.start + timedelta(days=7), tick=False):
        tasks.tick()

    told = {message.recipient.pk for message in Message.objects.of("workshops.thanks")}
    assert told == {came.person_id, walk_in.person_id}


def test_somebody_at_the_door_who_was_invited_is_no_walk_in(workshop, guests):
    [invitation] = invited(workshop, guests[0])
    row = attendance_actions.walk_in(workshop, invitation.person, state="PRESENT_IN_PERSON", actor=workshop.organiser)

    assert not row.walk_in
    assert Attendance.objects.count() == 1


def test_attendance_can_be_corrected_and_a_mistaken_walk_in_disappears(workshop, guests):
    [invitation] = invited(workshop, guests[0])
    walk_in = attendance_actions.walk_in(workshop, guests[1], state="PRESENT_IN_PERSON", actor=workshop.organiser)
    attendance_actions.record(workshop, {invitation.person_id: "PRESENT_ONLINE"}, actor=workshop.organiser)
    changed = attendance_actions.record(
        workshop,
        {
            invitation.person_id: attendance_actions.ABSENT,
            walk_in.person_id: attendance_actions.ABSENT,
            9999: "PARTIAL",
        },
        actor=workshop.organiser,
    )

    assert changed == 2
    assert list(workshop.attendances.values_list("person", "state")) == [(invitation.person_id, "NO_SHOW")]


def test_outcomes_go_out_once_to_all_invited_and_walk_ins(workshop, guests):
    invited(workshop, *guests[:2])
    attendance_actions.walk_in(workshop, guests[2], state="PRESENT_IN_PERSON", actor=workshop.organiser)
    event_actions.mark_held(workshop, actor=workshop.organiser)
    workshop.refresh_from_db()
    with pytest.raises(ValidationError, match="Write the outcomes"):
        event_actions.publish_outcomes(workshop, actor=workshop.organiser)
    workshop.outcomes = "Three assumptions agreed."
    event_actions.write_outcomes(workshop, actor=workshop.organiser)
    event_actions.publish_outcomes(workshop, actor=workshop.organiser)
    event_actions.publish_outcomes(workshop, actor=workshop.organiser)

    assert Message.objects.of("workshops.outcomes").count() == 3
    workshop.refresh_from_db()
    assert workshop.status == Event.Status.REPORTED


def test_notes_of_an_old_workshop_are_not_sent_weeks_later(workshop, guests):
    invited(workshop, *guests)
    with time_machine.travel(workshop.start + timedelta(days=60), tick=False):
        event_actions.mark_held(workshop, actor=workshop.organiser)
        tasks.tick()

    assert Message.objects.of("workshops.missed").count() == 0


def test_a_holiday_moves_the_planned_steps(workshop):
    from nso_contacts.office import hooks
    from nso_contacts.office.models import Holiday

    reminder = step(workshop, Kind.REMINDER)
    Holiday.objects.create(date=reminder.due_at.date(), name="New holiday")
    hooks.calendar_changed(actor=workshop.organiser)

    assert step(workshop, Kind.REMINDER).due_at < reminder.due_at
