"""Meetings of committees and user groups: called with their members, and what came of them."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.db.models import Exists, Max, OuterRef
from django.utils.translation import gettext as _

from nso_contacts.accounts.models import User
from nso_contacts.audit.trail import action
from nso_contacts.files import storage
from stakeholders.actions import task as task_actions
from stakeholders.models import Person, Product, SeatHolder, StatisticalDomain, Task, UserGroupMembership

from .. import quorum
from ..models import ActionItem, Decision, Event, Invitation, Paper
from . import invitation as invitation_actions
from . import sending
from .event import plan

PRINCIPAL = SeatHolder.Position.PRINCIPAL


@action
def call(
    event: Event,
    *,
    actor: User,
    domains: Iterable[StatisticalDomain] = (),
    products: Iterable[Product] = (),
) -> Event:
    """Plan a meeting and put its members on the list. Nothing is sent."""
    plan(event, actor=actor, domains=domains, products=products)
    source = Invitation.Source.COMMITTEE if event.committee_id else Invitation.Source.GROUP
    invitation_actions.choose(event, members(event, event.day), source=source, actor=actor)
    return event


def members(event: Event, day: date) -> Any:
    """Who is invited to a meeting on a day: members of the group; holders of the seats, alternates where none is."""
    if event.committee is None:
        belonging = UserGroupMembership.objects.on(day).filter(group=event.group_id)
        return Person.objects.filter(pk__in=belonging.values("person"))
    seats = quorum.seats_on(event.committee, day)
    holders = SeatHolder.objects.on(day).filter(seat__in=seats)
    principal = holders.filter(seat=OuterRef("seat"), position=PRINCIPAL)
    stand_in = holders.exclude(position=PRINCIPAL).filter(~Exists(principal))
    return Person.objects.filter(pk__in=(holders.filter(position=PRINCIPAL) | stand_in).values("person"))


@action
def add_papers(event: Event, uploads: Iterable[UploadedFile], *, kind: str, actor: User) -> list[Paper]:
    """Attach files to a meeting. Raises ValidationError for one that may not be attached."""
    event = _open(event)
    return [
        Paper.objects.create(event=event, kind=kind, file=storage.store(upload, actor), added_by=actor)
        for upload in uploads
    ]


@action
def remove_paper(paper: Paper, *, actor: User) -> None:
    """Take a file off a meeting. Who got it by mail keeps it."""
    _open(paper.event)
    Paper.objects.filter(pk=paper.pk).delete()


@action
def decide(event: Event, text: str, *, actor: User) -> Decision:
    """Write down what a meeting decided. A committee without its quorum may discuss, not decide."""
    event = _open(event)
    if not event.is_over:
        raise ValidationError(_("Record the attendance and mark the meeting as held first."))
    seats = quorum.read(event)
    if seats is not None and not seats.is_quorate:
        raise ValidationError(_("The committee could not decide. %(why)s.") % {"why": seats.sentence})
    text = text.strip()
    same = event.decisions.filter(text=text).first()
    if same is not None:
        raise ValidationError(_("This decision is recorded already, as number %(number)s.") % {"number": same.number})
    last = event.decisions.aggregate(last=Max("number"))["last"] or 0
    decision = Decision(event=event, number=last + 1, text=text, recorded_by=actor)
    decision.full_clean()
    decision.save()
    return decision


@action
def reword(decision: Decision, *, actor: User) -> Decision:
    """Save the changed words of a decision."""
    _open(decision.event)
    decision.full_clean()
    decision.save()
    return decision


@action
def undertake(event: Event, task: Task, *, actor: User) -> ActionItem:
    """Write down what somebody undertook to do: a task in their list, told apart by the meeting."""
    event = sending.locked(event)
    if not (event.is_over or event.is_inviting):
        raise ValidationError(_("Actions are agreed at a meeting to which people were invited."))
    task_actions.add(task, actor=actor)
    return ActionItem.objects.create(event=event, task=task)


def _open(event: Event) -> Event:
    """The meeting, locked, as long as its minutes have not been sent."""
    event = sending.locked(event)
    if event.published_at:
        raise ValidationError(_("The minutes have been sent to everybody and stay as they are."))
    return event
