"""Who answers for what: focal points in the organisations, our experts for them."""

from stakeholders.models import ExpertAssignment, FocalPoint

from .country import Country
from .sheet import Sheet
from .tables import unindexed

# The ministry that has to do with nearly every statistical domain: finance and planning.
EVERYWHERE = 2
ROLES = ("PRIMARY", "ALTERNATE", "TECHNICAL", "DATA_DELIVERY")


def load(country: Country) -> None:
    """Focal points first, then experts for the same organisations and domains."""
    load_focal_points(country)
    load_experts(country)


def load_focal_points(country: Country) -> None:
    """One role after another in each domain; the people are those of the organisation and of its units.

    A focal point is valid while its person is in that post, so that it holds on every day.
    """
    finance = country.organisation_ids[EVERYWHERE]
    domains = [country.domains[code].pk for code in country.codes]
    wanted = country.size.focal_points
    governmental = [person for person in country.often if country.place[person] in country.governmental]
    others = [person for person in country.seldom if country.place[person] in country.governmental]
    candidates = [person for person in (*governmental, *others) if person not in country.until]
    at_finance = [person for person in candidates if country.root[country.place[person]] == finance]
    given: dict[int, int] = {}
    columns = ("person_id", "organisation_id", "domain_id", "role", "nominated_by", "valid_from")
    with unindexed(FocalPoint), Sheet(FocalPoint, *columns) as sheet:

        def name(person: int, root: int) -> None:
            turn = given.get(root, 0)
            given[root] = turn + 1
            role = ROLES[turn // len(domains) % len(ROLES)]
            # Another ministry has to do with a few domains only, which are not the same everywhere.
            domain = domains[(turn + (0 if root == finance else root * 5)) % len(domains)]
            since = country.on(max(country.since[person], country.first.toordinal()))
            sheet.write(person, root, domain, role, "Secretary General", since)

        for place in range(min(len(domains), wanted)):
            name(at_finance[place % len(at_finance)], finance)
        for person in candidates:
            root = country.root[country.place[person]]
            if sheet.written + len(sheet.lines) == wanted:
                break
            if root != finance and given.get(root, 0) < len(domains) * len(ROLES):
                name(person, root)
    country.roots_with_focal_points = list(given)


def load_experts(country: Country) -> None:
    """Our statisticians in turn; in each organisation and domain the first manages the relation."""
    domains = [country.domains[code].pk for code in country.codes]
    experts = country.colleagues["statistician"]
    finance = country.organisation_ids[EVERYWHERE]
    roots = [finance, *(root for root in country.organisation_ids if country.root[root] == root and root != finance)]
    columns = ("user_id", "organisation_id", "domain_id", "role", "response_days", "valid_from")
    since = country.on(country.first.toordinal())
    with unindexed(ExpertAssignment), Sheet(ExpertAssignment, *columns) as sheet:
        number = 0
        while number < country.size.experts:
            turn = number - len(domains)
            if turn < 0:
                organisation, domain = finance, number
            else:
                organisation, domain = roots[1 + turn % (len(roots) - 1)], turn // (len(roots) - 1) + turn
            role = "RELATIONSHIP_MANAGER" if turn % 3 == 0 and turn >= 0 else "SUBJECT_EXPERT"
            expert = experts[domain % len(experts)]
            sheet.write(expert, organisation, domains[domain % len(domains)], role, 3, since)
            number += 1
