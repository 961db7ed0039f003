"""Leaving no trace: what a measurement adds to the office is taken out again."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.apps import apps
from django.db import connection, models, transaction
from django.db.models import Max


@contextmanager
def no_trace() -> Iterator[None]:
    """Delete every row that was added during the block. Triggers and foreign keys sleep meanwhile, history too."""
    before = newest()
    try:
        yield
    finally:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL session_replication_role = replica")
            quoted = connection.ops.quote_name
            for (table, column), last in newest().items():
                known = before[table, column]
                if last != known:
                    cursor.execute(f"DELETE FROM {quoted(table)} WHERE {quoted(column)} > %s", [known])  # noqa: S608


def newest() -> dict[tuple[str, str], int]:
    """The highest number of each table whose keys are numbered."""
    found = {}
    for model in apps.get_models(include_auto_created=True):
        key = model._meta.pk
        if model._meta.managed and not model._meta.proxy and isinstance(key, models.AutoField | models.BigAutoField):
            found[model._meta.db_table, key.column] = model._base_manager.aggregate(last=Max("pk"))["last"] or 0
    return found
