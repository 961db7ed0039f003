"""People: writing them down, what they are and where, how they are reached, and whether they sign in."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from nso_contacts import office
from nso_contacts.accounts import actions as accounts
from nso_contacts.accounts.models import User
from nso_contacts.audit.trail import action
from nso_contacts.office import clock

from .. import posts
from ..models import (
    AddressState,
    FocalPoint,
    Organisation,
    Person,
    PersonEmail,
    PersonName,
    Post,
    StatisticalDomain,
    Task,
)
from ..models.organisation import below
from . import cadence, relation
from . import task as tasks
from .rows import keep_one_primary, set_rows

Rows = Iterable[Mapping[str, Any]]


@action
def create(
    person: Person,
    *,
    actor: User | None,
    names: Rows = (),
    emails: Rows = (),
    domains: Iterable[StatisticalDomain] = (),
    post: Post | None = None,
) -> Person:
    """Write down somebody new, with the post they hold."""
    person.full_clean()
    person.save(force_insert=True)
    _set_details(person, names, emails, domains)
    if post is not None:
        post.person = person
        add_post(post, actor=actor)
    cadence.touch(people=[person.pk], actor=actor)
    return person


@action
def edit(
    person: Person,
    *,
    actor: User | None,
    names: Rows = (),
    emails: Rows = (),
    domains: Iterable[StatisticalDomain] | None = None,
    reason: str = "",
) -> Person:
    """Save what was changed about somebody. Rows of names and addresses that are not among those given stay."""
    person.full_clean()
    person.save()
    _set_details(person, names, emails, domains)
    _tell_login(person)
    cadence.touch(people=[person.pk], actor=actor)
    return person


@action
def verify(person: Person, *, actor: User) -> Person:
    """Note that somebody's details were checked today."""
    person.verified_on = clock.today()
    person.save(update_fields=["verified_on"])
    return person


@action
def archive(person: Person, *, actor: User | None, reason: str = "") -> Person:
    """Take somebody out of lists and pick lists. Doing it twice changes nothing."""
    if person.archived_at is None:
        person.archived_at = timezone.now()
        person.save(update_fields=["archived_at"])
    return person


@action
def restore(person: Person, *, actor: User | None, reason: str = "") -> Person:
    """Bring an archived person back. Somebody merged into another record stays where they are."""
    _refuse_merged(person)
    if person.archived_at is not None:
        person.archived_at = None
        person.save(update_fields=["archived_at"])
        cadence.touch(people=[person.pk], actor=actor)
    return person


# Posts ---------------------------------------------------------------------------------------------------------------


@action
def add_post(post: Post, *, actor: User | None, reason: str = "") -> Post:
    """Let somebody hold a post. As the main post it takes that place from the others of the same time."""
    if post.is_primary:
        _overlapping_main_posts(post).update(is_primary=False)
    post.full_clean()
    post.save(force_insert=True)
    return post


@action
def change_post(post: Post, *, actor: User | None, reason: str = "") -> list[FocalPoint]:
    """Correct a post. What it no longer carries ends, and is returned."""
    before = Post.objects.get(pk=post.pk)
    if post.is_primary:
        _overlapping_main_posts(post).update(is_primary=False)
    post.full_clean()
    post.save()
    return _end_uncarried(post.person, before.organisation)


@action
def end_post(post: Post, *, on: date, actor: User | None, reason: str = "") -> posts.Dependents:
    """End a post on its last day, and with it what hangs on it: focal points, seats, memberships for that body."""
    if post.valid_to is not None and post.valid_to <= on:
        return posts.Dependents()
    hanging = posts.dependents(post, on)
    post.valid_to = on
    post.full_clean()
    post.save()
    _end_dependents(hanging, on, actor=actor)
    hanging.focal_points += _end_uncarried(post.person, post.organisation)
    return hanging


@dataclass
class Move:
    """Somebody's move from one post to another, or to nowhere known."""

    post: Post
    last_day: date
    to: Post | None = None
    email: str = ""
    successors: Mapping[int, Person | None] = field(default_factory=dict)


