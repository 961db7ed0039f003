"""Merging two records of one organisation or one person: one stays, the other leads to it."""

from collections.abc import Collection
from typing import Any

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _

from nso_contacts.accounts import actions as accounts
from nso_contacts.accounts.models import User
from nso_contacts.audit.trail import action

from .. import merge_fields, merge_rules
from ..models import Organisation, OrganisationName, Person, PersonName, Post
from ..posts import above
from . import cadence
from .rows import keep_one_primary


@action
def merge_organisations(
    stays: Organisation,
    goes: Organisation,
    *,
    actor: User | None,
    take: Collection[str] = (),
    reason: str = "",
) -> Organisation:
    """Make one organisation of two. `take` names the fields (see `merge_fields`) whose value comes from the one that
    goes. Everything that points at it is moved by `merge_rules`; nobody gets a message; it stays as an archived record
    that leads to the other.
    """
    stays, goes = _locked(Organisation, stays, goes)
    if goes.is_this_office:
        raise ValidationError(_("This office itself cannot be merged into another organisation."))
    if goes.pk in above(stays):
        stays.parent_id = goes.parent_id
        stays.save(update_fields=["parent"])
    name = _keep_both_names(stays, goes, take)
    code = stays.code
    merge_fields.fill(stays, goes, take)
    _retire(goes, stays)
    _move_links(stays, goes, take)
    stays.save()
    _hand_down_code(goes, stays, code)
    OrganisationName.objects.get_or_create(
        organisation=stays, name=name, defaults={"kind": OrganisationName.Kind.OTHER}
    )
    cadence.touch(organisations=[stays.pk, goes.pk], actor=actor)
    return stays


@action
def merge_people(
    stays: Person, goes: Person, *, actor: User | None, take: Collection[str] = (), reason: str = ""
) -> Person:
    """Make one person of two; see `merge_organisations`. An objection of either always stays. The login of the one
    that goes moves too, unless the other has one: then it can no longer sign in.
    """
    stays, goes = _locked(Person, stays, goes)
    name = _keep_both_names(stays, goes, take)
    code = stays.code
    merge_fields.fill(stays, goes, take)
    login = goes.user
    goes.user = None
    _retire(goes, stays)
    if login is not None and stays.user_id is None:
        stays.user = login
        login.name = stays.name
        login.save(update_fields=["name"])
    elif login is not None:
        accounts.deactivate(login, actor=actor)
    _take_title(stays, goes, take)
    _move_links(stays, goes, take)
    stays.save()
    _hand_down_code(goes, stays, code)
    if stays.user is not None and stays.user.name != stays.name:
        stays.user.name = stays.name
        stays.user.save(update_fields=["name"])
    PersonName.objects.get_or_create(person=stays, name=name)
    cadence.touch(people=[stays.pk, goes.pk], actor=actor)
    return stays


def _locked(model: type[Any], stays: Any, goes: Any) -> tuple[Any, Any]:
    """Both rows as they are now, locked in the order of their numbers so that two merges never wait for each other."""
    if stays.pk == goes.pk:
        raise ValidationError(_("Choose two different records."))
    rows = {row.pk: row for row in model.objects.select_for_update().filter(pk__in=[stays.pk, goes.pk]).order_by("pk")}
    for row in rows.values():
        if row.merged_into_id is not None:
            raise ValidationError(_("%(record)s was merged into another record already.") % {"record": row})
    if rows[stays.pk].archived_at is not None:
        raise ValidationError(
            _("%(record)s is archived. Restore it first, or merge the other way.") % {"record": stays}
        )
    return rows[stays.pk], rows[goes.pk]


def _keep_both_names(stays: Any, goes: Any, take: Collection[str]) -> str:
    """The name that does not become the main one; it stays findable as another name."""
    return stays.name if "name" in take else goes.name


def _retire(goes: Any, stays: Any) -> None:
    """Archive the record that goes. Its code is free before the other record can take it."""
    goes.archived_at = goes.archived_at or timezone.now()
    goes.merged_into = stays
    if goes.code and goes.code.lower() == stays.code.lower():
        goes.code = ""
    goes.save()


def _hand_down_code(goes: Any, stays: Any, code: str) -> None:
    """Keep a code that is not the main one any more on the archived record, where an import still finds it."""
    if code and code != stays.code:
        goes.code = code
        goes.save(update_fields=["code"])


def _move_links(stays: Any, goes: Any, take: Collection[str]) -> None:
    main = goes.emails.filter(is_primary=True).values_list("address", flat=True).first()
    for rule in merge_rules.rules_for(stays):
        rule.move(stays, goes)
    if "email" in take and main:
        stays.emails.update(is_primary=False)
        stays.emails.filter(address__iexact=main).update(is_primary=True)
    keep_one_primary(stays.emails)


def _take_title(stays: Person, goes: Person, take: Collection[str]) -> None:
    """Take over the title of the main post, where both hold the same one."""
    pair = merge_fields.same_main_post(stays, goes)
    if "title" in take and pair is not None:
        kept, gone = pair
        Post.objects.filter(pk=kept.pk).update(title=gone.title)
