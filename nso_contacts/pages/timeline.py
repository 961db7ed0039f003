"""What happened with a person, an organisation or a group, newest first, whoever recorded it.

Each app registers its part, in `AppConfig.ready`:

    timeline.register(TimelineSource(
        "interaction", _("Contacts"), subjects=("person", "organisation"),
        keys=lambda subject_kind, subject, user: Interaction.objects.visible_to(user).filter(…),
        load=interaction_entries, at="occurred_at",
    ))

`keys` returns the rows that concern the subject and that the user may see; `load(pks, user)` an `Entry` for each.
One UNION ALL over all sources finds the moments of a page, each source limited to that page; then each kind that is
shown is loaded by one query.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import CharField, DateTimeField, F, Q, QuerySet, Value
from django.db.models.functions import Cast
from django.http import HttpRequest, QueryDict
from django.utils import formats, timezone
from django.utils.dateparse import parse_datetime
from django.utils.functional import Promise

from .picks import readable

PAGE = 20
KIND, BEFORE = "kind", "before"


@dataclass
class Entry:
    """One thing that happened, in words. `status` is (ok|warn|late|info|"", words, icon); `template` draws more below.

    `key` is the primary key of its row. `at` is filled in by the timeline.
    """

    key: Any
    icon: str
    title: str | Promise
    text: str | Promise = ""
    url: str = ""
    status: tuple[str, str | Promise, str] | None = None
    template: str = ""
    context: Mapping[str, Any] = field(default_factory=dict)
    at: datetime | None = None
    kind: str = ""


@dataclass(frozen=True)
class TimelineSource:
    """One app's part of timelines. `at` is the column that holds the moment: a date or a date and time."""

    kind: str
    title: str | Promise
    subjects: tuple[str, ...]
    keys: Callable[[str, Any, Any], QuerySet[Any]]
    load: Callable[[list[Any], Any], Iterable[Entry]]
    at: str = "occurred_at"
    order: int = 100


@dataclass(frozen=True)
class Cursor:
    """The last entry of a page."""

    at: datetime
    kind: str
    key: int

    def __str__(self) -> str:
        """Write it for an address."""
        return f"{self.at.isoformat()}~{self.kind}~{self.key}"

    @classmethod
    def read(cls, text: str) -> "Cursor | None":
        """Read it from an address; None if it says nothing."""
        parts = text.split("~")
        if len(parts) != 3:
            return None
        try:
            at = parse_datetime(parts[0].replace(" ", "+"))
        except ValueError:
            return None
        keys = readable([parts[2]])
        return cls(at, parts[1], keys[0]) if at and timezone.is_aware(at) and keys else None


@dataclass(frozen=True)
class Kind:
    """A kind of entry that this timeline can be limited to."""

    title: str | Promise
    url: str
    current: bool


@dataclass(frozen=True)
class Timeline:
    """One page of a timeline. Draw it with parts/timeline.html."""

    months: list[tuple[str, list[Entry]]]
    kinds: list[Kind]
    all_url: str
    earlier_url: str
    limited: bool
    paged: bool


_sources: dict[str, TimelineSource] = {}


def register(source: TimelineSource) -> None:
    """Add a source to the timelines of its subjects. Registering the same kind again replaces it."""
    _sources[source.kind] = source


def sources(subject_kind: str) -> list[TimelineSource]:
    """Return the sources that know about a kind of subject, in order."""
    found = [source for source in _sources.values() if subject_kind in source.subjects]
    return sorted(found, key=lambda source: (source.order, source.kind))


def moments(source: TimelineSource, rows: QuerySet[Any], before: Cursor | None, size: int) -> QuerySet[Any]:
    """Return (moment, kind, key) of a source's newest rows before the cursor."""
    rows = rows.order_by().annotate(
        _at=Cast(F(source.at), DateTimeField()), _kind=Value(source.kind, output_field=CharField())
    )
    if before is not None:
        earlier = Q(_at__lt=before.at)
        if source.kind > before.kind:
            earlier |= Q(_at=before.at)
        elif source.kind == before.kind:
            earlier |= Q(_at=before.at, pk__lt=before.key)
        rows = rows.filter(earlier)
    return rows.order_by("-_at", "-pk").values_list("_at", "_kind", "pk")[:size]


def entries(
    subject_kind: str, subject: Any, user: Any, *, kind: str = "", before: Cursor | None = None, size: int = PAGE
) -> list[Entry]:
    """Return the newest `size` entries before the cursor, of one kind or of all."""
    asked = [source for source in sources(subject_kind) if kind in ("", source.kind)]
    if not asked:
        return []
    parts = [moments(source, source.keys(subject_kind, subject, user), before, size) for source in asked]
    together = parts[0].union(*parts[1:], all=True) if len(parts) > 1 else parts[0]
    if len(parts) > 1:
        together = together.order_by("-_at", "_kind", "-pk")[:size]
    found = list(together)
    loaded = {}
    for source in asked:
        keys = [key for _at, one, key in found if one == source.kind]
        if keys:
            loaded.update({(source.kind, entry.key): entry for entry in source.load(keys, user)})
    shown = []
    for at, one, key in found:
        entry = loaded.get((one, key))
        if entry is not None:
            entry.at, entry.kind = at, one
            shown.append(entry)
    return shown


def timeline(request: HttpRequest, subject_kind: str, subject: Any, *, size: int = PAGE) -> Timeline:
    """Return the page of a timeline that the address asks for (`kind`, `before`); other parts of the address stay."""
    kind = request.GET.get(KIND, "")
    kind = kind if kind in {source.kind for source in sources(subject_kind)} else ""
    before = Cursor.read(request.GET.get(BEFORE, ""))
    found = entries(subject_kind, subject, request.user, kind=kind, before=before, size=size + 1)
    page, more = found[:size], len(found) > size
    last = Cursor(page[-1].at, page[-1].kind, page[-1].key) if page and page[-1].at else None
    return Timeline(
        months=by_month(page),
        kinds=[
            Kind(source.title, address(request, **{KIND: source.kind}), source.kind == kind)
            for source in sources(subject_kind)
        ],
        all_url=address(request),
        earlier_url=address(request, **({KIND: kind} if kind else {}), **{BEFORE: str(last)}) if more and last else "",
        limited=bool(kind),
        paged=before is not None,
    )


def by_month(found: list[Entry]) -> list[tuple[str, list[Entry]]]:
    """Group entries under the names of their months."""
    months: list[tuple[str, list[Entry]]] = []
    for entry in found:
        name = formats.date_format(timezone.localtime(entry.at), "F Y")
        if not months or months[-1][0] != name:
            months.append((name, []))
        months[-1][1].append(entry)
    return months


def address(request: HttpRequest, **changes: str) -> str:
    """Return the present address with another kind and place in the timeline."""
    state: QueryDict = request.GET.copy()
    for name in (KIND, BEFORE):
        state.pop(name, None)
    for name, value in changes.items():
        state[name] = value
    query = state.urlencode()
    return f"{request.path}?{query}" if query else request.path
