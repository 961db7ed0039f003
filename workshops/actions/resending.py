"""Sending an invitation again that came back, once the address has been corrected."""

from collections.abc import Collection

from nso_contacts.accounts.models import User
from nso_contacts.audit.trail import action
from nso_contacts.mail import actions as mail_actions
from nso_contacts.mail import links, outbox
from nso_contacts.mail.models import Message

from .. import delivered, messages
from ..models import Event, Invitation
from . import sending


@action
def send_again(event: Event, invitations: Collection[int] | None = None, *, actor: User) -> int:
    """Send the bounced invitations of an event again (or those of `invitations`) to addresses that work by now.

    Who has replied, has no working address or whose invitation is on its way is left out, so pressing twice sends
    once. Earlier links of these invitations end: somebody else may read the old address.
    """
    event = sending.locked(event)
    found = delivered.to_send_again(event)
    if invitations is not None:
        found = found.filter(pk__in=invitations)
    rows = list(found)
    if not rows:
        return 0
    came_back = Message.objects.for_subject(*rows).of(delivered.PURPOSE).filter(state=Message.State.BOUNCED)
    # Each sending again has a version of its own, told apart by the message that came back.
    version = f"{event.date_version}.{max(message.pk for message in came_back)}"
    for message in came_back:
        mail_actions.leave(message, actor=actor)
    for row in rows:
        links.end(messages.LINK, row)
    again = Invitation.objects.filter(pk__in=[row.pk for row in rows])
    return outbox.post_many(delivered.PURPOSE, sending.letters(again, version=version))
