"""Meetings of two committees and a user group: held with and without a quorum, decided, and the next one called."""

from datetime import timedelta

from nso_contacts.office.models import Office
from stakeholders.models import Task
from workshops import quorum, schedule
from workshops.actions import meeting as meeting_actions
from workshops.models import ActionItem, Attendance, Decision, Event, EventDomain, Invitation, Milestone, Session

from .story import Story, languages, written_then

# Committee or group, number, days from today, how many of those invited came, agenda, decisions, actions (what, who,
# due in days).
MEETINGS = [
    ("labour", 12, -280, 9, (), ("Publish quarterly figures by sex in every release",), ()),
    ("labour", 13, -190, 8, (), ("Use the new classification of occupations from next year",), ()),
    (
        "labour",
        14,
        -97,
        9,
        (
            ("Minutes of the last meeting", "INFORMATION"),
            ("Revision of the series", "DECISION"),
            ("Module on platform work", "DISCUSSION"),
        ),
        ("Publish the revision together with the old series", "Yearly module on platform work, if it is funded"),
        (
            ("Send the code list of the unemployment register", "omar", -3),
            ("Note on the bridging of the informality series", "carmen", 7),
            ("Propose dates for the coming year", "nadia", 22),
        ),
    ),
    (
        "labour",
        15,
        30,
        0,
        (
            ("Minutes of the last meeting", "INFORMATION"),
            ("Matters arising", "INFORMATION"),
            ("Informal employment, new standard", "DECISION"),
            ("District estimates of unemployment", "DISCUSSION"),
        ),
        (),
        (),
    ),
    ("prices", 6, -60, 2, (), (), (("Ask the ministries for two names", "omar", 14),)),
    ("group:labour", 4, -188, 19, (), ("Two more tables by district",), ()),
    ("group:labour", 5, 44, 0, (("New tables", "DISCUSSION"), ("Dates of next year", "INFORMATION")), (), ()),
]
AGENDA = {
    "Minutes of the last meeting": ("Compte rendu de la dernière réunion", "محضر الاجتماع السابق"),
    "Revision of the series": ("Révision des séries", "مراجعة السلاسل"),
    "Module on platform work": ("Module sur le travail de plateforme", "وحدة العمل عبر المنصات"),
    "Matters arising": ("Suites données", "متابعة القرارات"),
    "Informal employment, new standard": ("Emploi informel, nouvelle norme", "العمالة غير المنظمة، المعيار الجديد"),
    "District estimates of unemployment": ("Estimations du chômage par district", "تقديرات البطالة حسب المنطقة"),
    "New tables": ("Nouveaux tableaux", "جداول جديدة"),
    "Dates of next year": ("Dates de l’an prochain", "مواعيد العام المقبل"),
}
MINUTES = languages(
    "The minutes are attached. Comments are welcome within ten working days.",
    "Le compte rendu est joint. Vos remarques sont les bienvenues dans les dix jours ouvrables.",
    "المحضر مرفق. نرحب بملاحظاتكم خلال عشرة أيام عمل.",
)


def load(story: Story) -> None:
    """Make the meetings one by one."""
    for key, number, days, came, agenda, decisions, actions in MEETINGS:
        with written_then((Event, "created_at")):
            event = make(story, key, number, days)
        guests = invite(event)
        for position, (title, purpose) in enumerate(agenda):
            words = languages(title, *AGENDA[title])
            Session.objects.create(event=event, title=words, purpose=purpose, position=position)
        steps(story, event, len(guests))
        if event.is_over:
            attend(event, guests, came)
        for place, text in enumerate(decisions):
            Decision.objects.create(event=event, number=place + 1, text=text, recorded_by=event.organiser)
        for title, who, due in actions:
            due_on = story.ahead(due) if due > 0 else story.ago(-due)
            task = Task.objects.create(
                kind="OTHER", title=title, due_on=due_on, assignee=story.users[who], created_by=event.organiser
            )
            ActionItem.objects.create(event=event, task=task)


