"""Taking what slows a load down off its tables for a while: foreign keys, indexes and triggers.

Nothing is left unproven: PostgreSQL checks every row when a unique index, an exclusion constraint or a foreign key is
made again, check constraints stay on all the time, and the triggers that compute `search_text` from a row do so while
it is loaded. Everything happens in the caller's transaction: a load that fails leaves the tables as they were.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from django.db import connection, models

Model = type[models.Model]

# All but primary keys, which foreign keys of other tables rest on.
CONSTRAINTS = """
    SELECT conrelid::regclass::text, quote_ident(conname), pg_get_constraintdef(oid) FROM pg_constraint
    WHERE conrelid = ANY(%s::regclass[]) AND contype = ANY(%s) ORDER BY conrelid, conname
"""
INDEXES = """
    SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid) FROM pg_index
    WHERE indrelid = ANY(%s::regclass[]) AND NOT EXISTS (SELECT 1 FROM pg_constraint WHERE conindid = indexrelid)
    ORDER BY indrelid, indexrelid
"""
OWN_SEARCH_TEXT = """
    SELECT tgrelid::regclass::text, quote_ident(tgname) FROM pg_trigger
    WHERE tgrelid = ANY(%s::regclass[]) AND tgname LIKE 'pgtrigger\\_search\\_text\\_%%'
"""


@contextmanager
def unguarded(models_: Iterable[Model]) -> Iterator[None]:
    """Load these tables in any order: foreign keys are off, of the triggers only those for `search_text` run."""
    tables = named(models_)
    run("SET CONSTRAINTS ALL IMMEDIATE")  # a table with checks still to come cannot be altered
    keys = rows(CONSTRAINTS, tables, ["f"])
    for table, name, _definition in keys:
        run(f"ALTER TABLE {table} DROP CONSTRAINT {name}")
    for table in tables:
        run(f"ALTER TABLE {table} DISABLE TRIGGER USER")
    for table, name in rows(OWN_SEARCH_TEXT, tables):
        run(f"ALTER TABLE {table} ENABLE TRIGGER {name}")
    yield
    for table in tables:
        run(f"ALTER TABLE {table} ENABLE TRIGGER USER")
        run(f"ANALYZE {table}")
    for table, name, definition in keys:
        run(f"ALTER TABLE {table} ADD CONSTRAINT {name} {definition}")
    run("SET CONSTRAINTS ALL DEFERRED")


@contextmanager
def unindexed(*models_: Model) -> Iterator[None]:
    """Load these tables without their indexes, and make them afterwards, which takes a tenth of the time."""
    tables = named(models_)
    constraints = rows(CONSTRAINTS, tables, ["u", "x"])
    for table, name, _definition in constraints:
        run(f"ALTER TABLE {table} DROP CONSTRAINT {name}")
    indexes = rows(INDEXES, tables)
    for name, _definition in indexes:
        run(f"DROP INDEX {name}")
    yield
    run("SET LOCAL maintenance_work_mem = '512MB'")
    for _name, definition in indexes:
        run(definition)
    for table, name, definition in constraints:
        run(f"ALTER TABLE {table} ADD CONSTRAINT {name} {definition}")


def named(models_: Iterable[Model]) -> list[str]:
    """The tables of models, as SQL writes them."""
    return [connection.ops.quote_name(model._meta.db_table) for model in models_]


def rows(sql: str, *params: object) -> list[tuple]:
    """Ask the catalogue."""
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return cursor.fetchall()


def run(sql: str) -> None:
    """Carry out a statement made of names and definitions that the catalogue has quoted."""
    with connection.cursor() as cursor:
        cursor.execute(sql)
