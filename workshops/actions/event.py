"""Planning an event, changing it, putting it off, calling it off, and marking it as held."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _

from nso_contacts.accounts.models import User
from nso_contacts.audit.trail import action
from nso_contacts.mail import outbox
from nso_contacts.office import calendar, clock
from stakeholders.actions import cadence
from stakeholders.models import Product, StatisticalDomain

from .. import quorum, schedule
from ..models import Attendance, Event, EventDomain, EventProduct, Invitation, Milestone, Session
from ..models.event import INVITED
from . import sending

Kind = Milestone.Kind
Status = Event.Status

WHEN = ("start", "end", "time_zone")
WHERE = ("room", "address")


@dataclass(frozen=True)
class Moment:
    """When an event takes place: two instants and the zone whose clock they were read from."""

    start: datetime
    end: datetime
    time_zone: str


@action
def plan(
    event: Event,
    *,
    actor: User,
    domains: Iterable[StatisticalDomain] = (),
    products: Iterable[Product] = (),
) -> Event:
    """Begin a new event, with its message schedule. Nothing is sent."""
    if not event.reply_by:
        event.reply_by = schedule.reply_by(event.day, calendar(), clock.today(), is_meeting=event.is_meeting)
    event.full_clean()
    event.save(force_insert=True)
    _set_subjects(event, domains, products)
    sending.replan(event)
    return event


@action
def change(
    event: Event,
    *,
    actor: User,
    domains: Iterable[StatisticalDomain] | None = None,
    products: Iterable[Product] | None = None,
    reason: str = "",
) -> Event:
    """Save a changed event. Another day, time or place moves its messages and tells everybody invited."""
    before = sending.locked(event)
    if before.is_over or before.is_off:
        refuse_moving(before, event)
    moved, version = _is_moved(before, event), before.date_version
    event.status, event.date_version = before.status, version + 1 if moved else version
    event.full_clean()
    event.save()
    _set_subjects(event, domains, products)
    if not (event.is_over or event.is_off):
        if event.is_draft and before.day != event.day:
            sending.stop_waiting(event, _("A newer change follows."), [sending.PURPOSES[Kind.SAVE_THE_DATE]])
        sending.replan(event, moved=before.day != event.day)
    if moved and event.is_inviting:
        _tell(event, before)
    return event


def refuse_moving(before: Event, event: Event) -> None:
    """Refuse another day or place for what is over or called off."""
    if any(getattr(before, field) != getattr(event, field) for field in (*WHEN, *WHERE, "link")):
        raise ValidationError(_("It is over, postponed or cancelled, so its day and place stay as they were."))


def _is_moved(before: Event, event: Event) -> bool:
    """Whether calendars have to change: day, hours, zone or place. A link counts once guests have been given it."""
    if any(getattr(before, field) != getattr(event, field) for field in (*WHEN, *WHERE)):
        return True
    if bool(before.link) != bool(event.link):
        return True
    given = before.milestones.filter(kind=Kind.JOINING_LINK, state=Milestone.State.SENT).exists()
    return before.link != event.link and given


def _tell(event: Event, before: Event) -> None:
    sending.stop_waiting(event, _("A newer change follows."), [sending.CHANGED])
    sending.tell_of_change(event, sending.CHANGED, before=before)


def _set_subjects(
    event: Event, domains: Iterable[StatisticalDomain] | None, products: Iterable[Product] | None
) -> None:
    if domains is not None:
        _set_links(EventDomain, event, "domain", {domain.pk for domain in domains})
    if products is not None:
        _set_links(EventProduct, event, "product", {product.pk for product in products})


def _set_links(model: Any, event: Event, field: str, wanted: set[int]) -> None:
    present = set(model._default_manager.filter(event=event).values_list(field, flat=True))
    model._default_manager.filter(event=event, **{f"{field}__in": present - wanted}).delete()
    model._default_manager.bulk_create(model(event=event, **{f"{field}_id": pk}) for pk in sorted(wanted - present))


@action
def postpone(event: Event, *, reason: str, actor: User) -> Event:
    """Put an event off without a new day: calendars drop it, reminders stop, invitations are kept."""
    event = sending.locked(event)
    if event.status == Status.POSTPONED:
        return event
    if event.status not in INVITED:
        raise ValidationError(_("Only what people were invited to can be postponed."))
    sending.stop_waiting(event, _("It was postponed."))
    before = Event.objects.get(pk=event.pk)
    event.status, event.reason, event.date_version = Status.POSTPONED, reason.strip(), event.date_version + 1
    event.full_clean()
    event.save()
    sending.drop(event)
    sending.tell_of_change(event, sending.POSTPONED, before=before)
    return event


@action
def set_new_day(event: Event, moment: Moment, *, actor: User, reason: str = "", reply_by: date | None = None) -> Event:
    """Give an event another day and ask everybody invited again, whatever they answered for the old one."""
    event = sending.locked(event)
    if event.status not in (*INVITED, Status.POSTPONED):
        raise ValidationError(_("Only what people were invited to can be moved to another day."))
    before = Event.objects.get(pk=event.pk)
    sending.stop_waiting(event, _("It was moved to another day."), REPEATED)
    event.start, event.end, event.time_zone = moment.start, moment.end, moment.time_zone
    event.reply_by = reply_by or schedule.reply_by(event.day, calendar(), clock.today(), is_meeting=event.is_meeting)
    event.status, event.date_version = Status.INVITING, event.date_version + 1
    event.reason = reason.strip()
    if event.start <= timezone.now():
        raise ValidationError({"day": _("Choose a day to come.")})
    event.full_clean()
    event.save()
    event.invitations.sent().update(reply="", joins="", delegate=None, answered_at=None, answered_by=None)
    sending.replan(event, moved=True)
    sending.tell_of_change(event, sending.CHANGED, before=before, asks_again=True)
    return event


# What is sent again for the new day, so that an unsent one for the old day is in the way.
REPEATED = [
    sending.PURPOSES[Kind.REMINDER],
    sending.PURPOSES[Kind.LAST_REMINDER],
    sending.PURPOSES[Kind.CONFIRMATION],
    sending.PURPOSES[Kind.JOINING_LINK],
    sending.CHANGED,
    sending.POSTPONED,
]


@action
def cancel(event: Event, *, reason: str, actor: User) -> Event:
    """Call an event off: unsent messages are dropped, and calendars cancelled for everybody who was told of it."""
    event = sending.locked(event)
    if event.status == Status.CANCELLED:
        return event
    if event.is_over:
        raise ValidationError(_("What was held cannot be cancelled."))
    told = sending.asked_to_keep_free(event) if event.is_draft else sending.reached(event).not_declined()
    concerned = list(told.values_list("pk", flat=True))
    sending.stop_waiting(event, _("It was cancelled."))
    event.status, event.reason = Status.CANCELLED, reason.strip()
    event.cancelled_at, event.date_version = timezone.now(), event.date_version + 1
    event.full_clean()
    event.save()
    sending.drop(event)
    rows = Invitation.objects.filter(pk__in=concerned)
    outbox.post_many(sending.CANCELLED, sending.letters(rows, version=event.date_version))
    return event


@action
def mark_held(event: Event, *, actor: User) -> Event:
    """Close the attendance: whoever was invited and not ticked did not attend, or is excused if they had said so."""
    event = sending.locked(event)
    if event.is_over:
        return event
    if event.status not in INVITED:
        raise ValidationError(_("Only what people were invited to can be marked as held."))
    now = timezone.now()
    ticked = event.attendances.values("person")
    missing = [
        Attendance(
            event=event,
            person_id=invitation.person_id,
            organisation_id=invitation.organisation_id,
            state=absence(invitation),
            occurred_at=min(event.start, now),
            recorded_by=actor,
            recorded_at=now,
        )
        for invitation in event.invitations.sent().exclude(person__in=ticked)
    ]
    Attendance.objects.bulk_create(missing)
    event.status, event.held_at = Status.HELD, now
    if event.committee is not None:
        event.voting_seats, event.quorum_needed = quorum.rule(event.committee, event.day)
    event.full_clean()
    event.save()
    sending.skip(event, schedule.BEFORE)
    event.milestones.planned().filter(kind__in=[Kind.THANKS, Kind.MISSED], due_at__lt=now - sending.TOO_LATE).update(
        state=Milestone.State.SKIPPED
    )
    sending.stop_waiting(event, _("It was held."))
    touch_guests(event, actor)
    return event


def absence(invitation: Invitation | None) -> str:
    """What it means that somebody was not there: excused when they had declined or sent a colleague."""
    said_so = invitation is not None and invitation.reply in (Invitation.Reply.DECLINED, Invitation.Reply.DELEGATED)
    return Attendance.State.EXCUSED if said_so else Attendance.State.NO_SHOW


def touch_guests(event: Event, actor: User | None) -> None:
    """Move “last contact” of everybody who took part, and of their organisations and the group that met."""
    guests = event.attendances.all()
    cadence.touch(
        people=guests.values_list("person", flat=True),
        organisations=guests.filter(organisation__isnull=False).values_list("organisation", flat=True),
        groups=[event.group_id] if event.group_id else [],
        actor=actor,
    )


@action
def begin_follow_up(event: Event, *, actor: User | None) -> Event:
    """Note that the follow-up survey of a held event is open. Doing it twice, or later, changes nothing."""
    event = sending.locked(event)
    if event.status == Status.HELD:
        event.status = Status.FOLLOW_UP
        event.save(update_fields=["status"])
    return event


@action
def write_outcomes(event: Event, *, actor: User) -> Event:
    """Save the outcomes. Nothing is sent; once published they stay as everybody has read them."""
    before = sending.locked(event)
    if before.published_at:
        raise ValidationError(_("These outcomes have been sent to everybody and stay as they are."))
    event.full_clean()
    event.save(update_fields=["outcomes"])
    return event


@action
def publish_outcomes(event: Event, *, actor: User) -> Event:
    """Release the outcomes and send them to everybody invited. Doing it twice sends once."""
    event = sending.locked(event)
    if event.published_at:
        return event
    if refusal := sending.obstacle_to_sending(event, Kind.OUTCOMES):
        raise ValidationError(refusal)
    milestone = event.milestones.planned().filter(kind=Kind.OUTCOMES).first()
    if milestone is not None:
        sending.run(milestone, actor=actor)
        event.refresh_from_db()
    return event


@action
def release_outcomes(event: Event, *, actor: User) -> Event:
    """Let the outcomes go out by themselves on their planned day."""
    event = sending.locked(event)
    if refusal := sending.obstacle_to_sending(event, Kind.OUTCOMES):
        raise ValidationError(refusal)
    event.milestones.planned().filter(kind=Kind.OUTCOMES).update(released_at=timezone.now())
    return event


@action
def save_programme(event: Event, sessions: list[Session], *, actor: User) -> Event:
    """Make the programme equal to `sessions`, in their order; what is not among them leaves it."""
    event = sending.locked(event)
    kept = [session.pk for session in sessions if session.pk]
    event.sessions.exclude(pk__in=kept).delete()
    for position, session in enumerate(sessions):
        session.event, session.position = event, position
        session.full_clean()
        session.save()
    return event
