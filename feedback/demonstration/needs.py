"""The register of needs, who raised them and what they were told, and what was published about it."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from nso_contacts.office.models import OfficeCounter
from stakeholders.models import Participant, Person
from workshops.models import Attendance

from ..models import DataNeed, DataRequest, NeedAnswer, NeedRaiser, PublishedResponse
from .story import Story, languages, written_then

Status = DataNeed.Status
NUMBER = 60

# Status and decision of the needs, one after another; the share of each is that of the story.
FATES = [
    ("PLANNED", "PARTLY_ACCEPTED"),
    ("RAISED", ""),
    ("CLOSED", "ACCEPTED"),
    ("ASSESSED", ""),
    ("PLANNED", "ACCEPTED"),
    ("IN_DEVELOPMENT", "ACCEPTED"),
    ("REJECTED", "REJECTED"),
    ("CONFIRMED", ""),
    ("CLOSED", "ACCEPTED"),
    ("DEFERRED", "DEFERRED"),
    ("DECIDED", "ACCEPTED"),
    ("MET", "ACCEPTED"),
    ("PLANNED", "ACCEPTED"),
    ("VERIFIED", "ALREADY_MET"),
    ("RAISED", ""),
]
TITLES = {
    "1.2": [
        "Quarterly informal employment rate",
        "Platform work module",
        "District estimates of unemployment",
        "Working poverty rate every year",
        "Job vacancies by occupation",
        "Labour migration of young people",
        "Time between school and first job",
        "Underemployment by sex",
        "Seasonal adjustment of all tables",
    ],
    "2.7": [
        "Consumer prices for each region",
        "Weekly food prices",
        "Rents in the price index",
        "Producer prices of services",
    ],
    "1.4": [
        "Cause-of-death figures within a year",
        "Health expenditure of households",
        "Nurses and doctors by district",
    ],
    "1.3": ["Pupils by language", "Children out of school, by commune", "Adult learning"],
    "2.4.1": [
        "Harvest figures within two months",
        "Prices paid to farmers",
        "Farms by size and irrigation",
        "Fisheries by port",
        "Livestock every year",
        "Food losses",
    ],
    "1.1": ["Population between censuses, by commune", "Return migration", "Households of one person"],
    "2.2": ["Accounts by region", "Tourism in the national accounts", "Faster quarterly estimates"],
    "3.1": ["Water use by industry", "Emissions by region", "Waste of households"],
    "2.3": ["Enterprises by town", "Foreign-owned enterprises"],
}
# Nobody decides on agriculture: the story's ignored domain.
IGNORED = "2.4.1"
REASONS = {
    "ACCEPTED": "The sample supports it, and the work is in the programme.",
    "PARTLY_ACCEPTED": "Every quarter for the country and by sex; by region once a year, as the sample is small.",
    "DEFERRED": "To be looked at again when the new register is in place.",
    "REJECTED": "The sample would have to be eleven times larger.",
    "ALREADY_MET": "The figures are published; the table was hard to find.",
}
PUBLISHED = [
    (
        "2.7",
        240,
        languages("Prices by region", "Les prix par région", "الأسعار حسب المنطقة"),
        languages(
            "National inflation hides what happens in the Atlas region.",
            "L’inflation nationale cache ce qui se passe dans la région de l’Atlas.",
            "التضخم الوطني يخفي ما يحدث في منطقة الأطلس.",
        ),
        languages(
            "The Consumer Price Index is published for all 6 regions.",
            "L’indice des prix à la consommation est publié pour les 6 régions.",
            "يُنشر مؤشر أسعار الاستهلاك لجميع المناطق الست.",
        ),
    ),
    (
        "1.4",
        150,
        languages("Causes of death, sooner", "Les causes de décès, plus tôt", "أسباب الوفاة في وقت أبكر"),
        languages(
            "Cause-of-death figures come two years late, too late for planning.",
            "Les causes de décès paraissent avec deux ans de retard, trop tard pour planifier.",
            "تصدر أرقام أسباب الوفاة متأخرة سنتين، وهو متأخر للتخطيط.",
        ),
        languages(
            "Coding was automated with the civil registry. Figures now come within six months.",
            "Le codage est automatisé avec l’état civil. Les chiffres paraissent en six mois.",
            "أصبح الترميز آليًا مع السجل المدني. تصدر الأرقام الآن خلال ستة أشهر.",
        ),
    ),
    (
        "1.3",
        45,
        languages("Tables in three languages", "Des tableaux en trois langues", "جداول بثلاث لغات"),
        languages(
            "We have to translate your tables before our minister can use them.",
            "Nous devons traduire vos tableaux avant que notre ministre puisse s’en servir.",
            "علينا ترجمة جداولكم قبل أن يستخدمها وزيرنا.",
        ),
        languages(
            "New tables come in English, French and Arabic. Older tables are translated on request.",
            "Les nouveaux tableaux paraissent en anglais, français et arabe. Les anciens sont traduits sur demande.",
            "تصدر الجداول الجديدة بالإنجليزية والفرنسية والعربية. وتُترجم الجداول الأقدم عند الطلب.",
        ),
    ),
    (
        "2.3",
        80,
        languages("Retail figures for each commune", "Le commerce de détail par commune", "تجارة التجزئة لكل بلدية"),
        languages(
            "We need monthly retail figures for each commune.",
            "Il nous faut des chiffres mensuels du commerce de détail par commune.",
            "نحتاج إلى أرقام شهرية لتجارة التجزئة لكل بلدية.",
        ),
        languages(
            "We will not: the sample would have to be 11 times larger. Regional figures are available.",
            "Nous ne les produirons pas : l’échantillon est 11 fois trop petit. Il y a des chiffres par région.",
            "لن ننتجها: يجب أن تكون العينة أكبر بإحدى عشرة مرة. تتوفر أرقام حسب المنطقة.",
        ),
    ),
]
# Who raised the first need, where (a workshop or nothing), and how they were told, if they were.
FIRST = [
    ("Amina Haddad", "lfs", ""),
    ("Hélène Marchetti", "", ""),
    ("Chiara Bellini", "access", "EMAIL"),
    ("Daniel Mwangi", "access", "EMAIL"),
    ("Samuel Okoro", "", "MEETING"),
]


def load(story: Story) -> None:
    """Sixty needs, from just recorded to delivered; those who raised them are told before a need is closed."""
    needs = make_needs(story)
    with written_then((DataNeed, "created_at")):
        DataNeed.objects.bulk_create(needs)
    DataNeed.domains.through.objects.bulk_create(
        DataNeed.domains.through(dataneed=need, statisticaldomain=story.domains[need.about]) for need in needs
    )
    OfficeCounter.objects.create(kind="N", year=0, last=NUMBER)
    voices = heard(story)
    raisers = [raiser for number, need in enumerate(needs) for raiser in raised_by(story, need, number, voices)]
    NeedRaiser.objects.bulk_create(raisers)
    NeedAnswer.objects.bulk_create(answer for raiser in raisers for answer in told(story, raiser))
    publish(story, needs)


def make_needs(story: Story) -> list[DataNeed]:
    """The needs in the order they were recorded; the one of the pictures is the fortieth."""
    titles = [(code, title) for code, listed in TITLES.items() for title in listed]
    first = titles.pop(0)
    titles += [(code, f"{title}, by municipality") for code, title in titles if code != IGNORED]
    order = story.spread(titles, NUMBER - 1)
    order.insert(39, first)
    needs = []
    for number, (code, title) in enumerate(order):
        status, decision = ("PLANNED", "PARTLY_ACCEPTED") if (code, title) == first else FATES[number % len(FATES)]
        if code == IGNORED:
            status, decision = ("ASSESSED", "") if number % 2 else ("RAISED", "")
        recorded = story.past(story.ago(700 - number * 11), 11)
        need = DataNeed(
            reference=f"N-{number + 1:03d}",
            title=title,
            description="Asked for in meetings with users; today the figure comes once a year.",
            status=status,
            horizon=("CURRENT", "EMERGING", "FUTURE")[number % 3],
            coverage="MET" if status in ("MET", "VERIFIED", "CLOSED") else "PARTLY_MET" if number % 2 else "UNMET",
            gap=("NOT_TIMELY", "NOT_DETAILED", "NO_DATA", "NOT_FREQUENT")[number % 4],
            needed_by=story.ahead(120 + number * 9),
            policy_context="National plan; sector policies",
            consequence="Policy would be steered with figures up to 18 months old.",
            is_legal_obligation=number % 5 == 4,
            importance=2 + number % 4,
            feasibility=(8, 15, 0)[number % 3],
            owner=story.users[("carmen", "peter", "joana")[number % 3]],
            created_at=recorded,
        )
        if decision:
            need.decision, need.decision_reason = decision, REASONS[decision]
            need.decided_on = min(story.calendar.working_day_from(recorded.date() + timedelta(days=60)), story.ago(12))
            need.decided_by = story.users["manager"]
            need.decision_number = 1
        if status in ("PLANNED", "IN_DEVELOPMENT"):
            need.programme_reference = f"{story.today.year + 1}, line 3.{number % 5}.{number % 7}"
            need.promised_on = story.ahead(150 + number * 3)
        if status == Status.CLOSED:
            need.closed_at = story.past(story.ago(10), 10)
        need.about = code
        needs.append(need)
    return needs


@dataclass(frozen=True)
class Voice:
    """Somebody who could have raised a need, on what day, and where: a request, a contact or a workshop."""

    day: date
    person: Person
    domain: str
    where: dict[str, Any]


def heard(story: Story) -> list[Voice]:
    """What people outside asked for, said and took part in, in the order of time."""
    crowd = {person.pk: person for person in story.crowd}
    requests = DataRequest.objects.filter(requester__in=crowd).select_related("domain")
    voices = [
        Voice(row.received_at.date(), crowd[row.requester_id], row.domain.code if row.domain else "", {"request": row})
        for row in requests
    ]
    contacts = Participant.objects.outside().filter(person__in=crowd, interaction__restricted=False)
    for row in contacts.select_related("interaction").prefetch_related("interaction__domains"):
        code = next((domain.code for domain in row.interaction.domains.all()), "")
        voices.append(Voice(row.occurred_at.date(), crowd[row.person_id], code, {"interaction": row.interaction}))
    came = (
        Attendance.objects.present().filter(person__in=crowd).select_related("event").prefetch_related("event__domains")
    )
    for row in came:
        code = next((domain.code for domain in row.event.domains.all()), "")
        voices.append(Voice(row.event.day, crowd[row.person_id], code, {"event": row.event}))
    return sorted(voices, key=lambda voice: (voice.day, voice.person.pk))


def raised_by(story: Story, need: DataNeed, number: int, voices: list[Voice]) -> list[NeedRaiser]:
    """One to five people, each in a workshop, a request or a contact of those weeks."""
    if number == 39:
        entries = [(story.people[name], story.events.get(event), way) for name, event, way in FIRST]
        recorded = need.created_at.astimezone(story.zone).date()
        return [
            raiser(need, person, event.day if event else recorded + timedelta(days=place * 3), way, event=event)
            for place, (person, event, way) in enumerate(entries)
        ]
    recorded, until = need.created_at.date(), need.decided_on or story.today
    weeks = [
        voice
        for voice in voices
        if recorded <= voice.day <= until and (voice.domain == need.about or "event" not in voice.where)
    ]
    # Those who spoke of the same domain first, then whoever spoke next; nobody twice.
    one_each = {
        voice.person.pk: voice for voice in sorted(weeks, key=lambda voice: voice.domain != need.about, reverse=True)
    }
    chosen = list(reversed(one_each.values()))[: 1 + number % 4]
    return [raiser(need, voice.person, voice.day, "EMAIL", **voice.where) for voice in chosen]


def raiser(need: DataNeed, person: Person, day: date, way: str, **where: Any) -> NeedRaiser:
    """One who raised a need; `way` is how they were told, if they were."""
    row = NeedRaiser(need=need, person=person, organisation=person.works_for, raised_on=day, **where)
    row.way = way
    return row


def told(story: Story, raiser: NeedRaiser) -> list[NeedAnswer]:
    """What they were told of the decision, and of its being met; some still wait for a word."""
    need = raiser.need
    if not need.decision or not raiser.way:
        return []
    waits = need.status not in ("CLOSED", "VERIFIED", "MET") and raiser.person_id % 4 == 0 and raiser.way == "EMAIL"
    if waits and need.reference != "N-040":
        return []
    told_on = min(story.calendar.working_day_from(need.decided_on + timedelta(days=5)), story.today)
    answers = [("DECIDED", need.decision_reason, told_on)]
    if need.status in ("CLOSED", "VERIFIED"):
        answers.append(("MET", "The figures are published now.", story.ago(11)))
    return [
        NeedAnswer(
            raiser=raiser,
            stage=stage,
            decision_number=need.decision_number,
            way=raiser.way,
            text=text,
            told_on=on,
            author=story.users["nadia"],
        )
        for stage, text, on in answers
    ]


def publish(story: Story, needs: list[DataNeed]) -> None:
    """What everybody may read of it, the no included; and a draft."""
    for number, (code, days, title, said, did) in enumerate(PUBLISHED):
        response = PublishedResponse.objects.create(
            title=title,
            said=said,
            did=did,
            domain=story.domains[code],
            author=story.users["nadia"],
            published_by=story.users["manager"],
            published_at=story.past(story.ago(days), 10),
        )
        response.needs.set([need for need in needs if need.about == code and need.decision][: 1 + number % 2])
    PublishedResponse.objects.create(
        title=languages(
            "Informal employment every quarter", "L’emploi informel chaque trimestre", "العمل غير المنظم كل ربع"
        ),
        said=languages("Once a year is too late.", "Une fois par an, c’est trop tard.", "مرة في السنة متأخر جدًا."),
        did=languages(
            "Quarterly figures are planned.", "Des chiffres trimestriels sont prévus.", "أرقام ربع سنوية مخطط لها."
        ),
        domain=story.domains["1.2"],
        author=story.users["nadia"],
    )
