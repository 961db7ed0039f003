"""The month of a calendar: its weeks, and what stands on each day. Dates only; nothing here asks the database."""

import calendar
import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

from .agenda import Event

WRITTEN = re.compile(r"(\d{4})-(0[1-9]|1[0-2])")
# Outside these years nothing was ever planned, and dates would run over their end.
YEARS = range(1950, 2200)


@dataclass
class Day:
    """One day with what stands on it."""

    date: date
    in_month: bool
    is_working: bool
    is_today: bool
    holiday: str = ""
    events: list[Event] = field(default_factory=list)


@dataclass(frozen=True)
class Month:
    """A month, shown in whole weeks that begin on the weekday `begins` (Monday is 0)."""

    first: date
    begins: int

    @property
    def weeks(self) -> list[list[date]]:
        """The days of the weeks that hold a day of this month."""
        return calendar.Calendar(self.begins).monthdatescalendar(self.first.year, self.first.month)

    @property
    def last(self) -> date:
        """The last day of the month."""
        return (self.first + timedelta(days=32)).replace(day=1) - timedelta(days=1)

    @property
    def before(self) -> date:
        """The first day of the month before."""
        return (self.first - timedelta(days=1)).replace(day=1)

    @property
    def after(self) -> date:
        """The first day of the month after."""
        return self.last + timedelta(days=1)


def first_of(written: str, today: date) -> date:
    """The first day of a month as an address writes it, “2026-10”; of this month for anything else."""
    found = WRITTEN.fullmatch(written)
    if found and int(found[1]) in YEARS:
        return date(int(found[1]), int(found[2]), 1)
    return today.replace(day=1)


def week_begins(working: Collection[int]) -> int:
    """The weekday on which a week of the office begins: its first working day after the longest run of days off.

    Monday where it works from Monday to Friday, Sunday where Friday and Saturday are off, Saturday where Friday is.
    """

    def days_off_before(day: int) -> int:
        return next((run for run in range(7) if (day - 1 - run) % 7 in working), 0)

    return max(sorted(set(working)), key=days_off_before, default=0)


def days(
    shown: Iterable[date],
    events: Iterable[Event],
    *,
    month: Month,
    today: date,
    working: Collection[int],
    holidays: Mapping[date, str],
) -> list[Day]:
    """The days of a span with what stands on each, in the order of `events`; what lasts longer stands on each day."""
    found = {
        day: Day(
            day,
            in_month=month.first <= day <= month.last,
            is_working=day.weekday() in working and day not in holidays,
            is_today=day == today,
            holiday=holidays.get(day, ""),
        )
        for day in shown
    }
    for event in events:
        for number in range((event.last - event.day).days + 1):
            day = found.get(event.day + timedelta(days=number))
            if day is not None:
                day.events.append(event)
    return list(found.values())
