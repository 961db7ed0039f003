"""Workshops in every state: who was invited, who answered, who came."""

from datetime import date, timedelta

from nso_contacts.office.models import Office
from workshops import schedule
from workshops.models import Attendance, Event, EventDomain, EventProduct, Invitation, Milestone, Session

from ..satisfaction import Period
from .story import Story, languages, written_then

OVER = (Event.Status.HELD, Event.Status.FOLLOW_UP, Event.Status.REPORTED, Event.Status.CLOSED)

# Short name, title, day, status, invited, replied, accepted, attended, domain, product, user group.
# A day is so many days from today, or (quarters back, day within that quarter).
WORKSHOPS = [
    (
        "lfs",
        (
            "Labour Force Survey redesign: user consultation",
            "Refonte de l’enquête sur la population active : consultation des utilisateurs",
            "إعادة تصميم مسح القوى العاملة: استشارة المستخدمين",
        ),
        -5,
        "FOLLOW_UP",
        64,
        52,
        45,
        41,
        "1.2",
        "LFS",
        "labour",
    ),
    (
        "basket",
        ("Consumer prices: new basket", "Prix à la consommation : nouveau panier", "أسعار الاستهلاك: السلة الجديدة"),
        22,
        "INVITING",
        31,
        22,
        16,
        0,
        "2.7",
        "CPI",
        "prices",
    ),
    (
        "projections",
        ("Population projections: assumptions", "Projections de population : hypothèses", "إسقاطات السكان: الفرضيات"),
        12,
        "CONFIRMED",
        28,
        24,
        20,
        0,
        "1.1",
        "CENSUS",
        "population",
    ),
    (
        "register",
        (
            "Registers: coordination with data holders",
            "Registres : coordination avec les détenteurs de données",
            "السجلات: التنسيق مع حائزي البيانات",
        ),
        -1,
        "HELD",
        18,
        16,
        15,
        14,
        "2.3",
        "BR",
        "business",
    ),
    (
        "climate",
        (
            "Climate indicators: first proposals",
            "Indicateurs climatiques : premières propositions",
            "مؤشرات المناخ: أولى المقترحات",
        ),
        70,
        "PLANNED",
        14,
        0,
        0,
        0,
        "3.1",
        "SDG",
        "environment",
    ),
    (
        "education",
        (
            "Education in figures: which tables next?",
            "L’éducation en chiffres : quels tableaux ensuite ?",
            "التعليم بالأرقام: أي جداول بعد ذلك؟",
        ),
        60,
        "ANNOUNCED",
        16,
        0,
        0,
        0,
        "1.3",
        "EDU",
        "education",
    ),
    (
        "earnings",
        ("Structure of earnings: microdata", "Structure des salaires : microdonnées", "هيكل الأجور: البيانات الجزئية"),
        -20,
        "CANCELLED",
        22,
        9,
        5,
        0,
        "2.8",
        "WAGES",
        "labour",
    ),
    (
        "digital",
        ("Digital economy: what to measure", "Économie numérique : que mesurer", "الاقتصاد الرقمي: ماذا نقيس"),
        30,
        "POSTPONED",
        20,
        8,
        6,
        0,
        "2.3",
        "BR",
        "business",
    ),
    (
        "budget",
        (
            "Household budget survey: new questionnaire",
            "Enquête sur le budget des ménages : nouveau questionnaire",
            "مسح ميزانية الأسرة: الاستبيان الجديد",
        ),
        (1, 66),
        "REPORTED",
        70,
        58,
        50,
        44,
        "1.5",
        "HBS",
        "accounts",
    ),
    (
        "researchers",
        (
            "Business register: access for researchers",
            "Répertoire des entreprises : accès des chercheurs",
            "سجل الأعمال: وصول الباحثين",
        ),
        (1, 9),
        "REPORTED",
        58,
        47,
        42,
        38,
        "2.3",
        "BR",
        "business",
    ),
    (
        "accounts",
        (
            "Health accounts: first results",
            "Comptes de la santé : premiers résultats",
            "الحسابات الصحية: النتائج الأولى",
        ),
        (1, 52),
        "REPORTED",
        48,
        39,
        33,
        29,
        "1.4",
        "HEALTH",
        "health",
    ),
    (
        "harvest",
        (
            "Agricultural production: release plan",
            "Production agricole : calendrier de diffusion",
            "الإنتاج الزراعي: خطة النشر",
        ),
        (2, 40),
        "CLOSED",
        44,
        30,
        26,
        22,
        "2.4.1",
        "AGRI",
        "agriculture",
    ),
    (
        "rebasing",
        (
            "National accounts: new base year",
            "Comptes nationaux : nouvelle année de base",
            "الحسابات القومية: سنة الأساس الجديدة",
        ),
        (2, 20),
        "CLOSED",
        60,
        50,
        46,
        40,
        "2.2",
        "GDP",
        "accounts",
    ),
    (
        "trade",
        (
            "External trade: tables on demand",
            "Commerce extérieur : tableaux à la demande",
            "التجارة الخارجية: جداول حسب الطلب",
        ),
        (3, 35),
        "CLOSED",
        52,
        43,
        40,
        36,
        "2.6",
        "TRADE",
        "business",
    ),
    (
        "census",
        ("Census: small area results", "Recensement : résultats par commune", "التعداد: نتائج المناطق الصغيرة"),
        (4, 50),
        "CLOSED",
        66,
        57,
        54,
        48,
        "1.1",
        "CENSUS",
        "population",
    ),
    (
        "access",
        (
            "Labour Force Survey: access to microdata",
            "Enquête sur la population active : accès aux microdonnées",
            "مسح القوى العاملة: الوصول إلى البيانات الجزئية",
        ),
        (5, 45),
        "CLOSED",
        50,
        44,
        41,
        37,
        "1.2",
        "LFS-MICRO",
        "labour",
    ),
]

