"""User groups and committees, and the catalogue of products that they look at."""

from stakeholders.models import (
    Committee,
    CommitteeSeat,
    DataItem,
    Product,
    ProductKeyUserGroup,
    SeatHolder,
    UserGroup,
    UserGroupMembership,
)

from .country import Country
from .sheet import Sheet
from .tables import unindexed

PERIODICITIES = ("M", "Q", "A", "Q")
KINDS = ("PRESS_RELEASE", "PUBLICATION", "DATABASE_TABLE", "INDICATOR_SET", "MICRODATA_FILE")
TITLES = ("Monthly release", "Yearbook", "Tables", "Indicators", "Microdata")
SEATS = 10


def load_products(country: Country) -> None:
    """Some products for each domain, each with a few data items."""
    country.product_ids = []
    with (
        unindexed(Product, DataItem, Product.domains.through),
        Sheet(Product, "code", "title", "kind", "periodicity", "unit_id", "created_at") as products,
        Sheet(Product.domains.through, "product_id", "statisticaldomain_id") as links,
        Sheet(DataItem, "product_id", "code", "label") as items,
    ):
        for number in range(country.size.products):
            domain = country.domains[country.codes[number % len(country.codes)]]
            turn = number // len(country.codes)
            title = f"{domain.title}: {TITLES[turn % len(TITLES)].lower()}"
            if turn >= len(TITLES):
                title += f", series {turn // len(TITLES) + 1}"
            code = f"P{domain.code.replace('.', '-')}-{turn + 1}"
            kind, rhythm = KINDS[turn % len(KINDS)], PERIODICITIES[number % len(PERIODICITIES)]
            key = products.write(code, title, kind, rhythm, country.offices[0], country.at_hour(country.first, 9))
            country.product_ids.append(key)
            links.write(key, domain.pk)
            for item in range(3):
                items.write(key, f"{code}-{item + 1}", f"{domain.title}, table {item + 1}")


def load_groups(country: Country) -> None:
    """User groups by domain and region; a domain has one for the whole country first."""
    country.group_ids = []
    size = country.size
    owners = country.colleagues["liaison"]
    members = iter(country.random.sample(country.often, len(country.often)))
    with (
        unindexed(UserGroup, UserGroupMembership, UserGroup.domains.through, ProductKeyUserGroup),
        Sheet(UserGroup, "name", "purpose", "owner_id", "cadence_days", "created_at") as groups,
        Sheet(UserGroup.domains.through, "usergroup_id", "statisticaldomain_id") as links,
        Sheet(
            UserGroupMembership, "group_id", "person_id", "organisation_id", "role", "importance", "valid_from"
        ) as memberships,
        Sheet(ProductKeyUserGroup, "product_id", "group_id", "importance", "purposes") as uses,
    ):
        for number in range(size.groups):
            domain = country.domains[country.codes[number % len(country.codes)]]
            turn = number // len(country.codes)
            name = f"Users of {domain.title}" + (f", region {turn}" if turn else "")
            key = groups.write(
                f"{name} ({domain.code})",
                "Advises on tables, definitions and release dates.",
                owners[number % len(owners)],
                182,
                country.at_hour(country.first, 9),
            )
            country.group_ids.append(key)
            links.write(key, domain.pk)
            uses.write(country.product_ids[number % len(country.product_ids)], key, "HIGH", "Policy and planning")
            part = size.memberships * (number + 1) // size.groups - size.memberships * number // size.groups
            for place in range(part):
                person = next(members)
                role = "MEMBER" if place else "CHAIR"
                since = country.on(country.since[person])
                memberships.write(key, person, country.place[person], role, 1 + place % 3, since)


def load_committees(country: Country) -> None:
    """Committees of ten seats, a few of them vacant."""
    kinds = [value for value in Committee.Kind.values if value != "STATISTICAL_ADVISORY_COUNCIL"]
    with (
        unindexed(Committee, CommitteeSeat, SeatHolder, Committee.domains.through),
        Sheet(Committee, "name", "kind", "purpose", "mandate_from", "mandate_to", "created_at") as committees,
        Sheet(Committee.domains.through, "committee_id", "statisticaldomain_id") as links,
        Sheet(CommitteeSeat, "committee_id", "organisation_id", "role") as seats,
        Sheet(SeatHolder, "seat_id", "person_id", "position", "valid_from") as holders,
    ):
        for number in range(country.size.committees):
            domain = country.domains[country.codes[number % len(country.codes)]]
            name = f"Committee {number} on {domain.title}" if number else "Statistical Advisory Council"
            kind = kinds[number % len(kinds)] if number else "STATISTICAL_ADVISORY_COUNCIL"
            mandate = country.ago(700), country.ahead(700)
            key = committees.write(
                name, kind, "Advises the Chief Statistician.", *mandate, country.at_hour(country.first, 9)
            )
            links.write(key, domain.pk)
            for place, organisation in enumerate(country.spread(country.busy, SEATS)):
                seat = seats.write(key, organisation, "MEMBER" if place else "CHAIR")
                staff = [person for person in country.at[organisation] if person not in country.until]
                if staff and place != SEATS - 1:
                    person = staff[number % len(staff)]
                    since = country.on(max(country.since[person], country.first.toordinal()))
                    holders.write(seat, person, "PRINCIPAL", since)
