"""Which imports somebody may read or carry on."""

from typing import Any

from django.db.models import Q

EVERYTHING = Q()
NOTHING = Q(pk__in=[])


def batch_scope(user: Any) -> Q:
    """Imports: who may import sees what colleagues have imported, and may carry it on."""
    return EVERYTHING if user.has_perm("access.run_imports") else NOTHING
