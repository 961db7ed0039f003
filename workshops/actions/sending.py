"""Sending: the invitations, and every later step of an event's message schedule, each once for each date.

Lock order everywhere: the event first, then its milestones and invitations.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from nso_contacts.accounts.models import User
from nso_contacts.audit.trail import action
from nso_contacts.mail import outbox
from nso_contacts.mail.models import Message
from nso_contacts.mail.outbox import Letter
from nso_contacts.office import calendar, clock
from nso_contacts.office.models import Office
from stakeholders.actions import task as task_actions
from stakeholders.models import Person, Task

from .. import invitees, schedule
from ..models import Event, Invitation, Milestone
from ..models.event import DRAFT, INVITED

Kind = Milestone.Kind
State = Milestone.State

PURPOSES = {
    Kind.SAVE_THE_DATE: "workshops.save_the_date",
    Kind.INVITATION: "workshops.invitation",
    Kind.REMINDER: "workshops.reminder",
    Kind.LAST_REMINDER: "workshops.last_reminder",
    Kind.CONFIRMATION: "workshops.confirmation",
    Kind.JOINING_LINK: "workshops.joining_link",
    Kind.THANKS: "workshops.thanks",
    Kind.MISSED: "workshops.missed",
    Kind.OUTCOMES: "workshops.outcomes",
}
CHANGED = "workshops.changed"
POSTPONED = "workshops.postponed"
CANCELLED = "workshops.cancelled"

# A note to somebody who did not come is not sent weeks later, when the attendance of an old event is recorded.
TOO_LATE = timedelta(days=14)


def locked(event: Event) -> Event:
    """The event as it is now, and nobody else may change it, its replies or its messages until the transaction ends."""
    return Event.objects.select_for_update(of=("self",), no_key=True).get(pk=event.pk)


# The schedule ---------------------------------------------------------------------------------------------------------


def replan(event: Event, *, moved: bool = False) -> None:
    """Make the planned steps equal to the event's day: move them, leave out what has passed, add what is new.

    Sent steps stay. When the day itself `moved`, what was sent for the old one is planned again if its new time is
    still to come.
    """
    kinds = schedule.wanted(
        has_link=bool(event.link),
        survey_wanted=event.survey_wanted,
        is_draft=event.status in DRAFT,
        is_meeting=event.is_meeting,
    )
    event.milestones.planned().exclude(kind__in=kinds).delete()
    zone = Office.objects.current().zone
    steps = schedule.steps(kinds, event.day, calendar(), zone, is_meeting=event.is_meeting)
    latest = {milestone.kind: milestone for milestone in event.milestones.order_by("pk")}
    for step in steps:
        _replan_step(event, step, latest.get(step.kind), moved=moved)


def _replan_step(event: Event, step: schedule.Step, row: Milestone | None, *, moved: bool) -> None:
    has_passed = step.due_at <= timezone.now()
    left_out = has_passed and step.kind in schedule.BEFORE and step.kind != Kind.INVITATION
    state = State.SKIPPED if left_out else State.PLANNED
    if row is None:
        Milestone.objects.create(event=event, kind=step.kind, due_at=step.due_at, state=state)
    elif row.state in (State.PLANNED, State.SKIPPED):
        row.due_at, row.state = step.due_at, state
        row.save(update_fields=["due_at", "state"])
    elif moved and step.kind != Kind.INVITATION and (step.kind == Kind.SAVE_THE_DATE or not has_passed):
        Milestone.objects.create(event=event, kind=step.kind, due_at=step.due_at)


@action
def replan_all(*, actor: User | None) -> None:
    """Count the days of all schedules again, after the office's working days or hours have changed."""
    for event in Event.objects.filter(milestones__state=State.PLANNED).distinct().order_by("pk"):
        replan(locked(event))


def skip(event: Event, kinds: Iterable[str]) -> None:
    """Leave out planned steps whose time is over."""
    event.milestones.planned().filter(kind__in=list(kinds)).update(state=State.SKIPPED)


def drop(event: Event) -> None:
    """Give up every planned step, and stop every message about the event that has not gone out."""
    event.milestones.planned().update(state=State.DROPPED)


# Who gets what --------------------------------------------------------------------------------------------------------


