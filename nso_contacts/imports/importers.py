"""What can be imported. An app registers an importer per kind of record; the engine reads, compares and applies.

    class ProductImporter(Importer):
        key, title, capability = "products", _("Products"), "change_catalogue"
        labels = {"product": (_("product"), _("Products"))}
        rules = (MatchRule("code", _("Same code"), ("code",)),)

        def fields(self): return [Field("code", _("Code"), required=True), …]
        def entries(self, row, options): return [Entry(key, "product", row.values)]
        def match(self, run): …            # SQL: which records exist already
        def compare(self, run): …          # SQL: what is news about them
        def write(self, run, actor): …     # through bulk actions

A row says something about one or several records (`Entry`); rows with equal keys say it about the same record, and
their values are laid together field by field as `Field.merge` says. `match` and `compare` work on all records at once.
"""

import difflib
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar

from django.core.exceptions import ImproperlyConfigured, ValidationError
from django.core.validators import EmailValidator, URLValidator
from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from .keys import clean, plain
from .reading import BLANK

if TYPE_CHECKING:
    from .models import ImportRecord
    from .staging import Refusal, Run

Text = str | Promise
Parser = Callable[[str], Any]

# How the values of several rows about one record are laid together.
LAST, FIRST, UNION, MOST_FREQUENT = "last", "first", "union", "most frequent"

BOTH, CREATE_ONLY, UPDATE_ONLY = "both", "create", "update"
MODES = {
    BOTH: (gettext_lazy("Create and update"), ""),
    CREATE_ONLY: (gettext_lazy("Create only"), gettext_lazy("What is known already stays as it is")),
    UPDATE_ONLY: (gettext_lazy("Update only"), gettext_lazy("Rows that match nothing are reported")),
}

_email = EmailValidator()
_url = URLValidator(schemes=["http", "https"])


class Fault(Exception):
    """A cell cannot be taken; its text is the reason, in words that say what to do."""


@dataclass(frozen=True)
class Field:
    """Something a column can become.

    `parse` turns the cell's text into what is stored, or raises Fault. `aliases` are other names that columns of this
    kind often have. Empty cells say nothing: they never take a known value away.
    """

    key: str
    title: Text
    parse: Parser = clean
    required: bool = False
    aliases: tuple[str, ...] = ()
    merge: str = LAST
    help: Text = ""


@dataclass(frozen=True)
class MatchRule:
    """When two rows, or a row and a known record, are the same. `needs` are the fields without which nobody can say."""

    key: str
    title: Text
    needs: tuple[str, ...]


@dataclass(frozen=True)
class Preset:
    """Everything about files with exactly these columns, decided once and shipped with the product."""

    key: str
    title: Text
    header: tuple[str, ...]
    mapping: Mapping[str, str]
    options: Mapping[str, Any]
    parsers: Mapping[str, Parser] = field(default_factory=dict)
    merge: Mapping[str, str] = field(default_factory=dict)
    required: tuple[str, ...] = ()
    fixed: Mapping[str, Any] = field(default_factory=dict)
    explain: Callable[[Mapping[str, int]], list[tuple[Text, int, Text, Text]]] | None = None

    def fits(self, header: list[str]) -> bool:
        """Whether a file has these columns, in whatever order."""
        return {plain(name) for name in header} == {plain(name) for name in self.header}

    def missing(self, header: list[str]) -> list[str]:
        """The columns of the preset that a file lacks."""
        present = {plain(name) for name in header}
        return [name for name in self.header if plain(name) not in present]


@dataclass(frozen=True)
class Entry:
    """What a row says about one record."""

    key: str
    label: str
    values: dict[str, Any]
    parent: str = ""

    def as_json(self) -> dict[str, Any]:
        """The form in which it is staged."""
        return {"k": self.key, "l": self.label, "p": self.parent, "v": self.values}


@dataclass
class Row:
    """A row of the file with the values its cells have become. Each fault is a column, its text and a reason."""

    number: int
    cells: list[str]
    values: dict[str, Any] = field(default_factory=dict)
    faults: list[tuple[str, str, str]] = field(default_factory=list)
    entries: list[Entry] = field(default_factory=list)


