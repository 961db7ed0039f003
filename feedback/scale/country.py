"""The office that is being loaded: its size, its clock, and what its parts have to know of each other."""

from collections import defaultdict
from collections.abc import Callable
from datetime import date, datetime, time, timedelta

from ..demonstration.story import Story
from .rhythm import Rhythm
from .size import YEARS, Size

Say = Callable[[str], None]


class Country(Story):
    """A story told in large numbers. People and organisations are lists side by side, one place for each of them."""

    def __init__(self, size: Size, say: Say) -> None:
        super().__init__()
        self.size = size
        self.say = say
        self.last = self.today - timedelta(days=1)
        self.first = self.last - timedelta(days=YEARS * 365)
        self.offset = self.now.astimezone(self.zone).strftime("%z")
        self.stamp = self.now.isoformat()
        self.codes = list(self.domains)

        # Users: their names, those of each role, the person behind each.
        self.logins: dict[int, str] = {}
        self.colleagues: dict[str, list[int]] = defaultdict(list)
        self.person_of_user: dict[int, int] = {}

        # Organisations: id, the one at the top of their tree, segment, host of their addresses.
        self.organisation_ids: list[int] = []
        self.names: dict[int, str] = {}
        self.root: dict[int, int] = {}
        self.segment_of: dict[int, int] = {}
        self.host: dict[int, str] = {}
        self.governmental: set[int] = set()
        self.busy: list[int] = []
        self.offices = range(0)  # ours, the first is the head office

        self.busy_ones: set[int] = set()
        self._days: dict[int, str] = {}

        # People: where they are, since and until when (0: still), where they were before.
        self.people_ids = range(0)
        self.place: dict[int, int] = {}
        self.since: dict[int, int] = {}
        self.until: dict[int, int] = {}
        self.before: dict[int, int] = {}
        self.called: dict[int, str] = {}
        self.address: dict[int, str] = {}
        self.language: dict[int, str] = {}
        self.often: list[int] = []
        self.seldom: list[int] = []
        self.at: dict[int, list[int]] = defaultdict(list)

        # The last day, as an ordinal, of a contact that counts.
        self.person_last: dict[int, int] = {}
        self.organisation_last: dict[int, int] = {}

    def rhythm(self, *, on_release: float = 1.0) -> Rhythm:
        """The days of the past five years."""
        return Rhythm(self.calendar, self.first, self.last, on_release=on_release)

    def years(self, number: int) -> int:
        """How many of what happens so often a year."""
        return number * YEARS

    def worked_for(self, person: int, day: int) -> int:
        """Where somebody was on a day (an ordinal); 0 if nowhere we know of."""
        if day < self.since[person]:
            return self.before.get(person, 0)
        until = self.until.get(person)
        return self.place[person] if until is None or day <= until else 0

    def contact(self, person: int, organisation: int, day: int) -> None:
        """Note a contact that counts."""
        if person and self.person_last.get(person, 0) < day:
            self.person_last[person] = day
        if organisation and self.organisation_last.get(organisation, 0) < day:
            self.organisation_last[organisation] = day

    def dates(self, last: int, rhythm: int | None) -> tuple[date | None, date | None]:
        """The last contact (an ordinal, 0 for none) and the next due one of a record made on the first day."""
        spoken = date.fromordinal(last) if last else None
        return spoken, (spoken or self.first) + timedelta(days=rhythm) if rhythm else None

    def on(self, day: int | None) -> str | None:
        """An ordinal as a date, written once however often it is asked for."""
        if day is None:
            return None
        if day not in self._days:
            self._days[day] = str(date.fromordinal(day))
        return self._days[day]

    def verified(self, number: int) -> str | None:
        """When the details of a record were last checked."""
        return self.on(self.last.toordinal() - 10 - number * 37 % 900)

    def at_hour(self, day: date, hour: int, minute: int = 0) -> str:
        """A moment on the office's clock, as COPY reads it."""
        return f"{day} {hour:02}:{minute:02}:00{self.offset}"

    def then(self, day: date, hour: int = 10, minute: int = 0) -> datetime:
        """The same as a value to count with, never later than now."""
        return min(datetime.combine(day, time(hour, minute), tzinfo=self.zone), self.now - timedelta(minutes=5))

    def in_language(self, number: int) -> str:
        """One of the office's languages."""
        return ("fr", "ar", "en")[number % 3]


def listed(values: list[str]) -> str:
    """An array as COPY reads it."""
    return "{" + ",".join(values) + "}"
