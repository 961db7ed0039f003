"""Every constraint of the app is broken once, below all forms and actions."""

from datetime import timedelta

import pytest
from django.apps import apps
from django.db import Error, transaction
from django.db.models import CheckConstraint
from django.utils import timezone

from nso_contacts.files.models import StoredFile
from stakeholders.models import Committee, Product
from tests.factories import PersonFactory, UserFactory, WorkshopFactory, domain, invite, meeting
from workshops.models import (
    Attendance,
    Decision,
    Event,
    EventDomain,
    EventProduct,
    Invitation,
    Milestone,
    Paper,
    Session,
)
from workshops.models.event import TRANSITIONS, Status

pytestmark = pytest.mark.django_db


def event(**values):
    Event.objects.filter(pk=WorkshopFactory().pk).update(**values)


def invitation(**values):
    [made] = invite(WorkshopFactory(), PersonFactory())
    Invitation.objects.filter(pk=made.pk).update(**values)


def sent(**values):
    invitation(**{"invited_at": timezone.now(), "answered_at": timezone.now()} | values)


def attend(event, person, **values):
    return Attendance.objects.create(
        event=event,
        person=person,
        occurred_at=event.start,
        recorded_at=timezone.now(),
        **{"state": "PRESENT_ONLINE"} | values,
    )


def twice(make):
    make()
    make()


def invited_twice():
    workshop, person = WorkshopFactory(), PersonFactory()
    twice(lambda: invite(workshop, person))


def delegate_is_the_guest():
    [made] = invite(WorkshopFactory(), PersonFactory())
    Invitation.objects.filter(pk=made.pk).update(
        invited_at=timezone.now(), answered_at=timezone.now(), reply="DELEGATED", delegate=made.person
    )


def comes_for_themselves():
    [made] = invite(WorkshopFactory(), PersonFactory())
    Invitation.objects.filter(pk=made.pk).update(delegate_for=made.pk)


def attended_twice():
    workshop, person = WorkshopFactory(), PersonFactory()
    twice(lambda: attend(workshop, person))


def planned_twice():
    workshop = WorkshopFactory()
    Milestone.objects.create(event=workshop, kind="REMINDER", due_at=timezone.now())


def sent_twice():
    workshop = WorkshopFactory()
    fields = {"event": workshop, "kind": "REMINDER", "due_at": timezone.now(), "state": "SENT", "date_version": 1}
    twice(lambda: Milestone.objects.create(done_at=timezone.now(), **fields))


def domain_twice():
    workshop = WorkshopFactory()
    twice(lambda: EventDomain.objects.create(event=workshop, domain=domain()))


def product_twice():
    workshop, product = WorkshopFactory(), Product.objects.create(code="P1", title="Prices")
    twice(lambda: EventProduct.objects.create(event=workshop, product=product))


def earlier(days=1):
    return timezone.now() - timedelta(days=days)


def of_committee(**fields):
    return meeting(Committee.objects.create(name="Committee"), **fields)


def decided_twice():
    held = of_committee()
    twice(lambda: Decision.objects.create(event=held, number=1, text="Publish earlier"))


def paper_twice():
    held = of_committee()
    file = StoredFile.objects.create(sha256="0" * 64, size=1, content_type="text/plain", name="agenda.txt")
    twice(lambda: Paper.objects.create(event=held, file=file))