class Importer:
    """One kind of file. See the module."""

    key: ClassVar[str] = ""
    title: ClassVar[Text] = ""
    capability: ClassVar[str] = ""
    # label of a record → (one of it, the heading of its row in the summary)
    labels: ClassVar[dict[str, tuple[Text, Text]]] = {}
    rules: ClassVar[tuple[MatchRule, ...]] = ()
    presets: ClassVar[tuple[Preset, ...]] = ()
    # Further questions beside the columns: (key of the option, title, asked for when this field is mapped).
    questions: ClassVar[tuple[tuple[str, Text, str], ...]] = ()
    # What a record needs a look for: key → (verdict in the strip, sentence about n records, what was done)
    looks: ClassVar[dict[str, tuple[Text, Callable[[int], str], Text]]] = {}
    # Values that are lists and come from no single field.
    lists: ClassVar[tuple[str, ...]] = ()

    def fields(self) -> list[Field]:
        """What columns can become. Asked once per run, so it may read code lists."""
        raise NotImplementedError

    def refuse_options(self, mapped: set[str], options: Mapping[str, Any]) -> None:
        """Raise ValidationError if these choices do not go together."""

    def look_up(self, rows: list[Row], columns: Mapping[str, str]) -> None:
        """Find what the cells of some thousand rows refer to, one query per kind; `columns` name a field's column."""

    def entries(self, row: Row, options: Mapping[str, Any]) -> list[Entry]:
        """Return what a row says about which records."""
        raise NotImplementedError

    def describe(self, values: Mapping[str, Any]) -> tuple[str, str]:
        """Return the name of a row's record and a line below it."""
        return str(values.get("name", "")), ""

    def match(self, run: "Run") -> "list[Refusal]":
        """Write the ids of known records into `target_id`; return the records of which that cannot be decided."""
        raise NotImplementedError

    def settle(self, run: "Run") -> None:
        """Turn the values laid together into columns of the record, before they are compared."""

    def verify(self, run: "Run") -> "list[Refusal]":
        """Return the records that cannot be written as the file says."""
        return []

    def compare(self, run: "Run") -> None:
        """Write into `changes` what is news about matched records, into `look` what somebody should look at."""
        raise NotImplementedError

    def write(self, run: "Run", *, actor: Any) -> None:
        """Create and change the records, through bulk actions that keep history."""
        raise NotImplementedError

    # Undoing (see undoing.py) ----------------------------------------------------------------------------------------

    @property
    def model(self) -> type[models.Model]:
        """The model of the records, whatever their label."""
        raise NotImplementedError

    def in_use(self, model: type[models.Model], pks: set[int]) -> dict[int, str]:
        """Of rows an import created, those that must stay although nothing points at them, with the reason."""
        return {}

    def put_back(self, model: type[models.Model], news: Mapping[int, Mapping[str, Any]], *, actor: Any) -> None:
        """Give columns of rows back what they held before an import."""
        raise NotImplementedError

    def tidy(self, pks: list[int], *, actor: Any) -> None:
        """Set right what removing rows under these records has left open."""

    def url(self, label: str, pk: int) -> str:
        """Return the address of a record."""
        raise NotImplementedError

    def outcome(self, record: "ImportRecord") -> str:
        """Say in a few words what is created: “New organisation, local government”."""
        return _("New: %(label)s") % {"label": self.labels[record.label][0]}


_importers: dict[str, Importer] = {}


def register(importer: Importer) -> None:
    """Offer a kind of import. Called in `AppConfig.ready`."""
    if not importer.rules or not importer.labels:
        raise ImproperlyConfigured(f"{type(importer).__name__} names no rule or no label.")
    _importers[importer.key] = importer


def importer_of(kind: str) -> Importer:
    """Return the importer of a kind. KeyError for one that is not registered."""
    return _importers[kind]


def open_to(user: Any) -> list[Importer]:
    """Return what `user` may import."""
    return [importer for importer in _importers.values() if user.has_perm(f"access.{importer.capability}")]


# What cells become ---------------------------------------------------------------------------------------------------


