"""Files as rows of text: CSV in any usual form, and XLSX. Whatever cannot be read is said in one sentence.

Nothing here keeps a file in memory: `survey` goes through it once, before it is stored, and `rows` once more when the
rows are checked. Both raise ValidationError.
"""

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from datetime import date, datetime, time
from typing import IO, Any
from xml.etree.ElementTree import ParseError
from zipfile import BadZipFile, ZipFile

from defusedxml.common import DefusedXmlException
from django.core.exceptions import ValidationError
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from nso_contacts.files.storage import MAX_BYTES

from .keys import clean, plain

ENDINGS = (".csv", ".txt", ".tsv", ".xlsx")
ENCODINGS = {
    "utf-8-sig": gettext_lazy("Unicode (UTF-8)"),
    "cp1252": gettext_lazy("Western European (Windows-1252)"),
}
DELIMITERS = {
    ",": gettext_lazy("comma-separated"),
    ";": gettext_lazy("semicolon-separated"),
    "\t": gettext_lazy("tab-separated"),
    "|": gettext_lazy("bar-separated"),
}
MOST_ROWS = 200_000
MOST_COLUMNS = 100
MOST_UNPACKED = 250 * 1024 * 1024
# Text of a workbook is read at once, so it has a limit of its own.
MOST_STRINGS = 60 * 1024 * 1024
MOST_RATIO = 200
LONGEST_CELL = 20_000
COUNTED_VALUES = 60
BLANK = "(blank)"
# Our own exports put an apostrophe before text that a spreadsheet would take for a formula.
MARKED = re.compile(r"^'(?=\s*[=+\-@\t\r])")
# What an error file has in addition to the columns of its original.
ROW_NUMBER = gettext_lazy("Row")
REASON = gettext_lazy("What to correct")


@dataclass(frozen=True)
class Shape:
    """How a file is to be read."""

    kind: str
    encoding: str = ""
    delimiter: str = ""
    sheet: str = ""

    @property
    def words(self) -> str:
        """“comma-separated, UTF-8”."""
        if self.kind == "xlsx":
            return _("sheet “%(sheet)s”") % {"sheet": self.sheet}
        encoding = "UTF-8" if self.encoding.startswith("utf-8") else self.encoding.upper()
        return f"{DELIMITERS[self.delimiter]}, {encoding}"


@dataclass
class RawRow:
    """A row as it stands in the file. `unreadable` says of single cells why they cannot be taken."""

    number: int
    cells: list[str]
    unreadable: dict[int, str] = field(default_factory=dict)


@dataclass
class ColumnSurvey:
    """What was found in one column."""

    name: str
    filled: int = 0
    blank: int = 0
    distinct: int = 0
    samples: list[str] = field(default_factory=list)
    values: dict[str, int] = field(default_factory=dict)


@dataclass
class Survey:
    """What a file holds."""

    shape: Shape
    header: list[str]
    row_count: int
    columns: list[dict[str, Any]]


class _Counting:
    """Counts the values of one column. Of many different ones only hashes are kept."""

    def __init__(self, name: str) -> None:
        self.survey = ColumnSurvey(name)
        self.seen: set[int] = set()
        self.values: Counter[str] = Counter()

    def add(self, text: str) -> None:
        if not text:
            return
        self.survey.filled += 1
        if text == BLANK:
            self.survey.blank += 1
        known = len(self.seen)
        self.seen.add(hash(text))
        if len(self.seen) > known and len(self.survey.samples) < 3 and len(text) <= 60:
            self.survey.samples.append(text)
        if len(self.values) <= COUNTED_VALUES:
            self.values[text] += 1

    def result(self) -> dict[str, Any]:
        self.survey.distinct = len(self.seen)
        if len(self.values) <= COUNTED_VALUES:
            self.survey.values = dict(self.values.most_common())
        return asdict(self.survey)


def survey(file: IO[bytes], name: str, encoding: str = "utf-8-sig") -> Survey:
    """Go through a whole file and return what it holds. Raises ValidationError for anything that cannot be read."""
    shape = _shape(file, name, encoding)
    header = header_of(file, shape)
    counting = [_Counting(title) for title in header]
    row_count = 0
    for row in rows(file, shape):
        row_count += 1
        for column, cell in zip(counting, row.cells, strict=False):
            column.add(cell)
    if not row_count:
        raise ValidationError(_("The file has a header but no rows."), code="empty")
    return Survey(shape, header, row_count, [column.result() for column in counting])


