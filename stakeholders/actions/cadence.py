"""The rhythm of contacts: when each organisation, person and group was last spoken to, and when they are due again.

Both columns are derived. Every action that adds, changes or removes a contact calls `touch`, which computes them for
the records concerned from all contact sources; `rebuild` does the same for every record and reports what differed.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from django.db import models
from django.db.models import Case, DateField, ExpressionWrapper, F, OuterRef, Q, QuerySet, Subquery, When
from django.db.models.functions import Coalesce, TruncDate

from nso_contacts.accounts.models import User
from nso_contacts.audit.trail import action
from nso_contacts.office.models import Office

from ..contacts import SUBJECTS, contact_sources
from ..models import MovedDue, Organisation, Person, UserGroup

CHUNK = 2_000


@dataclass(frozen=True)
class Difference:
    """A record whose stored dates were not what its contacts say."""

    kind: str
    pk: int
    last_before: date | None
    last_after: date | None
    due_before: date | None
    due_after: date | None


@action
def touch(
    *,
    actor: User | Person | None,
    organisations: Iterable[int] = (),
    people: Iterable[int] = (),
    groups: Iterable[int] = (),
) -> list[Difference]:
    """Compute the last substantive contact and the next due date of these records; return those that changed."""
    changed = []
    for kind, pks in (("organisation", organisations), ("person", people), ("group", groups)):
        wanted = sorted(set(pks))
        if wanted:
            changed += _recompute(kind, wanted)
    return changed


def rebuild() -> Iterator[Difference]:
    """Compute the dates of every record from its contacts, some thousand at a time, and yield what differed.

    Each part is its own transaction, so that nobody who logs a contact meanwhile waits for the whole office.
    """
    names = {"organisation": "organisations", "person": "people", "group": "groups"}
    for kind, model in SUBJECTS.items():
        last = 0
        while pks := list(_rows(model).filter(pk__gt=last).order_by("pk").values_list("pk", flat=True)[:CHUNK]):
            yield from touch(actor=None, **{names[kind]: pks})
            last = pks[-1]


@action
def move(record: Organisation | Person | UserGroup, *, due_on: date, actor: User, reason: str = "") -> None:
    """Let the next contact with `record` be due on another day, until somebody has spoken to them."""
    kind = kind_of(record)
    fresh = _rows(type(record)).select_for_update(no_key=True).get(pk=record.pk)
    MovedDue.objects.update_or_create(
        **{kind: fresh},
        defaults={"after": fresh.last_substantive_on, "due_on": due_on, "reason": reason, "moved_by": actor},
    )
    _recompute(kind, [record.pk])


@action
def follow_rhythm(record: Organisation | Person | UserGroup, *, actor: User) -> None:
    """Take back a moved date. Without one nothing changes."""
    kind = kind_of(record)
    MovedDue.objects.filter(**{kind: record}).delete()
    _recompute(kind, [record.pk])


def kind_of(record: models.Model) -> str:
    """The kind of subject a record is: "organisation", "person" or "group"."""
    return next(kind for kind, model in SUBJECTS.items() if isinstance(record, model))


def _rows(model: type[models.Model]) -> QuerySet:
    return model._default_manager.all()


def _recompute(kind: str, pks: list[int]) -> list[Difference]:
    model = SUBJECTS[kind]
    # Locked in a statement of its own and always in the same order: the next statement then sees what another
    # transaction has committed while this one waited, and two of them never wait for each other. A weaker lock than
    # the usual one, because inserting a participant holds the key of its person and organisation.
    list(_rows(model).select_for_update(no_key=True).filter(pk__in=pks).order_by("pk").values_list("pk"))
    computed = _computed(kind)
    differing = (
        computed.filter(pk__in=pks)
        .filter(_differ("last_substantive_on", "last_now") | _differ("next_due_on", "due_now"))
        .order_by("pk")
        .values_list("pk", "last_substantive_on", "last_now", "next_due_on", "due_now")
    )
    changed = [Difference(kind, *row) for row in differing]
    if changed:
        own = computed.filter(pk=OuterRef("pk"))
        _rows(model).filter(pk__in=[difference.pk for difference in changed]).update(
            last_substantive_on=Subquery(own.values("last_now")), next_due_on=Subquery(own.values("due_now"))
        )
    return changed


def _computed(kind: str) -> QuerySet:
    """The records of a kind with `last_now` and `due_now`: what their contacts, rhythm and moved date say."""
    zone = Office.objects.current().zone
    start = Coalesce(F("last_now"), TruncDate("created_at", tzinfo=zone))
    by_rhythm = ExpressionWrapper(start + F("cadence_days"), output_field=DateField())
    holds = Q(moved_due__isnull=False) & _same("moved_due__after", "last_now")
    return (
        _rows(SUBJECTS[kind])
        .annotate(last_now=contact_sources.latest(kind, zone))
        .annotate(due_now=Case(When(holds, then=F("moved_due__due_on")), default=by_rhythm, output_field=DateField()))
    )


def _same(column: str, other: str) -> Q:
    """Both equal, or both empty."""
    return Q(**{column: F(other)}) | Q(**{f"{column}__isnull": True, f"{other}__isnull": True})


def _differ(column: str, other: str) -> Q:
    """Not equal; an empty one differs from any date (in SQL's own view the comparison would be unknown)."""
    one_empty = Q(**{f"{column}__isnull": True, f"{other}__isnull": False}) | Q(
        **{f"{column}__isnull": False, f"{other}__isnull": True}
    )
    return one_empty | Q(**{f"{column}__lt": F(other)}) | Q(**{f"{column}__gt": F(other)})
