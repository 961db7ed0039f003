"""Which notifications somebody sees: their own, about records they may still see and for which the cause stands."""

from collections.abc import Collection
from typing import Any

from django.db.models import Exists, OuterRef, Q

from . import causes

NOTHING = Q(pk__in=[])


def notification_scope(user: Any, among: Collection[str] | None = None) -> Q:
    """One condition for list, count and marking; each cause brings the row rule of its records.

    `among` are the keys of the causes to look at, where the others are known to have no rows: all of them together
    make a long query.
    """
    if not user.has_perm("access.view_directory"):
        return NOTHING
    standing = NOTHING
    for cause in causes.registered():
        if among is not None and cause.key not in among:
            continue
        records = cause.rows(user).order_by().filter(pk=OuterRef("record_id"))
        standing |= Q(cause=cause.key) & Q(Exists(records))
    return Q(user=user) & standing