OUTCOMES = languages(
    "Users asked for earlier releases and for figures by region. Both are in the needs register with a decision.",
    "Les utilisateurs ont demandé des publications plus rapides et des chiffres par région. Les deux besoins sont "
    "enregistrés, avec une décision.",
    "طلب المستخدمون نشرًا أسرع وأرقامًا حسب المنطقة. سُجّل الطلبان مع قرار بشأنهما.",
)

# How many came from each sort of user to the workshops of last quarter (design: Table 1).
Reply = Invitation.Reply


def load(story: Story) -> None:
    """Make the workshops one by one, and their invitations all at once."""
    people = [person for person in story.crowd if not person.has_left]
    invitations, attendances, milestones = [], [], []
    for number, entry in enumerate(WORKSHOPS):
        with written_then((Event, "created_at")):
            event = make(story, number, entry)
        story.events[entry[0]] = event
        guests = invite(story, event, entry, people)
        invitations += guests
        seen = attend(story, event, guests, entry[7]) if event.is_over else []
        attendances += seen
        milestones += steps(story, event, guests, seen)
    Invitation.objects.bulk_create(invitations)
    Attendance.objects.bulk_create(attendances)
    Milestone.objects.bulk_create(milestones)
    for attendance in attendances:
        attendance.event.guests.append(attendance)


def day_of(story: Story, when: int | tuple[int, int]) -> date:
    """The working day of a workshop."""
    if isinstance(when, int):
        return story.ahead(when) if when > 0 else story.ago(-when)
    quarter = Period.of(story.today)
    for _ in range(when[0]):
        quarter = quarter.preceding
    return story.calendar.working_day_until(quarter.first + timedelta(days=when[1]))


def make(story: Story, number: int, entry: tuple) -> Event:
    """One workshop with its programme."""
    key, titles, when, status, _invited, _replied, _accepted, _attended, code, product, _group = entry
    day = day_of(story, when)
    invited = status not in ("PLANNED", "ANNOUNCED")
    start = story.moment(day, 9)
    invited_at = min(
        story.moment(schedule.due_day("INVITATION", day, story.calendar), 9), story.now - timedelta(days=2)
    )
    off_at = min(start, story.now) - timedelta(days=8)
    event = Event.objects.create(
        created_at=min(invited_at, story.now) - timedelta(days=14),
        title=languages(*titles),
        objectives=languages(
            "Know what users need before the decisions are taken.",
            "Connaître les besoins des utilisateurs avant les décisions.",
            "معرفة احتياجات المستخدمين قبل اتخاذ القرارات.",
        ),
        organiser=story.users["nadia" if number % 3 != 2 else "omar"],
        facilitator=story.users["carmen" if code.startswith("1") else "peter"],
        start=start,
        end=story.moment(day, 13),
        time_zone=Office.objects.current().time_zone,
        room="Room Ibn Khaldun",
        address="12 Avenue of the Republic, San Telmo",
        link=f"https://meet.nso.example/{key}",
        capacity_room=40,
        capacity_online=60,
        languages=["en", "fr", "ar"],
        reply_by=story.calendar.working_day_until(day - timedelta(days=3)),
        survey_wanted=status not in ("HELD", "CANCELLED"),
        status=status,
        invited_at=invited_at if invited else None,
        held_at=story.past(day, 13, 30) if status in OVER else None,
        cancelled_at=off_at if status == "CANCELLED" else None,
        reason={
            "CANCELLED": "The microdata file is not ready for release.",
            "POSTPONED": "Most ministries are busy with the budget.",
        }.get(status, ""),
        outcomes=OUTCOMES if status in ("REPORTED", "CLOSED") else "",
        published_at=story.past(story.calendar.working_day_from(day + timedelta(days=16)), 10)
        if status in ("REPORTED", "CLOSED")
        else None,
    )
    event.guests = []
    EventDomain.objects.create(event=event, domain=story.domains[code])
    EventProduct.objects.create(event=event, product=story.products[product])
    for position, (hour, title, speaker) in enumerate(
        [
            ("09:00", languages("Welcome", "Accueil", "ترحيب"), "Beatriz Lacerda"),
            ("09:15", languages("What is planned", "Ce qui est prévu", "ما هو مخطط"), str(event.facilitator)),
            ("10:30", languages("What you need", "Vos besoins", "احتياجاتكم"), "All"),
            ("12:30", languages("What happens next", "La suite", "الخطوات التالية"), str(event.organiser)),
        ]
    ):
        Session.objects.create(event=event, starts=hour, title=title, speaker=speaker, position=position)
    return event


