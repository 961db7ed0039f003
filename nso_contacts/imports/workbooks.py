"""Rows of a workbook (XLSX). What it is, and what it would unpack to, is looked at before anything of it is read.

Formulas are not computed: the value that a workbook keeps beside a formula is whatever the last program left there, and
may never have been computed at all. Such a cell is reported instead.
"""

import re
from collections.abc import Iterator
from datetime import date, datetime, time
from typing import IO, Any
from xml.etree.ElementTree import ParseError
from zipfile import BadZipFile, ZipFile, ZipInfo

from defusedxml.common import DefusedXmlException
from django.core.exceptions import ValidationError
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _
from openpyxl import load_workbook
from openpyxl.utils import get_column_letter, range_boundaries
from openpyxl.utils.exceptions import InvalidFileException

MOST_UNPACKED = 250 * 1024 * 1024
# Texts that cells share are read at once, and so is everything but the sheets; each has a limit of its own.
MOST_STRINGS = 60 * 1024 * 1024
MOST_BESIDES = 8 * 1024 * 1024
MOST_RATIO = 200
MOST_MERGED = 50_000
# What an encrypted workbook, and every workbook of Excel before 2007, begins with.
COMPOUND = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
MERGED = re.compile(rb'<(?:\w+:)?mergeCell\s[^>]*?ref="([A-Z]{1,3}[0-9]{1,7}:[A-Z]{1,3}[0-9]{1,7})"')
ZEROS = re.compile(r"0{2,30}")
# What openpyxl raises on workbooks that are not what they should be.
BROKEN = (
    InvalidFileException,
    BadZipFile,
    ParseError,
    DefusedXmlException,
    ArithmeticError,
    AttributeError,
    EOFError,
    LookupError,
    NotImplementedError,
    OSError,
    RuntimeError,
    TypeError,
    ValueError,
)

Lines = Iterator[tuple[list[str], dict[int, str]]]


def refuse_compound(file: IO[bytes]) -> None:
    """Say of a file in the format of old office programs what it is: encrypted, or a workbook of another time."""
    file.seek(0)
    while block := file.read(1 << 20):
        if ENCRYPTED in block:
            raise ValidationError(
                _("This workbook is protected by a password. Take the password off, save it and upload it again."),
                code="encrypted",
            )
        if len(block) == 1 << 20:
            file.seek(-len(ENCRYPTED), 1)
    raise ValidationError(
        _("This is a workbook in the old format (XLS). Open it and save it as XLSX or CSV."), code="kind"
    )


def refuse_unsafe(file: IO[bytes]) -> None:
    """Refuse what is no workbook, holds macros, is encrypted, or would unpack to far more than it is.

    The sizes are those the archive names; nothing is unpacked to find out, and no part is ever read beyond them.
    """
    try:
        with ZipFile(file) as archive:
            parts = archive.infolist()
    except (BadZipFile, NotImplementedError, OSError, ValueError) as error:
        raise _damaged() from error
    if any(part.flag_bits & 1 for part in parts):
        raise ValidationError(
            _("This workbook is protected by a password. Take the password off, save it and upload it again."),
            code="encrypted",
        )
    if not any(part.filename == "xl/workbook.xml" for part in parts):
        raise ValidationError(_("This is not a workbook. Choose a CSV or an XLSX file."), code="kind")
    if any(part.filename.lower().endswith("vbaproject.bin") for part in parts):
        raise ValidationError(
            _("This workbook holds macros. Save it as an XLSX workbook without macros, or as CSV."), code="macros"
        )
    unpacked = sum(part.file_size for part in parts)
    if unpacked > MOST_UNPACKED or any(_is_swollen(part) for part in parts):
        raise ValidationError(
            _("This workbook would unpack to %(size)s and is not opened. Save only the sheet you need, or use CSV."),
            code="bomb",
            params={"size": filesizeformat(unpacked)},
        )


def sheet_of(file: IO[bytes]) -> tuple[str, int]:
    """Return the title of the first sheet that can be seen, and how many others can be."""
    titles = [str(sheet.title) for sheet in _open(file).worksheets if sheet.sheet_state == "visible"]
    if not titles:
        raise ValidationError(_("This workbook has no visible sheet."), code="empty")
    return titles[0], len(titles) - 1


