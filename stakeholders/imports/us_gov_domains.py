"""The public register of .gov domains of the United States: one row per domain name, bodies repeated.

Two rows are one body when their names agree, case and repeated spaces aside, and their states; national bodies when
their names agree. What a body is follows from its most frequent type, "- Election" aside; on a tie the first of the
list wins.
"""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from nso_contacts.imports.importers import FIRST, MOST_FREQUENT, Fault, Preset, did_you_mean
from nso_contacts.imports.keys import clean, plain

from ..models import Organisation

Kind, Level = Organisation.Kind, Organisation.GovernmentLevel

TYPES = {
    "City": (Kind.LOCAL_GOVERNMENT, Level.LOCAL),
    "County": (Kind.LOCAL_GOVERNMENT, Level.LOCAL),
    "Special district": (Kind.LOCAL_GOVERNMENT, Level.LOCAL),
    "School district": (Kind.LOCAL_GOVERNMENT, Level.LOCAL),
    "State or territory": (Kind.REGIONAL_GOVERNMENT, Level.REGIONAL),
    "Interstate": (Kind.REGIONAL_GOVERNMENT, Level.REGIONAL),
    "Tribal": (Kind.INDIGENOUS_GOVERNMENT, Level.LOCAL),
    "Federal": (Kind.DEPARTMENT_AGENCY, Level.NATIONAL),
    "Federal - Executive": (Kind.DEPARTMENT_AGENCY, Level.NATIONAL),
    "Federal - Legislative": (Kind.PARLIAMENT, Level.NATIONAL),
    "Federal - Judicial": (Kind.JUDICIARY, Level.NATIONAL),
}
ELECTION = " - election"
PLACES = {plain(name): (place, kind.value, level.value) for place, (name, (kind, level)) in enumerate(TYPES.items())}


def type_of(cell):
    """The place of a type in the list, with the kind and the level it means."""
    try:
        return list(PLACES[plain(cell).removesuffix(ELECTION)])
    except KeyError:
        raise Fault(f"{_('Unknown kind.')} {did_you_mean(cell, TYPES)}".strip()) from None


def explain(counts):
    """Say what the types of a file become: (types, rows, kind, level), types that mean the same together."""
    groups = {}
    for value, rows in counts.items():
        place = PLACES.get(plain(value).removesuffix(ELECTION))
        if place is not None:
            groups.setdefault(place[1:], []).append((place[0], rows))
    names = list(TYPES)
    found = []
    for (kind, level), members in groups.items():
        types = ", ".join(names[place] for place in sorted({place for place, _rows in members}))
        found.append(
            (min(members)[0], types, sum(rows for _place, rows in members), Kind(kind).label, Level(level).label)
        )
    return [line[1:] for line in sorted(found)]


US_GOV_DOMAINS = Preset(
    key="us-gov-domains",
    title=gettext_lazy("Public bodies (.gov register)"),
    header=(
        "Domain name",
        "Domain type",
        "Organization name",
        "Suborganization name",
        "City",
        "State",
        "Security contact email",
    ),
    mapping={
        "Domain name": "website",
        "Domain type": "type",
        "Organization name": "name",
        "Suborganization name": "unit",
        "City": "town",
        "State": "region",
        "Security contact email": "emails",
    },
    options={"rule": "name_region", "towns": True},
    parsers={"type": type_of, "region": clean},
    merge={"type": MOST_FREQUENT, "website": FIRST, "town": FIRST},
    required=("type",),
    fixed={"country": "US"},
    explain=explain,
)
