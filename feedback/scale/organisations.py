"""Organisations: the government with its units, districts with theirs, and everybody else."""

from collections.abc import Iterator
from typing import NamedTuple

from stakeholders.models import Organisation, OrganisationEmail, OrganisationName

from ..demonstration import cast
from . import names
from .country import Country
from .sheet import Sheet
from .tables import unindexed

Kind = Organisation.Kind
Level = Organisation.GovernmentLevel
CENTRAL, LOCAL = 0.06, 0.50  # of all; the rest is not government
UNITS_OF_A_DISTRICT = 40
BUSY = 0.05  # of all organisations, which hold half of the contacts
REGIONAL_OFFICES = 72  # one to so many organisations

DEPARTMENTS = [
    "Planning directorate",
    "Statistics unit",
    "Budget directorate",
    "Directorate of studies",
    "Information systems unit",
    "Human resources directorate",
    "Legal affairs unit",
    "Inspection service",
    "Regional coordination unit",
    "Monitoring and evaluation unit",
]
LOCAL_UNITS = [
    "Education office",
    "Health office",
    "Civil registry",
    "Planning office",
    "Agriculture office",
    "Employment office",
    "Finance office",
    "Public works office",
    "Social affairs office",
    "Statistics desk",
    "Environment office",
    "Housing office",
    "Water office",
]
TRADES = ["Mining", "Foods", "Textiles", "Transport", "Bank", "Insurance", "Energy", "Retail", "Telecom", "Cement"]
_B, _E, _R, _M, _P, _I = "BUSINESS", "EDUCATION", "RESEARCH", "MEDIA", "GENERAL_PUBLIC", "INTERNATIONAL"
# What else there is, of every twenty: kind, segment, name.
OTHERS = [
    *[(Kind.BUSINESS, _B, "{town} {trade}")] * 8,
    *[(Kind.ACADEMIA, _R, "University of {town}"), (Kind.ACADEMIA, _E, "Institute of Technology, {town}")],
    *[(Kind.ACADEMIA, _E, "School of Public Administration, {town}")],
    *[(Kind.CIVIL_SOCIETY, _P, "{town} Citizens’ Association"), (Kind.CIVIL_SOCIETY, _P, "Friends of {town}")],
    *[(Kind.MEDIA, _M, "The {town} Gazette"), (Kind.MEDIA, _M, "Radio {town}")],
    (Kind.BUSINESS_ASSOCIATION, _B, "Chamber of Commerce of {town}"),
    (Kind.TRADE_UNION, _P, "Workers’ Union of {town}"),
    (Kind.PUBLIC_ENTERPRISE, _B, "Waterworks of {town}"),
    (Kind.DEVELOPMENT_PARTNER, _I, "{town} Development Fund"),
    (Kind.INTERNATIONAL_ORGANISATION, _I, "Regional Centre for Statistics, {town}"),
]


class Planned(NamedTuple):
    """An organisation to be: `parent` is the number of the one above it in the same list, None at the top."""

    name: str
    kind: str
    segment: str
    level: str
    host: str
    short: str = ""
    parent: int | None = None
    region: str = ""


