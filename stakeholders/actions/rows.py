"""Rows under a record: names and addresses, as an edit form gives them."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from django.db import models

from nso_contacts.office import clock

from ..models import AddressState


def set_rows(model: type[models.Model], link: str, record: models.Model, rows: Iterable[Mapping[str, Any]]) -> None:
    """Add, change and remove rows: each is a mapping of fields, with `pk` for one that exists.

    A row that is only a `pk` (its text was emptied) is removed. Rows that are not mentioned stay: somebody else may
    have added them since the form was opened.
    """
    changes = [dict(row) for row in rows]
    existing = model._base_manager.filter(**{link: record}).in_bulk([row["pk"] for row in changes if row.get("pk")])
    for row in sorted(changes, key=lambda row: bool(row.get("is_primary"))):
        pk = row.pop("pk", None)
        known = existing.get(pk)
        if known is None:
            if pk is None:
                _save(model(**{link: record}, **row))
        elif not row:
            known.delete()
        elif any(getattr(known, name) != value for name, value in row.items()):
            for name, value in row.items():
                setattr(known, name, value)
            _save(known)


def _save(row: Any) -> None:
    if hasattr(row, "state_on"):
        before = type(row)._base_manager.filter(pk=row.pk).values_list("state", flat=True).first()
        if row.state != (before or AddressState.WORKS):
            row.state_on = clock.today()
    row.full_clean()
    row.save()


def keep_one_primary(emails: Any) -> None:
    """Make the best address the main one where none is: the first that works, else the first that is in use."""
    rows = list(emails.order_by("pk"))
    if any(row.is_primary for row in rows):
        return
    usable = [row for row in rows if row.state != AddressState.NOT_IN_USE]
    usable.sort(key=lambda row: row.state != AddressState.WORKS)
    if usable:
        usable[0].is_primary = True
        usable[0].save(update_fields=["is_primary"])


def end_row(row: Any, on: date) -> Any:
    """End a row with a validity; `on` is the last day. One that has ended by then stays as it is."""
    if row.valid_to is None or row.valid_to > on:
        row.valid_to = on
        row.full_clean()
        row.save()
    return row