def invite(story: Story, event: Event, entry: tuple, people: list) -> list[Invitation]:
    """The guests: members of the user group first, then others; replies in the order of the list."""
    invited, replied, accepted, group = entry[4], entry[5], entry[6], story.groups[entry[10]]
    members = [person for person in group.people if not person.has_left]
    others = [person for person in people if person not in members]
    guests = (members + story.spread(others, invited))[:invited]
    rows = []
    for number, person in enumerate(guests):
        sent = event.invited_at
        row = Invitation(
            event=event,
            person=person,
            organisation=person.works_for,
            source="GROUP" if number < len(members) else "FILTER",
            is_key=person.is_key_user,
            invited_at=sent,
        )
        if sent and number < replied:
            row.reply = Reply.ACCEPTED if number < accepted else Reply.DECLINED if number % 4 else Reply.TENTATIVE
            row.joins = "" if row.reply == Reply.DECLINED else "ONLINE" if number % 3 else "ROOM"
            latest = min(event.start, story.now)
            row.answered_at = min(sent + timedelta(days=1 + number % 12, hours=3), latest - timedelta(hours=4))
        rows.append(row)
    return rows


def attend(story: Story, event: Event, guests: list[Invitation], number: int) -> list[Attendance]:
    """Those who accepted came, as many as are told; others did not, and who declined is excused."""
    rows = []
    for place, guest in enumerate(guests):
        if guest.reply == Reply.DECLINED:
            state = "EXCUSED"
        elif place < number:
            state = "PRESENT_ONLINE" if guest.joins == "ONLINE" else "PRESENT_IN_PERSON"
        else:
            state = "NO_SHOW"
        rows.append(
            Attendance(
                event=event,
                person=guest.person,
                organisation=guest.organisation,
                state=state,
                occurred_at=event.start,
                recorded_by=event.organiser,
                recorded_at=event.held_at,
            )
        )
    return rows


def steps(story: Story, event: Event, guests: list[Invitation], seen: list[Attendance]) -> list[Milestone]:
    """The message schedule: what has passed was sent, what is to come is planned."""
    kinds = schedule.wanted(has_link=bool(event.link), survey_wanted=event.survey_wanted, is_draft=event.is_draft)
    rows = []
    for step in schedule.steps(kinds, event.day, story.calendar, story.zone):
        row = Milestone(event=event, kind=step.kind, due_at=step.due_at)
        if event.is_off:
            row.state = "SENT" if step.kind == "INVITATION" else "DROPPED"
        elif event.status == "ANNOUNCED" and step.kind == "SAVE_THE_DATE":
            row.state = "SENT"
        elif event.is_draft:
            row.state = "PLANNED" if step.due_at > story.now or step.kind == "INVITATION" else "SKIPPED"
        elif step.kind == "OUTCOMES" and event.published_at is None:
            row.state = "PLANNED"
        elif step.due_at <= story.now or step.kind == "INVITATION":
            row.state = "SENT"
        if row.state == "SENT":
            row.done_at = event.invited_at if step.kind == "INVITATION" else min(step.due_at, story.now)
            row.date_version = event.date_version
            row.recipients = recipients(step.kind, guests, seen)
        rows.append(row)
    return rows


def recipients(kind: str, guests: list[Invitation], seen: list[Attendance]) -> int:
    """How many a message of the schedule went to."""
    silent = [guest for guest in guests if not guest.reply]
    coming = [guest for guest in guests if guest.is_coming]
    audiences: dict[str, list] = {
        "REMINDER": silent,
        "LAST_REMINDER": silent,
        "CALLS": [guest for guest in silent if guest.is_key],
        "CONFIRMATION": coming,
        "JOINING_LINK": [guest for guest in coming if guest.joins == "ONLINE"],
        "THANKS": [row for row in seen if row.was_there],
        "MISSED": [row for row in seen if row.state == "NO_SHOW"],
    }
    return len(audiences.get(kind, guests))
