"""History rows as sentences: the words for what changed, and the names of those who did it."""

import json
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.apps import apps
from django.contrib.auth import get_user_model
from django.db import models
from django.db.models import Subquery
from django.utils.text import Truncator
from django.utils.translation import gettext as _

from nso_contacts.office.templatetags.office import number, office_date_long, office_datetime_long

from .sources import Source, before

TOLD_AT_MOST = 300
DETAILS_AT_MOST = 6

_batches: dict[str, Callable[[str], tuple[str, str] | None]] = {}


@dataclass
class Change:
    """One field that changed, in words. `old` and `new` are empty where there was or is nothing."""

    label: str
    old: str = ""
    new: str = ""


@dataclass
class Line:
    """One sentence.

    `verb` is created, deleted, archived, restored or changed for the record itself, and added, removed or altered for
    a row that belongs to it, which `thing` and `name` then tell.
    """

    at: datetime
    verb: str
    who: str = ""
    thing: str = ""
    name: str = ""
    changes: list[Change] = field(default_factory=list)
    details: list[Change] = field(default_factory=list)
    reason: str = ""
    by: str = ""
    batch: tuple[str, str] | None = None


def register_batch(prefix: str, describe: Callable[[str], tuple[str, str] | None]) -> None:
    """Tell changes of a batch `prefix:rest` by the words and the address that `describe(rest)` returns."""
    _batches[prefix] = describe


class Reader:
    """Turns history rows into sentences, asking for the names of other records once per kind."""

    def __init__(self, told: list[Source], user: Any) -> None:
        self.sources, self.user = told, user
        self.wanted: dict[type[models.Model], set[Any]] = defaultdict(set)
        self.names: dict[tuple[type[models.Model], Any], str] = {}

    def lines(self, keys: list[tuple[datetime, int, int]]) -> list[Line]:
        """Return the sentences for (time, row, source) in their order."""
        found: dict[tuple[int, int], tuple[Any, Any]] = {}
        for index in {source for _at, _pk, source in keys}:
            events = self.sources[index].events._default_manager
            rows = events.filter(pgh_id__in=[pk for _at, pk, source in keys if source == index])
            rows = rows.select_related("pgh_context").annotate(
                told_earlier=Subquery(before(self.sources[index].events).values("pgh_id")[:1])
            )
            earlier = events.in_bulk([row.told_earlier for row in rows if row.told_earlier], field_name="pgh_id")
            for row in rows:
                found[index, row.pgh_id] = row, earlier.get(row.told_earlier)
        pairs = [(self.sources[index], *found[index, pk]) for _at, pk, index in keys]
        for source, row, earlier in pairs:
            self._want(source, row, earlier)
        self._name()
        people = actor_names([metadata(row) for _source, row, _earlier in pairs])
        return [self._line(source, row, earlier, people) for source, row, earlier in pairs]

    def _want(self, source: Source, *rows: Any) -> None:
        for f in source.fields:
            if isinstance(f, models.ForeignKey):
                related = f.related_model
                self.wanted[related] |= {getattr(row, f.attname) for row in rows if row is not None} - {None}

    def _name(self) -> None:
        for model, keys in self.wanted.items():
            if not keys:
                continue
            everything = model._default_manager.all()
            # Who works here is no secret among those who read histories, although only few may manage users.
            told = hasattr(everything, "visible_to") and model is not get_user_model()
            visible = everything.visible_to(self.user) if told else everything  # type: ignore[attr-defined]
            self.names |= {(model, record.pk): str(record) for record in visible.filter(pk__in=keys)}

    def _line(self, source: Source, row: Any, earlier: Any, people: dict[str, str]) -> Line:
        told = metadata(row)
        line = Line(row.pgh_created_at, "changed", reason=str(told.get("reason") or ""))
        line.who = people.get(actor_key(told), _("The office"))
        line.batch = _batch(str(told.get("batch") or ""))
        if line.batch:
            line.by, line.who = (line.who if actor_key(told) else ""), line.batch[0]
        if source.child is not None:
            line.thing = str(source.model._meta.verbose_name)
        if row.pgh_label == "update" and earlier is not None:
            self._tell_update(line, source, row, earlier)
        else:
            self._tell_whole(line, source, row)
        return line

    def _tell_update(self, line: Line, source: Source, row: Any, earlier: Any) -> None:
        changed = [f for f in source.fields if getattr(row, f.attname) != getattr(earlier, f.attname)]
        if source.child is not None:
            line.verb, (line.name, _details) = "altered", self._describe(source, row)
        for f in changed:
            if f.name == "archived_at" and len(changed) == 1:
                line.verb = "archived" if row.archived_at else "restored"
            else:
                line.changes.append(
                    Change(
                        _label(f), self.words(f, getattr(earlier, f.attname)), self.words(f, getattr(row, f.attname))
                    )
                )

    def _tell_whole(self, line: Line, source: Source, row: Any) -> None:
        gone = row.pgh_label == "delete"
        if source.child is None:
            line.verb = "deleted" if gone else "created"
            return
        line.verb = "removed" if gone else "added"
        line.name, line.details = self._describe(source, row)

    def _describe(self, source: Source, row: Any) -> tuple[str, list[Change]]:
        """Return what a row is best called, and what else is to be said about it."""
        belongs_to = source.child.field if source.child else ""
        told = [
            (f, words)
            for f in source.fields
            if f.name != belongs_to
            and getattr(row, f.attname) != f.get_default()
            and (words := self.words(f, getattr(row, f.attname)))
        ]
        spoken = [f for f, _words in told if isinstance(f, models.CharField | models.TextField) and not f.choices]
        named = [*spoken, *(f for f, _words in told if isinstance(f, models.ForeignKey)), *(f for f, _words in told)]
        if not named:
            return "", []
        by_field = dict(told)
        details = [Change(_label(f), new=words) for f, words in told if f is not named[0]]
        return by_field[named[0]], details[:DETAILS_AT_MOST]

    def words(self, f: "models.Field", value: Any) -> str:
        """Return the value of a field as a reader says it; "" for nothing."""
        if value is None or value in ("", [], {}):
            return ""
        if isinstance(f, models.ForeignKey):
            return self.names.get((f.related_model, value), _("a record you cannot see"))
        choices = dict(
            getattr(f, "flatchoices", None) or getattr(getattr(f, "base_field", f), "flatchoices", None) or []
        )
        if isinstance(value, list | tuple):
            return ", ".join(str(choices.get(one, one)) for one in value)
        if choices:
            return str(choices.get(value, value))
        return Truncator(_plain(value)).chars(TOLD_AT_MOST)