@action
def move(person: Person, moved: Move, *, actor: User, reason: str = "") -> posts.Dependents:
    """End a post, begin the next, and pass on what hangs on the old one.

    `successors` says by focal point who follows; where nobody is named, a task asks again on the next working day.
    """
    hanging = end_post(moved.post, on=moved.last_day, actor=actor)
    if moved.to is not None:
        moved.to.person = person
        add_post(moved.to, actor=actor)
    if moved.email:
        _add_address(person, moved.email, main=moved.to is None or _has_begun(moved.to))
    for focal_point in hanging.focal_points:
        successor = moved.successors.get(focal_point.pk)
        if successor is not None:
            _follow(focal_point, successor, moved.last_day, actor=actor)
        elif focal_point.role == FocalPoint.Role.PRIMARY:
            _ask_again(focal_point, moved.last_day, actor=actor)
    cadence.touch(people=[person.pk], actor=actor)
    return hanging


# Addresses -----------------------------------------------------------------------------------------------------------


@action
def mark_address(email: PersonEmail, state: str, *, actor: User | None, reason: str = "") -> PersonEmail:
    """Note what became known of an address. A main address that is not in use any more gives up that place."""
    if email.state != state:
        email.state, email.state_on = state, clock.today()
        email.save(update_fields=["state", "state_on"])
        if state == AddressState.NOT_IN_USE and email.is_primary:
            email.is_primary = False
            email.save(update_fields=["is_primary"])
            keep_one_primary(email.person.emails)
    return email


# Signing in ----------------------------------------------------------------------------------------------------------


@action
def invite_to_portal(person: Person, *, email: str, actor: User) -> User:
    """Give somebody a login of the portal, linked to them, and send them the invitation."""
    _refuse_merged(person)
    if person.user_id is not None:
        raise ValidationError(_("%(person)s can sign in already.") % {"person": person})
    user = User(email=User.objects.normalize_email(email), name=person.name, language=_offered(person.language))
    accounts.invite(user, ["expert"], actor=actor)
    return link(person, user, actor=actor)


@action
def link(person: Person, user: User, *, actor: User | None) -> User:
    """Say that a login is this person's. A login belongs to one person, a person has one login."""
    if person.user_id not in (None, user.pk):
        raise ValidationError(_("%(person)s has another login.") % {"person": person})
    other = Person.objects.filter(user=user).exclude(pk=person.pk).first()
    if other is not None:
        raise ValidationError(_("This login is %(person)s’s.") % {"person": other})
    person.user = user
    person.save(update_fields=["user"])
    _tell_login(person)
    return user


@action
def unlink(person: Person, *, actor: User | None, reason: str = "") -> None:
    """Take a wrong link between a person and a login back. The login itself stays as it is."""
    if person.user_id is not None:
        person.user = None
        person.save(update_fields=["user"])


def _set_details(person: Person, names: Rows, emails: Rows, domains: Iterable[StatisticalDomain] | None) -> None:
    set_rows(PersonName, "person", person, names)
    set_rows(PersonEmail, "person", person, emails)
    keep_one_primary(person.emails)
    if domains is not None:
        person.domains.set(domains)


def _refuse_merged(person: Person) -> None:
    if person.merged_into_id is not None:
        raise ValidationError(_("This record was merged into %(person)s.") % {"person": person.merged_into})


def _tell_login(person: Person) -> None:
    """Keep the name of the login equal, so that lists and histories name people without a join."""
    if person.user is not None and person.user.name != person.name:
        person.user.name = person.name
        person.user.save(update_fields=["name"])


def _offered(language: str) -> str:
    return language if language in office.models.Office.objects.current().languages else ""


def _overlapping_main_posts(post: Post) -> Any:
    others = Post.objects.filter(person=post.person, is_primary=True).exclude(pk=post.pk)
    if post.valid_to is not None:
        others = others.filter(Q(valid_from=None) | Q(valid_from__lte=post.valid_to))
    if post.valid_from is not None:
        others = others.filter(Q(valid_to=None) | Q(valid_to__gte=post.valid_from))
    return others


