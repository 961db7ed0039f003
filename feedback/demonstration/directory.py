"""Organisations, people and their posts, focal points, experts, products, groups and committees."""

from datetime import date, timedelta

from django.utils.text import slugify

from stakeholders.models import (
    Committee,
    CommitteeSeat,
    DataItem,
    ExpertAssignment,
    FocalPoint,
    Organisation,
    OrganisationEmail,
    OrganisationName,
    Person,
    PersonDomain,
    PersonEmail,
    Post,
    Product,
    ProductKeyUserGroup,
    SeatHolder,
    UserGroup,
    UserGroupMembership,
)

from . import cast
from .story import Story

Kind = Organisation.Kind
Tier = Organisation.Tier


def load(story: Story) -> None:
    """The whole directory, from the organisations down to who sits in which committee."""
    load_organisations(story)
    load_people(story)
    load_relations(story)
    load_products(story)
    load_groups(story)
    load_committees(story)


# Organisations -------------------------------------------------------------------------------------------------------


def load_organisations(story: Story) -> None:
    """This office with its units, the ministries and agencies with theirs, and everybody else."""
    save(story, "nso", organisation(story, "National Statistics Office", Kind.OTHER_NATIONAL_AUTHORITY, here=True))
    for key, name in cast.OFFICE_UNITS:
        save(story, key, organisation(story, name, Kind.DEPARTMENT_AGENCY, parent="nso"))
    others = []
    for key, name, short, kind, host, owner, cadence, names in cast.MINISTRIES:
        row = organisation(story, name, kind, short=short, cadence=cadence, tier=Tier.KEY)
        row.owner = story.users[owner]
        row.is_data_holder = row.is_data_supplier = key in cast.SUPPLIERS
        row.website = f"https://{host}"
        row.verified_on = story.ago(story.random.randrange(20, 300))
        others.append((key, row, host, names))
    for key, name, kind, segment, level, region in cast.OTHERS:
        row = organisation(story, name, kind, tier=Tier.REGULAR if key in cast.REGULAR else Tier.OCCASIONAL)
        row.segment = story.segments[segment]
        row.government_level = level
        row.region = region
        row.cadence_days = 90 if key in cast.REGULAR else None
        row.owner = story.users["omar" if len(others) % 3 else "nadia"]
        row.verified_on = story.ago(story.random.randrange(20, 500))
        others.append((key, row, f"{key}.example", ()))
    Organisation.objects.bulk_create([row for _key, row, _host, _names in others])
    story.organisations |= {key: row for key, row, _host, _names in others}
    story.hosts = {key: host for key, _row, host, _names in others}
    units = [
        (f"{key}-{number}", organisation(story, unit, Kind.DEPARTMENT_AGENCY, parent=key))
        for key, listed in cast.UNITS.items()
        for number, unit in enumerate(listed, start=1)
    ]
    Organisation.objects.bulk_create([row for _key, row in units])
    story.organisations |= dict(units)
    OrganisationName.objects.bulk_create(
        OrganisationName(
            organisation=row,
            name=name,
            language="" if language == "former" else language,
            kind="FORMER" if language == "former" else "TRANSLATION",
        )
        for _key, row, _host, names in others
        for language, name in names
    )
    OrganisationEmail.objects.bulk_create(
        OrganisationEmail(organisation=row, address=f"contact@{host}", is_primary=True)
        for _key, row, host, _names in others
    )


def organisation(story: Story, name, kind, *, parent=None, short="", cadence=None, tier=Tier.REGULAR, here=False):
    """An organisation of the government, as most are."""
    above = story.organisations[parent] if parent else None
    return Organisation(
        name=name,
        short_name=short,
        kind=kind,
        parent=above,
        government_level=Organisation.GovernmentLevel.NATIONAL,
        segment=above.segment if above else story.segments["GOVERNMENT"],
        is_this_office=here,
        is_producer=here,
        cadence_days=cadence,
        tier=tier,
        town="San Telmo",
    )


def save(story: Story, key: str, row: Organisation) -> None:
    """Keep a record under its short name."""
    row.save()
    story.organisations[key] = row


# People --------------------------------------------------------------------------------------------------------------


