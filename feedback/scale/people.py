"""People: our colleagues, those the office knows in the country, and who of them is in the books twice."""

import unicodedata

from stakeholders.models import Person, PersonDomain, PersonEmail, PersonName, Post

from ..demonstration import cast
from . import names
from .country import Country, listed
from .sheet import Sheet
from .tables import unindexed

IN_BUSY = 0.1875  # of the people, in the 5 % of organisations that are busy
OFTEN_IF_BUSY, OFTEN_ELSEWHERE = 0.44, 0.0215  # together a tenth of the people, with whom 60 % of contacts are
MOVED, LEFT = 0.47, 0.10  # within the five years; an eighth changes posts each year
TWICE, SHARING = 20, 17  # one person in so many is a duplicate, or is reached at the address of a desk
ARCHIVED = 50
TITLES = cast.TITLES
OURS = ("liaison", "statistician", "manager", "administrator")


def plan(country: Country) -> None:
    """Say who there is, where and since when; the rows are written by `load`, when it is known whom we met last."""
    staff = [user for role in OURS for user in country.colleagues[role]]
    country.person_of_user = {user: number for number, user in enumerate(staff, start=1)}
    outside = len(staff) + 1
    total = country.size.people + country.size.people // ARCHIVED
    country.people_ids = range(outside, outside + total)
    country.spelling = {}
    for user, person in country.person_of_user.items():
        country.called[person] = country.logins[user]
        country.place[person] = country.offices[person % len(country.offices)]
        country.since[person] = country.first.toordinal() - 300
    everybody = names.people(country.random)
    experts = iter(country.colleagues["expert"])
    for number, person in enumerate(country.people_ids):
        join(country, person, number, everybody, next(experts, None))


def join(country: Country, person: int, number: int, everybody, user: int | None) -> None:
    """One more person, perhaps one we have already."""
    chance = country.random
    if user:
        place, name = ministry_of(country, user, number), country.logins[user]
        country.person_of_user[user] = person
        country.called[person] = name
    elif number % TWICE == TWICE - 1:
        again(country, person, country.people_ids[number - 1 - chance.randrange(min(number, 15))])
        return
    else:
        busy = chance.random() < IN_BUSY
        place = chance.choice(country.busy if busy else country.organisation_ids)
        name, sort_name, native, language = next(everybody)
        country.called[person] = name
        country.spelling[person] = (sort_name, native, language)
    settle(country, person, place)
    country.address[person] = (
        f"desk.{place}@{country.host[place]}"
        if number % SHARING == 0 and not user
        else f"{plain(name).replace(' ', '.')}.{person}@{country.host[place]}"
    )
    if number >= country.size.people:
        return
    country.at[place].append(person)
    often = chance.random() < (OFTEN_IF_BUSY if place in country.busy_ones else OFTEN_ELSEWHERE)
    (country.often if often else country.seldom).append(person)


def settle(country: Country, person: int, place: int) -> None:
    """Since when somebody is there, where they were before, and when they left."""
    chance = country.random
    first, last = country.first.toordinal(), country.last.toordinal()
    country.place[person] = place
    if chance.random() < MOVED:
        country.since[person] = chance.randrange(first + 30, last - 30)
        country.before[person] = chance.choice(country.organisation_ids)
    else:
        country.since[person] = first - chance.randrange(1, 3_000)
    if chance.random() < LEFT and country.since[person] < last - 800:
        country.until[person] = chance.randrange(last - 730, last)


def again(country: Country, person: int, other: int) -> None:
    """The same human once more: without accents or with an initial, at the same place, often at the same address."""
    name = country.called[other]
    given, _space, family = name.partition(" ")
    country.called[person] = plain(name).title() if person // TWICE % 2 else f"{given[0]}. {family or given}"
    country.place[person] = country.place[other]
    country.since[person] = country.since[other]
    same = country.random.random() < 0.5
    host = country.host[country.place[other]]
    country.address[person] = country.address[other] if same else f"{plain(given)}.{person}@{host}"
    if person - country.people_ids[0] >= country.size.people:
        return
    country.at[country.place[other]].append(person)
    country.seldom.append(person)


def ministry_of(country: Country, user: int, number: int) -> int:
    """Where a ministry expert works: the two of the demonstration in their own ministry."""
    own = {country.users["leila"].pk: "health", country.users["amina"].pk: "labour"}
    keys = [entry[0] for entry in cast.MINISTRIES]
    which = keys.index(own[user]) if user in own else number % len(keys)
    return country.organisation_ids[which]


