"""Messages about surveys: thanks with the questions, and one reminder to those who have not answered."""

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from nso_contacts.mail import links, purposes
from nso_contacts.mail.models import Message
from nso_contacts.mail.purposes import MessageClass, Purpose

from ..actions import survey as actions
from ..models import FrameMember


def register() -> None:
    """Make the purposes known, and listen for messages that came back."""
    for key, title, template in (
        (actions.INVITATION, _("Thanks and survey"), "feedback/survey_invitation"),
        (actions.REMINDER, _("Survey reminder"), "feedback/survey_reminder"),
    ):
        purposes.register(
            Purpose(
                key,
                title=title,
                message_class=MessageClass.SURVEY,
                template=template,
                still_wanted=still_wanted,
                personal_link=survey_link,
                context=fill,
                about=lambda member: (str(member.wave), member.wave.get_absolute_url()),
            )
        )
    purposes.on_outcome(hear_of_bounce)


def still_wanted(message: Message) -> str:
    """Why somebody is not asked any more."""
    member = message.subject
    if member is None or not member.wave.is_open:
        return str(_("The survey is closed."))
    if member.disposition in (FrameMember.Disposition.COMPLETE, FrameMember.Disposition.REFUSED):
        return str(_("They have answered."))
    return ""


def survey_link(message: Message) -> str:
    """The link to the questions; it lives until the survey closes."""
    return new_link(message.subject, message)


def new_link(member: FrameMember, message: Message) -> str:
    """Make a link to the questions for a message that is being sent."""
    token = links.make(actions.LINK, member, member.wave.closes_at, message=message)
    return settings.BASE_URL + reverse("feedback:survey_answer", args=[token])


def fill(message: Message) -> dict[str, object]:
    """What the letters show."""
    wave = message.subject.wave
    return {"wave": wave, "event": wave.event, "survey": wave.survey, "link_label": _("Answer the survey")}


def hear_of_bounce(message: Message) -> None:
    """A survey message that came back counts as bounced in the response rate."""
    if message.purpose in (actions.INVITATION, actions.REMINDER) and message.state == Message.State.BOUNCED:
        actions.note_bounce(message.subject, actor=None)