def load_people(story: Story) -> None:
    """Those who are named in the story, and as many more as make three hundred."""
    planned = list(cast.NAMED)
    taken = {name for name, *_rest in planned}
    places = cast.ministry_places() + [key for key, *_rest in cast.OTHERS] * 2
    names = cast.names(story.random)
    number = 0
    while len(planned) < cast.PEOPLE:
        name, native, language = next(names)
        if name in taken:
            continue
        taken.add(name)
        key = places[number % len(places)]
        number += 1
        planned.append((name, native, language, key, cast.TITLES[number % len(cast.TITLES)], ""))
    rows = []
    for number, (name, native, language, key, _title, _address) in enumerate(planned):
        person = Person(
            name=name,
            sort_name=cast.sorted_as(name),
            native_name=native,
            native_language=language if native else "",
            language=("fr", "ar", "en")[number % 3] if key not in cast.OFFICE_KEYS else "en",
            roles=[cast.ROLES[number % len(cast.ROLES)]],
            is_key_user=number % 5 == 0,
            phone=f"+000 22 555 {1000 + number}",
            verified_on=story.ago(30 + (number * 37) % 560),
            informed_on=story.ago(600),
        )
        person.works_for = story.organisations[key]
        person.place = key
        rows.append(person)
    by_name = {row.name: row for row in rows}
    for user in story.users.values():
        if user.name in by_name:
            by_name[user.name].user = user
    for name, owner, cadence in cast.RHYTHMS:
        by_name[name].owner = story.users[owner]
        by_name[name].cadence_days = cadence
    Person.objects.bulk_create(rows)
    story.people = by_name
    story.crowd = [row for row in rows if row.place not in cast.OFFICE_KEYS]
    for row in rows:
        story.staff.setdefault(row.place.split("-")[0] if row.place not in cast.OFFICE_KEYS else "nso", []).append(row)
    load_posts(story, rows, planned)
    load_addresses(story, rows, planned)


def load_addresses(story: Story, rows: list[Person], planned: list[tuple]) -> None:
    """An address for everybody, a few of which bounce, and the domains they work with."""
    emails = []
    for number, (row, entry) in enumerate(zip(rows, planned, strict=True)):
        host = "nso.example" if row.place in cast.OFFICE_KEYS else story.hosts[row.place.split("-")[0]]
        own = entry[5] or (row.user.email if row.user else f"{slugify(row.name).replace('-', '.')}@{host}")
        bounced = row.name in cast.BOUNCED or (number % 29 == 28 and not row.user)
        emails.append(
            PersonEmail(
                person=row,
                address=own,
                is_primary=True,
                since=story.ago(700),
                state="BOUNCED" if bounced else "WORKS",
                state_on=story.ago(40) if bounced else None,
            )
        )
    PersonEmail.objects.bulk_create(emails)
    story.addresses = {email.person_id: email for email in emails}
    PersonDomain.objects.bulk_create(
        PersonDomain(person=row, domain=story.domains[code])
        for number, row in enumerate(rows)
        for code in cast.domains_of(row.place.split("-")[0], number)
    )


def load_posts(story: Story, rows: list[Person], planned: list[tuple]) -> None:
    """A post for everybody, one before it for some, and forty who left theirs."""
    posts = []
    for number, (row, entry) in enumerate(zip(rows, planned, strict=True)):
        began = date(story.today.year - 1 - number % 6, 1 + number % 12, 1 + number % 28)
        left = entry[5] == "" and number % 8 == 7 and row.user is None and not row.cadence_days
        posts.append(
            Post(
                person=row,
                organisation=row.works_for,
                title=entry[4],
                valid_from=began,
                valid_to=story.ago(60 + number) if left and story.ago(60 + number) > began else None,
            )
        )
        row.began, row.has_left = began, posts[-1].valid_to is not None
        if number % 6 == 2:
            earlier = story.organisations[cast.MINISTRIES[number % len(cast.MINISTRIES)][0]]
            posts.append(
                Post(
                    person=row,
                    organisation=earlier,
                    title="Analyst",
                    valid_from=began - timedelta(days=900),
                    valid_to=began - timedelta(days=1),
                )
            )
    Post.objects.bulk_create(posts)


# Who answers to whom -------------------------------------------------------------------------------------------------


