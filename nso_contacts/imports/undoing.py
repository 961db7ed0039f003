"""Taking an import back: what it wrote is read from the history, and undone where nothing stands on it since.

A record that the import created is removed, with everything the import put under it, if it still is as the import left
it and nothing else points at it; the history keeps both its beginning and its end. A field that the import changed gets
back what stood there before, if it still holds what the import wrote. Everything else stays, and says why.
"""
# ruff: noqa: S608 (what is put into statements are our own tables and columns)

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db import connection, models
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from nso_contacts.audit import batches
from nso_contacts.audit.sentences import actor_key, actor_names, metadata
from nso_contacts.office.templatetags.office import office_date

from .importers import Importer
from .models import Batch

CHUNK = 2_000
Model = type[models.Model]
# What stays, and why.
Reason = tuple[str, str]


@dataclass
class Touched:
    """What an import did to the rows of one table: those it created, and those it found and changed."""

    created: set[int] = field(default_factory=set)
    changed: set[int] = field(default_factory=set)


@dataclass
class Plan:
    """What undoing an import does: rows that go, columns that get back what they held, and what stays."""

    removed: dict[Model, set[int]] = field(default_factory=lambda: defaultdict(set))
    restored: dict[Model, dict[int, dict[str, Any]]] = field(default_factory=lambda: defaultdict(dict))
    kept: dict[int, list[Reason]] = field(default_factory=lambda: defaultdict(list))
    # Records that were known before and lose or get back something, by the rows that belong to them.
    concerned: set[int] = field(default_factory=set)
    root: Model | None = None

    @property
    def counts(self) -> dict[str, int]:
        """How many records go, get back what they held, and stay or stay in part."""
        removed = self.removed[self.root] if self.root is not None else set()
        return {
            "removed": len(removed),
            "restored": len(self.concerned - removed),
            "kept": len(self.kept),
        }


