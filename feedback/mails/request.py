"""Messages about data requests: to the requester (SERVICE, they asked for it) and to whoever answers."""

from datetime import timedelta

from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from nso_contacts.access.roles import has_role
from nso_contacts.mail import links, purposes
from nso_contacts.mail.models import Message
from nso_contacts.mail.purposes import MessageClass, Purpose

from ..models import DataRequest, RequestMessage

LINK = "feedback.request"
LINK_LIVES_AFTER_CLOSING = timedelta(days=365)

TO_REQUESTER = {
    "request_received": _("Receipt of a data request"),
    "request_reply": _("Reply about a data request"),
    "request_question": _("Question about a data request"),
    "request_answered": _("Answer to a data request"),
    "request_refused": _("Data request declined"),
    "request_redirected": _("Data request passed on"),
    "request_closed": _("Data request closed"),
}
TO_ASSIGNEE = {
    "request_heard": _("The requester wrote"),
    "request_assigned": _("Data request assigned"),
}


def register() -> None:
    """Make the purposes known."""
    for key, title in TO_REQUESTER.items():
        purposes.register(
            Purpose(
                f"feedback.{key}",
                title=title,
                message_class=MessageClass.SERVICE,
                template=f"feedback/{key}",
                personal_link=follow_link,
                context=for_requester,
                about=named,
            )
        )
    for key, title in TO_ASSIGNEE.items():
        purposes.register(
            Purpose(
                f"feedback.{key}",
                title=title,
                message_class=MessageClass.SERVICE,
                template=f"feedback/{key}",
                still_wanted=still_assigned,
                context=for_assignee,
                about=named,
            )
        )


def named(request: DataRequest) -> tuple[str, str]:
    """How a request is called in the list of messages."""
    return f"{request.reference} {request.subject}", request.get_absolute_url()


def follow_link(message: Message) -> str:
    """Where the requester follows the request: in the portal if they sign in there, else by a link of their own."""
    return new_link(message.subject, message)


def new_link(request: DataRequest, message: Message) -> str:
    """Make the way to a request for a message that is being sent."""
    person = request.requester
    if person is not None and person.user is not None and has_role(person.user, "expert"):
        return settings.BASE_URL + reverse("feedback:portal_request", args=[request.pk])
    # A request may stay open for long; the link is renewed with every message, and outlives closing by a year.
    expires_at = (request.closed_at or timezone.now()) + LINK_LIVES_AFTER_CLOSING
    token = links.make(LINK, request, expires_at, message=message)
    return settings.BASE_URL + reverse("feedback:follow", args=[token])


def still_assigned(message: Message) -> str:
    """Why a colleague need not hear of a request any more."""
    request = message.subject
    return "" if request.assignee_id == message.recipient_id else str(_("assigned to somebody else"))


def for_requester(message: Message) -> dict[str, object]:
    """What the letters to a requester show."""
    return {
        "data_request": message.subject,
        "words": words_of(message),
        "link_label": _("Follow your request"),
        "colleague": message.subject.assignee,
    }


def for_assignee(message: Message) -> dict[str, object]:
    """What the notes to a colleague show."""
    request = message.subject
    return {
        "data_request": request,
        "words": words_of(message),
        "url": settings.BASE_URL + request.get_absolute_url(),
    }


def words_of(message: Message) -> str:
    """The text of the conversation that a message carries."""
    key = message.context.get("message")
    entry = RequestMessage.objects.filter(pk=key).exclude(kind=RequestMessage.Kind.INTERNAL).first() if key else None
    return entry.text if entry else ""
