"""The contact log: writing down a contact, correcting it, taking it back."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from django.core.files.uploadedfile import UploadedFile
from django.db.models import F, QuerySet
from django.utils import timezone

from nso_contacts.accounts.models import User
from nso_contacts.audit.trail import action
from nso_contacts.files import storage
from nso_contacts.office.models import Office

from ..models import (
    Interaction,
    InteractionFile,
    Organisation,
    Participant,
    Person,
    Post,
    Product,
    StatisticalDomain,
    Task,
    UserGroup,
)
from . import cadence
from . import task as task_actions


@dataclass(frozen=True)
class Company:
    """Who took part in a contact, and what it concerned."""

    people: Iterable[Person] = ()
    organisations: Iterable[Organisation] = ()
    colleagues: Iterable[Person] = ()
    groups: Iterable[UserGroup] = ()
    domains: Iterable[StatisticalDomain] = ()
    products: Iterable[Product] = ()


@dataclass
class _Concerned:
    """The records whose due dates a contact moves."""

    organisations: set[int] = field(default_factory=set)
    people: set[int] = field(default_factory=set)
    groups: set[int] = field(default_factory=set)


@action
def log(
    interaction: Interaction,
    company: Company,
    *,
    actor: User,
    uploads: Iterable[UploadedFile] = (),
    follow_up: Task | None = None,
    settles: QuerySet[Task] | None = None,
) -> Interaction:
    """Write down a contact with everybody who took part, its files and what follows from it.

    It settles the open tasks among `settles`, and moves the last and the next contact of each organisation, person
    and group concerned.
    """
    interaction.author = actor
    interaction.save(force_insert=True)
    _set_company(interaction, company)
    _attach(interaction, uploads, actor)
    if settles is not None:
        task_actions.settle(settles, interaction, actor=actor)
    if follow_up is not None:
        _follow_up(interaction, follow_up, actor)
    _touch(_concerned(interaction), actor=actor)
    return interaction


@action
def edit(
    interaction: Interaction,
    company: Company,
    *,
    actor: User,
    uploads: Iterable[UploadedFile] = (),
    dropped_files: Iterable[InteractionFile] = (),
    reason: str = "",
) -> Interaction:
    """Correct a contact. Whoever is no longer part of it falls back to their contact before."""
    before = _concerned(interaction)
    interaction.changed_at = timezone.now()
    interaction.save()
    _set_company(interaction, company)
    for dropped in dropped_files:
        dropped.delete()
    _attach(interaction, uploads, actor)
    _touch(before, _concerned(interaction), actor=actor)
    return interaction


@action
def remove(interaction: Interaction, *, actor: User, reason: str = "") -> None:
    """Take back a contact that was logged by mistake, with its follow-ups; tasks it had settled are open again.

    The history keeps all of it.
    """
    concerned = _concerned(interaction)
    interaction.settled_tasks.update(done_at=None, settled_by=None)
    interaction.delete()
    _touch(concerned, actor=actor)


def organisations_at(people: Iterable[Person], day: date, *, preferring: Iterable[Organisation] = ()) -> dict[int, int]:
    """Each person's organisation on `day`, by their posts: one of `preferring` if they hold a post there, else their
    main post, else the one they began last. Someone without a post that day is missing.
    """
    preferred = {organisation.pk for organisation in preferring}
    posts = (
        Post.objects.on(day)
        .filter(person__in=people)
        .order_by("-is_primary", F("valid_from").desc(nulls_last=True), "-pk")
        .values_list("person_id", "organisation_id")
    )
    found: dict[int, int] = {}
    for person, organisation in posts:
        if person not in found or (organisation in preferred and found[person] not in preferred):
            found[person] = organisation
    return found


def _set_company(interaction: Interaction, company: Company) -> None:
    interaction.domains.set(company.domains)
    interaction.products.set(company.products)
    interaction.groups.set(company.groups)
    wanted = {(row.side, row.person_id, row.organisation_id): row for row in _participants(interaction, company)}
    for row in list(interaction.participants.all()):
        same = wanted.pop((row.side, row.person_id, row.organisation_id), None)
        if same is None:
            row.delete()
        elif row.occurred_at != interaction.occurred_at:
            row.occurred_at = interaction.occurred_at
            row.save(update_fields=["occurred_at"])
    Participant.objects.bulk_create(wanted.values())


def _participants(interaction: Interaction, company: Company) -> list[Participant]:
    """Everybody as rows: an organisation stands alone only where nobody came from it."""
    people, colleagues = list(company.people), list(company.colleagues)
    organisations = list(company.organisations)
    day = interaction.occurred_at.astimezone(Office.objects.current().zone).date()
    at = organisations_at(people, day, preferring=organisations)
    rows = [
        Participant(side=Participant.Side.OUTSIDE, person=person, organisation_id=at.get(person.pk))
        for person in people
    ]
    rows += [Participant(side=Participant.Side.INSIDE, person=colleague) for colleague in colleagues]
    rows += [
        Participant(side=Participant.Side.OUTSIDE, organisation=organisation)
        for organisation in organisations
        if organisation.pk not in at.values()
    ]
    for row in rows:
        row.interaction = interaction
        row.occurred_at = interaction.occurred_at
    return rows


def _attach(interaction: Interaction, uploads: Iterable[UploadedFile], actor: User) -> None:
    for upload in uploads:
        InteractionFile.objects.create(interaction=interaction, file=storage.store(upload, actor))


def _follow_up(interaction: Interaction, task: Task, actor: User) -> None:
    """A follow-up is owed to (or by) the first person outside, or the first organisation."""
    outside = list(interaction.participants.outside().order_by("pk"))
    first = next((row for row in outside if row.person_id), outside[0] if outside else None)
    task.interaction = interaction
    if first is not None:
        task.person_id, task.organisation_id = first.person_id, first.organisation_id
    task_actions.add(task, actor=actor)


def _concerned(interaction: Interaction) -> _Concerned:
    found = _Concerned(groups=set(interaction.groups.values_list("pk", flat=True)))
    rows = interaction.participants.outside().values_list("organisation_id", "person_id")
    for organisation, person in rows:
        found.organisations |= {organisation} - {None}
        found.people |= {person} - {None}
    return found


def _touch(*concerned: _Concerned, actor: User) -> None:
    cadence.touch(
        actor=actor,
        organisations=set().union(*(one.organisations for one in concerned)),
        people=set().union(*(one.people for one in concerned)),
        groups=set().union(*(one.groups for one in concerned)),
    )
