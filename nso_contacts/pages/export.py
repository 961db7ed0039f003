"""Rows as a file: CSV that streams, XLSX written row by row, both safe to open in a spreadsheet."""

import csv
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from django.http import FileResponse, HttpResponseBase, StreamingHttpResponse
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext as _
from openpyxl import Workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

from nso_contacts.office import clock

DANGEROUS = ("=", "+", "-", "@", "\t", "\r")
TYPED = (int, float, Decimal, date, datetime, time)
CSV_ROWS_AT_ONCE = 500


def safe(value: Any) -> Any:
    """Return a value that no spreadsheet takes for a formula; numbers and dates keep their type."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, datetime):
        return timezone.localtime(value).replace(tzinfo=None, microsecond=0) if timezone.is_aware(value) else value
    if isinstance(value, TYPED):
        return value
    if isinstance(value, (list, tuple, set)):
        value = "; ".join(str(one) for one in value)
    text = str(value).replace("\x00", "")
    return f"'{text}" if text.startswith(DANGEROUS) or text.lstrip().startswith(DANGEROUS[:4]) else text


class Echo:
    """A file that hands back what is written into it."""

    def write(self, text: str) -> str:
        """Return the text."""
        return text


def csv_lines(head: Sequence[str], rows: Iterable[Sequence[Any]]) -> Iterator[bytes]:
    """Yield a CSV file in pieces; the mark at its beginning tells spreadsheets that it is UTF-8."""
    writer = csv.writer(Echo())
    pieces = ["\ufeff", writer.writerow([safe(one) for one in head])]
    for row in rows:
        pieces.append(writer.writerow([safe(one) for one in row]))
        if len(pieces) >= CSV_ROWS_AT_ONCE:
            yield "".join(pieces).encode()
            pieces = []
    yield "".join(pieces).encode()


def xlsx_file(title: str, head: Sequence[str], rows: Iterable[Sequence[Any]]) -> Any:
    """Return a temporary file with a workbook, written without holding it in memory."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet("".join(" " if one in "[]:*?/\\" else one for one in title)[:31] or "1")
    sheet.freeze_panes = "A2"
    sheet.append([safe(one) for one in head])
    for row in rows:
        sheet.append([printable(safe(one)) for one in row])
    file = tempfile.TemporaryFile()  # noqa: SIM115 (the response closes it)
    book.save(file)
    file.seek(0)
    return file


def printable(value: Any) -> Any:
    """Return text without the control characters that a workbook cannot hold."""
    return ILLEGAL_CHARACTERS_RE.sub("", value) if isinstance(value, str) else value


def respond(kind: str, title: str, head: Sequence[str], rows: Iterable[Sequence[Any]]) -> HttpResponseBase:
    """Answer with the rows as a download named after the list and the day."""
    name = f"{slugify(title) or 'list'}-{clock.today():%Y-%m-%d}.{kind}"
    if kind == "xlsx":
        return FileResponse(xlsx_file(title, head, rows), as_attachment=True, filename=name)
    response = StreamingHttpResponse(csv_lines(head, rows), content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
