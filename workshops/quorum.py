"""Who sat at a committee's table: attendance by seat, and whether enough voting seats were filled to decide.

A seat is filled when its holder is there, an alternate is, or the colleague whom one of them sent. Seats and holders
are those of the day of the meeting. Read for several meetings of one committee at once, the number of queries is the
same as for one.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from math import ceil
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from stakeholders.models import Committee, CommitteeSeat, SeatHolder

from .models import Attendance, Event, Invitation
from .models.attendance import PRESENT

PRINCIPAL = SeatHolder.Position.PRINCIPAL

HERE, REPRESENTED, APOLOGIES, ABSENT, VACANT, OPEN = "here", "represented", "apologies", "absent", "vacant", ""
FILLED = (HERE, REPRESENTED)
WORDS = {
    HERE: ("ok", gettext_lazy("Present"), "person-check-fill"),
    REPRESENTED: ("ok", gettext_lazy("Represented"), "person-check"),
    APOLOGIES: ("", gettext_lazy("Apologies"), "person-x"),
    ABSENT: ("", gettext_lazy("Absent"), "person-dash"),
    VACANT: ("late", gettext_lazy("Vacant"), "dash-circle"),
    OPEN: ("", gettext_lazy("Not ticked"), "circle"),
}


@dataclass(frozen=True)
class Place:
    """One seat at one meeting: how it was filled, and by whom. `stand_in` is the alternate where nobody holds it."""

    seat: Any
    holder: Any
    stand_in: Any
    state: str
    by: Any = None
    is_expected: bool = False

    @property
    def words(self) -> tuple[str, Any, str]:
        """The state as it is drawn: colour, words, icon."""
        return WORDS[self.state]


@dataclass(frozen=True)
class Quorum:
    """The seats of a committee at one meeting, and its rule on that day."""

    places: list[Place]
    voting: int
    needed: int
    is_over: bool

    @property
    def filled(self) -> int:
        """How many voting seats are filled."""
        return sum(place.state in FILLED for place in self.places if place.seat.is_voting)

    @property
    def expected(self) -> int:
        """How many voting seats will be filled, by what people replied."""
        return sum(place.is_expected for place in self.places if place.seat.is_voting)

    @property
    def is_quorate(self) -> bool:
        """Whether the committee may decide: enough voting seats are filled, and it has some."""
        return self.voting > 0 and self.filled >= self.needed

    @property
    def sentence(self) -> str:
        """“Quorate: 6 of 9 voting seats, 5 needed”."""
        numbers = {"filled": self.filled, "voting": self.voting, "needed": self.needed, "expected": self.expected}
        if not self.is_over and not self.filled:
            return _("Expected: %(expected)s of %(voting)s voting seats, %(needed)s needed") % numbers
        if self.is_quorate:
            return _("Quorate: %(filled)s of %(voting)s voting seats, %(needed)s needed") % numbers
        if self.is_over:
            return _("Not quorate: %(filled)s of %(voting)s voting seats, %(needed)s needed") % numbers
        return _("Not quorate yet: %(filled)s of %(voting)s voting seats, %(needed)s needed") % numbers


def seats_on(committee: Committee, day: date) -> QuerySet[CommitteeSeat]:
    """The seats a committee had on a day; one that was ended on that day still counts."""
    return committee.seats.filter(Q(archived_at=None) | Q(archived_at__date__gte=day))


def rule(committee: Committee, day: date) -> tuple[int, int]:
    """The number of voting seats on a day, and how many of them make a quorum (rounded up, at least one)."""
    voting = seats_on(committee, day).filter(is_voting=True).count()
    return voting, needed(committee, voting)


def needed(committee: Committee, voting: int) -> int:
    """How many of so many voting seats make a quorum."""
    return ceil(voting * committee.quorum_percent / 100)


def read(event: Event) -> Quorum | None:
    """The seats at one meeting; None for what is no committee meeting."""
    if event.kind != Event.Kind.COMMITTEE_MEETING:
        return None
    return read_many(event.committee, [event])[event.pk]


def read_many(committee: Committee, events: Sequence[Event]) -> dict[int, Quorum]:
    """The seats at several meetings of a committee, by meeting: four queries, however many they are."""
    seats = list(committee.seats.select_related("organisation").order_by("role", "organisation__name", "pk"))
    holders = list(SeatHolder.objects.filter(seat__in=seats).select_related("person").order_by("position", "pk"))
    came: dict[int, dict[int, str]] = defaultdict(dict)
    for row in Attendance.objects.filter(event__in=events).only("event_id", "person_id", "state"):
        came[row.event_id][row.person_id] = row.state
    replies: dict[int, dict[int, Invitation]] = defaultdict(dict)
    for invitation in Invitation.objects.filter(event__in=events).select_related("delegate"):
        replies[invitation.event_id][invitation.person_id] = invitation
    return {
        event.pk: _read(
            event, committee, seats, filled_on(event.day, holders), Table(came[event.pk], replies[event.pk])
        )
        for event in events
    }


@dataclass(frozen=True)
class Table:
    """Who came to one meeting, and what people had replied, by person."""

    came: dict[int, str]
    replies: dict[int, Invitation]

    def sent_by(self, people: list[Any]) -> list[Any]:
        """The colleagues whom `people` sent instead."""
        replies = [self.replies[one.pk] for one in people if one.pk in self.replies]
        return [reply.delegate for reply in replies if reply.delegate]

    def is_coming(self, person: Any) -> bool:
        """Whether somebody said they will come."""
        return person.pk in self.replies and self.replies[person.pk].reply == Invitation.Reply.ACCEPTED

    def was_there(self, person: Any) -> bool:
        """Whether somebody took part."""
        return self.came.get(person.pk) in PRESENT


def filled_on(day: date, holders: Iterable[SeatHolder]) -> dict[int, list[SeatHolder]]:
    """Who holds which seat on a day, the principal first."""
    filling: dict[int, list[SeatHolder]] = defaultdict(list)
    for holder in holders:
        if (holder.valid_from or day) <= day <= (holder.valid_to or day):
            filling[holder.seat_id].append(holder)
    for rows in filling.values():
        rows.sort(key=lambda row: row.position != PRINCIPAL)
    return filling


def _read(
    event: Event,
    committee: Committee,
    seats: list[CommitteeSeat],
    filling: dict[int, list[SeatHolder]],
    table: Table,
) -> Quorum:
    then = [seat for seat in seats if seat.archived_at is None or seat.archived_at.date() >= event.day]
    places = [_place(event, seat, filling.get(seat.pk, []), table) for seat in sorted(then, key=_order)]
    if event.quorum_needed is not None:
        return Quorum(places, event.voting_seats, event.quorum_needed, event.is_over)
    voting = sum(seat.is_voting for seat in then)
    return Quorum(places, voting, needed(committee, voting), event.is_over)


def _order(seat: CommitteeSeat) -> tuple[int, str, int]:
    return CommitteeSeat.Role.values.index(seat.role), seat.organisation.name, seat.pk


def _place(event: Event, seat: CommitteeSeat, holders: list[SeatHolder], table: Table) -> Place:
    people = [row.person for row in holders]
    principal = next((row.person for row in holders if row.position == PRINCIPAL), None)
    stand_in = people[0] if people and principal is None else None
    everybody = [*people, *table.sent_by(people)]
    is_expected = any(table.is_coming(one) for one in everybody)
    by = next((one for one in everybody if table.was_there(one)), None)
    if by is not None:
        return Place(seat, principal, stand_in, HERE if by == principal else REPRESENTED, by, is_expected)
    if not people:
        return Place(seat, None, None, VACANT)
    return Place(seat, principal, stand_in, _absence(event, people, table.came), None, is_expected)


def _absence(event: Event, people: Iterable[Any], came: dict[int, str]) -> str:
    states = {came[one.pk] for one in people if one.pk in came}
    if Attendance.State.EXCUSED in states:
        return APOLOGIES
    return ABSENT if states or event.is_over else OPEN
