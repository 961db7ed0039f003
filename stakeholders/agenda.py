"""What happens on which day: apps register their events; the calendar and “Today” on My work show them."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any


@dataclass(frozen=True)
class Event:
    """Something on a day. `at` is the moment it begins, None for the whole day; `about` is a second, smaller line."""

    day: date
    title: str
    url: str
    icon: str
    at: datetime | None = None
    about: str = ""
    late: bool = False


@dataclass(frozen=True)
class EventSource:
    """Events of one kind. `events(user, first, last)` returns those between two days that `user` may see.

    `mine` are those that concern the reader themself; without it they stand in the calendar, not in their day.
    """

    key: str
    title: Any
    events: Callable[[Any, date, date], Iterable[Event]]
    mine: Callable[[Any, date, date], Iterable[Event]] | None = None


_sources: dict[str, EventSource] = {}


def register(source: EventSource) -> None:
    """Show the events of `source`. Registering the same key again replaces it."""
    _sources[source.key] = source


def events(user: Any, first: date, last: date) -> list[Event]:
    """Everything between two days, both included, in order."""
    return _sorted(event for source in _sources.values() for event in source.events(user, first, last))


def mine(user: Any, day: date) -> list[Event]:
    """What concerns `user` on one day."""
    return _sorted(event for source in _sources.values() if source.mine for event in source.mine(user, day, day))


def _sorted(found: Iterable[Event]) -> list[Event]:
    return sorted(found, key=lambda event: (event.day, event.at is not None, event.at or event.day, event.title))
