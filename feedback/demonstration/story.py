"""What the chapters of the demonstration share: its day, its chance, and the records they have made so far."""

import random
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from django.db import models
from django.utils import timezone
from i18nfield.strings import LazyI18nString

from nso_contacts import office
from nso_contacts.accounts.models import User
from nso_contacts.office import clock
from nso_contacts.office.models import Office
from stakeholders.models import Organisation, Person, Product, StatisticalDomain, UserSegment

SEED = 20_261_013


class Story:
    """The day it is told on, and everything by its short name."""

    def __init__(self) -> None:
        self.random = random.Random(SEED)  # noqa: S311 (the same office every time, not a secret)
        self.now: datetime = timezone.now()
        self.today: date = clock.today()
        self.calendar = office.calendar()
        self.zone = Office.objects.current().zone
        self.users: dict[str, User] = {}
        self.organisations: dict[str, Organisation] = {}
        self.people: dict[str, Person] = {}
        self.staff: dict[str, list[Person]] = {}
        self.products: dict[str, Product] = {}
        self.groups: dict[str, Any] = {}
        self.committees: dict[str, Any] = {}
        self.events: dict[str, Any] = {}
        self.domains = {domain.code: domain for domain in StatisticalDomain.objects.current()}
        self.segments = {segment.code: segment for segment in UserSegment.objects.all()}

    def ago(self, days: int) -> date:
        """The working day that many days ago, or the one before it."""
        return self.calendar.working_day_until(self.today - timedelta(days=days))

    def ahead(self, days: int) -> date:
        """The working day in that many days, or the one after it."""
        return self.calendar.working_day_from(self.today + timedelta(days=days))

    def moment(self, day: date, hour: int = 10, minute: int = 0) -> datetime:
        """An instant on the office's clock."""
        return datetime.combine(day, time(hour, minute), tzinfo=self.zone).astimezone(UTC)

    def past(self, day: date, hour: int = 10, minute: int = 0) -> datetime:
        """The same, but never later than now."""
        return min(self.moment(day, hour, minute), self.now - timedelta(minutes=5))

    def those_of(self, *keys: str) -> list[Person]:
        """The people of these organisations."""
        return [person for key in keys for person in self.staff.get(key, [])]

    def organisation_of(self, person: Person) -> Organisation:
        """Where somebody works."""
        return person.works_for

    def spread(self, items: Iterable[Any], number: int) -> list[Any]:
        """Choose so many of `items`, none twice."""
        listed = list(items)
        return self.random.sample(listed, min(number, len(listed)))


@contextmanager
def written_then(*columns: tuple[type[models.Model], str]) -> Iterator[None]:
    """Let columns that note the time of writing keep the time they are given."""
    with ExitStack() as stack:
        for model, name in columns:
            field: Any = model._meta.get_field(name)
            field.auto_now_add = False
            stack.callback(setattr, field, "auto_now_add", True)
        yield


def languages(en: str, fr: str, ar: str) -> LazyI18nString:
    """A text in the three languages of the office."""
    return LazyI18nString({"en": en, "fr": fr, "ar": ar})
