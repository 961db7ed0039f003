"""Many records at once, as imports bring them. Triggers keep the history of each row, as for any other change.

Rows under a record (addresses, names, posts) are written before the record itself: their foreign keys are only asked
at the end of the transaction, and the record's own trigger then computes its search text once, with everything in it.
What has consequences for others (a unit that moves, a person whose login carries the name) goes through the ordinary
actions, one by one.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection, models
from django.utils import timezone

from nso_contacts.accounts.models import User
from nso_contacts.audit.trail import action
from nso_contacts.office import clock

from ..models import (
    Organisation,
    OrganisationEmail,
    OrganisationName,
    Person,
    PersonDomain,
    PersonEmail,
    Post,
    Product,
)
from . import cadence, organisation, person
from .rows import keep_one_primary


@dataclass
class OrganisationDraft:
    """A new organisation, or what is news about a known one: columns, further names by kind, further addresses."""

    pk: int
    columns: Mapping[str, Any]
    emails: list[str] = field(default_factory=list)
    names: list[tuple[str, str]] = field(default_factory=list)


@dataclass
class PersonDraft:
    """A new person, or what is news about a known one. `posts` are (organisation, title), the main one first."""

    pk: int
    columns: Mapping[str, Any]
    emails: list[str] = field(default_factory=list)
    domains: list[int] = field(default_factory=list)
    posts: list[tuple[int, str]] = field(default_factory=list)


# Organisations -------------------------------------------------------------------------------------------------------


@action
def create_organisations(drafts: list[OrganisationDraft], *, actor: User | None, batch: str = "") -> None:
    """Write down new organisations under ids that were drawn for them (`draw_ids`)."""
    _add_to_organisations(drafts, have_primary=set())
    insert(Organisation, ({"id": draft.pk, **draft.columns} for draft in drafts))
    _touch("organisations", drafts, actor)


@action
def change_organisations(drafts: list[OrganisationDraft], *, actor: User | None, batch: str = "") -> None:
    """Change known organisations. Those that move in the tree are saved one by one, for what hangs on their place."""
    known = Organisation.objects.in_bulk([draft.pk for draft in drafts])
    by_columns: dict[tuple[str, ...], list[Organisation]] = {}
    for draft in drafts:
        record = known[draft.pk]
        _set(record, draft.columns)
        if "parent_id" in draft.columns:
            organisation.edit(record, actor=actor)
        else:
            by_columns.setdefault(tuple(sorted(draft.columns)), []).append(record)
    _update(Organisation, by_columns)
    emails = OrganisationEmail.objects.filter(organisation__in=known, is_primary=True)
    _add_to_organisations(drafts, have_primary=set(emails.values_list("organisation_id", flat=True)))
    _touch("organisations", drafts, actor)


def _add_to_organisations(drafts: list[OrganisationDraft], *, have_primary: set[int]) -> None:
    insert(
        OrganisationEmail,
        (
            {"organisation_id": draft.pk, "address": address, "is_primary": not place and draft.pk not in have_primary}
            for draft in drafts
            for place, address in enumerate(draft.emails)
        ),
    )
    insert(
        OrganisationName,
        ({"organisation_id": draft.pk, "kind": kind, "name": name} for draft in drafts for kind, name in draft.names),
    )


# People --------------------------------------------------------------------------------------------------------------


@action
def create_people(drafts: list[PersonDraft], *, actor: User | None, batch: str = "") -> None:
    """Write down new people under ids that were drawn for them; their first post is the main one."""
    _add_to_people(drafts, have_primary=set())
    insert(
        Post,
        (
            {"person_id": draft.pk, "organisation_id": place, "title": title, "is_primary": not number}
            for draft in drafts
            for number, (place, title) in enumerate(draft.posts)
        ),
    )
    insert(Person, ({"id": draft.pk, **draft.columns} for draft in drafts))
    _touch("people", drafts, actor)


@action
def change_people(drafts: list[PersonDraft], *, actor: User | None, batch: str = "") -> None:
    """Change known people: a post they hold already gets its new title, others begin today."""
    known = Person.objects.select_related("user").in_bulk([draft.pk for draft in drafts])
    by_columns: dict[tuple[str, ...], list[Person]] = {}
    for draft in drafts:
        record = known[draft.pk]
        _set(record, draft.columns)
        if record.user_id is not None and "name" in draft.columns:
            person.edit(record, actor=actor)
        else:
            by_columns.setdefault(tuple(sorted(draft.columns)), []).append(record)
    _update(Person, by_columns)
    emails = PersonEmail.objects.filter(person__in=known, is_primary=True)
    _add_to_people(drafts, have_primary=set(emails.values_list("person_id", flat=True)))
    _set_posts(drafts)
    _touch("people", drafts, actor)


def _add_to_people(drafts: list[PersonDraft], *, have_primary: set[int]) -> None:
    insert(
        PersonEmail,
        (
            {"person_id": draft.pk, "address": address, "is_primary": not place and draft.pk not in have_primary}
            for draft in drafts
            for place, address in enumerate(draft.emails)
        ),
    )
    insert(
        PersonDomain,
        ({"person_id": draft.pk, "domain_id": domain} for draft in drafts for domain in draft.domains),
    )


def _set_posts(drafts: list[PersonDraft]) -> None:
    people = [draft.pk for draft in drafts if draft.posts]
    held: dict[tuple[int, int], Post] = {}
    with_main = set()
    for post in Post.objects.current().filter(person__in=people).order_by("-is_primary", "pk"):
        held.setdefault((post.person_id, post.organisation_id), post)
        if post.is_primary:
            with_main.add(post.person_id)
    # Somebody who holds a main post from tomorrow on cannot begin another that never ends.
    with_main |= set(
        Post.objects.not_ended(clock.today())
        .filter(person__in=people, is_primary=True)
        .values_list("person", flat=True)
    )
    retitled, begun = [], []
    for draft in drafts:
        for place, title in draft.posts:
            post = held.get((draft.pk, place))
            if post is not None:
                post.title = title
                retitled.append(post)
            else:
                main = draft.pk not in with_main
                with_main.add(draft.pk)
                begun.append(
                    Post(
                        person_id=draft.pk,
                        organisation_id=place,
                        title=title,
                        valid_from=clock.today(),
                        is_primary=main,
                    )
                )
    Post.objects.bulk_update(retitled, ["title"])
    Post.objects.bulk_create(begun)


@action
def keep_main_addresses(
    kind: type[OrganisationEmail | PersonEmail], link: str, pks: Iterable[int], *, actor: User | None, batch: str = ""
) -> None:
    """Name a main address for each of these records that has addresses but no main one any more."""
    rows = kind._default_manager.filter(**{f"{link}__in": list(pks)}).order_by(link)
    without = rows.values(f"{link}_id").annotate(main=models.Count("pk", filter=models.Q(is_primary=True)))
    for row in without.filter(main=0):
        keep_one_primary(kind._default_manager.filter(**{link: row[f"{link}_id"]}))


# Products ------------------------------------------------------------------------------------------------------------


@action
def save_products(products: list[tuple[Product, list[int]]], *, actor: User | None, batch: str = "") -> None:
    """Write down new products and change known ones, each with the domains it gets in addition."""
    new = [product for product, _domains in products if product._state.adding]
    known = [product for product, _domains in products if not product._state.adding]
    columns = [
        one.name
        for one in Product._meta.concrete_fields
        if not one.primary_key and one.name not in ("revision", "created_at")
    ]
    Product.objects.bulk_create(new)
    if known:
        Product.objects.bulk_update(known, columns)
    for product, domains in products:
        product.domains.add(*domains)


def refresh_statistics(*kinds: type[models.Model]) -> None:
    """Tell the planner how large tables have become.

    The statements of triggers keep the plan of their first calls. Planned on an almost empty table they would read all
    of it for every row of a large import; new statistics make the database plan them anew.
    """
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE " + ", ".join(connection.ops.quote_name(kind._meta.db_table) for kind in kinds))


# Parts ---------------------------------------------------------------------------------------------------------------


def draw_ids(model: type[models.Model], number: int) -> list[int]:
    """Draw ids for records that are to be created, so that what belongs to them can name them."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)",
            [model._meta.db_table, number],
        )
        return [row[0] for row in cursor.fetchall()]


