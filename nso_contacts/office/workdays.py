"""Working days and the clock of a promise: pure date arithmetic on an office's calendar.

All dates and times here are local, in the office's time zone; whoever calls converts first. Weekdays count
from Monday = 0, as `date.weekday` does.

The rules of the clock: day 0 is the working day of receipt when it is before the cut-off, otherwise the next
working day; day k is the k-th working day after; a promise of k days is due at the end of working hours of
day k. A pause, while the office waits for somebody else, takes the working days in (start, end] out of the
count. Net elapsed = working days in (day 0, today] less those paused; on time while it is within the target.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from functools import cached_property

DAY = timedelta(days=1)
NO_TIME = timedelta()


@dataclass(frozen=True)
class Pause:
    """A stretch of waiting for somebody else; `end` is `None` while it lasts.

    The day it starts still counts, the day it ends does not.
    """

    start: date
    end: date | None = None

    def __post_init__(self) -> None:
        if self.end is not None and self.end < self.start:
            raise ValueError("A pause ends on the day it starts or later.")

    def covers(self, day: date) -> bool:
        """Whether `day` lies in (start, end]."""
        return self.start < day and (self.end is None or day <= self.end)


@dataclass(frozen=True)
class Calendar:
    """When an office works. Raises `ValueError` without a working weekday or when it closes before it opens."""

    working_weekdays: frozenset[int]
    holidays: frozenset[date]
    opens: time
    closes: time
    cutoff: time

    def __post_init__(self) -> None:
        if not self.working_weekdays or not self.working_weekdays <= set(range(7)):
            raise ValueError("Working weekdays are one or more of 0 (Monday) to 6 (Sunday).")
        if self.closes <= self.opens:
            raise ValueError("An office closes after it opens.")

    @cached_property
    def working_time(self) -> timedelta:
        """The length of a working day."""
        return _since_midnight(self.closes) - _since_midnight(self.opens)

    def is_working_day(self, day: date) -> bool:
        """Whether the office works on `day`."""
        return day.weekday() in self.working_weekdays and day not in self.holidays

    def next_working_day(self, day: date) -> date:
        """The first working day after `day`."""
        return self.working_day_from(day + DAY)

    def previous_working_day(self, day: date) -> date:
        """The last working day before `day`."""
        return self.working_day_until(day - DAY)

    def working_day_from(self, day: date) -> date:
        """`day` itself when it is a working day, otherwise the next one."""
        while not self.is_working_day(day):
            day += DAY
        return day

    def working_day_until(self, day: date) -> date:
        """`day` itself when it is a working day, otherwise the previous one."""
        while not self.is_working_day(day):
            day -= DAY
        return day

    def add_working_days(self, day: date, count: int) -> date:
        """The `count`-th working day after `day`, or before it when negative; `day` itself for 0."""
        step = self.next_working_day if count > 0 else self.previous_working_day
        for _ in range(abs(count)):
            day = step(day)
        return day

    def working_days_between(self, after: date, until: date) -> int:
        """How many working days lie in (`after`, `until`]; 0 when `until` is not later."""
        if until <= after:
            return 0
        weeks, rest = divmod((until - after).days, 7)
        count = weeks * len(self.working_weekdays)
        count += sum((after + DAY * step).weekday() in self.working_weekdays for step in range(1, rest + 1))
        return count - sum(after < holiday <= until for holiday in self._holidays_on_weekdays)

    @cached_property
    def _holidays_on_weekdays(self) -> tuple[date, ...]:
        """The holidays that take a working day away."""
        return tuple(day for day in self.holidays if day.weekday() in self.working_weekdays)

    def day_zero(self, received: datetime) -> date:
        """The day a clock starts from: that of receipt before the cut-off, else the next working day."""
        day = received.date()
        return self.working_day_from(day if received.time() < self.cutoff else day + DAY)

    def due(self, day_zero: date, target_days: int, pauses: Iterable[Pause] = ()) -> date | None:
        """The last working day on which no more than `target_days` have elapsed; `None` while paused.

        The answer is known again when the open pause has ended. A pause that began after the target was passed
        moves nothing. Raises `ValueError` for a negative target.
        """
        stretches = tuple(pauses)
        if any(pause.end is None for pause in stretches):
            return None
        return self._last_day_within(day_zero, target_days, stretches)

    def due_if_resumed(self, day_zero: date, target_days: int, pauses: Iterable[Pause], today: date) -> date:
        """As `due`, taking every open pause to end `today`."""
        ended = (Pause(pause.start, pause.end or max(pause.start, today)) for pause in pauses)
        return self._last_day_within(day_zero, target_days, tuple(ended))

    def _last_day_within(self, day_zero: date, target_days: int, pauses: tuple[Pause, ...]) -> date:
        if target_days < 0:
            raise ValueError("A target is not negative.")
        due, elapsed = day_zero, 0
        while True:
            day = self.next_working_day(due)
            if not any(pause.covers(day) for pause in pauses):
                if elapsed == target_days:
                    return due
                elapsed += 1
            due = day

    def milestone(self, event_day: date, offset_days: int) -> date:
        """The day of a message planned `offset_days` calendar days from an event (negative = before).

        On a day off, it moves to the previous working day before the event, to the next one after it. Day 0 is
        the event's, whatever day that is.
        """
        planned = event_day + DAY * offset_days
        if offset_days < 0:
            return self.working_day_until(planned)
        return self.working_day_from(planned) if offset_days else planned


class DayKind(StrEnum):
    """What a calendar day is to a clock."""

    BEFORE = "BEFORE"
    """Received, but the clock has not started: after the cut-off or on a day off."""
    DAY_ZERO = "DAY_ZERO"
    WORKING = "WORKING"
    PAUSED = "PAUSED"
    HOLIDAY = "HOLIDAY"
    WEEKEND = "WEEKEND"


@dataclass(frozen=True)
class ClockDay:
    """One calendar day of a clock; `number` is 0 on day zero, k on the k-th day counted, `None` on others."""

    date: date
    kind: DayKind
    number: int | None = None


@dataclass(frozen=True)
class Remaining:
    """What is left of a promise: `days` whole working days plus `time` to the end of today's working hours.

    "2 days 6 h left" is `Remaining(days=2, time=6 h)`. A promise that is late has `late_days` instead: the
    working days beyond the target. While `paused` it does not shrink.
    """

    days: int
    time: timedelta
    late_days: int = 0
    paused: bool = False


@dataclass(frozen=True)
class Clock:
    """The clock of one promise: `started` at a local date and time, to be kept in `target_days` working days.

    `started` is the receipt, the triage or the acceptance of the quote, whichever the promise counts from.
    """

    calendar: Calendar
    started: datetime
    target_days: int
    pauses: tuple[Pause, ...] = ()

    @cached_property
    def day_zero(self) -> date:
        """The day the count starts from."""
        return self.calendar.day_zero(self.started)

    @cached_property
    def due_on(self) -> date | None:
        """The last day on which the promise is kept; `None` while a pause lasts."""
        return self.calendar.due(self.day_zero, self.target_days, self.pauses)

    @property
    def due_at(self) -> datetime | None:
        """The end of working hours of the due day, in the zone of `started`; `None` while a pause lasts."""
        if self.due_on is None:
            return None
        return datetime.combine(self.due_on, self.calendar.closes, tzinfo=self.started.tzinfo)

    def due_if_resumed(self, today: date) -> date:
        """The due day if every open pause ended `today`."""
        return self.calendar.due_if_resumed(self.day_zero, self.target_days, self.pauses, today)

    def gross(self, until: date) -> int:
        """Working days in (day zero, `until`]."""
        return self.calendar.working_days_between(self.day_zero, until)

    def paused(self, until: date) -> int:
        """Working days in (day zero, `until`] that lie in a pause, each once however many pauses cover it."""
        return sum(day.kind == DayKind.PAUSED for day in self._days(until))

    def net(self, until: date) -> int:
        """Working days elapsed: gross less paused."""
        return self.gross(until) - self.paused(until)

    def is_on_time(self, delivered: date) -> bool:
        """Whether a promise fulfilled on that day was kept."""
        return self.net(delivered) <= self.target_days

    def is_warning(self, today: date) -> bool:
        """Whether three quarters of the target have elapsed."""
        return 4 * self.net(today) >= 3 * self.target_days

    def is_paused(self, today: date) -> bool:
        """Whether a pause without an end has begun by `today`."""
        return any(pause.end is None and pause.start <= today for pause in self.pauses)

    def remaining(self, now: datetime) -> Remaining:
        """What is left at the local time `now`.

        After closing time on the due day nothing is left, but the promise is late only from the next working
        day: lateness is counted in days, here as in `is_on_time`.
        """
        today = now.date()
        left = self.target_days - self.net(today)
        paused = self.is_paused(today)
        if left < 0:
            return Remaining(0, NO_TIME, late_days=-left, paused=paused)
        left += self.calendar.working_days_between(today, self.day_zero)
        if not self._counts(today):
            return Remaining(left, NO_TIME, paused=paused)
        of_today = _since_midnight(self.calendar.closes) - _since_midnight(now.time())
        if of_today >= self.calendar.working_time:
            return Remaining(left + 1, NO_TIME, paused=paused)
        return Remaining(left, max(of_today, NO_TIME), paused=paused)

    def explain(self, until: date) -> list[ClockDay]:
        """Every calendar day from the start of the clock to `until`, with the number it counts as or why not."""
        before: list[ClockDay] = []
        day = self.started.date()
        while day < min(self.day_zero, until + DAY):
            before.append(ClockDay(day, DayKind.BEFORE))
            day += DAY
        if until < self.day_zero:
            return before
        return [*before, ClockDay(self.day_zero, DayKind.DAY_ZERO, 0), *self._days(until)]

    def _days(self, until: date) -> Iterator[ClockDay]:
        """The days in (day zero, `until`]."""
        number = 0
        for step in range(1, (until - self.day_zero).days + 1):
            day = self.day_zero + DAY * step
            if day.weekday() not in self.calendar.working_weekdays:
                yield ClockDay(day, DayKind.WEEKEND)
            elif day in self.calendar.holidays:
                yield ClockDay(day, DayKind.HOLIDAY)
            elif self._is_covered(day):
                yield ClockDay(day, DayKind.PAUSED)
            else:
                number += 1
                yield ClockDay(day, DayKind.WORKING, number)

    def _counts(self, day: date) -> bool:
        return self.calendar.is_working_day(day) and not self._is_covered(day)

    def _is_covered(self, day: date) -> bool:
        return any(pause.covers(day) for pause in self.pauses)


def _since_midnight(moment: time) -> timedelta:
    return timedelta(hours=moment.hour, minutes=moment.minute, seconds=moment.second, microseconds=moment.microsecond)