def plain(name: str) -> str:
    """A name in the letters of an e-mail address."""
    bare = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    return bare.lower().replace("’", "").replace("'", "").strip() or "contact"


COLUMNS = (
    "name",
    "sort_name",
    "native_name",
    "native_language",
    "code",
    "language",
    "phone",
    "roles",
    "is_key_user",
    "owner_id",
    "user_id",
    "cadence_days",
    "last_substantive_on",
    "next_due_on",
    "verified_on",
    "do_not_contact",
    "objections",
    "informed_on",
    "archived_at",
    "created_at",
)


def load(country: Country) -> None:
    """Posts, addresses, names and domains first: the text by which a person is found is made of them."""
    load_posts(country)
    load_addresses(country)
    often = set(country.often)
    owners = country.colleagues["liaison"]
    user_of = {person: user for user, person in country.person_of_user.items()}
    created, informed = country.at_hour(country.first, 9), country.ago(600)
    archived_from = country.people_ids[0] + country.size.people
    with unindexed(Person), Sheet(Person, *COLUMNS) as sheet:
        for person in range(1, country.people_ids.stop):
            inside = person < country.people_ids.start
            sort_name, native, language = country.spelling.get(person, ("", "", ""))
            rhythm = rhythm_of(person, often)
            archived = country.stamp if person >= archived_from else None
            last, due = country.dates(country.person_last.get(person, 0), rhythm)
            sheet.write(
                country.called[person],
                sort_name,
                native,
                language,
                "" if inside else f"P-{person:07}",
                "en" if inside else country.in_language(person),
                f"+000 22 555 {person:06}",
                listed([cast.ROLES[person % len(cast.ROLES)]]),
                person in often and person % 3 == 0,
                owners[person % len(owners)] if rhythm else None,
                user_of.get(person),
                rhythm,
                last,
                due,
                country.verified(person),
                person % 211 == 0 and not inside,
                listed(["NEWS"] if person % 37 == 0 else []),
                informed,
                archived,
                created,
            )


def rhythm_of(person: int, often: set[int]) -> int | None:
    """How often somebody is to be spoken to: most of those we meet often, and a few others once a year."""
    if person in often:
        return (60, 90, 180, None)[person % 4]
    return 365 if person % 25 == 0 else None


def load_posts(country: Country) -> None:
    """Where people are and were."""
    since, until = country.since, country.until
    with (
        unindexed(Post),
        Sheet(Post, "person_id", "organisation_id", "title", "valid_from", "valid_to", "is_primary") as posts,
    ):
        for person in range(1, country.people_ids.stop):
            title = TITLES[person % len(TITLES)]
            began, ended = country.on(since[person]), country.on(until.get(person))
            if before := country.before.get(person):
                first, last = country.on(since[person] - 900), country.on(since[person] - 1)
                posts.write(person, before, TITLES[(person + 3) % len(TITLES)], first, last, True)
            posts.write(person, country.place[person], title, began, ended, True)


def load_addresses(country: Country) -> None:
    """How people are reached and found, and what they work with."""
    domains = [country.domains[code].pk for code in country.codes]
    learnt = country.ago(700)
    with (
        unindexed(PersonEmail, PersonName, PersonDomain),
        Sheet(PersonEmail, "person_id", "address", "state", "since", "state_on", "is_primary") as emails,
        Sheet(PersonName, "person_id", "name", "language") as other_names,
        Sheet(PersonDomain, "person_id", "domain_id") as links,
    ):
        known = {user.pk: user.email for user in country.users.values()}
        for user, person in country.person_of_user.items():
            if user in known or person < country.people_ids.start:
                country.address[person] = known.get(user, f"colleague.{user}@nso.example")
        for person in range(1, country.people_ids.stop):
            bounced = person % 41 == 0
            state = ("BOUNCED", learnt, country.verified(person)) if bounced else ("WORKS", learnt, None)
            emails.write(person, country.address[person], *state, True)
            if person % 19 == 0:
                other_names.write(person, plain(country.called[person]).title() + " Marie", "fr")
            for step in range(1 + person % 2):
                links.write(person, domains[(person * 7 + step * 11) % len(domains)])
