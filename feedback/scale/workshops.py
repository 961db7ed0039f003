"""Workshops of five years and of the months ahead: who was invited, what they replied, and who came."""

import json
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta

from workshops.models import Attendance, Event, EventDomain, EventProduct, Invitation, Milestone, Session
from workshops.schedule import steps, wanted

from .country import Country, listed
from .sheet import Sheet
from .tables import unindexed

AHEAD = 90  # days for which workshops are planned
OFF, REPLIED, ACCEPTED, CAME, WALKED_IN = 0.03, 0.72, 0.78, 0.85, 0.03
REPLIED_AT_ONCE = 0.70  # of the replies come within 48 hours
STATES = ("PRESENT_IN_PERSON", "PRESENT_ONLINE", "PRESENT_ONLINE", "PARTIAL")

EVENT = (
    "title",
    "objectives",
    "organiser_id",
    "facilitator_id",
    "start",
    "end",
    "time_zone",
    "room",
    "link",
    "languages",
    "reply_by",
    "status",
    "uid",
    "invited_at",
    "held_at",
    "cancelled_at",
    "reason",
    "outcomes",
    "published_at",
    "created_at",
)


INVITATION = (
    "event_id",
    "person_id",
    "organisation_id",
    "source",
    "is_key",
    "invited_at",
    "reply",
    "joins",
    "answered_at",
    "created_at",
)
ATTENDANCE = (
    "event_id",
    "person_id",
    "organisation_id",
    "state",
    "walk_in",
    "occurred_at",
    "recorded_by_id",
    "recorded_at",
)
OVER = ("FOLLOW_UP", "REPORTED", "CLOSED")


@dataclass
class Planned:
    """An event as its guests and its messages see it; `present` are person, organisation and attendance."""

    key: int
    day: date
    status: str
    organiser: int
    present: list[tuple[int, int, int]] = field(default_factory=list)

    @property
    def sent(self) -> date | None:
        """The day the invitations went out."""
        return None if self.status == "PLANNED" else self.day - timedelta(days=42)


