"""Organisations: writing them down, hanging them into the tree, taking them out of use."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _

from nso_contacts.accounts.models import User
from nso_contacts.audit.trail import action
from nso_contacts.office import clock

from .. import posts
from ..models import FocalPoint, Organisation, OrganisationEmail, OrganisationName
from ..models.organisation import below
from . import cadence, relation
from .rows import keep_one_primary, set_rows

Rows = Iterable[Mapping[str, Any]]


@action
def create(organisation: Organisation, *, actor: User | None, names: Rows = (), emails: Rows = ()) -> Organisation:
    """Write down a new organisation with its names and addresses."""
    organisation.full_clean()
    organisation.save(force_insert=True)
    _set_details(organisation, names, emails)
    cadence.touch(organisations=[organisation.pk], actor=actor)
    return organisation


@action
def edit(
    organisation: Organisation, *, actor: User | None, names: Rows = (), emails: Rows = (), reason: str = ""
) -> list[FocalPoint]:
    """Save what was changed. A unit that moves elsewhere ends the focal points its people were for what it leaves;
    those are returned.
    """
    before = Organisation.objects.get(pk=organisation.pk)
    organisation.full_clean()
    refuse_circle(organisation)
    organisation.save()
    _set_details(organisation, names, emails)
    ended = _end_for_the_left(organisation, before, actor=actor)
    cadence.touch(organisations=[organisation.pk], actor=actor)
    return ended


@action
def verify(organisation: Organisation, *, actor: User) -> Organisation:
    """Note that the details were checked today."""
    organisation.verified_on = clock.today()
    organisation.save(update_fields=["verified_on"])
    return organisation


@action
def archive(organisation: Organisation, *, actor: User | None, reason: str = "") -> Organisation:
    """Take an organisation out of lists and pick lists. Doing it twice changes nothing."""
    if organisation.is_this_office:
        raise ValidationError(_("This office itself cannot be archived."))
    if organisation.archived_at is None:
        organisation.archived_at = timezone.now()
        organisation.save(update_fields=["archived_at"])
    return organisation


@action
def restore(organisation: Organisation, *, actor: User | None, reason: str = "") -> Organisation:
    """Bring an archived organisation back. One that was merged into another stays where it is."""
    if organisation.merged_into_id is not None:
        raise ValidationError(
            _("This record was merged into %(organisation)s.") % {"organisation": organisation.merged_into}
        )
    if organisation.archived_at is not None:
        organisation.archived_at = None
        organisation.save(update_fields=["archived_at"])
        cadence.touch(organisations=[organisation.pk], actor=actor)
    return organisation


def refuse_circle(organisation: Organisation) -> None:
    """Say beside the field that an organisation cannot hang under one of its own units. The database holds it too."""
    if organisation.parent is not None and organisation.pk in posts.above(organisation.parent):
        raise ValidationError(
            {"parent": _("%(parent)s is itself part of this organisation.") % {"parent": organisation.parent}}
        )


def _set_details(organisation: Organisation, names: Rows, emails: Rows) -> None:
    set_rows(OrganisationName, "organisation", organisation, names)
    set_rows(OrganisationEmail, "organisation", organisation, emails)
    keep_one_primary(organisation.emails)


def leaving(organisation: Organisation, left: Organisation | None, today: date) -> dict[int, date | None]:
    """Focal points for `left` and the bodies above it that people of `organisation` and its units hold, and which
    nothing carries any more after `today`.
    """
    if left is None:
        return {}
    concerned = FocalPoint.objects.filter(
        organisation__in=posts.above(left), person__posts__organisation__in=below(organisation.pk)
    )
    return posts.gaps(concerned.distinct(), after=today)


def _end_for_the_left(organisation: Organisation, before: Organisation, *, actor: User | None) -> list[FocalPoint]:
    if organisation.parent_id == before.parent_id:
        return []
    today = clock.today()
    ended = FocalPoint.objects.filter(pk__in=leaving(organisation, before.parent, today))
    return relation.end_all(ended, on=today, actor=actor)