def text(limit: int) -> Parser:
    """Text of one line."""

    def parse(cell: str) -> str:
        value = clean(cell)
        if len(value) > limit:
            raise Fault(
                _("At most %(limit)s characters; this has %(length)s.") % {"limit": limit, "length": len(value)}
            )
        return value

    return parse


def _too_long(value: str, limit: int) -> str:
    return _("At most %(limit)s characters; this has %(length)s.") % {"limit": limit, "length": len(value)}


def lines(cell: str) -> str:
    """Text of several lines."""
    return cell.strip().replace("\r\n", "\n")


def whole_number(least: int, most: int) -> Parser:
    """A number without decimals."""

    def parse(cell: str) -> int:
        value = clean(cell)
        if not re.fullmatch(r"-?[0-9]{1,9}", value) or not least <= int(value) <= most:
            raise Fault(_("Enter a whole number from %(least)s to %(most)s.") % {"least": least, "most": most})
        return int(value)

    return parse


def yes_or_no(cell: str) -> bool:
    """Yes or no, in the words people put into spreadsheets."""
    value = plain(cell)
    if value in {"yes", "y", "true", "1", "x", plain(_("yes"))}:
        return True
    if value in {"no", "n", "false", "0", "-", plain(_("no"))}:
        return False
    raise Fault(_("Enter yes or no."))


def web_address(cell: str) -> str:
    """A web address; “https://” is added where it is left out."""
    value = clean(cell)
    value = value if re.match(r"(?i)https?://", value) else f"https://{value}"
    try:
        _url(value)
    except ValidationError:
        raise Fault(_("Not a web address. Write it like https://www.example.org.")) from None
    if len(value) > 200:
        raise Fault(_too_long(value, 200))
    return value


def addresses(cell: str) -> list[str]:
    """E-mail addresses, separated by semicolons or commas followed by a space. “(blank)” is none."""
    found: dict[str, str] = {}
    for part in re.split(r";|,\s+|\s*\n\s*", cell):
        address = part.strip()
        if address and address != BLANK:
            _refuse_address(address)
            found.setdefault(address.lower(), address)
    return list(found.values())


def _refuse_address(address: str) -> None:
    try:
        _email(address)
    except ValidationError:
        if "@" not in address:
            raise Fault(_("Not an e-mail address: the @ is missing.")) from None
        if "," in address.partition("@")[2]:
            raise Fault(_("Not an e-mail address: a comma instead of a full stop.")) from None
        if " " in address:
            raise Fault(_("Not an e-mail address: it holds a space. Separate addresses by a semicolon.")) from None
        raise Fault(_("Not an e-mail address.")) from None
    if len(address) > 254:
        raise Fault(_("This e-mail address is too long."))


def one_of(choices: Iterable[tuple[Any, Iterable[Any]]], unknown: Text) -> Parser:
    """One of a list: (value, words for it), the first of the words being the one that people read.

    `unknown` is said of anything else, with what may have been meant.
    """
    known: dict[str, Any] = {}
    readable: list[str] = []
    for value, words in choices:
        named = [str(word) for word in words if str(word)]
        readable += named[:1]
        for word in named:
            known.setdefault(plain(word), value)

    def parse(cell: str) -> Any:
        try:
            return known[plain(cell)]
        except KeyError:
            raise Fault(f"{unknown} {did_you_mean(cell, readable)}".strip()) from None

    return parse


def listed(choices: Iterable[tuple[Any, Any]]) -> list[tuple[Any, tuple[Any, Any]]]:
    """Return the choices of a field as `one_of` takes them: by title and by code."""
    return [(code, (title, code)) for code, title in choices]


def some_of(one: Parser) -> Parser:
    """Several of a list, separated by semicolons."""

    def parse(cell: str) -> list[Any]:
        return list(dict.fromkeys(one(part) for part in cell.split(";") if part.strip()))

    return parse


def did_you_mean(cell: str, words: Iterable[str]) -> str:
    """“Did you mean “City”?”, if something on the list is near."""
    by_plain = {plain(word): word for word in words}
    near = difflib.get_close_matches(plain(cell), by_plain, n=1, cutoff=0.6)
    return _("Did you mean “%(word)s”?") % {"word": by_plain[near[0]]} if near else ""
