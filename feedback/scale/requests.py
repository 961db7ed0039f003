"""Data requests of five years with their conversations, and what the public wrote."""

from collections import Counter
from datetime import date, datetime, time, timedelta
from typing import Any

from nso_contacts.office.models import OfficeCounter, RequestTarget
from nso_contacts.office.workdays import Clock, Pause

from ..clock import COUNTED_FROM_TRIAGE
from ..demonstration.requests import CLASSES, ENDINGS, OFFICE_TARGET, SUBJECTS
from ..models import ClockPause, DataRequest, DisclosureCheck, Enquiry, RequestMessage
from .country import Country
from .sheet import Sheet
from .tables import unindexed

ENQUIRIES = 0.15  # of what comes in is written by the public through the contact form
ON_RELEASE = 3.0  # times as much as on another day
LATE, PAUSED = 0.12, 0.10
OPEN = ("RECEIVED", "ACKNOWLEDGED", "TRIAGED", "IN_PROGRESS", "DISCLOSURE_CHECK", "READY", "CLARIFICATION_NEEDED")
CHANNELS = ("PORTAL", "PORTAL", "EMAIL", "PHONE", "WEB_FORM")
ASKED = [
    ("DATA", "I need the population of our town by age."),
    ("QUESTION", "Why did inflation fall although food became dearer?"),
    ("COMPLAINT", "The table of wages has been offline for a week."),
    ("FEEDBACK", "The new charts are much easier to read. Thank you."),
]

REQUEST = (
    "reference",
    "status",
    "request_class",
    "channel",
    "requester_id",
    "organisation_id",
    "language",
    "subject",
    "details",
    "domain_id",
    "received_at",
    "acknowledged_at",
    "triaged_at",
    "delivered_at",
    "closed_at",
    "target_days",
    "due_on",
    "assignee_id",
    "producer_id",
    "outcome",
    "refusal_reason",
    "redirected_to",
    "created_at",
)


class Desk:
    """What the requests have in common: targets by class, references by year, the sheets they are written to."""

    def __init__(self, country: Country, sheets: dict[str, Sheet]) -> None:
        self.country = country
        self.sheets = sheets
        self.targets = {row.request_class: row.deliver for row in RequestTarget.objects.all()}
        self.counted: dict[str, Counter[int]] = {"DR": Counter(), "E": Counter()}
        self.due: dict[tuple[date, int], date | None] = {}
        self.subjects = [(code, subject) for code, listed in SUBJECTS.items() for subject in listed]
        self.received: list[tuple[int, int, date]] = []

    def reference(self, kind: str, day: date) -> str:
        """The next reference of a year."""
        self.counted[kind][day.year] += 1
        return f"{kind}-{day.year}-{self.counted[kind][day.year]:04d}"

    def due_on(self, started: datetime, target: int, pauses: tuple[Pause, ...]) -> date | None:
        """The due date as the clock of a request counts it; most requests of a day share it."""
        if pauses:
            return Clock(self.country.calendar, started, target, pauses).due_on
        key = (self.country.calendar.day_zero(started), target)
        if key not in self.due:
            self.due[key] = Clock(self.country.calendar, started, target, ()).due_on
        return self.due[key]


def load(country: Country) -> None:
    """Requests and enquiries in the order they came in, three times as many on the day of a release."""
    total = country.years(country.size.requests)
    enquiries = round(total * ENQUIRIES)
    by_public = 0.0
    with (
        unindexed(DataRequest, ClockPause, RequestMessage, DisclosureCheck, Enquiry),
        Sheet(DataRequest, *REQUEST) as requests,
        Sheet(ClockPause, "request_id", "started_at", "ended_at") as pauses,
        Sheet(RequestMessage, "request_id", "kind", "text", "author_id", "created_at") as messages,
        Sheet(DisclosureCheck, "request_id", "producer_id", "checker_id", "result", "signed_at") as checks,
        Sheet(
            Enquiry,
            "reference",
            "topic",
            "name",
            "email",
            "text",
            "language",
            "received_at",
            "outcome",
            "answer",
            "closed_at",
        ) as written,
    ):
        sheets = {"requests": requests, "pauses": pauses, "messages": messages, "checks": checks, "enquiries": written}
        desk = Desk(country, sheets)
        for day, number in country.rhythm(on_release=ON_RELEASE).spread(total):
            for _ in range(number):
                by_public += enquiries / total
                if by_public >= 1:
                    by_public -= 1
                    enquire(desk, day)
                else:
                    request(desk, day)
    OfficeCounter.objects.bulk_create(
        OfficeCounter(kind=kind, year=year, last=last)
        for kind, years in desk.counted.items()
        for year, last in years.items()
    )
    country.requests = desk.received


