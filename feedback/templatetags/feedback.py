"""Marks of needs and requests in templates."""

from django import template

from nso_contacts.pages.templatetags.pages import status

from ..listings.need import mark

register = template.Library()


@register.simple_tag
def need_status(need):
    """Print the status of a need: icon, words and colour."""
    return status(*mark(need))
