"""The list of imports."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from nso_contacts.pages.listing import Action, Column, Empty, Listing

from .importers import importer_of
from .models import Batch


class BatchListing(Listing):
    """Every file that came in, and how far it has come."""

    title = _("Imports")
    policy = ("run_imports",)
    queryset = Batch.objects.select_related("file", "created_by")
    columns = [
        Column("file__name", _("File"), link=True),
        Column("kind", _("What"), value=lambda batch: importer_of(batch.kind).title),
        Column("row_count", _("Rows"), numeric=True),
        Column("state", _("State")),
        Column("created_by", _("By"), value=lambda batch: batch.created_by),
        Column("created_at", _("Uploaded")),
    ]
    default_sort = "-created_at"
    noun = ngettext_lazy("%(shown)s import", "%(shown)s imports", "n")
    empty = Empty("upload", _("Nothing imported yet"), _("Bring a list as CSV or XLSX."), "imports:upload", _("Import"))
    buttons = [Action(_("Import a file"), "imports:upload", "upload", primary=True)]
    formats = ()
