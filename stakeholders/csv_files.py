"""Small CSV files that are loaded whole: code lists and the catalogue."""

import csv
import io
from collections.abc import Collection

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _


def rows_of(data: bytes, needed: Collection[str]) -> list[dict[str, str]]:
    """The rows of a CSV file in UTF-8, as column → text; a ValidationError about `file` says what is wrong with it."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as wrong:
        raise _refused(_("Save the file as CSV in UTF-8; this one is in another encoding.")) from wrong
    if "\x00" in text:
        raise _refused(_("This is not a CSV file."))
    heading = text.partition("\n")[0]
    # `;` also stands between the codes of one cell: the heading alone says what divides the columns.
    reader = csv.DictReader(io.StringIO(text), delimiter=";" if heading.count(";") > heading.count(",") else ",")
    try:
        names = [(name or "").strip().lower() for name in reader.fieldnames or ()]
        missing = set(needed) - set(names)
        if missing:
            raise _refused(
                _("The first line must name the columns %(missing)s.") % {"missing": ", ".join(sorted(missing))}
            )
        reader.fieldnames = names
        return [{name: (row.get(name) or "").strip() for name in names} for row in reader]
    except csv.Error as wrong:
        raise _refused(_("This is not a CSV file.")) from wrong


def _refused(words: str) -> ValidationError:
    return ValidationError({"file": words})
