"""What happened to a record, in sentences: who changed what, from what, to what, when and why.

An app registers its records in `AppConfig.ready`; the page is then `/history/<kind>/<pk>/`, and a tab "History" stands
on the record's own page if it draws the panels of `kind`:

    history.register("organisation", Organisation, "view_directory", children=[
        Child(Post, "organisation"),
        Child(OrganisationEmail, "organisation"),
    ])

A child's `field` is the path from its history row to the record (`"post__person"` reaches over one more table). Row
rules hold: the record through `visible_to`; a child through its own `visible_to` if it has one, and through
`visible(user)`, a Q over its history rows, if given; names of other records are told only to those who may see them.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import groupby
from typing import Any

from django.db import models
from django.db.models import F, Q, QuerySet, Value, Window
from django.db.models.fields.json import KeyTransform
from django.db.models.functions import Lag
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from nso_contacts.pages import panels

from .sentences import Line, Reader, actor_key, actor_names, metadata, register_batch
from .sources import Child, Kind, Source, sources

__all__ = ["Child", "changes_of", "context", "kind_of", "last_change", "read", "register", "register_batch"]

PAGE_SIZE = 25
OFFICE = "office"
# How the address names who changed something: a user by number, a person who came through a link by kind and number.
USER = re.compile(r"[0-9]{1,18}")
PERSON = re.compile(r"[a-z_]+\.[a-z_]+/[0-9]{1,18}")


@dataclass
class Page:
    """One page of a history, with what its filters offer."""

    kind: Kind
    record: Any
    lines: list[Line]
    total: int
    since: datetime | None
    number: int
    who: str = ""
    what: str = ""
    actors: list[tuple[str, str]] = field(default_factory=list)

    @property
    def days(self) -> list[tuple[date, list[Line]]]:
        """The lines under the days they belong to, in the reader's zone."""
        grouped = groupby(self.lines, key=lambda line: timezone.localtime(line.at).date())
        return [(day, list(lines)) for day, lines in grouped]

    @property
    def things(self) -> list[tuple[str, str]]:
        """The kinds of rows one can ask for: the record itself, and its children."""
        return [(source.key, source.title) for source in sources(self.kind)]

    @property
    def first(self) -> int:
        """The number of the first line."""
        return (self.number - 1) * PAGE_SIZE + 1 if self.lines else 0

    @property
    def last(self) -> int:
        """The number of the last line."""
        return self.first + len(self.lines) - 1 if self.lines else 0

    @property
    def url(self) -> str:
        """The address of the whole history."""
        return reverse("audit:history", args=[self.kind.key, self.record.pk])


_kinds: dict[str, Kind] = {}


def register(
    key: str,
    model: type[models.Model],
    capability: str | tuple[str, ...],
    children: Sequence[Child] = (),
    *,
    hide: Iterable[str] = (),
    page: str | None = None,
) -> None:
    """Give the records of `model` a history, and a tab on `page` (default: the pages of `key`)."""
    capabilities = (capability,) if isinstance(capability, str) else tuple(capability)
    _kinds[key] = Kind(key, model, capabilities, tuple(children), tuple(hide))
    panels.register(
        page or key,
        panels.Panel(
            "history",
            gettext_lazy("History"),
            "parts/history.html",
            lambda record, user: context(key, record, user),
            place="tab",
            order=900,
        ),
    )


def kind_of(key: str) -> Kind | None:
    """Return a registered kind."""
    return _kinds.get(key)


def context(key: str, record: Any, user: Any) -> dict[str, Any] | None:
    """Return what parts/history.html needs for a tab: the newest lines and the way to all of them."""
    kind = _kinds[key]
    return {"history": read(kind, record, user), "in_tab": True} if kind.is_open_to(user) else None


