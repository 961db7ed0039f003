"""Who may download a file: whoever may see a record it is attached to."""

from typing import Any

from django.db.models import Q

from . import owners


def file_scope(user: Any) -> Q:
    """The files attached to records `user` may see; none if no app owns files."""
    scope = Q(pk__in=[])
    for ids in owners.rows(user):
        scope |= Q(pk__in=ids)
    return scope