def make(story: Story, key: str, number: int, days: int) -> Event:
    """One meeting: those behind us were held and their minutes sent, unless they are recent."""
    day = story.ahead(days) if days > 0 else story.ago(-days)
    is_over = days < 0
    of_group = key.startswith("group:")
    body = story.groups[key.removeprefix("group:")] if of_group else story.committees[key]
    rule = (None, None) if of_group or not is_over else quorum.rule(body, day)
    start = story.moment(day, 10)
    called_at = min(start - timedelta(days=21), story.now - timedelta(days=1))
    sends_minutes = is_over and days < -80
    event = Event.objects.create(
        kind="GROUP_MEETING" if of_group else "COMMITTEE_MEETING",
        committee=None if of_group else body,
        group=body if of_group else None,
        created_at=called_at - timedelta(days=7),
        title=languages(f"{body}: meeting {number}", f"{body} : réunion {number}", f"{body}: الاجتماع {number}"),
        organiser=story.users["nadia" if key != "prices" else "omar"],
        start=start,
        end=story.moment(day, 12, 30),
        time_zone=Office.objects.current().time_zone,
        room="Room Ibn Khaldun",
        link=f"https://meet.nso.example/{key.removeprefix('group:')}-{number}",
        languages=["en", "fr", "ar"],
        reply_by=story.calendar.working_day_until(day - timedelta(days=7)),
        survey_wanted=False,
        status="REPORTED" if sends_minutes else "HELD" if is_over else "PLANNED" if of_group else "INVITING",
        invited_at=None if of_group and not is_over else called_at,
        held_at=story.past(day, 12, 45) if is_over else None,
        outcomes=MINUTES if sends_minutes else "",
        published_at=story.past(story.calendar.working_day_from(day + timedelta(days=14)), 10)
        if sends_minutes
        else None,
        voting_seats=rule[0],
        quorum_needed=rule[1],
    )
    EventDomain.objects.bulk_create(EventDomain(event=event, domain=domain) for domain in body.domains.all())
    return event


def invite(event: Event) -> list[Invitation]:
    """The members, who have answered if the meeting is over; some of them if it is to come."""
    people = sorted(meeting_actions.members(event, event.day), key=lambda person: person.pk)
    source = "COMMITTEE" if event.committee_id else "GROUP"
    rows = []
    for number, person in enumerate(people):
        post = person.posts.filter(valid_to=None).order_by("-is_primary", "pk").first()
        row = Invitation(
            event=event,
            person=person,
            organisation=post.organisation if post else None,
            source=source,
            is_key=person.is_key_user,
            invited_at=event.invited_at,
        )
        if event.invited_at and (event.is_over or number < len(people) // 2):
            row.reply, row.joins = "ACCEPTED", "ROOM" if number % 2 else "ONLINE"
            row.answered_at = event.invited_at + timedelta(hours=5 + number)
        rows.append(row)
    return Invitation.objects.bulk_create(rows)


def attend(event: Event, guests: list[Invitation], came: int) -> None:
    """The first ones came; the others stayed away."""
    Attendance.objects.bulk_create(
        Attendance(
            event=event,
            person=guest.person,
            organisation=guest.organisation,
            state=("PRESENT_IN_PERSON" if guest.joins == "ROOM" else "PRESENT_ONLINE") if place < came else "NO_SHOW",
            occurred_at=event.start,
            recorded_by=event.organiser,
            recorded_at=event.held_at,
        )
        for place, guest in enumerate(guests)
    )


def steps(story: Story, event: Event, people: int) -> None:
    """The message schedule: what has passed was sent, what is to come is planned."""
    kinds = schedule.wanted(has_link=True, survey_wanted=False, is_draft=event.is_draft, is_meeting=True)
    for step in schedule.steps(kinds, event.day, story.calendar, story.zone, is_meeting=True):
        is_called = step.kind == "INVITATION" and event.invited_at is not None
        is_sent = is_called or (event.invited_at is not None and step.due_at <= story.now)
        if step.kind == "OUTCOMES":
            is_sent = event.published_at is not None
        Milestone.objects.create(
            event=event,
            kind=step.kind,
            due_at=step.due_at,
            state="SENT" if is_sent else "PLANNED",
            done_at=(event.invited_at if is_called else step.due_at) if is_sent else None,
            date_version=event.date_version if is_sent else None,
            recipients=people if is_sent else 0,
        )