def request(desk: Desk, day: date) -> None:
    """One request, as far as it has come by today."""
    country, draw = desk.country, desk.country.random.random
    person = country.random.choice(country.often if draw() < 0.6 else country.seldom)
    place = country.worked_for(person, day.toordinal()) or country.place[person]
    code, subject = desk.subjects[int(draw() * len(desk.subjects))]
    number = desk.sheets["requests"].key
    experts = country.colleagues["statistician"]
    received = datetime.combine(day, time(8 + int(draw() * 9), int(draw() * 60)), tzinfo=country.zone)
    chosen, assignee = CLASSES[number % len(CLASSES)], experts[number % len(experts)]
    target = desk.targets[chosen]
    acknowledged = received + timedelta(hours=1 + number % 20)
    triaged = acknowledged + timedelta(hours=1)
    started = triaged if chosen in COUNTED_FROM_TRIAGE else received
    stops = ()
    if draw() < PAUSED:
        asked = triaged + timedelta(hours=20)
        stops = ((asked, asked + timedelta(days=3)),)
    paused = tuple(Pause(start.date(), end.date()) for start, end in stops)
    due = desk.due_on(started, target, paused)
    ended = datetime.combine(due, time(15), tzinfo=country.zone) + timedelta(days=4 if draw() < LATE else -(number % 2))
    ended = max(ended, triaged + timedelta(hours=2), *(end for _start, end in stops))
    if ended > country.now - timedelta(days=1) or (country.now - received).days < 1:
        row = still_open(desk, number, received, chosen)
        stops = row.pop("stops")
    else:
        row = finished(country, number, ended) | {
            "request_class": chosen,
            "acknowledged_at": acknowledged,
            "triaged_at": triaged,
            "target_days": target,
            "due_on": due,
            "assignee_id": assignee,
        }
    answered = row.get("delivered_at")
    checked = row["status"] in ("DISCLOSURE_CHECK", "READY") or (answered and chosen in COUNTED_FROM_TRIAGE)
    if answered:
        country.contact(person, place, answered.date().toordinal())
    known = row | {
        "reference": desk.reference("DR", day),
        "channel": CHANNELS[number % len(CHANNELS)],
        "requester_id": person,
        "organisation_id": place,
        "language": country.in_language(person),
        "subject": f"{subject}, {day.year - 1 - number % 4}",
        "details": "Totals by major group are enough.",
        "domain_id": country.domains[code].pk,
        "received_at": received,
        "created_at": received,
        "producer_id": assignee if checked else None,
    }
    texts = ("status", "request_class", "outcome", "refusal_reason", "redirected_to")
    key = desk.sheets["requests"].write(*(known.get(name, "" if name in texts else None) for name in REQUEST))
    for start, end in stops:
        desk.sheets["pauses"].write(key, start, end)
    talk(desk, key, known, stops)
    if checked and row["status"] != "DISCLOSURE_CHECK":
        signed = answered or country.now - timedelta(hours=3)
        desk.sheets["checks"].write(key, assignee, experts[(number + 1) % len(experts)], "PASSED", signed)
    desk.received.append((key, person, day))


def still_open(desk: Desk, number: int, received: datetime, chosen: str) -> dict[str, Any]:
    """A request that somebody works on, or that waits for its triage or for the requester."""
    country = desk.country
    status = OPEN[number % len(OPEN)]
    at = [min(received + timedelta(minutes=30 * step), country.now) for step in (1, 2, 3)]
    triaged = status not in ("RECEIVED", "ACKNOWLEDGED")
    target = desk.targets[chosen] if triaged else OFFICE_TARGET
    started = at[1] if triaged and chosen in COUNTED_FROM_TRIAGE else received
    waiting = status == "CLARIFICATION_NEEDED"
    experts = country.colleagues["statistician"]
    return {
        "status": status,
        "request_class": chosen if triaged else "",
        "acknowledged_at": None if status == "RECEIVED" else at[0],
        "triaged_at": at[1] if triaged else None,
        "target_days": target,
        "due_on": None if waiting else desk.due_on(started, target, ()),
        "assignee_id": None if status == "RECEIVED" else experts[number % len(experts)],
        "stops": ((at[2], None),) if waiting else (),
    }


def finished(country: Country, number: int, ended: datetime) -> dict[str, Any]:
    """How a request of the past ended."""
    status = ENDINGS[number % len(ENDINGS)]
    delivered = ended if status in ("CLOSED", "DELIVERED") else None
    closed = ended + timedelta(days=5) if delivered else ended
    return {
        "status": status,
        "delivered_at": delivered,
        "closed_at": None if status == "DELIVERED" else min(closed, country.now),
        "outcome": "Answered with a table." if status == "CLOSED" else "",
        "refusal_reason": ("CONFIDENTIAL", "NOT_AVAILABLE", "TOO_COSTLY")[number % 3] if status == "REFUSED" else "",
        "redirected_to": "Central Bank of Marenda" if status == "REDIRECTED" else "",
    }


def talk(desk: Desk, key: int, row: dict[str, Any], stops: tuple) -> None:
    """The conversation about a request."""
    messages, expert = desk.sheets["messages"], row.get("assignee_id")
    messages.write(key, "FROM_REQUESTER", f"We need: {row['subject']}.", None, row["received_at"])
    for start, end in stops:
        messages.write(key, "QUESTION", "Would two-year averages do?", expert, start)
        if end:
            messages.write(key, "FROM_REQUESTER", "Two-year averages are fine.", None, end)
    if row.get("delivered_at"):
        messages.write(key, "ANSWER", "The figures are attached.", expert, row["delivered_at"])
    elif row.get("closed_at"):
        messages.write(key, "REPLY", "We close this request, as agreed.", expert, row["closed_at"])


def enquire(desk: Desk, day: date) -> None:
    """What somebody wrote through the contact form, answered unless it came in the last days."""
    country = desk.country
    number = desk.sheets["enquiries"].key
    topic, words = ASKED[number % len(ASKED)]
    answered = (country.today - day).days > 3
    desk.sheets["enquiries"].write(
        desk.reference("E", day),
        topic,
        f"Citizen {number}",
        f"citizen{number}@mail.example",
        words,
        country.in_language(number),
        country.at_hour(day, 8 + number % 12, number % 60),
        "ANSWERED" if answered else "",
        "Thank you. Please see the tables on our website." if answered else "",
        country.at_hour(day + timedelta(days=1), 12) if answered else None,
    )
