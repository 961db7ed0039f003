"""What a batch did, read from the history: which rows it wrote, as what it found them and as what it left them.

A batch is what actions were given as `batch`, for example "bulk:12" or "import:7". Both ways of taking one back stand
on this: `undo` goes through rows one by one, an import of thousands of records is planned as a whole.
"""
# ruff: noqa: S608 (what is put into statements are our own tables and columns)

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.contrib.contenttypes.fields import GenericForeignKey
from django.contrib.contenttypes.models import ContentType
from django.db import connection, models
from django.db.models import Max, Min, OuterRef, Subquery

CHUNK = 1_000
Model = type[models.Model]


@dataclass(frozen=True)
class Trace:
    """What history keeps of a batch and one row: its state before (None if none is known), the first and the last that
    the batch gave it.
    """

    pk: Any
    before: Any
    first: Any
    last: Any


def contexts_of(batch: str) -> list[Any]:
    """Return the contexts of the changes that belong to a batch. The empty name is no batch."""
    with connection.cursor() as cursor:
        # The second condition is that of the index, which holds only the few contexts with a batch.
        cursor.execute(
            "SELECT id FROM pghistory_context WHERE metadata ->> 'batch' = %s AND (metadata ->> 'batch') <> ''", [batch]
        )
        return [pk for (pk,) in cursor.fetchall()]


def tracked_models() -> Iterator[Model]:
    """Yield the models whose rows have a history."""
    for model in apps.get_models():
        events = getattr(model, "pgh_event_model", None)
        if events is not None and events.pgh_tracked_model is model:
            yield model


def events_of(model: Model) -> Any:
    """Return the model of the history rows of a tracked one."""
    return model.pgh_event_model  # type: ignore[attr-defined]  # pghistory puts it on every tracked model


def columns(model: Model) -> "list[models.Field[Any, Any]]":
    """Return the columns that history keeps, but for the key."""
    kept = {one.name for one in events_of(model)._meta.get_fields()}
    return [one for one in model._meta.concrete_fields if one.name in kept and not one.primary_key]


def traces(model: Model, contexts: Sequence[Any], pks: Sequence[Any] | None = None) -> Iterator[list[Trace]]:
    """Yield what a batch did to the rows of a model, or to some of them, in portions."""
    events = events_of(model)._base_manager
    own = events.filter(pgh_context__in=contexts)
    spans = (own if pks is None else own.filter(pgh_obj_id__in=pks)).order_by().values("pgh_obj_id")
    touched = list(
        spans.annotate(first=Min("pgh_id"), last=Max("pgh_id"))
        .order_by("pgh_obj_id")
        .values_list("pgh_obj_id", "first", "last")
    )
    earlier = events.filter(pgh_obj_id=OuterRef("pgh_obj_id"), pgh_id__lt=OuterRef("pgh_id")).order_by("-pgh_id")
    for start in range(0, len(touched), CHUNK):
        part = touched[start : start + CHUNK]
        firsts = events.filter(pgh_id__in=[first for _pk, first, _last in part])
        befores = dict(firsts.values_list("pgh_obj_id", Subquery(earlier.values("pgh_id")[:1])))
        wanted = {*befores.values(), *(number for _pk, *span in part for number in span)} - {None}
        rows = {row.pgh_id: row for row in events.filter(pgh_id__in=wanted)}
        yield [Trace(pk, rows.get(befores[pk]), rows[first], rows[last]) for pk, first, last in part]


def pointing_at(model: Model, pks: list[Any]) -> Iterator[tuple[Model, Any, Any]]:
    """Yield (model, key) of each row that points at one of these, with the key it points at."""
    if pks:
        yield from _by_foreign_key(model, pks)
        yield from _by_generic_key(model, pks)


def _by_foreign_key(model: Model, pks: list[Any]) -> Iterator[tuple[Model, Any, Any]]:
    for relation in model._meta.get_fields(include_hidden=True):
        if not isinstance(relation, models.ManyToOneRel) or hasattr(relation.related_model, "pgh_tracked_model"):
            continue
        source = relation.related_model
        if not source._meta.managed:
            continue
        table, key, column = source._meta.db_table, source._meta.pk.column, relation.field.column
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT {key}, {column} FROM {table} WHERE {column} = ANY(%s)", [pks])
            found = cursor.fetchall()
        yield from ((source, pk, target) for pk, target in found)


def _by_generic_key(model: Model, pks: list[Any]) -> Iterator[tuple[Model, Any, Any]]:
    kind = ContentType.objects.get_for_model(model)
    for source in apps.get_models():
        for link in (one for one in source._meta.private_fields if isinstance(one, GenericForeignKey)):
            rows = source._base_manager.filter(**{link.ct_field: kind, f"{link.fk_field}__in": pks})
            for pk, target in rows.order_by().values_list("pk", link.fk_field):
                yield source, pk, target
