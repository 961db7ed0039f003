"""Telling somebody, and noting that they looked. What is told is written in the transaction of its cause."""

from collections.abc import Iterable
from datetime import datetime, time, timedelta
from typing import Any

from django.contrib.auth import get_user_model
from django.db import models
from django.utils import timezone

from nso_contacts.audit.trail import action
from nso_contacts.office import clock
from nso_contacts.office.models import Office

from . import causes
from .models import Notification

KEPT = timedelta(days=90)


@action
def tell(cause: str, record: models.Model, users: Iterable[Any], *, actor: Any) -> int:
    """Notify `users` (None among them is nobody) of what `actor` did; return how many were told.

    Whoever did it is not told. Told twice, at once or later, it is one row, unread again.
    """
    key = causes.required(cause).key
    by = actor if isinstance(actor, get_user_model()) else None
    told = {user.pk for user in users if user is not None} - {by.pk if by else None}
    moment = timezone.now()
    return _write(
        [Notification(user_id=pk, cause=key, record_id=record.pk, actor=by, happened_at=moment) for pk in told]
    )


@action
def tell_what_came_about(*, actor: Any) -> int:
    """Notify of what no action brings about, such as being overdue; return how many rows are new.

    Asked again, it adds nothing: a row is new again only when the same thing has come about on a later day.
    """
    today, zone = clock.today(), Office.objects.current().zone
    written = 0
    for cause in causes.registered():
        if cause.found is None:
            continue
        found = {(user, record): datetime.combine(day, time.min, zone) for user, record, day in cause.found(today)}
        rows = Notification.objects.filter(cause=cause.key, record_id__in={record for _user, record in found})
        known = {(user, record): at for user, record, at in rows.values_list("user_id", "record_id", "happened_at")}
        written += _write(
            [
                Notification(user_id=user, cause=cause.key, record_id=record, happened_at=at)
                for (user, record), at in found.items()
                if (user, record) not in known or known[user, record] < at
            ]
        )
    return written


@action
def read(notification: Notification, *, actor: Any) -> bool:
    """Note that its reader has looked. Twice changes nothing."""
    return bool(Notification.objects.unread().filter(pk=notification.pk).update(read_at=timezone.now()))


@action
def read_all(user: Any, *, until: datetime, kind: str = "", actor: Any) -> int:
    """Note that `user` has looked at everything they see, of one kind if given, that came about until a moment."""
    unread = Notification.objects.visible_to(user).unread().of_kind(kind).filter(happened_at__lte=until)
    return unread.update(read_at=timezone.now())


@action
def forget_read(*, actor: Any) -> int:
    """Delete what was read more than 90 days ago."""
    deleted, _by_model = Notification.objects.read_before(timezone.now() - KEPT).delete()
    return deleted


def _write(rows: list[Notification]) -> int:
    """Add rows, or make those that are there new again. In one order, so that two writers never wait for each other."""
    Notification.objects.bulk_create(
        sorted(rows, key=lambda row: (row.user_id, row.cause, row.record_id)),
        update_conflicts=True,
        unique_fields=["user", "cause", "record_id"],
        update_fields=["actor", "happened_at", "read_at"],
        batch_size=1000,
    )
    return len(rows)
