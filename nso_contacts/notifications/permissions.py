"""Which notifications somebody sees: their own, about records they may still see and for which the cause stands."""

from typing import Any

from django.db.models import Exists, OuterRef, Q

from . import causes

NOTHING = Q(pk__in=[])


def notification_scope(user: Any) -> Q:
    """One condition for list, count and marking; each cause brings the row rule of its records."""
    if not user.has_perm("access.view_directory"):
        return NOTHING
    standing = NOTHING
    for cause in causes.registered():
        records = cause.rows(user).order_by().filter(pk=OuterRef("record_id"))
        standing |= Q(cause=cause.key) & Q(Exists(records))
    return Q(user=user) & standing
