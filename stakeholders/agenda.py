"""What happens on which day: apps register their events; the calendar and “Today” on My work show them."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

# A source reads no more of a span of days than this; a page that shows as many says that there are more.
MOST = 500


@dataclass(frozen=True)
class Event:
    """Something on a day, or on each day up to `until`. `at` is the moment it begins, None for the whole day; `about`
    is a second, smaller line.
    """

    day: date
    title: str
    url: str
    icon: str
    at: datetime | None = None
    about: str = ""
    late: bool = False
    until: date | None = None

    @property
    def last(self) -> date:
        """The last day it is on."""
        return max(self.day, self.until or self.day)


@dataclass(frozen=True)
class EventSource:
    """Events of one kind. `events(user, first, last)` returns those between two days that `user` may see, at most
    `MOST`, with a number of queries that does not grow with them.

    `mine` are those that concern the reader themself. `today` are those of them that belong into “Today” on My work;
    without it all do. `ahead` says whether they belong into what lies ahead for managers.
    """

    key: str
    title: Any
    events: Callable[[Any, date, date], Iterable[Event]]
    mine: Callable[[Any, date, date], Iterable[Event]] | None = None
    today: Callable[[Any, date, date], Iterable[Event]] | None = None
    ahead: bool = True


_sources: dict[str, EventSource] = {}


def register(source: EventSource) -> None:
    """Show the events of `source`. Registering the same key again replaces it."""
    _sources[source.key] = source


def none(user: Any, first: date, last: date) -> Iterable[Event]:
    """No events: for a source that has nothing to say in “Today”."""
    return ()


def between(user: Any, first: date, last: date, *, mine: bool) -> tuple[list[Event], list[Any]]:
    """What is in the calendar between two days, both included, in order, and the titles of sources that hold more."""
    found, cut = [], []
    for source in _sources.values():
        ask = source.mine if mine else source.events
        events = list(ask(user, first, last)) if ask else []
        found += events
        if len(events) >= MOST:
            cut.append(source.title)
    return _sorted(found), cut


def events(user: Any, first: date, last: date) -> list[Event]:
    """What lies ahead between two days, both included, in order."""
    return _sorted(event for source in _sources.values() if source.ahead for event in source.events(user, first, last))


def mine(user: Any, day: date) -> list[Event]:
    """What concerns `user` on one day, beside what they owe."""
    asked = (source.today or source.mine for source in _sources.values())
    return _sorted(event for ask in asked if ask for event in ask(user, day, day))


def _sorted(found: Iterable[Event]) -> list[Event]:
    return sorted(found, key=lambda event: (event.day, event.at is not None, event.at or event.day, event.title))
