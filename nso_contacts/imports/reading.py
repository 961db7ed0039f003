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
from typing import IO, Any

from django.core.exceptions import ValidationError
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from nso_contacts.files.storage import MAX_BYTES

from . import workbooks
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
# Beyond it even empty rows are not gone through: a sheet may claim a row of any number.
LAST_ROW = 300_000
LONGEST_CELL = 20_000
COUNTED_VALUES = 60
BLANK = "(blank)"
# Our own exports put an apostrophe before text that a spreadsheet would take for a formula.
MARKED = re.compile(r"^'(?=\s*[=+\-@\t\r])")
# Letters beyond those of English, as many as follow each other.
NOT_PLAIN = re.compile(r"[\u00a1-\u00ff\u0152-\u0192\u201a]+")
NEVER_IN_WORDS = "ƒ‚¢¤¥¦¨¬\u00ad¯±´µ¶¸¹¼½¾"
# What an error file has in addition to the columns of its original.
ROW_NUMBER = gettext_lazy("Row")
VERDICT = gettext_lazy("Verdict")
REASON = gettext_lazy("What to correct")


@dataclass(frozen=True)
class Shape:
    """How a file is to be read."""

    kind: str
    encoding: str = ""
    delimiter: str = ""
    sheet: str = ""
    other_sheets: int = 0

    @property
    def words(self) -> str:
        """“comma-separated, UTF-8”."""
        if self.kind == "xlsx" and self.other_sheets:
            return ngettext(
                "sheet “%(sheet)s” only; one other sheet is not read",
                "sheet “%(sheet)s” only; %(n)s other sheets are not read",
                self.other_sheets,
            ) % {"sheet": self.sheet, "n": self.other_sheets}
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
    unreadable: int = 0
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
        for place in row.unreadable:
            if place < len(counting):
                counting[place].survey.unreadable += 1
    if not row_count:
        raise ValidationError(_("The file has a header but no rows."), code="empty")
    return Survey(shape, header, row_count, [column.result() for column in counting])


def rows(file: IO[bytes], shape: Shape) -> Iterator[RawRow]:
    """Yield the rows under the header. Empty rows are passed over, but counted in the numbers."""
    width = len(header_of(file, shape))
    for number, (cells, unreadable) in enumerate(_lines(file, shape, width + 1), start=1):
        if number == 1:
            continue
        filled = any(cells) or bool(unreadable)
        if number > LAST_ROW or (filled and number > MOST_ROWS + 1):
            raise ValidationError(
                _("The file has more than %(limit)s rows. Divide it into several files."),
                code="too_many_rows",
                params={"limit": MOST_ROWS},
            )
        if filled:
            yield _row(number, cells, unreadable, width)


def header_of(file: IO[bytes], shape: Shape) -> list[str]:
    """Return the names of the columns. Raises ValidationError if there are none, or two are alike."""
    cells, unreadable = next(_lines(file, shape, MOST_COLUMNS + 1), ([], {}))
    header = [clean(cell) for cell in cells]
    if unreadable:
        raise ValidationError(
            _("The first row must hold the names of the columns. %(reason)s"),
            code="header",
            params={"reason": next(iter(unreadable.values()))},
        )
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
    added = {plain(str(words)) for words in (ROW_NUMBER, VERDICT, REASON)}
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
    head = file.read(len(workbooks.COMPOUND))
    if head.startswith(b"PK\x03\x04"):
        workbooks.refuse_unsafe(file)
        sheet, others = workbooks.sheet_of(file)
        return Shape("xlsx", sheet=sheet, other_sheets=others)
    if head == workbooks.COMPOUND:
        workbooks.refuse_compound(file)
    if name.lower().endswith(".xlsx"):
        raise ValidationError(_("This is not an XLSX file, although its name says so."), code="kind")
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        encoding = "utf-16"
    elif encoding != "utf-8-sig" and _is_unicode(file):
        # Whatever was chosen: a longer text that happens to make sense in UTF-8 is in UTF-8.
        encoding = "utf-8-sig"
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
                    _(
                        "Line %(line)s holds a NUL character: this is not a text file, or it is in another encoding. "
                        "Save it as “CSV UTF-8”."
                    ),
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
    if encoding == "cp1252":
        _refuse_gibberish(file, encoding)


def _is_unicode(file: IO[bytes]) -> bool:
    try:
        for _line in _text(file, "utf-8-sig"):
            pass
    except UnicodeDecodeError:
        return False
    return True


def _refuse_gibberish(file: IO[bytes], encoding: str) -> None:
    """Refuse a text that is only said to be Western European: Chinese, Japanese, Cyrillic, Arabic or Greek letters.

    Read as Windows-1252 any bytes make letters, but not words. In words of Western languages a letter with an accent
    mostly stands between plain ones; in the others one strange letter follows another.
    """
    strange = alone = 0
    example = ""
    for text in _text(file, encoding):
        for match in NOT_PLAIN.finditer(text):
            run = match[0]
            if len(set(run.lower())) > 1 or run in NEVER_IN_WORDS:
                strange += len(run)
                example = example or run[:12]
            else:
                alone += 1
    if strange > alone + 3:
        raise ValidationError(
            _(
                "Read as %(encoding)s the letters make no words (“%(example)s”): the file is in another encoding, "
                "perhaps for Chinese, Japanese, Cyrillic, Arabic or Greek. Save it as “CSV UTF-8”."
            ),
            code="encoding",
            params={"encoding": ENCODINGS[encoding], "example": example},
        )


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
    if shape.kind == "csv":
        return _csv_lines(file, shape)
    found = workbooks.lines(file, shape.sheet, width)
    return (([_cell(cell) for cell in cells], unreadable) for cells, unreadable in found)


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
