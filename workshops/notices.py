"""What organisers are notified of: replies that ask something of them, messages that failed, workshops to wind up."""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from nso_contacts.mail import purposes
from nso_contacts.mail.models import Message
from nso_contacts.notifications import causes
from nso_contacts.notifications.actions import tell
from nso_contacts.notifications.causes import Cause, Kind
from nso_contacts.office.models import Office
from stakeholders.notices import NEWS

from . import wording
from .models import Attendance, Event, Invitation
from .models.event import INVITED

REPLIED = "workshops.replied"
MESSAGE_FAILED = "workshops.message_failed"


def register() -> None:
    """Make the causes known, and listen for messages that cannot be delivered."""
    for cause in (
        Cause(
            REPLIED,
            Kind.REPLY,
            "envelope",
            rows=Invitation.objects.visible_to,
            title=reply_words,
            about=lambda invitation: str(invitation.event),
            related=("event", "person", "delegate"),
        ),
        Cause(
            MESSAGE_FAILED,
            Kind.FAILED,
            "exclamation-triangle",
            rows=Event.objects.visible_to,
            title=lambda event: _("Messages about “%(event)s” could not be delivered") % {"event": event},
            url=messages_about,
        ),
        Cause(
            "workshops.over",
            Kind.OVERDUE,
            "easel",
            rows=lambda user: to_wind_up().visible_to(user).filter(organiser=user),
            title=lambda event: _("Over: mark “%(event)s” as held") % {"event": event},
            about=wording.when_short,
            found=over_lately,
        ),
    ):
        causes.register(cause)
    purposes.on_trouble(hear_of_trouble)


def reply_words(invitation: Invitation) -> str:
    """“Amina Haddad sends Omar Farouk instead” or what somebody needs to take part."""
    if invitation.delegate:
        return _("%(person)s sends %(delegate)s instead") % {
            "person": invitation.person,
            "delegate": invitation.delegate,
        }
    if invitation.needs:
        return _("%(person)s replied: %(words)s") % {"person": invitation.person, "words": invitation.needs}
    return _("%(person)s replied") % {"person": invitation.person}


def messages_about(event: Event) -> str:
    """The messages of an event that need a look."""
    return f"{reverse('mail:messages')}?{urlencode({'tab': 'look', 'q': str(event)})}"


def hear_of_trouble(message: Message) -> None:
    """The organiser has to know when guests are not reached."""
    if isinstance(message.subject, (Invitation, Attendance)):
        event = message.subject.event
        tell(MESSAGE_FAILED, event, [event.organiser], actor=None)


def to_wind_up() -> Any:
    """Events that are over and not marked as held."""
    return Event.objects.filter(status__in=INVITED, end__lt=timezone.now())


def over_lately(today: date) -> Iterable[tuple[int, int, date]]:
    """Events that ended lately and still wait to be marked as held."""
    zone = Office.objects.current().zone
    for event in to_wind_up().filter(end__gte=timezone.now() - NEWS).only("organiser_id", "end"):
        yield event.organiser_id, event.pk, timezone.localtime(event.end, zone).date() + timedelta(days=1)