def rows(file: IO[bytes], shape: Shape) -> Iterator[RawRow]:
    """Yield the rows under the header. Empty rows are passed over, but counted in the numbers."""
    width = len(header_of(file, shape))
    for number, (cells, unreadable) in enumerate(_lines(file, shape, width + 1), start=1):
        if number == 1:
            continue
        if number > MOST_ROWS + 1:
            raise ValidationError(
                _("The file has more than %(limit)s rows. Divide it into several files."),
                code="too_many_rows",
                params={"limit": MOST_ROWS},
            )
        if any(cells) or unreadable:
            yield _row(number, cells, unreadable, width)


def header_of(file: IO[bytes], shape: Shape) -> list[str]:
    """Return the names of the columns. Raises ValidationError if there are none, or two are alike."""
    cells, _unreadable = next(_lines(file, shape, MOST_COLUMNS + 1), ([], {}))
    header = [clean(cell) for cell in cells]
    while header and not header[-1]:
        header.pop()
    if not header:
        raise ValidationError(_("The first row is empty. It must hold the names of the columns."), code="empty")
    if len(header) > MOST_COLUMNS:
        raise ValidationError(
            _("The file has more than %(limit)s columns."), code="too_many_columns", params={"limit": MOST_COLUMNS}
        )
    seen: dict[str, int] = {}
    for position, title in enumerate(header, start=1):
        if not title:
            raise ValidationError(
                _("Column %(position)s has no name in the first row."), code="header", params={"position": position}
            )
        if plain(title) in seen:
            raise ValidationError(
                _("Two columns are called “%(title)s”: %(first)s and %(second)s. Rename one of them."),
                code="header",
                params={"title": title, "first": seen[plain(title)], "second": position},
            )
        seen[plain(title)] = position
    return header


def original(header: list[str]) -> list[str]:
    """Return the columns of the office's file, without those that a file of rows in error has besides."""
    added = {plain(str(ROW_NUMBER)), plain(str(REASON))}
    return [name for name in header if plain(name) not in added]


def check(name: str, size: int) -> None:
    """Raise ValidationError for a file that is not worth opening: too large, empty, or of another kind."""
    if size > MAX_BYTES:
        raise ValidationError(
            _("The file has %(size)s. At most %(limit)s can be imported at once: divide it into several files."),
            code="too_large",
            params={"size": filesizeformat(size), "limit": filesizeformat(MAX_BYTES)},
        )
    if not size:
        raise ValidationError(_("The file is empty."), code="empty")
    if not name.lower().endswith(ENDINGS):
        raise ValidationError(_("Choose a CSV or an XLSX file."), code="ending")


def _row(number: int, cells: list[str], unreadable: dict[int, str], width: int) -> RawRow:
    if len(cells) > width:
        surplus = [cell for cell in cells[width:] if cell]
        if surplus:
            unreadable = {**unreadable, width: _("The row has more cells than the header has columns.")}
            return RawRow(number, [*cells[:width], surplus[0]], unreadable)
        cells = cells[:width]
    return RawRow(number, cells + [""] * (width - len(cells)), unreadable)


def _shape(file: IO[bytes], name: str, encoding: str) -> Shape:
    file.seek(0)
    head = file.read(4)
    if head.startswith(b"PK\x03\x04"):
        _refuse_bomb(file)
        return Shape("xlsx", sheet=_sheet_title(file))
    if name.lower().endswith(".xlsx"):
        raise ValidationError(_("This is not an XLSX file, although its name says so."), code="kind")
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        encoding = "utf-16"
    _refuse_undecodable(file, encoding)
    first = next(iter(_text(file, encoding)), "")
    return Shape("csv", encoding=encoding, delimiter=_delimiter(first))


def _refuse_undecodable(file: IO[bytes], encoding: str) -> None:
    """Read the text once: a wrong encoding, or what no text holds, is told with its line."""
    line = 0
    try:
        for line, text in enumerate(_text(file, encoding), start=1):
            if "\0" in text:
                raise ValidationError(
                    _("Line %(line)s holds a NUL character: this is not a text file, or it is damaged."),
                    code="nul",
                    params={"line": line},
                )
    except UnicodeDecodeError as error:
        raise ValidationError(
            _(
                "The file is not in %(encoding)s: near line %(line)s the byte 0x%(byte)s makes no sense. Save it as "
                "“CSV UTF-8”, or choose another encoding here."
            ),
            code="encoding",
            params={
                "encoding": ENCODINGS.get(encoding, encoding.upper()),
                "line": line + 1 + error.object[: error.start].count(b"\n"),
                "byte": f"{error.object[error.start]:02X}",
            },
        ) from error


def _delimiter(first: str) -> str:
    """Return the separator that divides the header into most columns."""
    return max(DELIMITERS, key=lambda sign: len(next(csv.reader([first], delimiter=sign), [])))


def _text(file: IO[bytes], encoding: str) -> Iterator[str]:
    """Yield the lines of a text file with their line ends, leaving the file open."""
    file.seek(0)
    text = io.TextIOWrapper(file, encoding=encoding, newline="")
    try:
        for line in text:  # noqa: UP028 (ending `yield from` early would close the text, and the file with it)
            yield line
    finally:
        text.detach()