def load(country: Country) -> None:
    """Event by event, with guests drawn from those met often and, as many, from all others."""
    country.held = []
    country.invited = []  # of the last year: invitation, person, day it was sent
    total = country.years(country.size.workshops)
    guests = country.size.invitations / country.size.workshops
    days = [day for day, number in country.rhythm().spread(total) for _ in range(number)]
    ahead = max(1, round(country.size.workshops * AHEAD / 365))
    days += [country.ahead(3 + number * AHEAD // ahead) for number in range(ahead)]
    country.wanted_guests = 0.0
    with (
        unindexed(Event, EventDomain, EventProduct, Session, Invitation, Attendance, Milestone),
        Sheet(Event, *EVENT) as events,
        Sheet(EventDomain, "event_id", "domain_id") as domains,
        Sheet(EventProduct, "event_id", "product_id") as products,
        Sheet(Session, "event_id", "starts", "title", "speaker", "position") as sessions,
        Sheet(Invitation, *INVITATION) as invitations,
        Sheet(Attendance, *ATTENDANCE) as attendances,
        Sheet(Milestone, "event_id", "kind", "state", "due_at", "done_at", "date_version", "recipients") as milestones,
    ):
        for number, day in enumerate(days):
            event = hold(country, events, number, day)
            domain = country.domains[country.codes[number % len(country.codes)]]
            domains.write(event.key, domain.pk)
            products.write(event.key, country.product_ids[number % len(country.product_ids)])
            for place, (hour, title) in enumerate([("09:00", "Welcome"), ("09:15", domain.title), ("10:30", "Needs")]):
                sessions.write(event.key, hour, title, "", place)
            country.wanted_guests += guests
            sent = round(country.wanted_guests)
            country.wanted_guests -= sent
            for person, organisation, reply, joins in invite(country, invitations, event, sent):
                if event.status in OVER:
                    attend(country, attendances, event, (person, organisation, reply, joins))
            if event.status in OVER:
                country.held.append(event)
            for row in schedule(country, event, sent):
                milestones.write(event.key, *row)


def status_of(country: Country, number: int, day: date) -> str:
    """The older, the further: drafts lie ahead, and outcomes are published two weeks after the day."""
    age = (country.today - day).days
    if age <= 0:
        return "INVITING" if -age < 40 else "PLANNED"
    if number % 33 == 32:
        return "CANCELLED"
    return "FOLLOW_UP" if age < 21 else "REPORTED" if age < 60 else "CLOSED"


def hold(country: Country, events: Sheet, number: int, day: date) -> Planned:
    """One event."""
    status = status_of(country, number, day)
    organisers, facilitators = country.colleagues["liaison"], country.colleagues["statistician"]
    title = country.domains[country.codes[number % len(country.codes)]].title
    words = {
        "en": f"Workshop {number + 1}: {title}",
        "fr": f"Atelier {number + 1} : {title}",
        "ar": f"ورشة العمل {number + 1}: {title}",
    }
    organiser = organisers[number % len(organisers)]
    published = country.calendar.working_day_from(day + timedelta(days=16))
    reply_by = country.calendar.working_day_until(day - timedelta(days=3))
    key = events.write(
        json.dumps(words, ensure_ascii=False),
        "What you need from these figures.",
        organiser,
        facilitators[number % len(facilitators)],
        country.at_hour(day, 9),
        country.at_hour(day, 13),
        country.zone.key,
        "Room 2",
        f"https://meet.example/{number + 1}",
        listed(["en", "fr", "ar"]),
        reply_by,
        status,
        uuid.UUID(int=country.random.getrandbits(128), version=4),
        None if status == "PLANNED" else country.at_hour(day - timedelta(days=42), 9),
        country.at_hour(day, 13, 30) if status in OVER else None,
        country.at_hour(day - timedelta(days=5), 12) if status == "CANCELLED" else None,
        "The data are not ready for release." if status == "CANCELLED" else "",
        "Users asked for district figures." if status in ("REPORTED", "CLOSED") else "",
        country.at_hour(min(published, country.last), 10) if status in ("REPORTED", "CLOSED") else None,
        country.at_hour(day - timedelta(days=60), 9),
    )
    return Planned(key, day, status, organiser)


def invite(country: Country, invitations: Sheet, event: Planned, number: int) -> Iterator[tuple[int, int, str, str]]:
    """The guests of one event: person, organisation, reply and how they join."""
    chance, sent = country.random, event.sent
    moment = country.at_hour(sent, 9) if sent else None
    listed_at = country.at_hour(event.day - timedelta(days=50), 9)
    people = dict.fromkeys(chance.sample(country.often, min(number // 2, len(country.often))))
    while len(people) < number:
        people[chance.choice(country.seldom)] = None
    for person in people:
        organisation = country.worked_for(person, event.day.toordinal()) or country.place[person]
        reply, joins, answered = answer(country, sent)
        source = "GROUP" if person % 3 else "FILTER"
        row = invitations.write(
            event.key, person, organisation, source, person % 9 == 0, moment, reply, joins, answered, listed_at
        )
        if sent and (country.last - sent).days < 365:
            country.invited.append((row, person, sent))
        yield person, organisation, reply, joins


def answer(country: Country, sent: date | None) -> tuple[str, str, str | None]:
    """What somebody replies to an invitation sent on a day: most of those who do, do so within two days."""
    draw = country.random.random
    if sent is None or draw() > REPLIED:
        return "", "", None
    reply = "ACCEPTED" if draw() < ACCEPTED else "TENTATIVE" if draw() < 0.3 else "DECLINED"
    joins = "" if reply == "DECLINED" else "ROOM" if draw() < 0.3 else "ONLINE"
    days = int(draw() * 2) if draw() < REPLIED_AT_ONCE else 2 + int(draw() * 30)
    day = min(sent + timedelta(days=days), country.last)
    return reply, joins, country.at_hour(day, 10 + int(draw() * 8), int(draw() * 60))


def attend(country: Country, attendances: Sheet, event: Planned, guest: tuple[int, int, str, str]) -> None:
    """Whether one guest came to an event that was held."""
    person, organisation, reply, joins = guest
    draw = country.random.random
    state = "EXCUSED" if reply == "DECLINED" else "NO_SHOW"
    if joins and draw() < CAME:
        state = STATES[0] if joins == "ROOM" else STATES[1 + int(draw() * 3)]
    held = country.at_hour(event.day, 13, 30)
    start = country.at_hour(event.day, 9)
    key = attendances.write(event.key, person, organisation, state, False, start, event.organiser, held)
    if state in STATES:
        event.present.append((person, organisation, key))
        country.contact(person, organisation, event.day.toordinal())


def schedule(country: Country, event: Planned, guests: int) -> list[tuple]:
    """The messages of an event: those of the past were sent, those to come are planned."""
    rows = []
    for step in steps(wanted(has_link=True, survey_wanted=True), event.day, country.calendar, country.zone):
        past = step.due_at < country.now
        state = "SENT" if past or (step.kind == "INVITATION" and event.status == "INVITING") else "PLANNED"
        if event.status == "CANCELLED":
            state = "SENT" if step.kind == "INVITATION" else "DROPPED"
        elif event.status == "PLANNED":
            state = "SKIPPED" if past and step.kind != "INVITATION" else "PLANNED"
        elif step.kind == "OUTCOMES" and event.status not in ("REPORTED", "CLOSED"):
            state = "PLANNED"
        sent = state == "SENT"
        done = min(step.due_at, country.now) if sent else None
        rows.append((step.kind, state, step.due_at, done, 1 if sent else None, guests if sent else 0))
    return rows
