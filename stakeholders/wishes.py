"""What people want from us by mail: objections are obeyed before sending, and a bounced address is remembered."""

from django.utils.translation import gettext as _

from nso_contacts.mail import purposes
from nso_contacts.mail.models import Message

from .actions import address
from .models import Person


def register() -> None:
    """Tell the outbox whom to leave alone."""
    purposes.on_objection(objection)
    purposes.on_outcome(note_outcome)


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
