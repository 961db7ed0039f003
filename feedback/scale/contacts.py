"""The contact log of five years, and what follows from it."""

from collections.abc import Iterator
from datetime import date

from stakeholders.models import (
    Interaction,
    InteractionDomain,
    InteractionGroup,
    InteractionProduct,
    Participant,
    Task,
)

from .country import Country
from .sheet import NULL, Sheet
from .tables import unindexed

# Chosen so that the tenth of the people who are met often have 60 % of the contacts: some of those chosen have left,
# and colleagues come along.
WITH_OFTEN = 0.72
COUNTED_ON_RELEASE = 1.6
RESTRICTED, PROMISED = 0.01, 0.08
ABOUT = (0.6, 0.08, 0.005)  # of the contacts name a domain, a product, a user group

# Channel, direction, purpose, whether it counts, subject.
SUBJECTS = [
    ("MEETING", "MUTUAL", "NEEDS", True, "Quarterly review of data needs"),
    ("EMAIL", "INBOUND", "REQUEST", True, "Question about the latest tables"),
    ("PHONE", "OUTBOUND", "FEEDBACK", True, "How the last release was used"),
    ("VIDEO_CONFERENCE", "MUTUAL", "METHODOLOGY", True, "Walk-through of definitions"),
    ("EMAIL", "OUTBOUND", "DATA_SUPPLY", True, "Extract that is due"),
    ("PHONE", "INBOUND", "REQUEST", True, "Where to find a series"),
    ("SITE_VISIT", "OUTBOUND", "DATA_SUPPLY", True, "Visit: timetable of register extracts"),
    ("EMAIL", "INBOUND", "COURTESY", False, "Thanks for the figures"),
    ("MEETING", "MUTUAL", "AGREEMENT", True, "Renewal of the service agreement"),
    ("LETTER", "INBOUND", "NEEDS", True, "New indicators for the national plan"),
    ("SOCIAL_MEDIA", "INBOUND", "FEEDBACK", False, "Comment on the published figures"),
    ("PHONE", "OUTBOUND", "SUPPLIER_QUERY", True, "Implausible values in the last delivery"),
    ("EMAIL", "INBOUND", "COMPLAINT", True, "Table that could not be downloaded"),
]
NOTES = [
    "Asks whether earlier series will be revised.",
    "Prefers district figures even if they come later.",
    "Agreed on monthly transfer by the 10th.",
    "Wants the classification explained in the next workshop.",
    "Their new director should be invited.",
    "Uses the figures for the mid-term budget.",
]


INTERACTION = (
    "subject",
    "summary",
    "channel",
    "direction",
    "purpose",
    "substantive",
    "restricted",
    "occurred_at",
    "author_id",
    "created_at",
    "minutes",
)
TASK = (
    "kind",
    "title",
    "due_on",
    "assignee_id",
    "person_id",
    "organisation_id",
    "interaction_id",
    "done_at",
    "created_by_id",
    "created_at",
)


def load(country: Country) -> None:
    """Day by day: who was met by whom, about what, and what was promised."""
    total = country.years(country.size.interactions)
    with (
        unindexed(Interaction, Participant, InteractionDomain, InteractionProduct, InteractionGroup, Task),
        Sheet(Interaction, *INTERACTION) as entries,
        Sheet(Participant, "interaction_id", "side", "person_id", "organisation_id", "occurred_at") as participants,
        Sheet(InteractionDomain, "interaction_id", "domain_id") as domains,
        Sheet(InteractionProduct, "interaction_id", "product_id") as products,
        Sheet(InteractionGroup, "interaction_id", "group_id") as groups,
        Sheet(Task, *TASK) as tasks,
    ):
        log = Log(country, entries, participants, (domains, products, groups))
        for day, number in country.rhythm(on_release=COUNTED_ON_RELEASE).spread(total):
            for person in those_met(country, number):
                key, author, place = log.write(person, day)
                if country.random.random() < PROMISED:
                    promise(country, tasks, (key, person, place, author), day)


