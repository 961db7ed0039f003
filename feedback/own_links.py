"""Which personal links belong to an address: what somebody can still answer or follow without signing in.

An address may be a desk's: the links are told by person. A link goes only where that person's letters go already, so
asking for links gives nobody anything that their mailbox did not hold.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

from django.db.models import Q, QuerySet
from django.db.models.functions import Lower
from django.utils import timezone

from nso_contacts.mail.models import Message
from stakeholders import wishes
from stakeholders.models import AddressState, Person, PersonEmail
from workshops import messages as workshops
from workshops.invitees import with_obstacle
from workshops.models import Event, Invitation

from .mails import request as requests
from .mails import survey as surveys
from .models import DataRequest, FrameMember

# More than this is no letter any more; the newest are told.
AT_MOST = 20
GONE = (Event.Status.CANCELLED, Event.Status.POSTPONED)


@dataclass(frozen=True)
class Own:
    """One thing somebody has a link to, with the maker of that link."""

    name: str
    title: str
    kind: str
    make: Callable[[Message], str]


@dataclass
class Owner:
    """Somebody at an address, and what is theirs. Without `preferences`, only the address is known."""

    name: str
    things: list[Own] = field(default_factory=list)
    preferences: Own | None = None


def people_at(address: str) -> QuerySet[Person]:
    """Return those whose letters go to an address."""
    known = PersonEmail.objects.annotate(lower=Lower("address")).filter(lower=address.lower(), state=AddressState.WORKS)
    people = Person.objects.active().filter(pk__in=known.values("person"))
    return with_obstacle(people).filter(mail_address__iexact=address).select_related("user").order_by("sort_name", "pk")


def owners(address: str) -> list[Owner]:
    """Return everybody at an address with what they can answer or follow; nobody for an unknown address."""
    people = list(people_at(address)[:AT_MOST])
    invitations, members, asked = _invitations(people), _members(people), _requests(Q(requester__in=people))
    found = [
        Owner(
            person.name,
            [
                *(_invitation(one) for one in invitations if one.person_id == person.pk),
                *(_member(one) for one in members if one.person_id == person.pk),
                *(_request(one) for one in asked if one.requester_id == person.pk),
            ],
            _preferences(person),
        )
        for person in people
    ]
    # Somebody who is not on file asked through the public form, with a name and this address.
    by_name: dict[str, Owner] = {}
    for one in _requests(Q(requester=None, requester_email__iexact=address)):
        by_name.setdefault(one.requester_name, Owner(one.requester_name)).things.append(_request(one))
    return [*found, *by_name.values()]


def _invitations(people: list[Person]) -> list[Invitation]:
    """To events that are still to come; whoever sent somebody else has nothing more to say."""
    sent = Invitation.objects.sent().filter(person__in=people, event__end__gt=timezone.now())
    still = sent.exclude(event__status__in=GONE).exclude(reply=Invitation.Reply.DELEGATED)
    return list(still.select_related("event").order_by("event__start", "pk")[:AT_MOST])


def _members(people: list[Person]) -> list[FrameMember]:
    asked = FrameMember.objects.unanswered().filter(person__in=people, wave__closed_at=None)
    open_ones = asked.filter(wave__closes_at__gt=timezone.now())
    return list(open_ones.select_related("wave__event", "wave__survey").order_by("wave__closes_at", "pk")[:AT_MOST])


def _requests(whose: Q) -> list[DataRequest]:
    """Those whose page answers: open, or closed less than a year ago."""
    lately = timezone.now() - requests.LINK_LIVES_AFTER_CLOSING
    found = DataRequest.objects.filter(whose).filter(Q(closed_at=None) | Q(closed_at__gt=lately))
    return list(found.select_related("requester__user").order_by("-received_at", "-pk")[:AT_MOST])


def _invitation(one: Invitation) -> Own:
    return Own(f"invitation-{one.pk}", str(one.event), "invitation", lambda message: workshops.new_link(one, message))


def _member(one: FrameMember) -> Own:
    return Own(f"survey-{one.pk}", str(one.wave), "survey", lambda message: surveys.new_link(one, message))


def _request(one: DataRequest) -> Own:
    title = f"{one.reference} {one.subject}"
    return Own(f"request-{one.pk}", title, "request", lambda message: requests.new_link(one, message))


def _preferences(person: Person) -> Own:
    return Own(f"preferences-{person.pk}", "", "preferences", lambda message: wishes.new_link(person, message))
