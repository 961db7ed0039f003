"""Attendance: ticked for many at once, walk-ins added at the door."""

from collections.abc import Mapping

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _

from nso_contacts.accounts.models import User
from nso_contacts.audit.trail import action
from stakeholders.models import Person, Post

from ..models import Attendance, Event
from ..models.event import INVITED, OVER
from . import sending
from .event import absence, touch_guests
from .people import NewColleague, find_or_add

State = Attendance.State
ABSENT = "ABSENT"


@action
def record(event: Event, ticks: Mapping[int, str], *, actor: User) -> int:
    """Write down who is there, by person: a state, or ABSENT for "not here". Returns how many rows changed.

    People who are neither invited nor on the list already are passed over: they are walk-ins, added by name.
    """
    event = _open_for_attendance(event)
    invited = {invitation.person_id: invitation for invitation in event.invitations.sent()}
    present = {row.person_id: row for row in event.attendances.all()}
    now = timezone.now()
    adding, changing = [], []
    for pk, tick in ticks.items():
        row, invitation = present.get(pk), invited.get(pk)
        if row is None and invitation is None:
            continue
        state = absence(invitation) if tick == ABSENT else State(tick)
        if row is None:
            at_that_time = invitation.organisation_id if invitation else None
            row = Attendance(event=event, person_id=pk, organisation_id=at_that_time)
            adding.append(row)
        elif row.state != state:
            changing.append(row)
        row.state, row.recorded_by, row.recorded_at = state, actor, now
        row.occurred_at = min(event.start, now)
    removed = [row for row in changing if row.walk_in and not row.was_there]
    Attendance.objects.filter(pk__in=[row.pk for row in removed]).delete()
    Attendance.objects.bulk_create(adding)
    Attendance.objects.bulk_update(
        [row for row in changing if row not in removed], ["state", "recorded_by", "recorded_at"]
    )
    if adding or changing:
        touch_guests(event, actor)
    return len(adding) + len(changing)


@action
def walk_in(event: Event, person: Person, *, state: str, actor: User) -> Attendance:
    """Add somebody who came without an invitation. Who was invited is simply ticked; twice is once."""
    event = _open_for_attendance(event)
    is_invited = event.invitations.sent().filter(person=person).exists()
    post = Post.objects.current().filter(person=person).order_by("-is_primary", "-valid_from", "pk").first()
    now = timezone.now()
    row, _created = Attendance.objects.update_or_create(
        event=event,
        person=person,
        defaults={"state": state, "recorded_by": actor, "recorded_at": now},
        create_defaults={
            "state": state,
            "recorded_by": actor,
            "recorded_at": now,
            "organisation": post.organisation if post else None,
            "walk_in": not is_invited,
            "occurred_at": min(event.start, now),
        },
    )
    touch_guests(event, actor)
    return row


@action
def walk_in_new(event: Event, colleague: NewColleague, *, state: str, actor: User) -> Attendance:
    """Add somebody who came without an invitation and is not in the directory."""
    return walk_in(event, find_or_add(colleague), state=state, actor=actor)


def _open_for_attendance(event: Event) -> Event:
    event = sending.locked(event)
    if event.status not in (*INVITED, *OVER):
        raise ValidationError(_("Attendance is recorded once the invitations have been sent."))
    return event