def _lines(file: IO[bytes], shape: Shape, width: int) -> Iterator[tuple[list[str], dict[int, str]]]:
    """Yield every row of a file, the header first: its cells, and by position what is wrong with single ones.

    Of a workbook, which may be 16,384 columns wide, at most `width` cells of each row are looked at.
    """
    return _csv_lines(file, shape) if shape.kind == "csv" else _xlsx_lines(file, shape, width)


def _csv_lines(file: IO[bytes], shape: Shape) -> Iterator[tuple[list[str], dict[int, str]]]:
    reader = csv.reader(_text(file, shape.encoding), delimiter=shape.delimiter, strict=True)
    try:
        for cells in reader:
            yield [_cell(cell) for cell in cells], {}
    except csv.Error as error:
        raise ValidationError(
            _("Line %(line)s cannot be divided into columns (%(error)s). A quotation mark may be missing."),
            code="csv",
            params={"line": reader.line_num, "error": error},
        ) from error


def _cell(text: str) -> str:
    return MARKED.sub("", text)[:LONGEST_CELL]


# Workbooks -----------------------------------------------------------------------------------------------------------


def _refuse_bomb(file: IO[bytes]) -> None:
    """Refuse an archive that would unpack to far more than it is, before anything of it is unpacked.

    The sizes are those the archive names; its parts are never read beyond them.
    """
    try:
        with ZipFile(file) as archive:
            parts = archive.infolist()
    except (BadZipFile, NotImplementedError, OSError) as error:
        raise ValidationError(_("This XLSX file is damaged and cannot be opened."), code="damaged") from error
    if not any(part.filename == "xl/workbook.xml" for part in parts):
        raise ValidationError(_("This is not a workbook. Choose a CSV or an XLSX file."), code="kind")
    unpacked = sum(part.file_size for part in parts)
    strings = max((part.file_size for part in parts if part.filename.endswith("sharedStrings.xml")), default=0)
    swollen = any(part.file_size > MOST_RATIO * max(part.compress_size, 1024) for part in parts)
    if unpacked > MOST_UNPACKED or strings > MOST_STRINGS or swollen:
        raise ValidationError(
            _("This workbook would unpack to %(size)s and is not opened. Save only the sheet you need, or use CSV."),
            code="bomb",
            params={"size": filesizeformat(unpacked)},
        )


def _sheet_title(file: IO[bytes]) -> str:
    for sheet in _open(file).worksheets:
        if sheet.sheet_state == "visible":
            return str(sheet.title)
    raise ValidationError(_("This workbook has no visible sheet."), code="empty")


def _open(file: IO[bytes]) -> Any:
    file.seek(0)
    try:
        return load_workbook(file, read_only=True, data_only=False, keep_links=False)
    except (InvalidFileException, BadZipFile, ParseError, DefusedXmlException, KeyError, ValueError, OSError) as error:
        raise ValidationError(_("This XLSX file is damaged and cannot be opened."), code="damaged") from error


def _xlsx_lines(file: IO[bytes], shape: Shape, width: int) -> Iterator[tuple[list[str], dict[int, str]]]:
    sheet = _open(file)[shape.sheet]
    # The size a sheet gives for itself may be wrong; what counts is what is in it.
    sheet.reset_dimensions()
    try:
        for row in sheet.iter_rows(max_col=width):
            yield _xlsx_row(row)
    except (BadZipFile, ParseError, DefusedXmlException, KeyError, ValueError, TypeError, OSError) as error:
        raise ValidationError(_("This XLSX file is damaged and cannot be read to its end."), code="damaged") from error


def _xlsx_row(row: tuple[Any, ...]) -> tuple[list[str], dict[int, str]]:
    cells, unreadable = [], {}
    for position, cell in enumerate(row):
        value = cell.value
        if cell.data_type == "f":
            formula = getattr(value, "text", value)
            unreadable[position] = _("Cell %(cell)s holds a formula. Write its value as text.") % {
                "cell": cell.coordinate
            }
            cells.append(str(formula or "=")[:LONGEST_CELL])
        elif cell.data_type == "e":
            unreadable[position] = _("Cell %(cell)s holds an error.") % {"cell": cell.coordinate}
            cells.append(str(value))
        else:
            cells.append(_written(value)[:LONGEST_CELL])
    while cells and not cells[-1]:
        cells.pop()
    return cells, unreadable


def _written(value: Any) -> str:
    """Return the text of a cell of a workbook."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, datetime) and value.time() == time():
        return value.date().isoformat()
    if isinstance(value, (datetime, date, time)):
        return value.isoformat()
    return _cell(str(value).replace("\0", ""))
