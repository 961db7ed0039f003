"""When the messages of an event are due: pure date arithmetic, no database.

T is the day of the event where it takes place. What falls on a day off moves to the previous working day before T and
to the next one after it. Messages go out when the office opens.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from nso_contacts.office.workdays import Calendar

from .models.milestone import Milestone

Kind = Milestone.Kind

# Days from T.
OFFSETS = {
    Kind.SAVE_THE_DATE: -75,
    Kind.INVITATION: -42,
    Kind.REMINDER: -21,
    Kind.LAST_REMINDER: -14,
    Kind.CALLS: -7,
    Kind.CONFIRMATION: -3,
    Kind.JOINING_LINK: -1,
    Kind.THANKS: 1,
    Kind.MISSED: 1,
    Kind.OUTCOMES: 14,
}
# A meeting is called three weeks ahead and gets its agenda and papers ten days ahead; minutes follow in two weeks.
MEETING_OFFSETS = {
    Kind.INVITATION: -21,
    Kind.REMINDER: -14,
    Kind.CONFIRMATION: -10,
    Kind.LAST_REMINDER: -7,
    Kind.JOINING_LINK: -1,
    Kind.OUTCOMES: 14,
}
BEFORE = tuple(kind for kind, offset in OFFSETS.items() if offset < 0)
AFTER = tuple(kind for kind, offset in OFFSETS.items() if offset > 0)


class NoSuchTime(ValueError):
    """A time that the clocks of the place leave out on that day."""


@dataclass(frozen=True)
class Step:
    """A message of the schedule and the moment it is due."""

    kind: str
    due_at: datetime


def instant(day: date, clock: time, zone: ZoneInfo) -> datetime:
    """The moment at which the clocks of `zone` show that day and time; the first one when they show it twice.

    Raises NoSuchTime when they are put forward past it.
    """
    moment = datetime.combine(day, clock, tzinfo=zone).astimezone(UTC)
    if moment.astimezone(zone).replace(tzinfo=None) != datetime.combine(day, clock):
        raise NoSuchTime(f"{day} {clock} in {zone.key}")
    return moment


def offsets(*, is_meeting: bool) -> dict[Milestone.Kind, int]:
    """The messages of an event with their days from T."""
    return MEETING_OFFSETS if is_meeting else OFFSETS


def wanted(*, has_link: bool, survey_wanted: bool, is_draft: bool = False, is_meeting: bool = False) -> list[str]:
    """The messages an event needs: a joining link if there is one, plain thanks if no survey brings them.

    Asking to keep the day free makes sense before the invitations only.
    """
    left_out = set() if is_draft else {Kind.SAVE_THE_DATE}
    if not has_link:
        left_out.add(Kind.JOINING_LINK)
    if survey_wanted:
        left_out.add(Kind.THANKS)
    return [kind for kind in offsets(is_meeting=is_meeting) if kind not in left_out]


def due_day(kind: str, day: date, calendar: Calendar, *, is_meeting: bool = False) -> date:
    """The day on which a message of an event on `day` is due."""
    return calendar.milestone(day, offsets(is_meeting=is_meeting)[Milestone.Kind(kind)])


def steps(
    kinds: list[str], day: date, calendar: Calendar, office_zone: ZoneInfo, *, is_meeting: bool = False
) -> list[Step]:
    """The messages with their moments, the first one first."""
    found = []
    for kind in kinds:
        opens = datetime.combine(
            due_day(kind, day, calendar, is_meeting=is_meeting), calendar.opens, tzinfo=office_zone
        )
        found.append(Step(kind, opens.astimezone(UTC)))
    return sorted(found, key=lambda step: step.due_at)


def reply_by(day: date, calendar: Calendar, today: date, *, is_meeting: bool = False) -> date:
    """A last day for replies: that of the last reminder; nearer to the event when that has passed."""
    for offset in (offsets(is_meeting=is_meeting)[Kind.LAST_REMINDER], -7, -3, -1):
        found = calendar.milestone(day, offset)
        if found > today:
            return found
    return day


def in_days(now: datetime, days: int) -> datetime:
    """The same moment some days later, for links that live a while longer than the event."""
    return now + timedelta(days=days)