def audience(event: Event, kind: str) -> QuerySet[Any]:
    """Whom a step concerns at this moment: invitations, or for what follows the event, attendance."""
    return AUDIENCES[kind](event)


def _can_be_invited(rows: Any) -> Any:
    people = invitees.with_obstacle(Person.objects.all()).filter(obstacle="")
    return rows.filter(person__in=people.values("pk"))


AUDIENCES: dict[str, Callable[[Event], QuerySet[Any]]] = {
    Kind.SAVE_THE_DATE: lambda event: _can_be_invited(event.invitations.chosen()),
    Kind.INVITATION: lambda event: event.invitations.chosen(),
    Kind.REMINDER: lambda event: event.invitations.unanswered(),
    Kind.LAST_REMINDER: lambda event: event.invitations.unanswered(),
    Kind.CALLS: lambda event: event.invitations.unanswered().filter(is_key=True),
    # The agenda and papers of a meeting go to everybody who may come, also without a reply.
    Kind.CONFIRMATION: lambda event: (
        event.invitations.not_declined() if event.is_meeting else event.invitations.expected()
    ),
    Kind.JOINING_LINK: lambda event: event.invitations.expected().filter(joins=Invitation.Joins.ONLINE),
    Kind.THANKS: lambda event: event.attendances.present(),
    Kind.MISSED: lambda event: event.attendances.missed(),
    Kind.OUTCOMES: lambda event: event.invitations.sent(),
}


def letters(rows: QuerySet[Any], *, version: object, context: Mapping[str, Any] | None = None) -> list[Letter]:
    """One letter for each invitation or attendance whose person can be written to."""
    office = Office.objects.current()
    found = list(rows.select_related("person__user", "event"))
    people = Person.objects.filter(pk__in=[row.person_id for row in found])
    addresses = dict(invitees.with_obstacle(people).values_list("pk", "mail_address"))
    return [
        Letter(
            subject=row,
            recipient=row.person,
            address=addresses[row.person_id],
            language=invitees.language_of(row.person, office),
            version=version,
            context=context or {},
        )
        for row in found
        if addresses[row.person_id]
    ]


def reached(event: Event) -> Any:
    """The invitations that went out, as opposed to those still waiting in the outbox or stopped there."""
    waiting = Message.objects.of(PURPOSES[Kind.INVITATION]).filter(
        state__in=[*Message.WAITING, Message.State.DROPPED], subject_id__in=event.invitations.sent().values("pk")
    )
    return event.invitations.sent().exclude(pk__in=waiting.values("subject_id"))


def asked_to_keep_free(event: Event) -> Any:
    """The invitations still to be sent whose people have been asked to keep the day free."""
    gone = Message.objects.of(PURPOSES[Kind.SAVE_THE_DATE]).exclude(
        state__in=[*Message.WAITING, Message.State.DROPPED, Message.State.BOUNCED]
    )
    chosen = event.invitations.chosen()
    return chosen.filter(pk__in=gone.filter(subject_id__in=chosen.values("pk")).values("subject_id"))


def stop_waiting(event: Event, reason: str, keys: Iterable[str] = ()) -> None:
    """Stop what still waits in the outbox for the guests of `event`, of the purposes `keys` or of all."""
    invitations = {invitation.pk: invitation for invitation in event.invitations.all()}
    waiting = Message.objects.for_subject(*invitations.values()).waiting().order_by()
    purposes = list(keys)
    if purposes:
        waiting = waiting.of(*purposes)
    for pk in set(waiting.values_list("subject_id", flat=True)):
        outbox.cancel(invitations[pk], purposes, reason=reason)


# Sending --------------------------------------------------------------------------------------------------------------


def obstacle_to_inviting(event: Event) -> str:
    """Why no invitation to this event can be sent yet; "" if nothing stands against it."""
    if event.status not in (*DRAFT, *INVITED):
        return _("It was held, postponed or cancelled, so no invitation is sent any more.")
    if event.start <= timezone.now():
        return _("It has begun. Choose a day to come before you invite anybody.")
    if not event.mode:
        return _("Enter a room or a link before you invite anybody.")
    return _title_missing(event)


