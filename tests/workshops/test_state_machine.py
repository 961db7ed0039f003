"""The life of a workshop in any order: whatever people press, nobody gets a message twice or one that is not theirs."""

from datetime import timedelta

import time_machine
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from nso_contacts.mail.models import Message
from nso_contacts.office.models import Office
from tests.factories import PersonFactory, WorkshopFactory
from workshops import tasks
from workshops.actions import attendance as attendance_actions
from workshops.actions import event as event_actions
from workshops.actions import invitation as invitation_actions
from workshops.actions import sending
from workshops.actions.invitation import Answer
from workshops.models import Attendance, Event

GUESTS = 3
SENT = [Message.State.QUEUED, Message.State.SENDING, Message.State.SENT]
REMINDERS = ("workshops.reminder", "workshops.last_reminder")


class Life(RuleBasedStateMachine):
    """One workshop, three people, and everything that can be pressed, on any day."""

    def __init__(self):
        super().__init__()
        self.whole = transaction.atomic()
        self.whole.__enter__()

    @initialize(chosen=st.integers(0, GUESTS), is_sent=st.sampled_from([True, True, False]))
    def plan(self, chosen, is_sent):
        Office.objects.get_or_create(pk=1)
        self.clock = time_machine.travel(timezone.now(), tick=False)
        self.traveller = self.clock.start()
        self.workshop = WorkshopFactory()
        self.people = PersonFactory.create_batch(GUESTS)
        self.cancelled_with, self.pressed = None, 0
        invitation_actions.choose(self.workshop, self.people[:chosen], source="PERSON", actor=self.workshop.organiser)
        if is_sent and chosen:
            self.send()

    def teardown(self):
        if hasattr(self, "clock"):
            self.clock.stop()
        transaction.set_rollback(True)
        self.whole.__exit__(None, None, None)

    @property
    def event(self):
        return Event.objects.get(pk=self.workshop.pk)

    def press(self, act, *args, **kwargs):
        """Do it as a person would: what is refused is refused, and nothing else happens."""
        self.pressed += 1
        before = Message.objects.count()
        try:
            return act(*args, **kwargs, actor=self.workshop.organiser)
        except ValidationError:
            assert Message.objects.count() == before
            return None

    @rule(number=st.integers(0, GUESTS - 1))
    def choose(self, number):
        self.press(invitation_actions.choose, self.event, [self.people[number]], source="PERSON")

    @rule()
    def send(self):
        self.press(sending.send_invitations, self.event)

    @rule(number=st.integers(0, GUESTS - 1), reply=st.sampled_from(["ACCEPTED", "TENTATIVE", "DECLINED"]))
    def answer(self, number, reply):
        invitation = self.event.invitations.sent().filter(person=self.people[number]).first()
        if invitation is not None:
            joins = "" if reply == "DECLINED" else "ONLINE"
            self.press(
                lambda actor: invitation_actions.answer(invitation, Answer(reply, joins), actor=self.people[number])
            )

    @rule()
    def remind(self):
        self.send_ahead("REMINDER" if self.pressed % 2 else "LAST_REMINDER")

    @rule(kind=st.sampled_from(["INVITATION", "CONFIRMATION", "JOINING_LINK", "MISSED"]))
    def send_ahead(self, kind):
        step = self.event.milestones.planned().filter(kind=kind).first()
        if step is not None:
            # Whoever has answered by now must not be reminded.
            answered = set(self.event.invitations.exclude(reply="").values_list("pk", flat=True))
            before = set(Message.objects.of(*REMINDERS).values_list("pk", flat=True))
            self.press(sending.run, step)
            new = Message.objects.of(*REMINDERS).exclude(pk__in=before)
            assert answered.isdisjoint(new.values_list("subject_id", flat=True))

    @rule(days=st.integers(5, 25))
    def days_go_by(self, days):
        self.traveller.shift(timedelta(days=days))
        answered = set(self.event.invitations.exclude(reply="").values_list("pk", flat=True))
        before = set(Message.objects.of(*REMINDERS).values_list("pk", flat=True))
        tasks.tick()
        tasks.tick()
        new = Message.objects.of(*REMINDERS).exclude(pk__in=before)
        assert answered.isdisjoint(new.values_list("subject_id", flat=True))

    @rule(hours=st.integers(1, 3), days=st.sampled_from([0, 0, 7, -7]))
    def move(self, hours, days):
        event = self.event
        event.start += timedelta(hours=hours, days=days)
        event.end += timedelta(hours=hours, days=days)
        event.reply_by = min(event.reply_by, event.day)
        self.press(event_actions.change, event)

    @rule()
    @precondition(lambda self: self.pressed > 6)
    def postpone(self):
        self.press(event_actions.postpone, self.event, reason="Elections")

    @rule(days=st.integers(20, 70))
    def set_new_day(self, days):
        event, start = self.event, timezone.now() + timedelta(days=days)
        moment = event_actions.Moment(start, start + timedelta(hours=2), "UTC")
        self.press(event_actions.set_new_day, event, moment)

    @rule()
    @precondition(lambda self: self.pressed > 9 and self.cancelled_with is None)
    def cancel(self):
        self.press(event_actions.cancel, self.event, reason="Flood")
        if self.event.status == Event.Status.CANCELLED:
            self.cancelled_with = Message.objects.count()

    @rule(number=st.integers(0, GUESTS - 1), state=st.sampled_from([*Attendance.State.values[:3], "ABSENT"]))
    def tick_attendance(self, number, state):
        self.press(attendance_actions.record, self.event, {self.people[number].pk: state})

    @rule()
    @precondition(lambda self: self.pressed > 9)
    def mark_held(self):
        self.press(event_actions.mark_held, self.event)

    @invariant()
    def nobody_gets_the_same_message_twice_for_one_date(self):
        keys = list(Message.objects.values_list("purpose", "recipient_key", "version"))
        assert len(keys) == len(set(keys))

    @invariant()
    def an_invitation_goes_out_once_whatever_the_date(self):
        keys = list(Message.objects.of("workshops.invitation").values_list("recipient_key", flat=True))
        assert len(keys) == len(set(keys))

    @invariant()
    def after_a_cancellation_nothing_is_written(self):
        if getattr(self, "cancelled_with", None) is not None:
            assert Message.objects.count() == self.cancelled_with
            waiting = Message.objects.filter(state__in=Message.WAITING).exclude(purpose="workshops.cancelled")
            assert not waiting.exists()
            assert not self.event.milestones.planned().exists()

    @invariant()
    def everybody_invited_of_a_held_workshop_has_an_attendance(self):
        if hasattr(self, "workshop") and self.event.is_over:
            invited = set(self.event.invitations.sent().values_list("person", flat=True))
            assert invited <= set(self.event.attendances.values_list("person", flat=True))


def test_any_order(office):
    run_state_machine_as_test(
        Life,
        settings=settings(
            max_examples=12, stateful_step_count=20, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )
