"""Search over everything a person may see.

search.register(SearchSource("person", _("People"), "people", lambda user: Person.objects.active().visible_to(user),
detail=lambda person: person.post_line, list_url_name="stakeholders:people"))
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.http import urlencode

from .matching import matching, nearest, words

SHOWN, COUNTED = 5, 101
SHORTEST = 2


@dataclass(frozen=True)
class SearchSource:
    """One kind of record that can be found. `queryset(user)` must go through `visible_to`.

    `text`, `detail` and `url` say what a hit looks like and where it leads; `fields` where to look instead of
    `search_text`. `exact(typed, user)` returns a record when what was typed can only mean that one (a reference), which
    then opens at once. `archived(user)` are the rows that are only found on request. `list_url_name` names a list that
    shows all hits with `?q=`.
    """

    kind: str
    title: str | Promise
    icon: str
    queryset: Callable[[Any], QuerySet[Any]]
    url: Callable[[Any], str] = lambda record: record.get_absolute_url()
    order: int = 100
    text: Callable[[Any], str] = str
    detail: Callable[[Any], str] = lambda record: ""
    fields: tuple[str, ...] = ()
    capability: str | tuple[str, ...] | None = None
    exact: Callable[[str, Any], Any] | None = None
    archived: Callable[[Any], QuerySet[Any]] | None = None
    list_url_name: str = ""

    def is_open_to(self, user: Any) -> bool:
        """Whether `user` may search it."""
        if self.capability is None:
            return True
        names = (self.capability,) if isinstance(self.capability, str) else self.capability
        return any(user.has_perm(f"access.{name}") for name in names)


@dataclass(frozen=True)
class Hit:
    """A record that was found, in words."""

    text: str
    detail: str
    url: str


@dataclass(frozen=True)
class Found:
    """What was found of one kind. `number` stops at 101."""

    source: SearchSource
    hits: list[Hit]
    number: int
    more_url: str
    near: bool = False

    @property
    def shown_number(self) -> str:
        """The number in words."""
        return str(self.number) if self.number < COUNTED else f"{COUNTED - 1}+"


_sources: dict[str, SearchSource] = {}


def register(source: SearchSource) -> None:
    """Let people search `source`. Registering the same kind again replaces it."""
    _sources[source.kind] = source


def sources(user: Any) -> list[SearchSource]:
    """Return what `user` may search, in order."""
    found = [source for source in _sources.values() if source.is_open_to(user)]
    return sorted(found, key=lambda source: (source.order, source.kind))


def exact(typed: str, user: Any) -> str:
    """Return the address of the one record that `typed` can only mean; empty if there is none."""
    for source in sources(user):
        record = source.exact(typed, user) if source.exact else None
        if record is not None:
            return source.url(record)
    return ""


def find(source: SearchSource, typed: str, user: Any, *, archived: bool = False, most: int = SHOWN) -> Found:
    """Search one kind: the keys of up to 101 hits, then the first few of them."""
    rows = source.archived(user) if archived and source.archived else source.queryset(user)
    if archived and not source.archived:
        rows = rows.none()
    keys = list(matching(rows, typed, *source.fields).values_list("pk", flat=True)[:COUNTED])
    records = {record.pk: record for record in rows.filter(pk__in=keys[:most])} if keys else {}
    hits = [
        Hit(str(source.text(record)), str(source.detail(record)), source.url(record))
        for record in (records.get(key) for key in keys[:most])
        if record is not None
    ]
    return Found(source, hits, len(keys), more(source, typed, archived=archived) if len(keys) > most else "")


def nearly(source: SearchSource, typed: str, user: Any) -> Found:
    """Search one kind, if it keeps a `search_text`, for what is written almost like `typed`, the likeliest first."""
    if source.fields:
        return Found(source, [], 0, "")
    records = list(nearest(source.queryset(user), typed)[:SHOWN])
    hits = [Hit(str(source.text(record)), str(source.detail(record)), source.url(record)) for record in records]
    return Found(source, hits, len(hits), "", near=True)


def more(source: SearchSource, typed: str, *, archived: bool) -> str:
    """Return where all hits of a kind stand: in their list, else on the search page limited to it."""
    if source.list_url_name and not archived:
        return f"{reverse(source.list_url_name)}?{urlencode({'q': typed})}"
    state = {"q": typed, "kind": source.kind} | ({"archived": "1"} if archived else {})
    return f"{reverse('pages:search')}?{urlencode(state)}"


def everything(typed: str, user: Any, *, kind: str = "", archived: bool = False) -> list[Found]:
    """Search every kind, or one of them with up to 100 hits; kinds without a hit are left out.

    If no kind has one, a word may be mistyped: then those are found that are written almost like it.
    """
    if len("".join(words(typed))) < SHORTEST:
        return []
    if kind:
        asked = [source for source in sources(user) if source.kind == kind]
        return [find(source, typed, user, archived=archived, most=COUNTED - 1) for source in asked]
    found = [find(source, typed, user, archived=archived) for source in sources(user)]
    if not archived and not any(one.number for one in found):
        found = [nearly(source, typed, user) for source in sources(user)]
    return [one for one in found if one.number]
