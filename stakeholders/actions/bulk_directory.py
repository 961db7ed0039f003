"""What is done to many people or organisations at once. Each is given the model, the keys of rows it has locked, and
what was filled in; every change is one statement, and the triggers write each row's history.
"""

from typing import Any

from django.db.models import OuterRef, Subquery
from django.utils import timezone

from nso_contacts.accounts.models import User
from nso_contacts.audit.trail import action
from nso_contacts.office import clock

from ..bulk_kinds import Given
from ..models import PersonDomain, Post, UserGroupMembership
from . import cadence

Keys = list[int]


@action
def hand_over(model: Any, pks: Keys, given: Given, *, actor: User) -> None:
    """Give the records to another owner, or to nobody."""
    model.objects.filter(pk__in=pks).update(owner=given["owner"])


@action
def set_tier(model: Any, pks: Keys, given: Given, *, actor: User) -> None:
    """Set how important organisations are."""
    model.objects.filter(pk__in=pks).update(tier=given["tier"])


@action
def set_cadence(model: Any, pks: Keys, given: Given, *, actor: User) -> None:
    """Agree on a rhythm of contacts, or on none; the next contact is due by it."""
    model.objects.filter(pk__in=pks).update(cadence_days=given["cadence_days"])
    _touch(model, pks, actor)


@action
def set_language(model: Any, pks: Keys, given: Given, *, actor: User) -> None:
    """Set the language for messages."""
    model.objects.filter(pk__in=pks).update(language=given["language"])


@action
def verify(model: Any, pks: Keys, given: Given, *, actor: User) -> None:
    """Note that the details were checked today."""
    model.objects.filter(pk__in=pks).update(verified_on=clock.today())


@action
def archive(model: Any, pks: Keys, given: Given, *, actor: User) -> None:
    """Take the records out of lists and choices."""
    model.objects.filter(pk__in=pks).update(archived_at=timezone.now())


@action
def restore(model: Any, pks: Keys, given: Given, *, actor: User) -> None:
    """Bring archived records back."""
    model.objects.filter(pk__in=pks).update(archived_at=None)
    _touch(model, pks, actor)


@action
def add_domain(model: Any, pks: Keys, given: Given, *, actor: User) -> None:
    """File people under a domain as well."""
    PersonDomain.objects.bulk_create([PersonDomain(person_id=pk, domain=given["domain"]) for pk in pks])


@action
def remove_domain(model: Any, pks: Keys, given: Given, *, actor: User) -> None:
    """File people under a domain no longer."""
    PersonDomain.objects.filter(person__in=pks, domain=given["domain"]).delete()


@action
def add_to_group(model: Any, pks: Keys, given: Given, *, actor: User) -> None:
    """Let people belong to a user group from today on, each for the organisation of their main post."""
    posts = Post.objects.current().filter(person=OuterRef("pk")).order_by("-is_primary", "pk")
    people = model.objects.filter(pk__in=pks).annotate(works_at=Subquery(posts.values("organisation")[:1]))
    UserGroupMembership.objects.bulk_create(
        UserGroupMembership(group=given["group"], person_id=pk, organisation_id=works_at, valid_from=clock.today())
        for pk, works_at in people.order_by("pk").values_list("pk", "works_at")
    )


@action
def end_in_group(model: Any, pks: Keys, given: Given, *, actor: User) -> None:
    """Let memberships of a user group end today; those that would have begun later never begin."""
    today = clock.today()
    rows = UserGroupMembership.objects.filter(person__in=pks, group=given["group"]).not_ended(today)
    rows.filter(valid_from__gt=today).delete()
    rows.exclude(valid_to=today).update(valid_to=today)


def _touch(model: Any, pks: Keys, actor: User) -> None:
    kind = "people" if model._meta.model_name == "person" else "organisations"
    cadence.touch(actor=actor, **{kind: pks})
