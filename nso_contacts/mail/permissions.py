"""Which messages somebody may read or change."""

from typing import Any

from django.db.models import Q

from . import purposes

NOTHING = Q(pk__in=[])


def message_scope(user: Any, capability: str) -> Q:
    """The messages `user` reaches through `capability`: those about records the user may not see stay hidden."""
    if not user.has_perm(f"access.{capability}"):
        return NOTHING
    scope = Q()
    for purpose in purposes.registered():
        if purpose.visible is not None:
            scope &= ~Q(purpose=purpose.key) | purpose.visible(user)
    return scope
