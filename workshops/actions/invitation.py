"""The list of invitees: put on it, taken off it, and what they answer."""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass, replace

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _

from nso_contacts.accounts.models import User
from nso_contacts.audit.trail import action
from nso_contacts.mail import outbox
from nso_contacts.notifications.actions import tell
from nso_contacts.office.models import Office
from stakeholders.models import Organisation, Person

from .. import invitees, messages
from ..models import Event, Invitation, Milestone
from ..models.event import DRAFT, INVITED
from . import sending
from .people import NewColleague, find_or_add

Reply = Invitation.Reply
Joins = Invitation.Joins

# So many colleagues one invited person may name: enough for honest changes of mind, too few to misuse our mail.
MOST_DELEGATES = 3
REMINDERS = [sending.PURPOSES[Milestone.Kind.REMINDER], sending.PURPOSES[Milestone.Kind.LAST_REMINDER]]


@dataclass(frozen=True)
class Answer:
    """What somebody replies to an invitation."""

    reply: str
    joins: str = ""
    interpretation: str = ""
    needs: str = ""
    colleague: NewColleague | None = None


@action
def choose(event: Event, people: Iterable[Person], *, source: str, actor: User) -> int:
    """Put people on the list. Who is on it already stays there once; who cannot be invited is left out."""
    event = sending.locked(event)
    if event.status not in (*DRAFT, *INVITED):
        raise ValidationError(_("It is over, postponed or cancelled, so nobody can be invited any more."))
    found = invitees.invitable(Person.objects.filter(pk__in=[person.pk for person in people])).filter(obstacle="")
    known = set(event.invitations.values_list("person", flat=True))
    adding = [
        Invitation(
            event=event,
            person=person,
            organisation_id=person.organisation_id,
            source=source,
            is_key=person.is_key_user or person.organisation_tier == Organisation.Tier.KEY,
        )
        for person in found
        if person.pk not in known
    ]
    Invitation.objects.bulk_create(adding)
    return len(adding)


@action
def remove(event: Event, people: Iterable[int], *, actor: User) -> int:
    """Take people off the list who have not been written to. Others stay: their invitation is out."""
    event = sending.locked(event)
    removed, _by_model = event.invitations.chosen().filter(person__in=list(people), delegate_for=None).delete()
    return removed


@action
def send_test(invitation: Invitation, *, actor: User) -> None:
    """Send what one guest would get to the acting colleague. The invitation stays as it is, and nobody can answer."""
    outbox.post(
        messages.TEST,
        subject=invitation,
        recipient=actor,
        address=actor.email,
        language=invitees.language_of(invitation.person, Office.objects.current()),
        version=uuid.uuid4(),
    )


@action
def answer(invitation: Invitation, given: Answer, *, actor: Person | User) -> Invitation:
    """Write down a reply, in place of an earlier one. Once the event has begun, replies stay as they are."""
    event = sending.locked(invitation.event)
    invitation = Invitation.objects.select_for_update(of=("self",)).select_related("person").get(pk=invitation.pk)
    invitation.event = event
    _refuse_late(event)
    invitation.reply, invitation.joins = given.reply, _joins(event, given)
    _refuse_full(event, invitation)
    invitation.interpretation = given.interpretation if invitation.is_coming else ""
    invitation.needs = given.needs.strip()
    invitation.delegate = _delegate(invitation, given.colleague, actor) if given.reply == Reply.DELEGATED else None
    invitation.answered_at = timezone.now()
    invitation.answered_by = actor if isinstance(actor, User) and actor.pk != invitation.person.user_id else None
    invitation.full_clean()
    invitation.save()
    outbox.cancel(invitation, REMINDERS, reason=_("They have replied."))
    if invitation.needs or invitation.delegate:
        tell("workshops.replied", invitation, [event.organiser, event.facilitator], actor=actor)
    if invitation.is_coming:
        sending.send_joining_link_late(invitation)
    return invitation


def obstacle_to_answering(event: Event) -> str:
    """Why no reply is taken any more; "" while replies are."""
    if event.status == Event.Status.CANCELLED:
        return _("This meeting was cancelled.") if event.is_meeting else _("This workshop was cancelled.")
    if event.status == Event.Status.POSTPONED:
        if event.is_meeting:
            return _("This meeting was postponed. We will write to you when the new day is known.")
        return _("This workshop was postponed. We will write to you when the new day is known.")
    if event.is_over or event.start <= timezone.now():
        if event.is_meeting:
            return _("This meeting has begun, so your reply can no longer be changed.")
        return _("This workshop has begun, so your reply can no longer be changed.")
    return ""


def _refuse_late(event: Event) -> None:
    if refusal := obstacle_to_answering(event):
        raise ValidationError(refusal)


def _joins(event: Event, given: Answer) -> str:
    """Room or online: what the guest says where there is a choice, else what the event offers."""
    if given.reply not in (Reply.ACCEPTED, Reply.TENTATIVE):
        return ""
    if event.mode == Event.Mode.HYBRID:
        return given.joins
    return Joins.ROOM if event.room else Joins.ONLINE


def places_left(event: Event, joins: str, *, but: Invitation | None = None) -> int | None:
    """How many more can accept; None when there is no limit. `but` is somebody whose own place does not count."""
    capacity = event.capacity_room if joins == Joins.ROOM else event.capacity_online
    if capacity is None:
        return None
    taken = event.invitations.sent().filter(reply=Reply.ACCEPTED, joins=joins)
    return max(capacity - (taken.exclude(pk=but.pk) if but else taken).count(), 0)


def _refuse_full(event: Event, invitation: Invitation) -> None:
    if invitation.reply != Reply.ACCEPTED or places_left(event, invitation.joins, but=invitation) != 0:
        return
    if invitation.joins == Joins.ROOM and event.link:
        raise ValidationError({"joins": _("The room is full. You can join online.")})
    raise ValidationError({"joins": _("All places are taken. Choose “Maybe” and we will tell you if one is free.")})


def _delegate(invitation: Invitation, colleague: NewColleague | None, actor: Person | User) -> Person:
    """Find or add the colleague who comes instead, and invite them at once."""
    if colleague is None:
        raise ValidationError({"colleague_name": _("Name the colleague who comes instead.")})
    person = find_or_add(replace(colleague, organisation=invitation.organisation, language=invitation.person.language))
    if person.pk == invitation.person_id:
        raise ValidationError({"colleague_name": _("Name somebody else than the person invited.")})
    event = invitation.event
    theirs = event.invitations.filter(person=person).first()
    if theirs is None:
        if invitation.delegates.count() >= MOST_DELEGATES:
            raise ValidationError(_("You have named several colleagues already. Write to us to name another one."))
        theirs = Invitation.objects.create(
            event=event,
            person=person,
            organisation=invitation.organisation,
            source=Invitation.Source.DELEGATE,
            is_key=invitation.is_key,
            delegate_for=invitation,
        )
    if theirs.invited_at is None:
        _invite_now(event, theirs)
    return person


def _invite_now(event: Event, invitation: Invitation) -> None:
    one = Invitation.objects.filter(pk=invitation.pk)
    posting = sending.letters(one, version=event.date_version)
    if posting:
        outbox.post_many(sending.PURPOSES[Milestone.Kind.INVITATION], posting)
        one.update(invited_at=timezone.now())