def lines(file: IO[bytes], title: str, width: int) -> Lines:
    """Yield every row of a sheet: at most `width` cells, and by position what is wrong with single ones."""
    workbook = _open(file)
    try:
        sheet = workbook[title]
        covered = _covered(file, sheet, width)
        # The size a sheet gives for itself may be wrong; what counts is what is in it.
        sheet.reset_dimensions()
        for number, row in enumerate(sheet.iter_rows(max_col=width), start=1):
            yield _row(row, covered.get(number, {}))
    except BROKEN as error:
        raise _damaged() from error


def _is_swollen(part: ZipInfo) -> bool:
    name = part.filename
    most = MOST_UNPACKED
    if name.endswith("sharedStrings.xml"):
        most = MOST_STRINGS
    elif name.endswith((".xml", ".rels")) and "worksheets/sheet" not in name:
        most = MOST_BESIDES
    return part.file_size > most or part.file_size > MOST_RATIO * max(part.compress_size, 1024)


def _open(file: IO[bytes]) -> Any:
    file.seek(0)
    try:
        return load_workbook(file, read_only=True, data_only=False, keep_links=False)
    except BROKEN as error:
        raise _damaged() from error


def _damaged() -> ValidationError:
    return ValidationError(_("This XLSX file is damaged and cannot be read to its end."), code="damaged")


def _covered(file: IO[bytes], sheet: Any, width: int) -> dict[int, dict[int, str]]:
    """Return by row and position the cells that a merged one covers, with the cell that holds the value.

    A sheet names its merged cells behind its rows, so they are looked for before the rows are read.
    """
    covered: dict[int, dict[int, str]] = {}
    number, rest = 0, b""
    with ZipFile(file) as archive, archive.open(sheet._worksheet_path) as stream:  # noqa: SLF001 (it says nowhere else)
        while block := stream.read(1 << 20):
            text = rest + block
            found = list(MERGED.finditer(text))
            for match in found:
                left, top, right, bottom = range_boundaries(match[1].decode())
                number += (bottom - top + 1) * (min(right, width) - left + 1)
                if number > MOST_MERGED:
                    raise ValidationError(
                        _("This sheet has very many merged cells. Take the merging apart and upload it again."),
                        code="merged",
                    )
                first = f"{get_column_letter(left)}{top}"
                for row in range(top, bottom + 1):
                    for column in range(left, min(right, width) + 1):
                        if (row, column) != (top, left):
                            covered.setdefault(row, {})[column - 1] = first
            rest = text[max(found[-1].end() if found else 0, len(text) - 200) :]
    return covered


def _row(row: tuple[Any, ...], covered: dict[int, str]) -> tuple[list[str], dict[int, str]]:
    cells: list[str] = []
    unreadable: dict[int, str] = {}
    for position, cell in enumerate(row):
        value = cell.value
        if cell.data_type == "f":
            formula = getattr(value, "text", value)
            unreadable[position] = _("Cell %(cell)s holds a formula. Write its value instead.") % {
                "cell": cell.coordinate
            }
            cells.append(str(formula or "="))
        elif cell.data_type == "e":
            unreadable[position] = _("Cell %(cell)s holds an error.") % {"cell": cell.coordinate}
            cells.append(str(value))
        else:
            cells.append(_written(cell))
    while cells and not cells[-1]:
        cells.pop()
    for position, first in covered.items():
        cells += [""] * (position + 1 - len(cells))
        unreadable[position] = _("This cell is merged with %(cell)s. Write the value into each row.") % {"cell": first}
    return cells, unreadable


def _written(cell: Any) -> str:
    """Return the text of a cell as people read it in the workbook: 00042 in a column of codes, not 42."""
    value = cell.value
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        # A spreadsheet shows fifteen digits; what is beyond them is how numbers are kept.
        value = int(value) if value.is_integer() else format(value, ".15g")
    if isinstance(value, int):
        return str(value).zfill(len(cell.number_format)) if ZEROS.fullmatch(cell.number_format) else str(value)
    if isinstance(value, datetime) and value.time() == time():
        return value.date().isoformat()
    if isinstance(value, (datetime, date, time)):
        return value.isoformat()
    return str(value).replace("\0", "")
