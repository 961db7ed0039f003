"""Data requests in every state with their conversations, and what the public wrote."""

from collections import Counter
from datetime import date, datetime, timedelta

from nso_contacts.office.models import OfficeCounter, RequestTarget
from nso_contacts.office.workdays import Clock, Pause

from ..models import ClockPause, DataRequest, DisclosureCheck, Enquiry, RequestMessage
from . import cast
from .story import Story, written_then

Status = DataRequest.Status
NUMBER = 150
# The reference of the request in the pictures: the counting of this year is laid so that it gets this number.
SPOKEN_OF, ITS_NUMBER = "Employment by occupation and district", 418

SUBJECTS = {
    "1.1": ["Births by age of mother and commune", "Internal migration by region", "Population by single year of age"],
    "1.2": ["Employment by occupation and district", "Youth unemployment by region", "Hours worked by sector"],
    "1.3": ["Pupils by commune and language", "Completion rate by wealth quintile"],
    "1.4": ["Deaths by cause and district", "Health expenditure by function"],
    "1.5": ["Household expenditure on energy, by quintile", "Food consumption by region"],
    "1.6": ["Pension coverage by sex and age", "Beneficiaries of family allowances"],
    "2.2": ["Value added by region", "Household consumption, quarterly"],
    "2.3": ["Enterprises by size class and town", "Survival of new enterprises"],
    "2.4.1": ["Harvest by district", "Livestock by type of farm"],
    "2.6": ["Exports by product and partner", "Imports of medicines"],
    "2.7": ["CPI weights by region", "Food prices by market"],
    "2.8": ["Wages by sector and sex", "Minimum wage coverage"],
    "3.1": ["Water abstraction by use", "Protected areas by commune"],
}
CLASSES = [
    "SIMPLE_EXTRACT",
    "READY_MADE",
    "CUSTOM_TABULATION",
    "SIMPLE_EXTRACT",
    "METHODOLOGICAL_ADVICE",
    "CUSTOM_TABULATION",
    "MICRODATA_ACCESS",
    "COMPLEX_COMPILATION",
]
CHECKED = ("CUSTOM_TABULATION", "MICRODATA_ACCESS")
FROM_TRIAGE = ("CUSTOM_TABULATION", "COMPLEX_COMPILATION")
OFFICE_TARGET = 7

# Subject, requester, organisation, domain, status, class, assignee, working days until the answer is due.
OPEN = [
    (
        "Household expenditure on energy, by quintile",
        "Leonor Prado",
        "1.5",
        "IN_PROGRESS",
        "CUSTOM_TABULATION",
        "nadia",
        -2,
    ),
    (f"{SPOKEN_OF}, by sex", "Amina Haddad", "1.2", "IN_PROGRESS", "CUSTOM_TABULATION", "nadia", 2),
    ("CPI weights for the Atlas region", "Samuel Okoro", "2.7", "ACKNOWLEDGED", "", "nadia", 6),
    (
        "Births by age of mother and commune",
        "Ingrid Søndergaard",
        "1.1",
        "CLARIFICATION_NEEDED",
        "SIMPLE_EXTRACT",
        "nadia",
        3,
    ),
    (
        "Working poverty rate, by household type",
        "Yusuf Al-Khatib",
        "1.2",
        "CLARIFICATION_NEEDED",
        "CUSTOM_TABULATION",
        "carmen",
        5,
    ),
    (
        "Deaths by cause, age and district",
        "Dr Leïla Benkirane",
        "1.4",
        "DISCLOSURE_CHECK",
        "CUSTOM_TABULATION",
        "omar",
        3,
    ),
    ("Nurses per 10,000 inhabitants", "Dr Leïla Benkirane", "1.4", "READY", "CUSTOM_TABULATION", "omar", 1),
    ("Microdata of the Labour Force Survey", "Daniel Mwangi", "1.2", "TRIAGED", "MICRODATA_ACCESS", "omar", 8),
    ("Food prices by market, weekly", "Kateryna Melnyk", "2.7", "RECEIVED", "", "", 7),
    ("Pupils by commune and language", "Nguyễn Thị Lan", "1.3", "RECEIVED", "", "", 7),
]
ENDINGS = [
    "CLOSED",
    "DELIVERED",
    "CLOSED",
    "CLOSED",
    "DELIVERED",
    "CLOSED",
    "REFUSED",
    "CLOSED",
    "CLOSED",
    "REDIRECTED",
    "CLOSED",
    "CLOSED",
    "WITHDRAWN",
    "CLOSED",
    "DUPLICATE",
    "CLOSED",
    "QUOTE_DECLINED",
]
ENQUIRIES = [
    ("DATA", "Rosalie Kamara", "I need the population of Port Clara by age for a school project.", ""),
    ("QUESTION", "Paul Stein", "Why did inflation fall although food became dearer?", ""),
    ("COMPLAINT", "Mirela Popa", "The table of wages has been offline for a week.", "ANSWERED"),
    ("FEEDBACK", "Ahmed Saïd", "The new charts are much easier to read. Thank you.", "ANSWERED"),
    ("OTHER", "", "Cheap loans for you", "SPAM"),
    ("DATA", "Jorge Matos", "Number of hotels by region since 2015, please.", "ANSWERED"),
]