class Log:
    """Writes contacts, each with those who took part and what it was about."""

    def __init__(
        self, country: Country, entries: Sheet, participants: Sheet, about: tuple[Sheet, Sheet, Sheet]
    ) -> None:
        self.country = country
        self.entries = entries
        self.participants = participants
        domains = [country.domains[code].pk for code in country.codes]
        self.about = list(zip(about, (domains, country.product_ids, country.group_ids), ABOUT, strict=True))
        self.titles = [country.domains[code].title for code in country.codes]
        self.staff = [user for role in ("liaison", "statistician") for user in country.colleagues[role]]

    def write(self, person: int, day: date) -> tuple[int, int, int]:
        """One contact with somebody: its number, who logged it, and the organisation."""
        country, draw = self.country, self.country.random.random
        channel, direction, purpose, counts, subject = SUBJECTS[int(draw() * len(SUBJECTS))]
        # Some domains are spoken of more than others.
        domain = int(draw() * draw() * len(self.titles))
        author = self.staff[int(draw() * len(self.staff))]
        note = NOTES[int(draw() * len(NOTES))] if draw() < 0.25 else ""
        moment = country.at_hour(day, 8 + int(draw() * 9), int(draw() * 60))
        restricted = "t" if draw() < RESTRICTED else "f"
        key = self.entries.put(
            f"{subject}: {self.titles[domain]}\t{note}\t{channel}\t{direction}\t{purpose}\t{'t' if counts else 'f'}\t"
            f"{restricted}\t{moment}\t{author}\t{moment}\t{10 + int(draw() * 5) * 10}"
        )
        ordinal = day.toordinal()
        place = country.worked_for(person, ordinal)
        place = self.take_part(key, person, place, (ordinal if counts else 0, moment))
        us = country.person_of_user[author]
        self.participants.put(f"{key}\tINSIDE\t{us}\t{country.place[us]}\t{moment}")
        for sheet, subjects, share in self.about:
            if draw() < share:
                chosen = domain if subjects is self.about[0][1] else int(draw() * len(subjects))
                sheet.put(f"{key}\t{subjects[chosen]}")
        return key, author, place

    def take_part(self, key: int, person: int, place: int, at: tuple[int, str]) -> int:
        """Those outside; the organisation, which is met alone when the person had left it or had not come yet."""
        country = self.country
        day, moment = at
        met = [person, *colleagues(country, person, place)] if place else [0]
        place = place or country.place[person]
        for one in met:
            self.participants.put(f"{key}\tOUTSIDE\t{one or NULL}\t{place}\t{moment}")
            if day:
                country.contact(one, place, day)
        return place


def those_met(country: Country, number: int) -> Iterator[int]:
    """So many people for a day: some are met again and again, most hardly ever."""
    often = sum(country.random.random() < WITH_OFTEN for _ in range(number))
    yield from country.random.choices(country.often, k=often)
    yield from country.random.choices(country.seldom, k=number - often)


def colleagues(country: Country, person: int, place: int) -> list[int]:
    """Somebody from the same place who came along, in one contact of five."""
    if country.random.random() > 0.2:
        return []
    one = country.random.choice(country.at[place] or [person])
    return [one] if one != person else []


def promise(country: Country, tasks: Sheet, contact: tuple[int, int, int, int], day: date) -> None:
    """What was promised: kept long ago, but for the last weeks and a few that were forgotten."""
    key, person, place, author = contact
    chance = country.random
    due = country.on(day.toordinal() + 3 + chance.randrange(20))
    age = (country.last - day).days
    kept = chance.random() < (0.995 if age > 60 else min(age / 60, 0.9))
    done = country.then(day + (country.today - day) * min(2 / max(age, 2), 1)) if kept else None
    who = person if country.worked_for(person, day.toordinal()) else None
    kind = ("REPLY", "SEND", "CALL", "VISIT")[key % 4]
    tasks.write(kind, "What we promised", due, author, who, place, key, done, author, country.at_hour(day, 17))
