"""What people want from us by mail: objections are obeyed before sending, and a bounced address is remembered."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from nso_contacts.audit import history
from nso_contacts.mail import links, purposes
from nso_contacts.mail.models import Message

from .actions import address
from .models import Person

LINK = "stakeholders.preferences"
# Nothing is told behind it but whether somebody wants mail, and a foot of last year's letter should still lead there.
LINK_LIVES = timedelta(days=365)


def register() -> None:
    """Tell the outbox whom to leave alone, and where they say so."""
    purposes.on_objection(objection)
    purposes.on_outcome(note_outcome)
    purposes.preferences_link(preferences_link, offered=lambda message: isinstance(message.recipient, Person))


def preferences_link(message: Message) -> str:
    """A new link to the page where somebody changes what is sent to them."""
    return new_link(message.recipient, message)


def new_link(person: Person, message: Message) -> str:
    """Make a person's link for a message that is being sent."""
    token = links.make(LINK, person, timezone.now() + LINK_LIVES, message)
    return settings.BASE_URL + reverse("stakeholders:preferences", args=[token])


@dataclass(frozen=True)
class Objected:
    """An objection that holds: who made it, when, and whether by the link in a message."""

    who: str
    at: datetime
    by_link: bool


def objected(person: Person) -> dict[str, Objected]:
    """Each class of messages that somebody does not want, with the change of the record that says so."""
    if not person.objections:
        return {}
    found: dict[str, Objected] = {}
    for change in history.changes_of(person, "objections"):  # the newest first
        for one in set(person.objections) - set(found):
            if one in change.after and one not in (change.before or []):
                found[one] = Objected(change.who, change.at, change.by_link)
    return found


def objection(message: Message) -> str:
    """Why a person does not get a message that may be refused; "" if nothing stands against it."""
    person = message.recipient
    if not isinstance(person, Person):
        return ""
    if person.do_not_contact:
        return _("They do not want to be contacted.")
    if message.message_class in person.objections:
        return _("They do not want messages of this kind.")
    if person.archived_at or person.deceased_on or person.anonymised_at:
        return _("They are no longer in the directory.")
    return ""


def note_outcome(message: Message) -> None:
    """Remember an address that takes no messages."""
    if message.state == Message.State.BOUNCED and isinstance(message.recipient, Person):
        address.note_bounce(message.recipient, message.address, actor=None)
