"""Where substantive contacts come from: the contact log itself, and what higher apps register (attendance, answers).

A source tells the day of the latest substantive contact of each organisation, person or group as one SQL expression,
so that the due dates of a single record and of a quarter of a million are computed by the same statement.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import tzinfo

from django.db import models
from django.db.models import DateField, OuterRef, QuerySet, Subquery, Value
from django.db.models.functions import Cast, Greatest, TruncDate

from .models import Interaction, Organisation, Participant, Person, UserGroup

SUBJECTS: dict[str, type[models.Model]] = {"organisation": Organisation, "person": Person, "group": UserGroup}

Latest = Callable[[tzinfo], models.Expression]


@dataclass(frozen=True)
class ContactSource:
    """One kind of substantive contact.

    `latest` holds for each subject kind ("organisation", "person", "group") a function of the office's time zone that
    returns an expression: the day of the latest contact of the row `OuterRef("pk")`, or NULL. `latest_day` makes it
    from a queryset.
    """

    key: str
    latest: dict[str, Latest]


def latest_day(rows: Callable[[], QuerySet], moment: str = "occurred_at") -> Latest:
    """The day, in the office's zone, of the newest of `rows()`, which refers to its subject as `OuterRef("pk")`."""

    def day(zone: tzinfo) -> models.Expression:
        newest = rows().order_by(f"-{moment}").values(day=TruncDate(moment, tzinfo=zone))[:1]
        return Subquery(newest, output_field=DateField())

    return day


class ContactSources:
    """The registered sources."""

    def __init__(self) -> None:
        self._sources: dict[str, ContactSource] = {}

    def register(self, source: ContactSource) -> None:
        """Count the contacts of `source` from now on. Registering the same key again replaces it."""
        self._sources[source.key] = source

    def latest(self, kind: str, zone: tzinfo) -> models.Expression:
        """The day of the latest substantive contact of a subject, over all sources; NULL if there is none."""
        days = [source.latest[kind](zone) for source in self._sources.values() if kind in source.latest]
        # GREATEST of PostgreSQL passes over NULLs; the typed NULL lets it be called with a single source.
        return Greatest(Cast(Value(None), DateField()), *days)


def _outside() -> QuerySet[Participant]:
    return Participant.objects.outside().filter(interaction__substantive=True)


contact_sources = ContactSources()
contact_sources.register(
    ContactSource(
        "interactions",
        {
            "organisation": latest_day(lambda: _outside().filter(organisation=OuterRef("pk"))),
            "person": latest_day(lambda: _outside().filter(person=OuterRef("pk"))),
            "group": latest_day(lambda: Interaction.objects.substantive().filter(groups=OuterRef("pk"))),
        },
    )
)
