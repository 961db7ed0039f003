"""When things happen: on working days, more in the middle of the week, most on release days, little in summer."""

from collections.abc import Iterator
from datetime import date, timedelta

from nso_contacts.office.workdays import Calendar

WEEKDAYS = (1.0, 1.15, 1.15, 1.05, 0.75, 0.0, 0.0)
RELEASES_A_MONTH = 2
GROWTH_A_YEAR = 0.04


class Rhythm:
    """The days from `first` to `last` with the share of each in what happens between them.

    On a release day, two of each month, `on_release` times as much happens as on another day of that weekday.
    """

    def __init__(self, calendar: Calendar, first: date, last: date, *, on_release: float = 1.0) -> None:
        self.days = [first + timedelta(days=number) for number in range((last - first).days + 1)]
        releases = {
            calendar.working_day_from(date(day.year, day.month, 10 + 15 * which))
            for day in self.days
            if day.day == 1
            for which in range(RELEASES_A_MONTH)
        }
        self.releases = releases & set(self.days)
        self.weights = [
            WEEKDAYS[day.weekday()]
            * (0.6 if day.month == 8 else 1.0)
            * (1 + GROWTH_A_YEAR * number / 365)
            * (on_release if day in releases else 1.0)
            if calendar.is_working_day(day)
            else 0.0
            for number, day in enumerate(self.days)
        ]

    def spread(self, total: int) -> Iterator[tuple[date, int]]:
        """Each day with its part of `total`; the parts are whole and add up."""
        sum_of_weights, before, passed = sum(self.weights), 0, 0.0
        for day, weight in zip(self.days, self.weights, strict=True):
            passed += weight
            until = round(total * passed / sum_of_weights)
            if until > before:
                yield day, until - before
            before = until
