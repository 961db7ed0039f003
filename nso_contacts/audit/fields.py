"""The revision of a record: how a form notices that somebody else was faster."""

from collections.abc import Iterable
from typing import Any

import pgtrigger
from django.db import models
from django.utils.translation import gettext_lazy as _

# Kept by triggers from other columns or rows: a person who edits the record has not been overtaken by them.
DERIVED = ("revision", "search_text")


class RevisionField(models.PositiveIntegerField):
    """Counts the changes of a row. The database counts (see `revision_trigger`), Python only reads and compares."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        defaults: dict[str, Any] = {"verbose_name": _("revision"), "default": 1, "editable": False}
        super().__init__(*args, **defaults | kwargs)


def revision_trigger(ignore: Iterable[str] = ()) -> pgtrigger.Trigger:
    """Count every change of a row in its column `revision`, whoever makes it: a form, a bulk update or plain SQL.

    Columns in `ignore` (`search_text` is always among them) may change without making open forms stale. What Python
    writes into `revision` is never believed.
    """
    ignored = ", ".join(f"'{column}'" for column in dict.fromkeys([*DERIVED, *ignore]))
    return pgtrigger.Trigger(
        name="revision",
        when=pgtrigger.Before,
        operation=pgtrigger.Update,
        func=(
            "NEW.revision := OLD.revision; "
            f"IF to_jsonb(NEW) - ARRAY[{ignored}] IS DISTINCT FROM to_jsonb(OLD) - ARRAY[{ignored}] "
            "THEN NEW.revision := OLD.revision + 1; END IF; "
            "RETURN NEW;"
        ),
    )
