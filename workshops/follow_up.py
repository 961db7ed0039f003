"""What a higher app adds to the page of a workshop: the follow-up survey and what came of it.

    follow_up.register(FollowUp(lines=…, states=…, step=…))

`lines(event)` gives lines for "Automatic messages"; `states(event, person_ids)` the words of the column "Survey" by
person ("Answered", "Not yet"); `step(event)` the words under "Follow-up" in the strip ("Survey closes 22 Oct").
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from .models import Event


@dataclass(frozen=True)
class Line:
    """One message of the schedule as the page shows it.

    `state` is "sent", "planned", "waiting" (a person must release it), "skipped" or "dropped". `send_url` is the
    page that asks before sending it ahead of its time; empty when nothing is to be sent by hand.
    """

    title: Any
    state: str
    when: datetime | None = None
    people: int | None = None
    audience: Any = ""
    send_url: str = ""
    url: str = ""


@dataclass(frozen=True)
class FollowUp:
    """What is known of the follow-up of events."""

    lines: Callable[[Event], list[Line]]
    states: Callable[[Event, Collection[int]], dict[int, Any]]
    step: Callable[[Event], Any]


_registered: list[FollowUp] = []


def register(follow_up: FollowUp) -> None:
    """Show this follow-up from now on; there is one."""
    _registered[:] = [follow_up]


def lines(event: Event) -> list[Line]:
    """The lines of the follow-up in the message schedule."""
    return [line for source in _registered for line in source.lines(event)]


def states(event: Event, people: Collection[int]) -> dict[int, Any]:
    """Where each of these people stands with the survey."""
    return {pk: state for source in _registered for pk, state in source.states(event, people).items()}


def step(event: Event) -> Any:
    """What stands under “Follow-up” in the strip."""
    return next((words for source in _registered if (words := source.step(event))), "")