def _end_dependents(hanging: posts.Dependents, on: date, *, actor: User | None) -> None:
    relation.end_all(FocalPoint.objects.filter(pk__in=[row.pk for row in hanging.focal_points]), on=on, actor=actor)
    personal: list[Any] = [*hanging.memberships, *hanging.seats]
    for row in personal:
        if row.valid_from is not None and row.valid_from > on:
            row.delete()
        else:
            row.valid_to = on
            row.save()


def _end_uncarried(person: Person, left: Organisation) -> list[FocalPoint]:
    """End focal points that no post carries any more, each on the last day on which one did; return them.

    One that begins before the post is moved to its first day; one that no post ever carried is removed.
    """
    concerned = person.focal_points.filter(organisation__in=posts.above(left))
    found = FocalPoint.objects.select_related("organisation", "domain").in_bulk(posts.gaps(concerned, after=date.min))
    return [focal_point for focal_point in found.values() if _cut(focal_point)]


def _cut(focal_point: FocalPoint) -> bool:
    """Shorten a focal point to the days on which a post carries it; whether it ended or was removed."""
    gap = posts.focal_point_gap(focal_point)
    if gap is None:
        return False
    if gap.since is not None and (focal_point.valid_from is None or gap.since > focal_point.valid_from):
        focal_point.valid_to = gap.since - timedelta(days=1)
        focal_point.save()
        return True
    if _begins_with_a_later_post(focal_point):
        return _cut(focal_point)
    focal_point.delete()
    return True


def _begins_with_a_later_post(focal_point: FocalPoint) -> bool:
    """Let a focal point whose first days lack a post begin with the next one; whether there is one in its time."""
    if focal_point.valid_from is None:
        return False
    there = Post.objects.filter(person=focal_point.person_id, organisation__in=below(focal_point.organisation_id))
    post = there.filter(valid_from__gt=focal_point.valid_from).order_by("valid_from").first()
    if post is None or post.valid_from is None:
        return False
    if focal_point.valid_to is not None and post.valid_from > focal_point.valid_to:
        return False
    focal_point.valid_from = post.valid_from
    focal_point.save()
    return True


def _add_address(person: Person, address: str, *, main: bool) -> None:
    known = person.emails.filter(address__iexact=address).first()
    if main:
        person.emails.update(is_primary=False)
    if known is None:
        person.emails.create(address=address, is_primary=main)
    else:
        known.state, known.state_on, known.is_primary = AddressState.WORKS, clock.today(), main or known.is_primary
        known.save()
    keep_one_primary(person.emails)


def _has_begun(post: Post) -> bool:
    return post.valid_from is None or post.valid_from <= clock.today()


def _follow(focal_point: FocalPoint, successor: Person, last_day: date, *, actor: User) -> None:
    """Name the successor; what stands against it is said of the field `successor_<focal point>`."""
    follows = FocalPoint(
        person=successor,
        organisation=focal_point.organisation,
        domain=focal_point.domain,
        role=focal_point.role,
        valid_from=last_day + timedelta(days=1),
    )
    try:
        relation.name_focal_point(follows, actor=actor)
    except ValidationError as refusal:
        raise ValidationError({f"successor_{focal_point.pk}": refusal.messages}) from refusal


def _ask_again(focal_point: FocalPoint, last_day: date, *, actor: User) -> None:
    title = _("Name a focal point for %(domain)s at %(organisation)s") % {
        "domain": focal_point.domain,
        "organisation": focal_point.organisation,
    }
    tasks.add(
        Task(
            kind=Task.Kind.OTHER,
            title=title[:200],
            due_on=max(office.calendar().next_working_day(last_day), clock.today()),
            assignee=focal_point.organisation.owner or actor,
            organisation=focal_point.organisation,
        ),
        actor=actor,
    )
