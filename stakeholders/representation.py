"""Who uses the statistics of a group's domains and has no member in it."""

from dataclasses import dataclass, field

from django.db.models import Q

from .models import FocalPoint, Organisation, PersonDomain, Post, StatisticalDomain


@dataclass
class Missing:
    """An organisation without a member, and its focal points for the domains."""

    organisation: Organisation
    focal_points: list[FocalPoint] = field(default_factory=list)


def domains_under(group):
    """The domains of a group and everything below them."""
    wanted = Q(pk__in=[])
    for domain in group.domains.all():
        below = Q(pk=domain.pk) | Q(sort_key__startswith=f"{domain.sort_key}.")
        wanted |= Q(scheme_id=domain.scheme_id) & below
    return StatisticalDomain.objects.filter(wanted)


def represented(group):
    """The organisations somebody in the group sits for or works at, and everything those are part of."""
    members = group.memberships.current()
    ids = set(members.exclude(organisation=None).values_list("organisation", flat=True))
    ids |= set(
        Post.objects.current().filter(person__in=members.values("person")).values_list("organisation", flat=True)
    )
    level = ids
    while level:
        parents = Organisation.objects.filter(pk__in=level).exclude(parent=None).values_list("parent", flat=True)
        level = set(parents) - ids
        ids |= level
    return ids


def missing_organisations(group, user):
    """Organisations with a focal point for one of the domains that nobody in the group represents; key users first."""
    rows = (
        FocalPoint.objects.visible_to(user)
        .current()
        .filter(domain__in=domains_under(group), organisation__archived_at=None)
        .exclude(organisation__in=represented(group))
        .select_related("organisation", "person")
        .order_by("organisation__name", "role", "pk")
    )
    found: dict[int, Missing] = {}
    for row in rows:
        entry = found.setdefault(row.organisation_id, Missing(row.organisation))
        if row.person not in [point.person for point in entry.focal_points]:
            entry.focal_points.append(row)
    return sorted(found.values(), key=lambda entry: entry.organisation.tier != Organisation.Tier.KEY)


def missing_domains(group):
    """The domains of a group in which none of its members works."""
    people = group.memberships.current().values("person")
    keys = set(
        PersonDomain.objects.filter(person__in=people).values_list("domain__scheme", "domain__sort_key").distinct()
    )
    return [
        domain
        for domain in group.domains.order_by("sort_key")
        if not any(scheme == domain.scheme_id and f"{key}.".startswith(f"{domain.sort_key}.") for scheme, key in keys)
    ]
