"""The letter to whoever asked for their links again: everything at that address, by person, with new links."""

from django.utils.translation import gettext_lazy as _

from nso_contacts.mail import links, purposes
from nso_contacts.mail.models import Message
from nso_contacts.mail.purposes import MessageClass, Purpose
from nso_contacts.mail.writing import PERSONAL_LINK
from workshops import messages as workshops

from .. import own_links
from ..actions import own_links as actions
from ..actions import survey as surveys
from . import request as requests

KEY = actions.PURPOSE
# The old links to these end once the letter is out; the way to one's preferences stays open in every letter's foot.
REPLACED = (workshops.LINK, surveys.LINK, requests.LINK)


def register() -> None:
    """Make the purpose known, and end the old links when the new ones are out."""
    purposes.register(
        Purpose(
            KEY,
            title=_("Links sent again"),
            message_class=MessageClass.SERVICE,
            template="feedback/own_links",
            still_wanted=still_wanted,
            named_links=make,
            context=fill,
            about=lambda office: (str(_("Links asked for")), ""),
        )
    )
    purposes.on_outcome(end_old_links)


def still_wanted(message: Message) -> str:
    """Nothing is sent to an address that the office does not know."""
    return "" if own_links.owners(message.address) else str(_("Nobody with this address is on file."))


def things(message: Message) -> list[own_links.Own]:
    """Everything the letter holds a link to."""
    found = own_links.owners(message.address)
    return [thing for owner in found for thing in (*owner.things, owner.preferences) if thing is not None]


def make(message: Message) -> dict[str, str]:
    """Make a new link to each."""
    return {thing.name: thing.make(message) for thing in things(message)}


def fill(message: Message) -> dict[str, object]:
    """What the letter shows: each person with what is theirs, and where its link will stand."""
    found = [
        (
            owner.name,
            [(thing.kind, thing.title, f"{PERSONAL_LINK}{thing.name}/") for thing in owner.things],
            f"{PERSONAL_LINK}{owner.preferences.name}/" if owner.preferences else "",
        )
        for owner in own_links.owners(message.address)
    ]
    return {"owners": found, "several": len(found) > 1, "any_link": any(things for _name, things, _link in found)}


def end_old_links(message: Message) -> None:
    """The newest letter counts: what it replaces stops working, once it is on its way and not before."""
    if message.purpose == KEY and message.state == Message.State.SENT:
        links.end_earlier(message, REPLACED)
