"""What those who raised a need are told."""

from django.utils.translation import gettext_lazy as _

from nso_contacts.mail import purposes
from nso_contacts.mail.purposes import MessageClass, Purpose

from ..actions.need import ANSWER


def register() -> None:
    """Make the purpose known."""
    purposes.register(
        Purpose(
            ANSWER,
            title=_("Answer about a need"),
            message_class=MessageClass.SERVICE,
            template="feedback/need_answered",
            context=lambda message: {"answer": message.subject, "need": message.subject.raiser.need},
            about=lambda answer: (str(answer.raiser.need), answer.raiser.need.get_absolute_url()),
        )
    )