BREAKS = {
    "event_quorum_of_a_committee": lambda: event(voting_seats=5, quorum_needed=3),
    "decision_number_once": decided_twice,
    "decision_says_something": lambda: Decision.objects.create(event=of_committee(), number=1, text=""),
    "paper_once": paper_twice,
    "event_has_a_title": lambda: event(title="{}"),
    "event_ends_after_start": lambda: event(end=earlier()),
    "event_reply_by_before_start": lambda: event(reply_by=timezone.now().date() + timedelta(days=61)),
    "event_has_a_language": lambda: event(languages=[]),
    "event_room_capacity": lambda: event(room="", capacity_room=40),
    "event_online_capacity": lambda: event(capacity_online=0),
    "event_invites_somewhere": lambda: event(status="INVITING", invited_at=timezone.now(), room="", link=""),
    "event_invited_has_a_time": lambda: event(status="INVITING"),
    "event_held_has_a_time": lambda: event(held_at=timezone.now()),
    "event_cancelled_has_a_time": lambda: event(status="CANCELLED", reason="Why"),
    "event_off_has_a_reason": lambda: event(status="CANCELLED", cancelled_at=timezone.now()),
    "event_published_has_a_time": lambda: event(published_at=timezone.now()),
    "event_meeting_of_somebody": lambda: event(committee=Committee.objects.create(name="Committee")),
    "eventdomain_once": domain_twice,
    "eventproduct_once": product_twice,
    "session_has_a_title": lambda: Session.objects.create(event=WorkshopFactory(), title=""),
    "invitation_once": invited_twice,
    "invitation_answer_has_a_time": lambda: sent(reply="DECLINED", answered_at=None),
    "invitation_answered_after_sending": lambda: sent(reply="DECLINED", invited_at=None),
    "invitation_joins_when_coming": lambda: sent(reply="ACCEPTED", joins=""),
    "invitation_delegated_to_somebody": lambda: sent(reply="DELEGATED"),
    "invitation_delegate_is_another": delegate_is_the_guest,
    "invitation_not_for_itself": comes_for_themselves,
    "invitation_recorded_answer": lambda: invitation(answered_by=UserFactory()),
    "attendance_once": attended_twice,
    "attendance_walk_in_was_there": lambda: attend(WorkshopFactory(), PersonFactory(), walk_in=True, state="NO_SHOW"),
    "milestone_planned_once": planned_twice,
    "milestone_sent_once_per_date": sent_twice,
    "milestone_sent_has_a_time": lambda: WorkshopFactory().milestones.update(state="SENT"),
}
CONSTRAINTS = {
    constraint.name: constraint
    for model in apps.get_app_config("workshops").get_models()
    for constraint in model._meta.constraints
}


def test_every_constraint_is_broken_by_a_test():
    assert set(BREAKS) == set(CONSTRAINTS)


@pytest.mark.parametrize("name", sorted(BREAKS))
def test_the_database_refuses(office, name):
    with pytest.raises(Error, match=name), transaction.atomic():
        BREAKS[name]()


@pytest.mark.parametrize("name", sorted(CONSTRAINTS))
def test_each_says_what_is_wrong_in_words(name):
    constraint = CONSTRAINTS[name]
    words = str(constraint.get_violation_error_message())
    assert name not in words
    assert words.endswith((".", "it."))
    assert isinstance(constraint, CheckConstraint) or constraint.fields


ALLOWED = {(str(before), str(after)) for before, after in TRANSITIONS}


@pytest.mark.parametrize(("before", "after"), [(b, a) for b in Status.values for a in Status.values if b != a])
def test_the_database_refuses_every_step_out_of_order(office, before, after):
    """The state machine holds below the actions: the table of transitions is the whole truth."""
    made = WorkshopFactory()
    Event.objects.bulk_create([copy := Event(**values(made, before))])
    changes = values(made, after)
    changes.pop("uid")
    if (before, after) in ALLOWED:
        assert Event.objects.filter(pk=copy.pk).update(**changes) == 1
    else:
        with pytest.raises(Error, match="Invalid transition"), transaction.atomic():
            Event.objects.filter(pk=copy.pk).update(**changes)


def values(made, status):
    """The columns of an event that is in `status` and breaks no constraint."""
    import uuid

    now = timezone.now()
    is_draft = status in ("PLANNED", "ANNOUNCED")
    return {
        "title": made.title,
        "organiser": made.organiser,
        "start": made.start,
        "end": made.end,
        "time_zone": "UTC",
        "room": "Room",
        "languages": ["en"],
        "reply_by": made.reply_by,
        "uid": uuid.uuid4(),
        "status": status,
        "invited_at": None if is_draft else now,
        "held_at": now if status in ("HELD", "FOLLOW_UP", "REPORTED", "CLOSED") else None,
        "cancelled_at": now if status == "CANCELLED" else None,
        "published_at": now if status in ("REPORTED", "CLOSED") else None,
        "reason": "Why" if status in ("CANCELLED", "POSTPONED") else "",
    }
