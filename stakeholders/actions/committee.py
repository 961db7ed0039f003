"""Committees: writing them down, their seats, who fills the seats, taking them out of use."""

from collections.abc import Iterable
from datetime import date

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _

from nso_contacts.accounts.models import User
from nso_contacts.audit.trail import action
from nso_contacts.office import clock

from ..models import Committee, CommitteeSeat, SeatHolder, StatisticalDomain
from .rows import end_row

Domains = Iterable[StatisticalDomain]


@action
def create(committee: Committee, *, actor: User | None, domains: Domains = ()) -> Committee:
    """Write down a new committee."""
    committee.full_clean()
    committee.save(force_insert=True)
    committee.domains.set(domains)
    return committee


@action
def edit(committee: Committee, *, actor: User | None, domains: Domains, reason: str = "") -> Committee:
    """Save what was changed. A committee cannot report to itself by way of others."""
    committee.full_clean()
    refuse_circle(committee)
    committee.save()
    committee.domains.set(domains)
    return committee


@action
def archive(committee: Committee, *, actor: User | None, reason: str = "") -> Committee:
    """Take a committee out of lists and pick lists. Doing it twice changes nothing."""
    if committee.archived_at is None:
        committee.archived_at = timezone.now()
        committee.save(update_fields=["archived_at"])
    return committee


@action
def restore(committee: Committee, *, actor: User | None, reason: str = "") -> Committee:
    """Bring an archived committee back."""
    if committee.archived_at is not None:
        committee.archived_at = None
        committee.save(update_fields=["archived_at"])
    return committee


@action
def save_seat(seat: CommitteeSeat, *, actor: User | None, reason: str = "") -> CommitteeSeat:
    """Give an organisation a seat, or save what was changed about one."""
    seat.full_clean()
    seat.save()
    return seat


@action
def end_seat(seat: CommitteeSeat, *, actor: User | None, reason: str = "") -> CommitteeSeat:
    """Take a seat away: whoever fills it does so until today. Doing it twice changes nothing."""
    if seat.archived_at is None:
        today = clock.today()
        for holder in seat.holders.not_ended(today):
            if holder.valid_from is not None and holder.valid_from > today:
                holder.delete()
            else:
                end_row(holder, today)
        seat.archived_at = timezone.now()
        seat.save(update_fields=["archived_at"])
    return seat


@action
def name_holder(holder: SeatHolder, *, actor: User | None, reason: str = "") -> SeatHolder:
    """Name who fills a seat, as principal or alternate."""
    holder.full_clean()
    holder.save()
    return holder


@action
def end_holder(holder: SeatHolder, *, on: date, actor: User | None, reason: str = "") -> SeatHolder:
    """End somebody's time in a seat; `on` is the last day."""
    return end_row(holder, on)


def refuse_circle(committee: Committee) -> None:
    """Say beside the field that a committee cannot report to one of its own."""
    above, seen = committee.parent, {committee.pk}
    while above is not None:
        if above.pk in seen:
            raise ValidationError(
                {"parent": _("%(parent)s itself reports to this committee.") % {"parent": committee.parent}}
            )
        seen.add(above.pk)
        above = above.parent