def read(kind: Kind, record: Any, user: Any, *, number: int = 1, who: str = "", what: str = "") -> Page:
    """Read one page of a history, the newest change first."""
    told = [source for source in sources(kind) if what in ("", source.key)] or sources(kind)
    rows = {index: _by(source.rows(record, user), who) for index, source in enumerate(told)}
    keys = [
        found.annotate(told_source=Value(index)).order_by().values_list("pgh_created_at", "pgh_id", "told_source")
        for index, found in rows.items()
    ]
    every = keys[0].union(*keys[1:], all=True) if len(keys) > 1 else keys[0]
    chosen = list(every.order_by("-pgh_created_at", "-pgh_id")[(number - 1) * PAGE_SIZE : number * PAGE_SIZE])
    oldest = every.order_by("pgh_created_at", "pgh_id")[:1]
    return Page(
        kind,
        record,
        Reader(told, user).lines(chosen),
        total=every.count(),
        since=next((row[0] for row in oldest), None),
        number=number,
        who=who,
        what=what,
        actors=_actors(told, record, user),
    )


def last_change(record: Any) -> tuple[str, datetime] | None:
    """Return who changed a record last, and when; None for records without history."""
    events = getattr(type(record), "pgh_event_model", None)
    if events is None or record.pk is None:
        return None
    event = events.objects.filter(pgh_obj_id=record.pk).select_related("pgh_context").order_by("-pgh_id").first()
    if event is None:
        return None
    told = metadata(event)
    return actor_names([told]).get(actor_key(told), _("The office")), event.pgh_created_at


@dataclass(frozen=True)
class FieldChange:
    """One change of one field: from what (None when the record was made) to what, by whom, when."""

    before: Any
    after: Any
    at: datetime
    who: str
    by_link: bool


def changes_of(record: Any, name: str) -> list[FieldChange]:
    """Return when the field `name` of a record changed, the newest change first."""
    rows = (
        type(record)
        .pgh_event_model.objects.filter(pgh_obj_id=record.pk)
        .annotate(told_earlier=Window(Lag(name), order_by="pgh_id"))
        .filter(Q(told_earlier=None) | ~Q(**{name: F("told_earlier")}))
        .select_related("pgh_context")
        .order_by("-pgh_id")
    )
    told = [(row, metadata(row)) for row in rows]
    names = actor_names([context for _row, context in told])
    return [
        FieldChange(
            row.told_earlier,
            getattr(row, name),
            row.pgh_created_at,
            names.get(actor_key(context), _("The office")),
            by_link=bool(context.get("person")),
        )
        for row, context in told
    ]


def _by(rows: QuerySet[Any], who: str) -> QuerySet[Any]:
    """Keep the rows of one actor."""
    if not who:
        return rows
    if who == OFFICE:
        acted = Q(pgh_context__metadata__actor__isnull=False) & ~Q(pgh_context__metadata__actor=None)
        return rows.exclude(acted).exclude(pgh_context__metadata__has_key="person")
    if USER.fullmatch(who):
        return rows.filter(pgh_context__metadata__actor=int(who))
    return rows.filter(pgh_context__metadata__person=who) if PERSON.fullmatch(who) else rows.none()


def _actors(told: list[Source], record: Any, user: Any) -> list[tuple[str, str]]:
    """Return everybody who ever changed the record, for the filter."""
    asked = [
        source.rows(record, user)
        .annotate(
            told_actor=KeyTransform("actor", F("pgh_context__metadata")),
            told_person=KeyTransform("person", F("pgh_context__metadata")),
        )
        .order_by()
        .values_list("told_actor", "told_person")
        for source in told
    ]
    found = list(asked[0].union(*asked[1:])) if len(asked) > 1 else list(asked[0].distinct())
    contexts = [{"actor": who, "person": person} for who, person in found]
    names = actor_names(contexts)
    people = sorted(((key, name) for key, name in names.items()), key=lambda pair: pair[1])
    return people + ([(OFFICE, _("The office"))] if any(not actor_key(told) for told in contexts) else [])
