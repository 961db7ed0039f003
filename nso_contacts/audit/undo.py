"""Taking back what a batch did, from its history rows: every field that still holds what the batch wrote is put back.

A batch is what actions were given as `batch`, for example "bulk:12". `effects` reads what it did to each row and what
became of that since; `take_back`, called inside an action, puts back what still stands and returns what does not:

    found = undo.effects("bulk:12")
    taken, left = undo.take_back("bulk:12")

A field somebody changed since keeps its value. A row the batch wrote down goes if it is still as the batch left it and
nothing has been attached to it; a row the batch removed comes back under its own number if nothing is in its place.
Rows are gone through from the last write to the first, so that what hangs on a row always goes before it.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from itertools import groupby
from typing import Any

from django.db import IntegrityError, models, transaction
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from . import batches

CHANGED, WRITTEN, REMOVED = "changed", "written", "removed"


@dataclass
class Effect:
    """What a batch did to one row. `before` is the row as history knew it, `after` as the batch left it."""

    model: type[models.Model]
    pk: Any
    at: datetime
    kind: str
    before: Any
    after: Any
    now: Any
    refusal: str = ""
    # Columns that hold what the batch wrote, and those that somebody has changed since.
    standing: list[str] = field(default_factory=list)
    overtaken: list[str] = field(default_factory=list)

    @property
    def obstacle(self) -> str:
        """Why the row, or a part of it, stays as it is; "" if nothing stands against taking it back."""
        if self.refusal or not self.overtaken:
            return self.refusal
        labels = ", ".join(
            str(getattr(self.model._meta.get_field(name), "verbose_name", name)) for name in self.overtaken
        )
        return _("Changed since: %(fields)s.") % {"fields": labels}

    @property
    def can_be_taken_back(self) -> bool:
        """Whether anything of it can be put back."""
        return not self.refusal and (bool(self.standing) or self.kind != CHANGED)

    @cached_property
    def name(self) -> str:
        """What the row is called."""
        record = self.now or self.model(**_values(self.model, self.before or self.after))
        return f"{capfirst(self.model._meta.verbose_name)}: {record}"


def effects(batch: str, *, lock: bool = False) -> list[Effect]:
    """Return what a batch did, the last write first. With `lock` its rows stay as they are until the end of the
    transaction.
    """
    contexts = batches.contexts_of(batch)
    found: list[Effect] = []
    if contexts:
        for model in batches.tracked_models():
            found += _of_model(model, contexts, lock=lock)
    return sorted(found, key=lambda effect: effect.at, reverse=True)


def take_back(batch: str) -> tuple[list[Effect], list[Effect]]:
    """Put back what a batch did; return the effects taken back, whole or in part, and those with an `obstacle`.

    To be called inside an action: the history of each row then tells who took it back, as for any other change.
    """
    found = effects(batch, lock=True)
    for _key, run in groupby((one for one in found if one.can_be_taken_back), key=lambda one: (one.model, one.kind)):
        _take_back_run(list(run))
    return [one for one in found if one.can_be_taken_back], [one for one in found if one.obstacle]


# Reading -------------------------------------------------------------------------------------------------------------


def _of_model(model: type[models.Model], contexts: list[Any], *, lock: bool) -> Iterator[Effect]:
    for part in batches.traces(model, contexts):
        current = model._base_manager.filter(pk__in=[trace.pk for trace in part]).order_by("pk")
        now = {record.pk: record for record in (current.select_for_update(no_key=True) if lock else current)}
        for trace in part:
            effect = _effect(model, trace.first, trace.last, trace.before, now.get(trace.pk))
            if effect is not None:
                yield effect


def _effect(model: type[models.Model], first: Any, last: Any, before: Any, now: Any) -> Effect | None:
    """Judge one row. None if the batch left nothing behind: written down and removed again, or set back by itself."""
    written, removed = before is None and first.pgh_label == "insert", last.pgh_label == "delete"
    if written and removed:
        return None
    kind = REMOVED if removed else WRITTEN if written else CHANGED
    effect = Effect(model, last.pgh_obj_id, last.pgh_created_at, kind, before, None if removed else last, now)
    if removed:
        effect.before = before or last
        effect.refusal = _("It is there again.") if now is not None else ""
    elif now is None:
        effect.refusal = _("Somebody has removed it since.")
    elif written:
        effect.overtaken = _differing(model, now, last)
        effect.refusal = effect.obstacle
    elif before is None:
        effect.refusal = _("What it was before is not known.")
    else:
        changed = _differing(model, before, last)
        effect.overtaken = [name for name in _differing(model, now, last) if name in changed]
        effect.standing = [name for name in changed if name not in effect.overtaken]
    return effect if effect.refusal or effect.kind != CHANGED or effect.standing or effect.overtaken else None


def _differing(model: type[models.Model], one: Any, other: Any) -> list[str]:
    return [name for name in _columns(model) if getattr(one, name) != getattr(other, name)]


def _columns(model: type[models.Model]) -> list[str]:
    return [one.attname for one in batches.columns(model)]


def _values(model: type[models.Model], row: Any) -> dict[str, Any]:
    return {"pk": row.pgh_obj_id, **{name: getattr(row, name) for name in _columns(model)}}


# Putting back --------------------------------------------------------------------------------------------------------


def _take_back_run(run: list[Effect]) -> None:
    """Take back neighbours of one kind together; if the database refuses, one by one, so that only those stay that
    must.
    """
    try:
        with transaction.atomic():
            _put_back(run)
    except IntegrityError as refused:
        if len(run) > 1:
            for effect in run:
                _take_back_run([effect])
        else:
            run[0].refusal = _because(run[0].model, refused)


def _put_back(run: list[Effect]) -> None:
    model, kind = run[0].model, run[0].kind
    if kind == CHANGED:
        for names, alike in groupby(run, key=lambda effect: effect.standing):
            _write(model, names, list(alike))
    elif kind == REMOVED:
        model._base_manager.bulk_create([model(**_values(model, effect.before)) for effect in run])
    else:
        # What belongs to the batch has gone already, as it was written later; anything else would go with its row.
        attached = {pk for _model, _row, pk in batches.pointing_at(model, [effect.pk for effect in run])}
        for effect in run:
            if effect.pk in attached:
                effect.refusal = _("Something has been attached to it since.")
        model._base_manager.filter(pk__in=[effect.pk for effect in run if not effect.refusal]).delete()


def _write(model: type[models.Model], names: list[str], effects: Iterable[Effect]) -> None:
    records = []
    for effect in effects:
        for name in names:
            setattr(effect.now, name, getattr(effect.before, name))
        records.append(effect.now)
    fields = [model._meta.get_field(name).name for name in names]
    model._base_manager.bulk_update(records, fields, batch_size=batches.CHUNK)


def _because(model: type[models.Model], refused: IntegrityError) -> str:
    """Say in the words of the constraint what stands against it."""
    broken = getattr(getattr(refused.__cause__, "diag", None), "constraint_name", None)
    for constraint in model._meta.constraints:
        if constraint.name == broken:
            return str(constraint.violation_error_message or constraint.name)
    return _("Something else is in its place now.")