def load(story: Story) -> None:
    """Those of today one by one, the others of two years in a row, numbered in the order they came."""
    story.targets = {row.request_class: row.deliver for row in RequestTarget.objects.all()}
    rows = [open_request(story, entry) for entry in OPEN] + past_requests(story)
    rows.sort(key=lambda request: request.received_at)
    number_them(story, rows)
    with written_then((DataRequest, "created_at")):
        DataRequest.objects.bulk_create(rows)
    ClockPause.objects.bulk_create(
        ClockPause(request=row, started_at=start, ended_at=end) for row in rows for start, end in row.stops
    )
    with written_then((RequestMessage, "created_at")):
        RequestMessage.objects.bulk_create(message for row in rows for message in conversation(story, row))
    with written_then((DisclosureCheck, "signed_at")):
        DisclosureCheck.objects.bulk_create(check for row in rows if (check := disclosure_check(story, row)))
    load_enquiries(story)
    story.requests = rows


def number_them(story: Story, rows: list[DataRequest]) -> None:
    """References by year of receipt, and counters that go on from there."""
    this_year = story.today.year
    of_this_year = [row for row in rows if row.received_at.astimezone(story.zone).year == this_year]
    before = next((n for n, row in enumerate(of_this_year, 1) if row.subject.startswith(SPOKEN_OF + ", by")), 0)
    last = Counter({this_year: max(0, ITS_NUMBER - before)})
    for row in rows:
        year = row.received_at.astimezone(story.zone).year
        last[year] += 1
        row.reference = f"DR-{year}-{last[year]:04d}"
    OfficeCounter.objects.bulk_create(OfficeCounter(kind="DR", year=year, last=number) for year, number in last.items())


def open_request(story: Story, entry: tuple) -> DataRequest:
    """A request that is due in `left` working days, or was due so many ago."""
    subject, who, code, status, chosen, assignee, left = entry
    target = story.targets[chosen] if chosen else OFFICE_TARGET
    due = story.today
    for _ in range(abs(left)):
        due = story.calendar.next_working_day(due) if left > 0 else story.calendar.previous_working_day(due)
    paused = status == Status.CLARIFICATION_NEEDED
    day = story.calendar.working_day_until(story.today)
    while Clock(story.calendar, local(story, day), target, ()).due_on > due and (due - day).days < 90:
        day = story.calendar.previous_working_day(day)
    row = blank(story, subject, story.people[who], code, story.past(day, 9, 40))
    row.status, row.request_class, row.target_days = status, chosen, target
    row.assignee = story.users.get(assignee)
    if status != Status.RECEIVED:
        row.acknowledged_at = min(row.received_at + timedelta(minutes=20), story.now)
    if chosen:
        row.triaged_at = min(row.received_at + timedelta(minutes=30), story.now)
    if status in (Status.DISCLOSURE_CHECK, Status.READY):
        row.producer = story.users["nadia"]
    row.needed_by = story.ahead(20)
    if paused:
        row.stops = [(story.past(story.ago(1), 11), None)]
    row.due_on = counted(story, row)
    return row