class Undoing:
    """Looks at an import as it stands now. `locking` holds all rows concerned until the transaction ends."""

    def __init__(self, batch: Batch, importer: Importer, *, locking: bool = False) -> None:
        """Read from the history what the import did."""
        self.importer, self.root, self.locking = importer, importer.model, locking
        self.contexts = batches.contexts_of(batch.label)
        self.plan = Plan(root=self.root)
        # To which record each row belongs.
        self.owners: dict[Model, dict[int, int]] = {}
        self.touched = {
            model: touched for model in batches.tracked_models() if (touched := self._touched(model)) is not None
        }

    def look(self) -> Plan:
        """Decide what goes, what is put back, and what stays."""
        for model, touched in self.touched.items():
            self._owned(model, touched)
        self._plan_removals()
        for model, touched in self.touched.items():
            if self._link(model) is not None:
                self._plan_restoring(model, sorted(touched.changed))
        return self.plan

    # What the import did ---------------------------------------------------------------------------------------------

    def _touched(self, model: Model) -> Touched | None:
        events = batches.events_of(model)._meta.db_table
        rows = _fetch(
            f"SELECT pgh_obj_id, bool_or(pgh_label = 'insert') FROM {events} WHERE pgh_context_id = ANY(%s) "
            "GROUP BY pgh_obj_id",
            [self.contexts],
        )
        if not rows:
            return None
        found = Touched()
        for pk, is_new in rows:
            (found.created if is_new else found.changed).add(pk)
        pks = sorted(found.created | found.changed)
        lock = " ORDER BY id FOR UPDATE" if self.locking else ""
        here = {pk for (pk,) in _fetch(f"SELECT id FROM {model._meta.db_table} WHERE id = ANY(%s){lock}", [pks])}
        return Touched(found.created & here, found.changed & here)

    def _link(self, model: Model) -> str | None:
        """The column by which a row belongs to a record of the import; None for tables that are no part of one."""
        if model is self.root:
            return "id"
        links = [one.attname for one in model._meta.concrete_fields if one.related_model is self.root]
        return links[0] if links else None

    def _owned(self, model: Model, touched: Touched) -> None:
        """Remember to which record each row belongs."""
        link = self._link(model)
        if link is not None:
            pks = sorted(touched.created | touched.changed)
            rows = _fetch(f"SELECT id, {link} FROM {model._meta.db_table} WHERE id = ANY(%s)", [pks])
            self.owners[model] = dict(rows)

    # What goes -------------------------------------------------------------------------------------------------------

    def _plan_removals(self) -> None:
        going = {model: set(touched.created) for model, touched in self.touched.items() if self._link(model)}
        for model, pks in going.items():
            since = self._changed_since(model, sorted(pks))
            reasons = self._by_whom(model, since) | self.importer.in_use(model, pks - since)
            for pk, reason in reasons.items():
                self._keep(going, model, pk, (self._name(model), reason))
        links = [(model, *link) for model, pks in going.items() for link in batches.pointing_at(model, sorted(pks))]
        left = -1
        while left != (left := sum(map(len, going.values()))):
            self._keep_what_is_pointed_at(going, links)
            self._keep_parts(going)
        for model, pks in going.items():
            self.plan.removed[model] = pks
            self.plan.concerned |= {self.owners[model][pk] for pk in pks}

    def _keep_what_is_pointed_at(
        self, going: dict[Model, set[int]], links: list[tuple[Model, Model, int, int]]
    ) -> None:
        for model, source, source_pk, pk in links:
            if pk in going[model] and source_pk not in going.get(source, ()):
                words = _("%(thing)s points at it") % {"thing": self._name(source)}
                self._keep(going, model, pk, (self._name(model), words), quiet=self._is_part(source, model))

    def _keep_parts(self, going: dict[Model, set[int]]) -> None:
        """Leave with a record that stays everything the import put under it."""
        if self.root in self.touched:
            stays = self.touched[self.root].created - going[self.root]
            for model, pks in going.items():
                pks -= {pk for pk in pks if self.owners[model].get(pk) in stays}

    def _keep(
        self, going: dict[Model, set[int]], model: Model, pk: int, reason: Reason, *, quiet: bool = False
    ) -> None:
        going[model].discard(pk)
        owner = self.owners[model].get(pk)
        if owner is not None and (not quiet or owner not in self.plan.kept) and reason not in self.plan.kept[owner]:
            self.plan.kept[owner].append(reason)

    def _is_part(self, source: Model, model: Model) -> bool:
        """Whether rows of `source` are parts of a record: why one of them stays has been said already."""
        return model is self.root and source in self.owners and source is not self.root

    def _changed_since(self, model: Model, pks: list[int]) -> set[int]:
        """Of rows that the import created, those that no longer are as it left them."""
        events = batches.events_of(model)._meta.db_table
        columns = [one.column for one in batches.columns(model)]
        now, then = (", ".join(f"{row}.{column}" for column in columns) for row in ("t", "e"))
        rows = _fetch(
            f"""SELECT t.id FROM {model._meta.db_table} t JOIN (
                SELECT DISTINCT ON (pgh_obj_id) * FROM {events}
                WHERE pgh_context_id = ANY(%s) ORDER BY pgh_obj_id, pgh_id DESC) e ON e.pgh_obj_id = t.id
            WHERE t.id = ANY(%s) AND ({now}) IS DISTINCT FROM ({then})""",
            [self.contexts, pks],
        )
        return {pk for (pk,) in rows}

    # What gets back what it held -------------------------------------------------------------------------------------

    def _plan_restoring(self, model: Model, pks: list[int]) -> None:
        for part in batches.traces(model, self.contexts, pks):
            rows = model._base_manager.filter(pk__in=[trace.pk for trace in part])
            now = {row["id"]: row for row in rows.values()}
            overtaken: dict[int, list[str]] = {}
            for trace in part:
                if trace.before is None:
                    self._stays(model, trace.pk, (self._name(model), _("what stood here before is not known")))
                    continue
                for one in batches.columns(model):
                    was, wrote = getattr(trace.before, one.attname), getattr(trace.last, one.attname)
                    holds = now[trace.pk][one.attname]
                    if was in (wrote, holds):
                        continue
                    if holds == wrote:
                        self.plan.restored[model].setdefault(trace.pk, {})[one.attname] = was
                        self.plan.concerned.add(self.owners[model][trace.pk])
                    else:
                        overtaken.setdefault(trace.pk, []).append(str(one.verbose_name))
            told = self._by_whom(model, set(overtaken))
            for pk, labels in overtaken.items():
                self._stays(model, pk, (capfirst(", ".join(labels)), told[pk]))

    def _stays(self, model: Model, pk: int, reason: Reason) -> None:
        self.plan.kept[self.owners[model][pk]].append(reason)

    # Words -----------------------------------------------------------------------------------------------------------

    def _name(self, model: Model) -> str:
        return capfirst(str(model._meta.verbose_name))

    def _by_whom(self, model: Model, pks: set[int]) -> dict[int, str]:
        """“changed since by Nadia Rahmani, Wed 25 Nov”, for rows that changed after the import."""
        told = {}
        for chunk in _chunks(sorted(pks)):
            events = batches.events_of(model)._base_manager.filter(pgh_obj_id__in=chunk)
            latest = events.order_by("pgh_obj_id", "-pgh_id").distinct("pgh_obj_id").select_related("pgh_context")
            rows = list(latest)
            names = actor_names([metadata(row) for row in rows])
            for row in rows:
                who = names.get(actor_key(metadata(row)), _("the office"))
                told[row.pgh_obj_id] = _("changed since by %(who)s, %(day)s") % {
                    "who": who,
                    "day": office_date(row.pgh_created_at),
                }
        return told


