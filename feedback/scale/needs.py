"""The needs register of five years: what was raised by whom, what was decided, and who was told."""

from datetime import timedelta

from nso_contacts.office.models import OfficeCounter

from ..models import DataNeed, NeedAnswer, NeedRaiser
from .country import Country
from .sheet import Sheet
from .tables import unindexed

# Status, coverage and decision, as far as things have come; the older needs are at the end of the list.
YOUNG = [("RAISED", "UNMET", ""), ("CONFIRMED", "UNMET", ""), ("ASSESSED", "PARTLY_MET", "")]
OLD = [
    ("PLANNED", "UNMET", "ACCEPTED"),
    ("IN_DEVELOPMENT", "PARTLY_MET", "ACCEPTED"),
    ("CLOSED", "MET", "ACCEPTED"),
    ("REJECTED", "UNMET", "REJECTED"),
    ("CLOSED", "MET", "PARTLY_ACCEPTED"),
    ("DEFERRED", "UNMET", "DEFERRED"),
    ("VERIFIED", "MET", "ACCEPTED"),
    ("DECIDED", "PARTLY_MET", "PARTLY_ACCEPTED"),
]
WISHES = ["by district", "every month", "by sex and age", "earlier", "as microdata", "back to 2000", "by income group"]
GAPS = ("NOT_DETAILED", "NOT_FREQUENT", "NOT_DETAILED", "NOT_TIMELY", "NOT_ACCESSIBLE", "NO_DATA", "NOT_DETAILED")
COLUMNS = (
    "reference",
    "title",
    "description",
    "status",
    "horizon",
    "coverage",
    "gap",
    "importance",
    "owner_id",
    "decision",
    "decision_reason",
    "decided_on",
    "decided_by_id",
    "decision_number",
    "closed_at",
    "created_at",
)


def load(country: Country) -> None:
    """Need after need in the order in which they were raised, by one to three people each."""
    total = country.years(country.size.needs)
    owners, managers = country.colleagues["statistician"], country.colleagues["manager"]
    number = 0
    with (
        unindexed(DataNeed, DataNeed.domains.through, NeedRaiser, NeedAnswer),
        Sheet(DataNeed, *COLUMNS) as needs,
        Sheet(DataNeed.domains.through, "dataneed_id", "statisticaldomain_id") as links,
        Sheet(NeedRaiser, "need_id", "person_id", "organisation_id", "raised_on") as raisers,
        Sheet(NeedAnswer, "raiser_id", "stage", "decision_number", "way", "text", "told_on", "author_id") as answers,
    ):
        for day, of_day in country.rhythm().spread(total):
            for _ in range(of_day):
                number += 1
                old = (country.last - day).days > 200
                status, coverage, decision = (OLD if old else YOUNG)[number % len(OLD if old else YOUNG)]
                domain = country.domains[country.codes[number % len(country.codes)]]
                decided = day + timedelta(days=90)
                manager = managers[number % len(managers)]
                key = needs.write(
                    f"N-{number:03}",
                    f"{domain.title} {WISHES[number % len(WISHES)]}",
                    "Asked for in workshops and requests.",
                    status,
                    ("CURRENT", "CURRENT", "EMERGING", "FUTURE")[number % 4],
                    coverage,
                    "" if coverage == "MET" else GAPS[number % len(GAPS)],
                    1 + number % 5,
                    owners[number % len(owners)],
                    decision,
                    "Weighed against the work programme." if decision else "",
                    decided if decision else None,
                    manager if decision else None,
                    1 if decision else 0,
                    country.at_hour(decided + timedelta(days=60), 12) if status == "CLOSED" else None,
                    country.at_hour(day, 11),
                )
                links.write(key, domain.pk)
                for person in dict.fromkeys(country.random.choices(country.often, k=1 + number % 3)):
                    raiser = raisers.write(key, person, country.place[person], day)
                    if decision:
                        told = decided + timedelta(days=3)
                        answers.write(raiser, "DECIDED", 1, "EMAIL", "This is what we decided.", told, manager)
                        if status == "CLOSED":
                            met = told + timedelta(days=30)
                            answers.write(raiser, "MET", 1, "EMAIL", "The figures are published.", met, manager)
    OfficeCounter.objects.create(kind="N", year=0, last=number)