def past_requests(story: Story) -> list[DataRequest]:
    """One every five days, answered a little later every quarter; agriculture waits longest."""
    rows = []
    codes = list(SUBJECTS)
    askers = [person for person in story.crowd if not person.has_left and person.name != "Press desk"]
    ours = [story.people[name] for name in ("Amina Haddad", "Dr Leïla Benkirane", "Yusuf Al-Khatib")]
    for number in range(NUMBER - len(OPEN)):
        ago = 715 - number * 5
        who = ours[number // 9 % 3] if number % 9 == 4 else askers[(number * 7) % len(askers)]
        own = [code for code in cast.FOCAL_DOMAINS.get(who.place.split("-")[0], ()) if code in SUBJECTS]
        code = own[number % len(own)] if own else codes[number % len(codes)]
        received = story.past(story.ago(ago), 9 + number % 7, number % 60)
        subject = SUBJECTS[code][number % len(SUBJECTS[code])]
        row = blank(story, f"{subject}, {story.today.year - 1 - number % 4}", who, code, received)
        row.status = ENDINGS[number % len(ENDINGS)]
        row.request_class = CLASSES[number % len(CLASSES)]
        row.target_days = story.targets[row.request_class]
        row.assignee = story.users[cast.EXPERT_FOR.get(code, "peter") if number % 2 else "omar"]
        row.acknowledged_at = received + timedelta(hours=2 + number % 9)
        row.triaged_at = row.acknowledged_at + timedelta(hours=1)
        if number % 7 == 3:
            asked = received + timedelta(days=1)
            row.stops = [(asked, asked + timedelta(days=3))]
        row.due_on = counted(story, row)
        late = number % 6 == 5 or (code == "2.4.1" and number % 2) or (ago < 200 and number % 4 == 1)
        ended_on = story.calendar.working_day_until(row.due_on + timedelta(days=4 if late else -(number % 2)))
        ended = min(max(story.moment(ended_on, 15), row.triaged_at + timedelta(hours=2)), story.now)
        finish(story, row, ended, number)
        rows.append(row)
    return rows


def blank(story: Story, subject: str, who, code: str, received: datetime) -> DataRequest:
    """What every request has."""
    number = sum(map(ord, subject)) % 5
    row = DataRequest(
        subject=subject,
        details="Totals by major group are enough if smaller groups cannot be published.",
        requester=who,
        organisation=who.works_for,
        language=who.language or "en",
        domain=story.domains[code],
        channel=("PORTAL", "PORTAL", "EMAIL", "PHONE", "MEETING")[number],
        first_year=story.today.year - 5,
        last_year=story.today.year - 1,
        geography=("COUNTRY", "REGION", "DISTRICT")[number % 3],
        breakdowns="Sex; age 15–24, 25–54, 55+",
        purpose="Preparing the national plan",
        received_at=received,
        created_at=received,
        target_days=OFFICE_TARGET,
    )
    row.stops = []
    return row


def finish(story: Story, row: DataRequest, ended: datetime, number: int) -> None:
    """Bring a request of the past to its end."""
    if row.status in (Status.CLOSED, Status.DELIVERED):
        row.delivered_at = ended
        row.outcome = "Answered with a table." if row.status == Status.CLOSED else ""
    if row.status != Status.DELIVERED:
        row.closed_at = min(ended + timedelta(days=5 if row.delivered_at else 0), story.now)
    if row.status == Status.REFUSED:
        row.refusal_reason = ("CONFIDENTIAL", "NOT_AVAILABLE", "TOO_COSTLY")[number % 3]
        row.outcome = "The figures rest on too few respondents."
    if row.status == Status.REDIRECTED:
        row.redirected_to = "Central Bank of Marenda"
        row.outcome = "These figures are compiled by the central bank."
    if row.request_class in CHECKED and row.delivered_at:
        row.producer = row.assignee


def local(story: Story, day: date) -> datetime:
    """The usual time of receipt on a day, on the office's clock."""
    return story.moment(day, 9, 40).astimezone(story.zone)


def counted(story: Story, row: DataRequest) -> date | None:
    """The due date as the clock of the request counts it."""
    started = row.triaged_at if row.request_class in FROM_TRIAGE and row.triaged_at else row.received_at
    pauses = tuple(
        Pause(start.astimezone(story.zone).date(), end.astimezone(story.zone).date() if end else None)
        for start, end in row.stops
    )
    return Clock(story.calendar, started.astimezone(story.zone), row.target_days, pauses).due_on


# What was said ------------------------------------------------------------------------------------------------------


def conversation(story: Story, row: DataRequest) -> list[RequestMessage]:
    """From the first wish to the answer, each at its time."""
    asks = row.requester.user
    said = [("FROM_REQUESTER", row.received_at, asks, f"We need: {row.subject.lower()}. Thank you.")]
    who = row.assignee or story.users["nadia"]
    for start, end in row.stops:
        said.append(("QUESTION", start, who, "For districts, the sample supports two-year averages. Would they do?"))
        if end:
            said.append(("FROM_REQUESTER", end, asks, "Two-year averages are fine."))
    if row.triaged_at and row.request_class in CHECKED:
        note = "Coefficient of variation exceeds 20% for some districts when split by age. Suppress those cells."
        expert = story.users["carmen" if who != story.users["carmen"] else "peter"]
        said.append(("INTERNAL", min(row.triaged_at + timedelta(hours=1), story.now), expert, note))
    if row.delivered_at:
        text = "The figures are attached. Cells marked “c” rest on too few interviews to publish."
        said.append(("ANSWER", row.delivered_at, who, text))
    elif row.closed_at:
        said.append(("REPLY", row.closed_at, who, row.outcome or "We close this request, as agreed."))
    return [
        RequestMessage(request=row, kind=kind, created_at=at, author=author, text=text)
        for kind, at, author, text in sorted(said, key=lambda entry: entry[1])
    ]


def disclosure_check(story: Story, row: DataRequest) -> DisclosureCheck | None:
    """The check of what needs one, signed by somebody other than the producer."""
    if row.producer is None or row.status == Status.DISCLOSURE_CHECK:
        return None
    return DisclosureCheck(
        request=row,
        producer=row.producer,
        checker=story.users["joana" if row.producer == story.users["peter"] else "peter"],
        result="PASSED",
        method="Threshold of 5, rounding to 10",
        signed_at=min((row.delivered_at or story.now) - timedelta(hours=3), story.now),
    )


def load_enquiries(story: Story) -> None:
    """What came through the public form: two wait, the others were answered."""
    last: Counter[int] = Counter()
    rows = []
    for number, (topic, name, text, outcome) in sorted(enumerate(ENQUIRIES), key=lambda entry: -entry[0]):
        received = story.past(story.ago(1 + number * 6), 11)
        year = received.astimezone(story.zone).year
        last[year] += 1
        rows.append(
            Enquiry(
                reference=f"E-{year}-{last[year]:04d}",
                topic=topic,
                name=name,
                email=f"{(name or 'offers').split(' ')[0].lower()}@mail.example",
                text=text,
                language="en",
                received_at=received,
                assignee=story.users["nadia"] if outcome or number == 1 else None,
                outcome=outcome,
                answer="Thank you. Please see the tables on our website." if outcome == "ANSWERED" else "",
                closed_at=received + timedelta(hours=20) if outcome else None,
            )
        )
    with written_then((Enquiry, "received_at")):
        Enquiry.objects.bulk_create(rows)
    OfficeCounter.objects.bulk_create(OfficeCounter(kind="E", year=year, last=number) for year, number in last.items())
