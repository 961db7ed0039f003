"""The contact log of two years, and what is owed to whom today."""

from datetime import date, timedelta

from stakeholders.actions import cadence
from stakeholders.models import Interaction, InteractionDomain, Organisation, Participant, Person, Task, UserGroup

from . import cast
from .story import Story, written_then

DAYS = 730

# Channel, direction, purpose, what it was about.
SUBJECTS = [
    ("MEETING", "MUTUAL", "NEEDS", "Quarterly review of data needs"),
    ("EMAIL", "INBOUND", "REQUEST", "Question about the latest tables"),
    ("PHONE", "OUTBOUND", "FEEDBACK", "How the last release was used"),
    ("VIDEO_CONFERENCE", "MUTUAL", "METHODOLOGY", "Walk-through of definitions and classifications"),
    ("SITE_VISIT", "OUTBOUND", "DATA_SUPPLY", "Visit: timetable of register extracts"),
    ("EMAIL", "OUTBOUND", "DATA_SUPPLY", "Reminder of the extract that is due"),
    ("MEETING", "MUTUAL", "AGREEMENT", "Renewal of the service agreement"),
    ("LETTER", "INBOUND", "NEEDS", "New indicators for the national plan"),
    ("SOCIAL_MEDIA", "INBOUND", "FEEDBACK", "Comment on the published figures"),
]

# The last contact with those in "My work": person, channel, days ago, subject, domain, note.
LATEST = [
    ("Samuel Okoro", "MEETING", 101, "Quarterly review of national accounts", "2.2", ""),
    (
        "Amina Haddad",
        "EMAIL",
        7,
        "Definition of informal employment",
        "1.2",
        (
            "Asks which definition of informal employment the next Labour Force Survey will use, and whether "
            "the earlier series will be revised."
        ),
    ),
    ("Dr Leïla Benkirane", "PHONE", 4, "Timetable of cause-of-death coding", "1.4", ""),
    ("Fatou Diop", "MEETING", 88, "Release plan of the agricultural census", "2.4.1", ""),
    ("Nguyễn Thị Lan", "EMAIL", 1, "Pupil codes of the school census", "1.3", ""),
    ("Tomás Quiroga", "PHONE", 1, "Access to the business register", "2.3", ""),
    ("Kateryna Melnyk", "VIDEO_CONFERENCE", 1, "Food price series by district", "2.7", ""),
    (
        "Yusuf Al-Khatib",
        "MEETING",
        26,
        "Monthly transfer of register extracts",
        "1.2",
        "Agreed monthly transfer of unemployment register extracts by the 10th of each month.",
    ),
]

# Who is owed what by Nadia, due in so many days (below zero: overdue).
OWED = [
    ("VISIT", "Quarterly review of national accounts", "Samuel Okoro", -11),
    ("REPLY", "Informal employment definition", "Amina Haddad", -5),
    ("REPLY", "Cause-of-death coding timetable", "Dr Leïla Benkirane", -1),
    ("CALL", "Business register access", "Tomás Quiroga", 0),
    ("SEND", "Food price series by district", "Kateryna Melnyk", 0),
    ("REPLY", "School census pupil codes", "Nguyễn Thị Lan", 3),
    ("SEND", "Invitation list of the prices committee", "Ana Lindqvist", 6),
]
# The ministry that stopped answering: nothing since then, though it is asked every month.
SILENT, SILENT_SINCE = "agriculture", 88


def load(story: Story) -> None:
    """Two years of contacts in the rhythm of each organisation, then the last ones and the open tasks."""
    rows = [*past_contacts(story), *latest_contacts(story)]
    rows.sort(key=lambda entry: entry[0].occurred_at)
    with written_then((Interaction, "created_at")):
        Interaction.objects.bulk_create([entry[0] for entry in rows])
    Participant.objects.bulk_create(
        participant
        for interaction, people, colleague, _domain in rows
        for participant in participants(story, interaction, people, colleague)
    )
    InteractionDomain.objects.bulk_create(
        InteractionDomain(interaction=interaction, domain=domain)
        for interaction, _people, _who, domain in rows
        if domain
    )
    load_tasks(story, {entry[1][0].name: entry[0] for entry in rows})


