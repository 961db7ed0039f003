"""What the office sends messages for: each app registers its purposes in `AppConfig.ready`.

    purposes.register(Purpose(
        "workshops.invitation",
        title=_("Invitation"),
        message_class=MessageClass.INVITATION,
        template="workshops/invitation",       # templates/mail/workshops/invitation.txt and .html
        still_wanted=reason_to_drop,           # (message) -> "" or why it is not sent any more
        personal_link=link,                    # (message) -> the whole address; asked only while sending
        named_links=links,                     # (message) -> {name: the whole address}, where a letter holds several:
                                               # they stand where the template says {{ personal_link }}name/
        attachments=calendar_entry,            # (message) -> [(name, bytes or str, type)]
        context=fill,                          # (message) -> what the template needs
        about=workshop_of,                     # (subject) -> (words, address) shown in the list of messages
        visible=rows,                          # (user) -> Q over Message, for records not everybody may see
    ))

Every callable may be asked more than once and must not change anything, except that `personal_link` and `named_links`
make links.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ImproperlyConfigured
from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from .models import Message

Attachment = tuple[str, bytes | str, str]


class MessageClass(models.TextChoices):
    """How freely the office may send, the most urgent class first."""

    SECURITY = "SECURITY", _("Sign-in and security")
    SERVICE = "SERVICE", _("Service")
    INVITATION = "INVITATION", _("Invitation")
    SURVEY = "SURVEY", _("Survey")
    NEWS = "NEWS", _("News")


# Whoever may refuse is asked first; what may be refused also waits for office hours and counts for the hourly ceiling.
REFUSABLE = (MessageClass.INVITATION, MessageClass.SURVEY, MessageClass.NEWS)
# What reaches many who did not ask for it: mail programs offer to end it with one click (RFC 8058). An invitation is
# personal and answered by its own buttons; a click meant for "no, thank you" must not end all later ones.
ONE_CLICK = (MessageClass.SURVEY, MessageClass.NEWS)
# After a crash nobody knows whether the message went out: these are sent again, for the others a person decides.
SENT_AGAIN = (MessageClass.SECURITY, MessageClass.SERVICE)


def no_reason(message: "Message") -> str:
    """Answer `still_wanted` for messages that nothing makes needless."""
    return ""


def named_by_itself(subject: Any) -> tuple[str, str]:
    """Name a subject by its own words and page."""
    url = subject.get_absolute_url() if hasattr(subject, "get_absolute_url") else ""
    return str(subject), url


@dataclass(frozen=True)
class Purpose:
    """Why a message is sent, and everything needed to write it. See the module's text for an example."""

    key: str
    title: str | Promise
    message_class: MessageClass
    template: str
    still_wanted: Callable[["Message"], str] = no_reason
    personal_link: Callable[["Message"], str] | None = None
    named_links: Callable[["Message"], Mapping[str, str]] | None = None
    attachments: Callable[["Message"], Iterable[Attachment]] | None = None
    context: Callable[["Message"], Mapping[str, Any]] | None = None
    about: Callable[[Any], tuple[str, str]] = named_by_itself
    visible: Callable[[Any], models.Q] | None = None
    reply_to: Callable[["Message"], str] | None = None
    held: bool = False

    @property
    def priority(self) -> int:
        """0 for the class that goes first."""
        return MessageClass.values.index(self.message_class)

    @property
    def may_be_refused(self) -> bool:
        """Whether objections and do-not-contact are obeyed."""
        return self.message_class in REFUSABLE


_purposes: dict[str, Purpose] = {}
_objections: list[Callable[["Message"], str]] = []
_outcomes: list[Callable[["Message"], None]] = []
_troubles: list[Callable[["Message"], None]] = []
_preferences: list[tuple[Callable[["Message"], str], Callable[["Message"], bool]]] = []


def register(purpose: Purpose) -> None:
    """Make a purpose known. Registering the same key again replaces it."""
    _purposes[purpose.key] = purpose


def get(key: str) -> Purpose | None:
    """Return the purpose; None for a key that no app registers (any more)."""
    return _purposes.get(key)


def required(key: str) -> Purpose:
    """Return the purpose, or refuse a key nobody registered."""
    purpose = get(key)
    if purpose is None:
        raise ImproperlyConfigured(f"No app registers a purpose called {key}.")
    return purpose


def registered() -> list[Purpose]:
    """Return all purposes, by their title."""
    return sorted(_purposes.values(), key=lambda purpose: str(purpose.title))


def on_objection(ask: Callable[["Message"], str]) -> None:
    """Ask `ask(message)` before sending what may be refused: "" or why this recipient does not get it."""
    if ask not in _objections:
        _objections.append(ask)


def on_outcome(tell: Callable[["Message"], None]) -> None:
    """Tell `tell(message)` after a message was sent or bounced, in a transaction of its own."""
    if tell not in _outcomes:
        _outcomes.append(tell)


def on_trouble(tell: Callable[["Message"], None]) -> None:
    """Tell `tell(message)` when a message stays unsent or in doubt until somebody decides, in that transaction."""
    if tell not in _troubles:
        _troubles.append(tell)


def known(message: "Message") -> bool:
    """Whether a message goes to somebody on file, who can be asked what they want."""
    return message.recipient_id is not None


def preferences_link(make: Callable[["Message"], str], offered: Callable[["Message"], bool] = known) -> None:
    """Let `make(message)` give the address where a recipient changes what is sent to them.

    It is called only for messages for which `offered(message)` holds. A POST to `unsubscribe/` below that address is
    the one click of RFC 8058: it takes the recipient off messages of this message's class.
    """
    _preferences[:] = [(make, offered)]


def objection(message: "Message") -> str:
    """Return why this recipient does not get a message that may be refused; "" if nobody objects."""
    return next((reason for ask in _objections if (reason := ask(message))), "")


def outcome_listeners() -> list[Callable[["Message"], None]]:
    """Return who wants to know what became of messages."""
    return list(_outcomes)


def trouble_listeners() -> list[Callable[["Message"], None]]:
    """Return who wants to know which messages need a look."""
    return list(_troubles)


def offers_preferences(message: "Message") -> bool:
    """Whether this recipient can change what is sent to them, and this message is something to refuse."""
    return message.may_be_refused and any(offered(message) for _make, offered in _preferences)


def preferences(message: "Message") -> str:
    """Make the link where this recipient changes what is sent to them."""
    return _preferences[0][0](message)