def _title_missing(event: Event) -> str:
    if not event.missing_languages:
        return ""
    names = ", ".join(str(translation.get_language_info(code)["name_translated"]) for code in event.missing_languages)
    return _("Enter the title in every language it is held in. Missing: %(languages)s.") % {"languages": names}


def _obstacle_to_saving_the_date(event: Event) -> str:
    if event.status not in DRAFT:
        return _("People are asked to keep a day free before the invitations, not after them.")
    if event.start <= timezone.now():
        return _("It has begun. Choose a day to come before you invite anybody.")
    return _title_missing(event)


@action
def send_invitations(event: Event, *, actor: User | None, scheduled: bool = False) -> int:
    """Invite everybody on the list who has not been written to and can be. Pressing twice sends once."""
    event = locked(event)
    if refusal := obstacle_to_inviting(event):
        raise ValidationError(refusal)
    posting = letters(_can_be_invited(event.invitations.chosen()), version=event.date_version)
    if not posting and event.is_draft:
        raise ValidationError(_("Nobody on the list can be invited. Choose people first."))
    now = timezone.now()
    outbox.post_many(PURPOSES[Kind.INVITATION], posting, scheduled=scheduled)
    stop_waiting(event, _("The invitation follows."), [PURPOSES[Kind.SAVE_THE_DATE]])
    event.invitations.filter(pk__in=[letter.subject.pk for letter in posting]).update(invited_at=now)
    if event.is_draft:
        _begin_inviting(event, actor, len(posting))
    return len(posting)


def _begin_inviting(event: Event, actor: User | None, people: int) -> None:
    event.status, event.invited_at = Event.Status.INVITING, timezone.now()
    event.full_clean()
    event.save(update_fields=["status", "invited_at"])
    _mark_sent(event.milestones.planned().filter(kind=Kind.INVITATION), event, actor, people)
    replan(event)


@action
def release_invitations(event: Event, *, actor: User) -> Milestone:
    """Let the invitations go out by themselves on their planned day."""
    event = locked(event)
    if refusal := obstacle_to_inviting(event):
        raise ValidationError(refusal)
    milestone = event.milestones.planned().filter(kind=Kind.INVITATION).first()
    if milestone is None:
        raise ValidationError(_("The invitations have been sent already."))
    milestone.released_at = timezone.now()
    milestone.save(update_fields=["released_at"])
    return milestone


def obstacle_to_sending(event: Event, kind: str) -> str:
    """Why a step cannot be sent by hand yet; "" if nothing stands against it."""
    if kind == Kind.INVITATION:
        return obstacle_to_inviting(event)
    if kind == Kind.SAVE_THE_DATE:
        return _obstacle_to_saving_the_date(event)
    if kind in schedule.BEFORE:
        return "" if event.is_inviting else _("Send the invitations first.")
    if not event.is_over:
        return _("Mark it as held first.")
    if kind == Kind.OUTCOMES and not event.outcomes:
        return _("Write the outcomes first.")
    return ""


@action
def run(milestone: Milestone, *, actor: User | None) -> int:
    """Send one step to whom it concerns now, and write down that it is done. Safe to run twice.

    With an `actor` somebody sends it ahead of its time; without one the schedule does. Returns how many people.
    """
    event = locked(milestone.event)
    milestone = Milestone.objects.select_for_update().get(pk=milestone.pk)
    if not milestone.may_be_sent:
        return 0
    if refusal := obstacle_to_sending(event, milestone.kind):
        raise ValidationError(refusal)
    if milestone.kind == Kind.INVITATION:
        return send_invitations(event, actor=actor, scheduled=actor is None)
    people = _send_step(event, milestone, actor)
    _mark_sent(Milestone.objects.filter(pk=milestone.pk), event, actor, people)
    _move_on(event, milestone.kind)
    return people


def _move_on(event: Event, kind: str) -> None:
    """What the state of an event owes to a step that has been sent."""
    if kind == Kind.SAVE_THE_DATE and event.status == Event.Status.PLANNED:
        event.status = Event.Status.ANNOUNCED
        event.save(update_fields=["status"])
    if kind == Kind.CONFIRMATION and event.status == Event.Status.INVITING:
        event.status = Event.Status.CONFIRMED
        event.save(update_fields=["status"])
    if kind == Kind.OUTCOMES and event.published_at is None:
        event.status, event.published_at = Event.Status.REPORTED, timezone.now()
        event.save(update_fields=["status", "published_at"])