def past_contacts(story: Story) -> list:
    """One contact after another, backwards from the last one, as often as the organisation is due."""
    rows = []
    for number, key in enumerate([entry[0] for entry in cast.MINISTRIES] + [entry[0] for entry in cast.OTHERS]):
        organisation = story.organisations[key]
        rhythm = organisation.cadence_days or 150
        staff = [person for person in story.staff.get(key, []) if not person.has_left]
        if not staff:
            continue
        ago = SILENT_SINCE if key == SILENT else 8 + (number * 17) % rhythm
        latest = ago
        while ago < DAYS:
            # The latest contact is one that counts, so that only those are overdue whom the story leaves so.
            kind = (number + ago) % len(SUBJECTS) if ago > latest else number % 3
            channel, direction, purpose, subject = SUBJECTS[kind]
            colleague = story.users["nadia" if organisation.owner == story.users["nadia"] else "omar"]
            moment = story.past(story.ago(ago), 9 + (number + ago) % 8, (number * 7) % 60)
            interaction = Interaction(
                subject=subject,
                channel=channel,
                direction=direction,
                purpose=purpose,
                occurred_at=moment,
                created_at=moment + timedelta(minutes=25),
                minutes=30 if channel in ("MEETING", "VIDEO_CONFERENCE", "SITE_VISIT") else 10,
                substantive=channel != "SOCIAL_MEDIA",
                restricted=(number + ago) % 97 == 0,
                author=colleague,
            )
            codes = cast.FOCAL_DOMAINS.get(key)
            domain = story.domains[codes[ago % len(codes)]] if codes else None
            people = story.spread(staff, 1 + (number + ago) % 2)
            rows.append((interaction, people, colleague, domain))
            ago += max(9, round(rhythm * story.random.uniform(0.6, 1.3)))
    return rows


def latest_contacts(story: Story) -> list:
    """The contacts that the open tasks come from, all logged by Nadia."""
    nadia = story.users["nadia"]
    rows = []
    for number, (name, channel, days, subject, code, note) in enumerate(LATEST):
        day = story.ago(days) if days > 1 else story.calendar.previous_working_day(story.today)
        moment = story.moment(day, 9 + number, 10)
        interaction = Interaction(
            subject=subject,
            summary=note,
            channel=channel,
            direction="INBOUND" if channel == "EMAIL" else "MUTUAL",
            purpose="NEEDS",
            occurred_at=moment,
            created_at=moment + timedelta(minutes=10),
            minutes=20,
            author=nadia,
        )
        rows.append((interaction, [story.people[name]], nadia, story.domains[code]))
    return rows


def participants(story: Story, interaction: Interaction, people: list[Person], colleague) -> list[Participant]:
    """Those outside with their organisation, and the colleague who was there."""
    us = story.people[colleague.name]
    return [
        *(
            Participant(
                interaction=interaction,
                side="OUTSIDE",
                person=person,
                organisation=person.works_for,
                occurred_at=interaction.occurred_at,
            )
            for person in people
        ),
        Participant(
            interaction=interaction,
            side="INSIDE",
            person=us,
            organisation=us.works_for,
            occurred_at=interaction.occurred_at,
        ),
    ]


def load_tasks(story: Story, last_with: dict[str, Interaction]) -> None:
    """What Nadia owes as in her "My work", what others owe us, and what was settled long ago."""
    nadia, omar = story.users["nadia"], story.users["omar"]
    rows = [
        Task(
            kind=kind,
            title=title,
            due_on=due(story, days),
            assignee=nadia,
            person=story.people[name],
            organisation=story.people[name].works_for,
            interaction=last_with.get(name),
            created_by=nadia,
        )
        for kind, title, name, days in OWED
    ]
    rows += [
        Task(
            owed_by="THEM",
            kind="SEND",
            title="Code list of the unemployment register",
            due_on=due(story, -3),
            assignee=nadia,
            person=story.people["Yusuf Al-Khatib"],
            organisation=story.organisations["labour"],
            interaction=last_with.get("Yusuf Al-Khatib"),
            created_by=nadia,
        ),
        Task(
            kind="CALL",
            title="Harvest figures are four months late",
            due_on=due(story, -20),
            assignee=omar,
            person=story.people["Fatou Diop"],
            organisation=story.organisations["agriculture"],
            created_by=nadia,
        ),
        Task(
            kind="SEND",
            title="Note on the bridging of the informality series",
            due_on=due(story, 7),
            assignee=story.users["carmen"],
            person=story.people["Leonor Prado"],
            organisation=story.organisations["finance"],
            created_by=nadia,
        ),
    ]
    settled = [interaction for interaction in last_with.values() if interaction.purpose == "DATA_SUPPLY"][:25]
    rows += [
        Task(
            kind="SEND",
            title="What was promised",
            due_on=interaction.occurred_at.date() + timedelta(days=7),
            assignee=interaction.author,
            interaction=interaction,
            done_at=min(interaction.occurred_at + timedelta(days=5), story.now),
            created_by=interaction.author,
        )
        for interaction in settled
    ]
    Task.objects.bulk_create(rows)


def due(story: Story, days: int) -> date:
    """A due date so many days from today: overdue ones exactly, others on a working day."""
    return story.ahead(days) if days > 0 else story.today + timedelta(days=days)


def count_due_dates(story: Story) -> None:
    """When each was last spoken to, from everything that has been loaded."""
    cadence.touch(
        organisations=Organisation.objects.values_list("pk", flat=True),
        people=Person.objects.values_list("pk", flat=True),
        groups=UserGroup.objects.values_list("pk", flat=True),
        actor=None,
    )
