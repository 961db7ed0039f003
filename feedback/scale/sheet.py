"""Rows on their way into one table by COPY."""

import io
import json
from datetime import datetime
from typing import Any, Self

from django.contrib.postgres.fields import ArrayField
from django.db import connection, models
from django.utils import timezone

FULL = 50_000
NULL = r"\N"


def text(value: Any) -> str:
    """A value as COPY reads it. Texts of our own making hold neither tabs nor line ends nor backslashes."""
    match value:
        case None:
            return NULL
        case bool():
            return "t" if value else "f"
        case datetime():
            return value.isoformat()
        case dict():
            return json.dumps(value, ensure_ascii=False)
        case _:
            return str(value)


class Sheet:
    """The rows of a model: `write` some of its columns, every other column gets the default of its field.

    `columns` are column names (`organisation_id`). Rows are numbered from `key` on; `write` and `put` return the
    number. The rows go to the database some tens of thousands at a time; at the end of the `with` block the last ones
    do, and the numbering of the table goes on after them.
    """

    def __init__(self, model: type[models.Model], *columns: str) -> None:
        self.model = model
        fields = {field.column: field for field in model._meta.concrete_fields if not field.generated}
        rest = [field for name, field in fields.items() if name not in columns and name != "id"]
        unknown = set(columns) - set(fields)
        if unknown:
            raise LookupError(f"{model.__name__} has no column {', '.join(sorted(unknown))}.")
        self.tail = "".join("\t" + default(field) for field in rest) + "\n"
        names = ["id", *columns, *(field.column for field in rest)]
        quoted = ", ".join(map(connection.ops.quote_name, names))
        self.statement = f"COPY {connection.ops.quote_name(model._meta.db_table)} ({quoted}) FROM STDIN"
        self.key = (model._base_manager.aggregate(last=models.Max("pk"))["last"] or 0) + 1
        self.lines: list[str] = []
        self.written = 0

    def write(self, *values: Any) -> int:
        """Add a row and return its number."""
        return self.put("\t".join(map(text, values)))

    def put(self, line: str) -> int:
        """Add a row whose columns are already written with tabs between them."""
        key = self.key
        self.key = key + 1
        self.lines.append(f"{key}\t{line}")
        if len(self.lines) >= FULL:
            self.flush()
        return key

    def flush(self) -> None:
        """Hand over what has been collected."""
        if self.lines:
            sent = io.StringIO(self.tail.join(self.lines) + self.tail)
            with connection.cursor() as cursor:
                cursor.copy_expert(self.statement, sent, size=1 << 20)
            self.written += len(self.lines)
            self.lines.clear()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: object, _error: object, _trace: object) -> None:
        if kind is not None:
            return
        self.flush()
        if self.written:
            table = connection.ops.quote_name(self.model._meta.db_table)
            with connection.cursor() as cursor:
                cursor.execute("SELECT setval(pg_get_serial_sequence(%s, 'id'), %s)", [table, self.key - 1])


def default(field: models.Field) -> str:
    """What stands in a column that nobody fills: what Django would write."""
    if getattr(field, "auto_now", False) or getattr(field, "auto_now_add", False):
        return text(timezone.now())
    value = field.get_default()
    if isinstance(field, ArrayField):
        return "{" + ",".join(map(text, value or ())) + "}"
    if isinstance(field, models.JSONField):
        return json.dumps(value, ensure_ascii=False)
    return text(value)
