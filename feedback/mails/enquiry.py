"""Messages about enquiries from the public form."""

from django.utils.translation import gettext_lazy as _

from nso_contacts.mail import purposes
from nso_contacts.mail.models import Message
from nso_contacts.mail.purposes import MessageClass, Purpose

TITLES = {"enquiry_received": _("Receipt of an enquiry"), "enquiry_answered": _("Answer to an enquiry")}


def register() -> None:
    """Make the purposes known."""
    for key, title in TITLES.items():
        purposes.register(
            Purpose(
                f"feedback.{key}",
                title=title,
                message_class=MessageClass.SERVICE,
                template=f"feedback/{key}",
                context=what_was_asked,
            )
        )


def what_was_asked(message: Message) -> dict[str, object]:
    """What the letters show."""
    return {"enquiry": message.subject}