def insert(model: type[models.Model], rows: Iterable[Mapping[str, Any]]) -> None:
    """Insert rows given by their columns; what is left out gets the model's default.

    The rows travel as one JSON value, which takes a third of the time of making a record of each.
    """
    fields = [one for one in model._meta.local_concrete_fields if not one.generated]
    defaults = {
        one.column: timezone.now() if getattr(one, "auto_now_add", False) else one.get_default()
        for one in fields
        if not one.primary_key
    }
    given = [{**defaults, **row} for row in rows]
    if not given:
        return
    table = connection.ops.quote_name(model._meta.db_table)
    columns = ", ".join(connection.ops.quote_name(str(one.column)) for one in fields if one.column in given[0])
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table} ({columns}) SELECT {columns} FROM jsonb_populate_recordset(NULL::{table}, %s)",  # noqa: S608 (our own names)
            [json.dumps(given, cls=DjangoJSONEncoder, ensure_ascii=False)],
        )


def _set(record: models.Model, columns: Mapping[str, Any]) -> None:
    for name, value in columns.items():
        setattr(record, name, value)


def _update(model: type[models.Model], by_columns: Mapping[tuple[str, ...], list[Any]]) -> None:
    """Change only the columns that are news, so that nothing else of a record is written over."""
    for columns, records in by_columns.items():
        if columns:
            model._default_manager.bulk_update(records, [name.removesuffix("_id") for name in columns])


def _touch(kind: str, drafts: Iterable[OrganisationDraft | PersonDraft], actor: User | None) -> None:
    """Compute due dates where a rhythm was set; without one there is nothing to compute for a new record."""
    pks = [draft.pk for draft in drafts if "cadence_days" in draft.columns]
    if pks:
        cadence.touch(actor=actor, **{kind: pks})