def plan(country: Country) -> None:
    """Say what there will be and which organisations are busy; the rows are written by `load`."""
    number = country.size.organisations
    central = max(round(number * CENTRAL), len(cast.MINISTRIES))
    country.planned = [*government(central), *districts(country, round(number * LOCAL), central)]
    country.planned += others(country, number - len(country.planned))
    country.offices = range(1, 2 + number // REGIONAL_OFFICES)
    ids = range(country.offices.stop, country.offices.stop + number)
    country.organisation_ids = list(ids)
    for key, row in zip(ids, country.planned, strict=True):
        root = key
        if row.parent is not None:
            root = country.root[ids[row.parent]]
        country.root[key] = root
        country.names[key] = row.name
        country.host[key] = row.host
        country.segment_of[key] = country.segments[row.segment].pk
        if row.segment in ("GOVERNMENT", "SUBNATIONAL_GOVERNMENT"):
            country.governmental.add(key)
    ministries = list(ids[:central])
    rest = country.random.sample(ids[central:], max(round(number * BUSY) - central, 0))
    country.busy = (ministries + rest)[: max(round(number * BUSY), 1)]
    country.busy_ones = set(country.busy)


def government(number: int) -> list[Planned]:
    """The ministries and agencies of the demonstration, and their departments in turn."""
    top = [
        Planned(name, kind, "GOVERNMENT", Level.NATIONAL, host, short)
        for _key, name, short, kind, host, *_rest in cast.MINISTRIES
    ]
    for place in range(number - len(top)):
        above = place % len(cast.MINISTRIES)
        turn = place // len(cast.MINISTRIES)
        name = DEPARTMENTS[turn % len(DEPARTMENTS)]
        if turn >= len(DEPARTMENTS):
            name += f", section {turn // len(DEPARTMENTS)}"
        top.append(Planned(name, Kind.DEPARTMENT_AGENCY, "GOVERNMENT", Level.NATIONAL, top[above].host, parent=above))
    return top


def districts(country: Country, number: int, first: int) -> Iterator[Planned]:
    """Districts, each followed by its units; `first` organisations come before them."""
    size = UNITS_OF_A_DISTRICT if number > 2 * UNITS_OF_A_DISTRICT else 25
    towns = names.towns(country.random, number // size + 1)
    segment = "SUBNATIONAL_GOVERNMENT"
    for place in range(number):
        which, unit = divmod(place, size)
        town = towns[which]
        host = f"district{which + 1}.example"
        if unit == 0:
            yield Planned(f"District of {town}", Kind.LOCAL_GOVERNMENT, segment, Level.LOCAL, host, region=town)
        else:
            name = f"{LOCAL_UNITS[unit % len(LOCAL_UNITS)]} of {town}"
            if unit > len(LOCAL_UNITS):
                name += f", sector {unit // len(LOCAL_UNITS)}"
            above = first + which * size
            yield Planned(name, Kind.LOCAL_GOVERNMENT, segment, Level.LOCAL, host, parent=above, region=town)


def others(country: Country, number: int) -> Iterator[Planned]:
    """Companies, universities, newspapers and the rest."""
    towns = names.towns(country.random, number)
    for place, town in enumerate(towns):
        kind, segment, pattern = OTHERS[place % len(OTHERS)]
        name = pattern.format(town=town, trade=TRADES[place // len(OTHERS) % len(TRADES)])
        level = Level.SUPRANATIONAL if segment == _I else Level.NOT_GOVERNMENT
        yield Planned(name, kind, segment, level, f"organisation{place + 1}.example", region=town)


COLUMNS = (
    "name",
    "short_name",
    "code",
    "parent_id",
    "kind",
    "government_level",
    "segment_id",
    "is_data_holder",
    "is_data_supplier",
    "is_producer",
    "is_this_office",
    "region",
    "owner_id",
    "tier",
    "cadence_days",
    "last_substantive_on",
    "next_due_on",
    "verified_on",
    "created_at",
)


def load(country: Country) -> None:
    """This office with its regional offices, then what was planned, with other names and addresses."""
    busy = country.busy_ones
    owners = country.colleagues["liaison"]
    created = country.at_hour(country.first, 9)
    with (
        unindexed(OrganisationName, OrganisationEmail),
        Sheet(OrganisationName, "organisation_id", "name", "kind", "language") as other_names,
        Sheet(OrganisationEmail, "organisation_id", "address", "is_primary") as emails,
    ):
        for key, row in zip(country.organisation_ids, country.planned, strict=True):
            if key % 5 == 0:
                other_names.write(key, f"{row.name} (anciennement)", "FORMER", "fr")
            if row.short:
                for which, name in cast.MINISTRIES[key - country.organisation_ids[0]][-1]:
                    if which != "former":
                        other_names.write(key, name, "TRANSLATION", which)
            emails.write(key, f"contact.{key}@{row.host}", True)
    with unindexed(Organisation), Sheet(Organisation, *COLUMNS) as sheet:
        ours(country, sheet, created)
        for key, row in zip(country.organisation_ids, country.planned, strict=True):
            rhythm = (30, 60, 90)[key % 3] if key in busy else 365 if key % 4 == 0 else None
            last, due = country.dates(country.organisation_last.get(key, 0), rhythm)
            supplies = key in busy and key in country.governmental
            sheet.write(
                row.name,
                row.short,
                f"ORG-{key:06}",
                None if row.parent is None else country.organisation_ids[row.parent],
                row.kind,
                row.level,
                country.segment_of[key],
                supplies,
                supplies,
                False,
                False,
                row.region,
                owners[key % len(owners)],
                "KEY" if key in busy else "REGULAR" if rhythm else "OCCASIONAL",
                rhythm,
                last,
                due,
                country.verified(key),
                created,
            )


def ours(country: Country, sheet: Sheet, created: str) -> None:
    """This office and its regional offices."""
    government = country.segments["GOVERNMENT"].pk
    for place in range(len(country.offices)):
        name = f"Regional office {place}" if place else "National Statistics Office"
        sheet.write(
            name,
            "" if place else "NSO",
            "",
            country.offices[0] if place else None,
            Kind.OTHER_NATIONAL_AUTHORITY,
            Level.NATIONAL,
            government,
            False,
            False,
            not place,
            not place,
            "",
            None,
            "REGULAR",
            None,
            None,
            None,
            None,
            created,
        )
