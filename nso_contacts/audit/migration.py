"""Laying many tables at once, without drawing the whole schema anew for each of them."""

from itertools import groupby
from typing import Any

from django.db.migrations import Migration
from django.db.migrations.operations import CreateModel, RunPython, RunSQL
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState


def step(operation: Operation) -> str:
    """The batch an operation belongs to: tables first, then what is added to them; code and SQL stand alone."""
    if isinstance(operation, RunPython | RunSQL):
        return f"alone {id(operation)}"
    return "tables" if isinstance(operation, CreateModel) else "additions"


class BatchedMigration(Migration):
    """A migration whose operations are applied in batches.

    Django renders every model related to a changed one after each operation. Here nearly every table has a login
    behind it and a history beside it, so that is the whole schema, some 800 times; a batch renders it once. Only for
    operations that do not undo or change one another within the migration; an old trigger, index or constraint may
    make room for its successor.
    """

    def apply(
        self,
        project_state: ProjectState,
        schema_editor: Any,
        collect_sql: bool = False,  # noqa: FBT001, FBT002 (the signature is Django's)
    ) -> ProjectState:
        """Apply the operations batch by batch and return the state after them."""
        for _step, batch in groupby(self.operations, key=step):
            operations = list(batch)
            before = project_state.clone()
            project_state.__dict__.pop("apps", None)  # drawn again on first use, with the whole batch in it
            for operation in operations:
                operation.state_forwards(self.app_label, project_state)
            for operation in operations:
                if collect_sql:
                    schema_editor.collected_sql += ["--", f"-- {operation.describe()}", "--"]
                    if not operation.reduces_to_sql:
                        continue
                operation.database_forwards(self.app_label, schema_editor, before, project_state)
        return project_state