def _plain(value: Any) -> str:
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, datetime):
        return office_datetime_long(value)
    if isinstance(value, date):
        return office_date_long(value)
    if isinstance(value, int):
        return number(value)
    return json.dumps(value, ensure_ascii=False) if isinstance(value, dict) else str(value)


def _label(f: "models.Field") -> str:
    return str(f.verbose_name)


def metadata(row: Any) -> dict[str, Any]:
    """Return what the action said about itself; nothing for a write outside of any action."""
    return row.pgh_context.metadata if row.pgh_context_id and row.pgh_context else {}


def actor_key(told: dict[str, Any]) -> str:
    """“5” for a user, “stakeholders.person/12” for somebody with a personal link, “” for the office."""
    return str(told.get("actor") or told.get("person") or "")


def actor_names(contexts: Iterable[dict[str, Any]]) -> dict[str, str]:
    """Return the names behind actor keys, one query per kind of actor."""
    keys = {actor_key(told) for told in contexts} - {""}
    users = {int(key) for key in keys if key.isdigit()}
    named = (
        {str(user.pk): str(user) for user in get_user_model()._default_manager.filter(pk__in=users)} if users else {}
    )
    others: dict[str, set[str]] = defaultdict(set)
    for key in keys - named.keys():
        label, _slash, pk = key.partition("/")
        if pk:
            others[label].add(pk)
    for model in (m for m in apps.get_models() if m._meta.label_lower in others):
        label = model._meta.label_lower
        named |= {f"{label}/{one.pk}": str(one) for one in model._default_manager.filter(pk__in=others[label])}
    return named


def _batch(batch: str) -> tuple[str, str] | None:
    prefix, _colon, rest = batch.partition(":")
    describe = _batches.get(prefix)
    return describe(rest) if describe and rest else None