def load_relations(story: Story) -> None:
    """Focal points and our experts per domain; some ministries have none for a domain they matter in."""
    focal_points, experts = [], []
    since = story.ago(500)
    for key, listed in cast.FOCAL_DOMAINS.items():
        ministry = story.organisations[key]
        staff = [row for row in story.staff[key] if not row.has_left]
        for number, code in enumerate(listed):
            if (key, code) not in cast.NO_FOCAL_POINT and staff:
                named = cast.FOCAL_POINTS.get((key, code))
                person = story.people[named] if named else staff[number % len(staff)]
                focal_points.append(
                    FocalPoint(
                        person=person,
                        organisation=ministry,
                        domain=story.domains[code],
                        nominated_by="Secretary General",
                        valid_from=max(since, person.began),
                    )
                )
            if (key, code) not in cast.NO_EXPERT:
                experts.append(
                    ExpertAssignment(
                        user=story.users[cast.EXPERT_FOR.get(code, "peter")],
                        organisation=ministry,
                        domain=story.domains[code],
                        response_days=3,
                        valid_from=since,
                    )
                )
    FocalPoint.objects.bulk_create(focal_points)
    ExpertAssignment.objects.bulk_create(experts)


# The catalogue -------------------------------------------------------------------------------------------------------


def load_products(story: Story) -> None:
    """The products of the office with the items in them."""
    rows = []
    for code, title, kind, domain, periodicity, unit, _items in cast.PRODUCTS:
        row = Product(code=code, title=title, kind=kind, periodicity=periodicity, unit=story.organisations[unit])
        row.about = story.domains[domain]
        rows.append(row)
    Product.objects.bulk_create(rows)
    story.products = {row.code: row for row in rows}
    Product.domains.through.objects.bulk_create(
        Product.domains.through(product=row, statisticaldomain=row.about) for row in rows
    )
    DataItem.objects.bulk_create(
        DataItem(product=story.products[entry[0]], code=f"{entry[0]}-{number}", label=label)
        for entry in cast.PRODUCTS
        for number, label in enumerate(entry[6], start=1)
    )


# Groups and committees -----------------------------------------------------------------------------------------------


def load_groups(story: Story) -> None:
    """Nine user groups by statistical area."""
    memberships, links = [], []
    for key, name, codes, owner, size, status in cast.GROUPS:
        group = UserGroup.objects.create(
            name=name,
            purpose="Open to everyone who uses these statistics. Advises on tables, definitions and release dates.",
            status=status,
            owner=story.users[owner],
            cadence_days=182,
        )
        group.domains.set([story.domains[code] for code in codes])
        story.groups[key] = group
        must = [story.people[name] for name in cast.GROUP_MEMBERS.get(key, ())]
        rest = [row for row in story.spread(story.crowd, size) if row not in must and not row.has_left]
        group.people = (must + rest)[:size]
        memberships += [
            UserGroupMembership(
                group=group,
                person=person,
                organisation=person.works_for,
                role="CHAIR" if number == 0 else "MEMBER",
                importance=1 + number % 3,
                valid_from=date(story.today.year - 1 - number % 3, 2, 1),
            )
            for number, person in enumerate(group.people)
        ]
        links += [
            ProductKeyUserGroup(product=product, group=group, importance="HIGH", purposes="Policy and planning")
            for product in story.products.values()
            if product.about.code in codes
        ]
    UserGroupMembership.objects.bulk_create(memberships)
    ProductKeyUserGroup.objects.bulk_create(links)


def load_committees(story: Story) -> None:
    """Five committees with their seats; a few of them vacant."""
    holders = []
    for key, name, kind, codes, quorum, seats in cast.COMMITTEES:
        committee = Committee.objects.create(
            name=name,
            kind=kind,
            legal_basis="Decree 2019-114, article 7",
            purpose="Advises the Chief Statistician.",
            cadence_days=91,
            quorum_percent=quorum,
            mandate_from=date(story.today.year - 2, 1, 1),
            mandate_to=date(story.today.year + 1, 12, 31),
        )
        committee.domains.set([story.domains[code] for code in codes])
        story.committees[key] = committee
        committee.people = []
        for number, (place, principal, alternate) in enumerate(seats):
            seat = CommitteeSeat.objects.create(
                committee=committee,
                organisation=story.organisations[place],
                role="CHAIR" if number == 0 else "MEMBER",
            )
            for position, who in (("PRINCIPAL", principal), ("ALTERNATE", alternate)):
                person = somebody(story, place, who)
                if person:
                    holders.append(
                        SeatHolder(
                            seat=seat,
                            person=person,
                            position=position,
                            valid_from=date(story.today.year - 1, 1, 1),
                        )
                    )
                    committee.people.append(person)
    SeatHolder.objects.bulk_create(holders)


def somebody(story: Story, place: str, who: str | None) -> Person | None:
    """The person of that name; for a star, whoever works there; or nobody."""
    if who == "*":
        return next((row for row in story.staff[place] if not row.has_left), None)
    return story.people[who] if who else None