def _send_step(event: Event, milestone: Milestone, actor: User | None) -> int:
    rows = audience(event, milestone.kind)
    if milestone.kind == Kind.CALLS:
        return _write_call_list(event, rows, actor)
    posting = letters(rows, version=event.date_version)
    if milestone.kind == Kind.SAVE_THE_DATE and not posting:
        raise ValidationError(_("Nobody on the list can be invited. Choose people first."))
    if milestone.kind == Kind.OUTCOMES:
        came = event.attendances.filter(walk_in=True).exclude(person__in=rows.values("person"))
        posting += letters(came, version=event.date_version)
    outbox.post_many(PURPOSES[Kind(milestone.kind)], posting, scheduled=actor is None)
    return len(posting)


def _mark_sent(rows: QuerySet[Milestone], event: Event, actor: User | None, people: int) -> None:
    rows.update(
        state=State.SENT,
        done_at=timezone.now(),
        done_by=actor,
        date_version=event.date_version,
        recipients=people,
    )


def _write_call_list(event: Event, rows: QuerySet[Invitation], actor: User | None) -> int:
    """Give the organiser a task for each key user who has not answered."""
    title = _("Call about the invitation: %(workshop)s") % {"workshop": event}
    today = clock.today()
    called = set(Task.objects.open().filter(title=title[:200], kind=Task.Kind.CALL).values_list("person", flat=True))
    missing = [row for row in rows.select_related("person", "organisation") if row.person_id not in called]
    for row in missing:
        task_actions.add(
            Task(
                kind=Task.Kind.CALL,
                title=title[:200],
                due_on=calendar().working_day_from(today),
                assignee=event.organiser,
                person=row.person,
                organisation=row.organisation,
            ),
            actor=actor,
        )
    return len(missing)


def send_joining_link_late(invitation: Invitation) -> None:
    """Send the joining link to somebody who decided for it after it went to the others."""
    event = invitation.event
    is_out = event.milestones.filter(kind=Kind.JOINING_LINK, state=State.SENT).exists()
    if is_out and invitation.joins == Invitation.Joins.ONLINE and event.link:
        one = Invitation.objects.filter(pk=invitation.pk)
        outbox.post_many(PURPOSES[Kind.JOINING_LINK], letters(one, version=event.date_version))


def tell_of_change(event: Event, purpose: str, *, before: Event, asks_again: bool = False) -> int:
    """Write to everybody whom a change of day, hours or place concerns; each gets it once for each date."""
    concerned = reached(event) if asks_again else reached(event).not_declined()
    context = {
        "old_start": before.start.isoformat(),
        "old_end": before.end.isoformat(),
        "old_zone": before.time_zone,
        "old_room": before.room,
        "old_address": before.address,
        "old_online": bool(before.link),
        "asks_again": asks_again,
    }
    posting = letters(concerned, version=event.date_version, context=context)
    outbox.post_many(purpose, posting)
    return len(posting)


def due_steps() -> list[Milestone]:
    """The steps whose time has come and which may go out by themselves."""
    due = Milestone.objects.due(timezone.now()).select_related("event")
    before = due.filter(kind__in=[kind for kind in schedule.BEFORE if kind not in Milestone.RELEASED_BY_HAND])
    after = due.filter(kind__in=[kind for kind in schedule.AFTER if kind != Kind.OUTCOMES])
    return [
        *due.filter(kind=Kind.INVITATION, released_at__isnull=False, event__status__in=DRAFT),
        *before.filter(event__status__in=INVITED),
        *after.filter(event__held_at__isnull=False),
        *due.filter(kind=Kind.OUTCOMES, released_at__isnull=False, event__held_at__isnull=False),
    ]


@action
def run_due(milestone: Milestone, *, actor: None = None) -> int:
    """Send a step whose time has come; leave it out when the event has begun meanwhile."""
    event = milestone.event
    if milestone.kind in schedule.BEFORE and event.start <= timezone.now():
        skip(locked(event), [milestone.kind])
        return 0
    return run(milestone, actor=None)
