"""User groups: writing them down, who belongs to them, taking them out of use."""

from collections.abc import Iterable
from datetime import date

from django.utils import timezone

from nso_contacts.accounts.models import User
from nso_contacts.audit.trail import action

from ..models import StatisticalDomain, UserGroup, UserGroupMembership
from . import cadence
from .rows import end_row

Domains = Iterable[StatisticalDomain]


@action
def create(group: UserGroup, *, actor: User | None, domains: Domains = ()) -> UserGroup:
    """Write down a new user group."""
    group.full_clean()
    group.save(force_insert=True)
    group.domains.set(domains)
    cadence.touch(groups=[group.pk], actor=actor)
    return group


@action
def edit(group: UserGroup, *, actor: User | None, domains: Domains, reason: str = "") -> UserGroup:
    """Save what was changed; the next contact is due by the rhythm it has now."""
    group.full_clean()
    group.save()
    group.domains.set(domains)
    cadence.touch(groups=[group.pk], actor=actor)
    return group


@action
def archive(group: UserGroup, *, actor: User | None, reason: str = "") -> UserGroup:
    """Take a group out of lists and pick lists. Doing it twice changes nothing."""
    if group.archived_at is None:
        group.archived_at = timezone.now()
        group.save(update_fields=["archived_at"])
    return group


@action
def restore(group: UserGroup, *, actor: User | None, reason: str = "") -> UserGroup:
    """Bring an archived group back."""
    if group.archived_at is not None:
        group.archived_at = None
        group.save(update_fields=["archived_at"])
        cadence.touch(groups=[group.pk], actor=actor)
    return group


@action
def save_membership(membership: UserGroupMembership, *, actor: User | None, reason: str = "") -> UserGroupMembership:
    """Add somebody to a group, or save what was changed about their membership."""
    membership.full_clean()
    membership.save()
    return membership


@action
def end_membership(
    membership: UserGroupMembership, *, on: date, actor: User | None, reason: str = ""
) -> UserGroupMembership:
    """End a membership; `on` is the last day."""
    return end_row(membership, on)
