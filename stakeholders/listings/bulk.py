"""Bulk changes as a list."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from nso_contacts.pages.listing import Column, Empty, Listing

from ..models import BulkChange


class BulkChangeListing(Listing):
    """What was changed for many records at once, the latest first."""

    title = _("Bulk changes")
    lede = _("What was changed for many people or organisations at once. Each can be undone from its page.")
    policy = ("view_directory",)
    queryset = BulkChange.objects.select_related("created_by").defer("targets")
    columns = [
        Column("title", _("Change"), order=(), link=True),
        Column("created_by", _("By"), order=("created_by__name",), css="nowrap"),
        Column("created_at", _("When"), css="nowrap"),
        Column("changed", _("Changed"), order=(), numeric=True, css="num"),
        Column("state", _("State"), order=()),
    ]
    default_sort = "-created_at"
    noun = ngettext_lazy("%(shown)s bulk change", "%(shown)s bulk changes", "n")
    empty = Empty(
        "people", _("No bulk changes yet"), _("Tick rows in the list of people or organisations to begin one.")
    )