def changed_since(batch: Batch, importer: Importer) -> int:
    """How many of the records that an import wrote have been changed since, as far as one statement can tell.

    What `look` finds out takes its time with thousands of records; this is quick enough for a page that asks.
    """
    model = importer.model
    events = batches.events_of(model)._meta.db_table
    rows = _fetch(
        f"""WITH own AS (
            SELECT pgh_obj_id, max(pgh_id) AS latest FROM {events} WHERE pgh_context_id = ANY(%s) GROUP BY pgh_obj_id)
        SELECT count(*) FROM own JOIN {model._meta.db_table} t ON t.id = own.pgh_obj_id
        WHERE EXISTS (SELECT 1 FROM {events} e WHERE e.pgh_obj_id = own.pgh_obj_id AND e.pgh_id > own.latest)""",
        [batches.contexts_of(batch.label)],
    )
    return int(rows[0][0])


def carry_out(plan: Plan, importer: Importer, *, actor: Any, tell: Any) -> None:
    """Do what was planned. Records go before what lies under them: the links are asked only at the end."""
    total = sum(map(len, plan.removed.values())) + sum(map(len, plan.restored.values()))
    done = 0
    for model in sorted(plan.removed, key=lambda model: model is not importer.model):
        for chunk in _chunks(sorted(plan.removed[model])):
            _execute(f"DELETE FROM {model._meta.db_table} WHERE id = ANY(%s)", [chunk])
            done += len(chunk)
            tell(done, total)
    for model in sorted(plan.restored, key=lambda model: model is not importer.model):
        for chunk in _chunks(sorted(plan.restored[model])):
            importer.put_back(model, {pk: plan.restored[model][pk] for pk in chunk}, actor=actor)
            done += len(chunk)
            tell(done, total)
    importer.tidy(sorted(plan.concerned - plan.removed[importer.model]), actor=actor)
    _execute("SET CONSTRAINTS ALL IMMEDIATE", [])


def put_back_rows(model: Model, news: Mapping[int, Mapping[str, Any]]) -> None:
    """Write columns back."""
    for pk, columns in news.items():
        model._base_manager.filter(pk=pk).update(**columns)


def _chunks(pks: list[int]) -> Iterator[list[int]]:
    for start in range(0, len(pks), CHUNK):
        yield pks[start : start + CHUNK]


def _fetch(sql: str, params: Iterable[Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, list(params))
        return cursor.fetchall()


def _execute(sql: str, params: Iterable[Any]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql, list(params))
