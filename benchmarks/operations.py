"""What is measured in the browser: the page of ours, the page of the baseline, and the goal."""

import uuid
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.db import connection
from django.utils import timezone

from nso_contacts.office import clock
from stakeholders.models import Organisation, Person

from .visitors import Page

FLOOR = Page("/search/")  # our signed-in page shell: the page of search before anything is looked for
PEOPLE, ADMIN = "/people/", "/admin/stakeholders/person/"
DEEP = 500


@dataclass(frozen=True)
class Operation:
    """One row of the goals. `most` are the highest allowed ratios of p50, by what it is compared with."""

    name: str
    ours: Page
    baseline: Page | None
    most: dict[str, float]
    most_statements: int | None = None
    most_database_ms: float | None = None
    at_eight: bool = False
    finds: str = ""  # what has to stand on our page


def operations() -> list[Operation]:
    """Everything that is measured with this office's rows."""
    rare, common, deep = rare_name(), common_word(), deep_page()
    person, organisation = typical("person"), typical("organisation")
    today = clock.today().isoformat()
    admin_organisation = f"/admin/stakeholders/organisation/{organisation}/change/"
    return [
        Operation(
            "people, first page",
            Page(PEOPLE),
            Page(ADMIN),
            {"baseline": 0.35, "floor": 3},
            most_statements=8,
            at_eight=True,
        ),
        Operation(
            "people, two filters",
            Page(f"{PEOPLE}?key=on&due=overdue"),
            Page(f"{ADMIN}?is_key_user__exact=1&next_due_on__lt={today}"),
            {"baseline": 0.35},
        ),
        Operation(
            f"search, rare name ({rare})",
            *searched(rare),
            {"baseline": 0.05},
            most_database_ms=5,
        ),
        Operation(f"search, common word ({common})", *searched(common), {"baseline": 0.15}, most_database_ms=20),
        Operation(
            f"search, mistyped name ({mistyped(rare)})",
            searched(mistyped(rare))[0],
            searched(rare)[1],
            {"baseline": 0.25},
            finds=rare,
        ),
        Operation(
            f"people, deep page ({deep})", Page(f"{PEOPLE}?page={deep}"), Page(f"{ADMIN}?p={deep}"), {"baseline": 0.20}
        ),
        Operation(
            "person with timeline",
            Page(Person.objects.get(pk=person).get_absolute_url()),
            Page(f"{ADMIN}{person}/change/"),
            {"baseline": 0.8},
            most_statements=14,
        ),
        Operation(
            "organisation with timeline",
            Page(Organisation.objects.get(pk=organisation).get_absolute_url()),
            Page(admin_organisation),
            {"baseline": 0.8},
            most_statements=14,
        ),
        Operation("my work", Page("/"), None, {"floor": 3}, most_database_ms=50),
        Operation(
            "quick log, POST",
            Page("/interactions/quick/", lambda: quick_log(person)),
            Page("/admin/stakeholders/interaction/add/", admin_log),
            {"baseline": 1.5},
            most_statements=20,
        ),
    ]


def searched(typed: str) -> tuple[Page, Page]:
    """The list of people with a search, ours and the baseline's."""
    return Page(f"{PEOPLE}?{urlencode({'q': typed})}"), Page(f"{ADMIN}?{urlencode({'q': typed})}")


def quick_log(person: int) -> dict[str, str]:
    """The quick form about somebody."""
    return {
        "channel": "PHONE",
        "people": str(person),
        "subject": "Asked for the revised series",
        "occurred_at": f"{clock.now():%Y-%m-%dT%H:%M}",
        "form_key": str(uuid.uuid4()),
    }


def admin_log() -> dict[str, str]:
    """The same contact in the admin: no history, no timeline, no due dates."""
    formset = {"TOTAL_FORMS": "0", "INITIAL_FORMS": "0", "MIN_NUM_FORMS": "0", "MAX_NUM_FORMS": "1000"}
    return {
        "channel": "PHONE",
        "direction": "MUTUAL",
        "subject": "Asked for the revised series",
        "summary": "",
        "occurred_at_0": f"{timezone.now():%Y-%m-%d}",
        "occurred_at_1": f"{timezone.now():%H:%M:%S}",
        **{f"participants-{name}": value for name, value in formset.items()},
    }


# Which rows ----------------------------------------------------------------------------------------------------------


def answer(sql: str) -> Any:
    """The one value that a question to the database has for an answer; None for none."""
    with connection.cursor() as cursor:
        cursor.execute(sql)
        row = cursor.fetchone()
    return row[0] if row else None


def typical(subject: str) -> int:
    """Somebody whose contact log is as long as half of the others' at most: the middle of those with contacts."""
    counted = f"""
        SELECT {subject}_id, count(*) AS contacts FROM stakeholders_participant
        WHERE side = 'OUTSIDE' AND {subject}_id IS NOT NULL GROUP BY 1
    """  # noqa: S608 (our own column)
    half = f"SELECT count(*) / 2 FROM ({counted}) counted"  # noqa: S608
    middle = f"SELECT {subject}_id FROM ({counted}) counted ORDER BY contacts, 1 OFFSET ({half}) LIMIT 1"  # noqa: S608
    return answer(middle)


def rare_name() -> str:
    """The name of somebody in use whom a search for it finds and hardly anybody else."""
    people = Person.objects.active().order_by("pk")
    middle = people[people.count() // 3 :]
    return next(
        (person.name for person in middle[:500] if is_rare(person)),
        middle[0].name,
    )


def is_rare(person: Person) -> bool:
    """Whether a name in Latin letters is one person's."""
    found = Person.objects.active().filter(name=person.name)[:2]
    return person.name.isascii() and len(person.name.split()) == 2 and len(found) == 1


def mistyped(name: str) -> str:
    """The name with two letters of the surname changed over, as quick fingers do."""
    first, last = name.split()
    return f"{first} {last[0]}{last[2:3]}{last[1:2]}{last[3:]}"


def common_word() -> str:
    """The surname that most people share."""
    return str(
        answer("""
        SELECT split_part(name, ' ', 2) FROM stakeholders_person WHERE name ~ '^[A-Za-z]+ [A-Za-z]+$'
        GROUP BY 1 ORDER BY count(*) DESC, 1 LIMIT 1""")
        or "a"
    )


def deep_page() -> int:
    """Page 500, or the last one of an office that has fewer."""
    pages = -(-Person.objects.active().count() // 50)
    return max(min(DEEP, pages), 1)
