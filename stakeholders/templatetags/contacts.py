"""How contacts and due dates read."""

from django import template
from django.utils.translation import gettext as _

from nso_contacts.office import clock
from nso_contacts.office.templatetags.office import days_overdue, office_date
from nso_contacts.pages.templatetags.pages import status

from .. import due
from ..models import Interaction

register = template.Library()

ICONS = {
    Interaction.Channel.MEETING: "people",
    Interaction.Channel.PHONE: "telephone",
    Interaction.Channel.EMAIL: "envelope",
    Interaction.Channel.VIDEO_CONFERENCE: "camera-video",
    Interaction.Channel.LETTER: "envelope-paper",
    Interaction.Channel.WEB_FORM: "ui-checks",
    Interaction.Channel.SOCIAL_MEDIA: "chat-dots",
    Interaction.Channel.SITE_VISIT: "geo-alt",
    Interaction.Channel.WORKSHOP: "easel",
    Interaction.Channel.COMMITTEE: "bank",
    Interaction.Channel.OTHER: "chat-left-text",
}


@register.filter
def channel_icon(channel):
    """The icon of a channel."""
    return ICONS.get(channel, "chat-left-text")


@register.simple_tag
def due_status(day):
    """When something is due: overdue, today or later, in icon, words and colour."""
    if day is None:
        return ""
    today = clock.today()
    if day < today:
        return status("late", days_overdue(day), "exclamation-triangle-fill")
    if day == today:
        return status("warn", _("Today"), "clock")
    return status("ok", office_date(day), "check-circle")


@register.filter
def outside(interaction):
    """Whom a contact was with, as (person or None, organisation or None); participants are best fetched before."""
    return [(row.person, row.organisation) for row in interaction.participants.all() if row.side == row.Side.OUTSIDE]


@register.filter
def inside(interaction):
    """The colleagues who took part."""
    return [row.person for row in interaction.participants.all() if row.side == row.Side.INSIDE]


@register.filter
def heading(interaction):
    """“Call with Amina Haddad and 2 more”."""
    names = [str(person or organisation) for person, organisation in outside(interaction)]
    if not names:
        names = [str(group) for group in interaction.groups.all()]
    return titled(interaction, names)


def titled(interaction, names):
    """The heading of a contact with these people."""
    channel = interaction.get_channel_display()
    if not names:
        return channel
    whom = names[0] if len(names) == 1 else _("%(name)s and %(more)s more") % {"name": names[0], "more": len(names) - 1}
    if interaction.direction == interaction.Direction.INBOUND:
        return _("%(channel)s from %(whom)s") % {"channel": channel, "whom": whom}
    if interaction.direction == interaction.Direction.OUTBOUND:
        return _("%(channel)s to %(whom)s") % {"channel": channel, "whom": whom}
    return _("%(channel)s with %(whom)s") % {"channel": channel, "whom": whom}


@register.filter
def task_words(task):
    """“Reply: school census pupil codes”."""
    return due.task_words(task)
