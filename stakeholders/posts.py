"""What hangs on a post: the focal points, group memberships and committee seats that end with it."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta

from django.db import connection
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from nso_contacts.office.templatetags.office import office_date

from .models import FocalPoint, Organisation, Person, Post, SeatHolder, UserGroupMembership

ABOVE = """
    WITH RECURSIVE above(id) AS (
        SELECT %s::bigint
        UNION SELECT o.parent_id FROM stakeholders_organisation o JOIN above ON o.id = above.id
            WHERE o.parent_id IS NOT NULL
    ) SELECT id FROM above
"""


@dataclass
class Dependents:
    """What ends when somebody no longer holds a post."""

    focal_points: list[FocalPoint] = field(default_factory=list)
    memberships: list[UserGroupMembership] = field(default_factory=list)
    seats: list[SeatHolder] = field(default_factory=list)

    def sentences(self, on: date) -> list[tuple[str, str]]:
        """What ends and how, for the page before and the note after: (what, what becomes of it)."""
        day = office_date(on)
        ends = _("Ends on %(day)s") % {"day": day}
        lines = [(_("Focal point for %(domain)s") % {"domain": row.domain}, ends) for row in self.focal_points]
        lines += [
            (
                _("Seat in %(committee)s") % {"committee": row.seat.committee},
                _("%(position)s for %(organisation)s: the place becomes free after %(day)s")
                % {"position": row.get_position_display(), "organisation": row.seat.organisation, "day": day},
            )
            for row in self.seats
        ]
        lines += [
            (
                _("User group: %(group)s") % {"group": row.group},
                _("Membership for %(organisation)s ends on %(day)s") % {"organisation": row.organisation, "day": day},
            )
            for row in self.memberships
        ]
        return lines


@dataclass(frozen=True)
class Gap:
    """The days on which a focal point is valid while its person holds no post there; `since` is the first one."""

    since: date | None


def focal_point_gap(focal_point: FocalPoint) -> Gap | None:
    """Return where a focal point lacks a post; None if nowhere. The database knows (see `triggers`)."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT isempty(gap), lower(gap) FROM focal_point_gap(%s) AS gap",
            [focal_point.pk],
        )
        complete, since = cursor.fetchone()
    return None if complete else Gap(since)


def gaps(focal_points: QuerySet[FocalPoint], after: date) -> dict[int, date | None]:
    """Of these focal points, those that lack a post some day after `after`, with the first such day."""
    pks = list(focal_points.values_list("pk", flat=True))
    if not pks:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT f.id, lower(gap * datemultirange(daterange(%s, NULL, '()')))
            FROM unnest(%s) AS f(id), focal_point_gap(f.id) AS gap
            WHERE gap && daterange(%s, NULL, '()')
            """,
            [after, pks, after],
        )
        return dict(cursor.fetchall())


def above(organisation: Organisation) -> list[int]:
    """The ids of an organisation and of everything it is part of."""
    with connection.cursor() as cursor:
        cursor.execute(ABOVE, [organisation.pk])
        return [pk for (pk,) in cursor.fetchall()]


def dependents(post: Post, on: date) -> Dependents:
    """What ends when `post` ends on `on`, unless another post of the person goes on carrying it."""
    return dependents_of(post.person, post.organisation, on, leaving=[post])


def standing_on(pks: Iterable[int]) -> dict[int, str]:
    """Of these posts, those that carry what would end without them, with the reason in words."""
    found = {}
    carrying = Q(person__focal_points__isnull=False) | Q(person__seats__isnull=False)
    carrying |= Q(person__group_memberships__organisation__isnull=False)
    for post in Post.objects.filter(carrying, pk__in=list(pks)).select_related("person", "organisation").distinct():
        hanging = dependents(post, (post.valid_from or date.min + timedelta(days=1)) - timedelta(days=1))
        if hanging.focal_points or hanging.seats or hanging.memberships:
            found[post.pk] = _("%(person)s is a focal point or member for this organisation") % {"person": post.person}
    return found


def dependents_of(person: Person, organisation: Organisation, on: date, *, leaving: Iterable[Post]) -> Dependents:
    """What somebody is for `organisation` and the bodies above it that no post but those in `leaving` carries on."""
    upwards = set(above(organisation))
    carried = _still_carried(person, on, {post.pk for post in leaving})
    lost = upwards - carried
    focal_points = person.focal_points.filter(organisation__in=lost).not_ended(on).select_related("domain")
    memberships = person.group_memberships.filter(organisation__in=lost).not_ended(on)
    seats = person.seats.filter(seat__organisation__in=lost, seat__archived_at=None).not_ended(on)
    return Dependents(
        list(focal_points),
        list(memberships.select_related("group", "organisation")),
        list(seats.select_related("seat__committee", "seat__organisation")),
    )


def _still_carried(person: Person, on: date, leaving: set[int]) -> set[int]:
    """The organisations to which somebody belongs after `on` by other posts."""
    stays = person.posts.exclude(pk__in=leaving).filter(Q(valid_to=None) | Q(valid_to__gt=on))
    found: set[int] = set()
    for post in stays.select_related("organisation"):
        found |= set(above(post.organisation))
    return found
