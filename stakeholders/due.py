"""What is owed: open tasks and the next contacts that the agreed rhythm asks for, as one list in order of date."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import CharField, Count, F, Model, OuterRef, QuerySet, Subquery, Value
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from nso_contacts.office import clock

from .models import Interaction, Organisation, Participant, Person, Post, Task, UserGroup

TASK = "task"
RHYTHMS: dict[str, type[Model]] = {"organisation": Organisation, "person": Person, "group": UserGroup}


@dataclass
class Due:
    """One thing that is owed, as a list shows it."""

    kind: str
    record: Any
    due_on: date
    person: Person | None = None
    organisation: Organisation | None = None
    group: UserGroup | None = None
    last: Interaction | None = None

    @property
    def what(self) -> str:
        """What is due, in words."""
        if self.kind == TASK:
            return task_words(self.record)
        return rhythm_words(self.record)

    @property
    def whom(self) -> Any:
        """The record at the beginning of the row."""
        return self.person or self.organisation or self.group

    @property
    def beside(self) -> str:
        """What stands under it: the organisation of a person."""
        return str(self.organisation or "") if self.person else ""

    @property
    def owner(self) -> Any:
        """The colleague who owes it; None if nobody owns the record."""
        return self.record.assignee if self.kind == TASK else self.record.owner

    @property
    def log_url(self) -> str:
        """Where the contact that answers it is logged."""
        return f"{reverse('stakeholders:interaction_quick')}?{urlencode({self.kind: self.record.pk})}"


def task_words(task: Task) -> str:
    """“Reply: school census pupil codes”."""
    if task.kind == Task.Kind.OTHER:
        return task.title
    return _("%(kind)s: %(title)s") % {"kind": task.get_kind_display(), "title": task.title}


def rhythm_words(record: Organisation | Person | UserGroup) -> str:
    """“Contact: every 90 days”, or that the date was moved by hand."""
    if not record.cadence_days:
        return _("Contact, on the day set by hand")
    return ngettext("Contact: every day", "Contact: every %(days)s days", record.cadence_days) % {
        "days": record.cadence_days
    }


def tasks(user: Any, owner: Any | None = None) -> QuerySet[Task]:
    """Open tasks that the office owes, of one colleague or of all."""
    rows = Task.objects.visible_to(user).open().owed_by_us()
    return rows if owner is None else rows.filter(assignee=owner)


def contacts(kind: str, user: Any, owner: Any | None = None) -> QuerySet:
    """Records of a kind in use whose next contact has a date, of one owner or of all."""
    rows = RHYTHMS[kind]._default_manager.all().visible_to(user).active().filter(next_due_on__isnull=False)
    if kind == "person":
        rows = rows.filter(do_not_contact=False)
    return rows if owner is None else rows.filter(owner=owner)


def everything(
    user: Any,
    *,
    owner: Any | None = None,
    since: date | None = None,
    until: date | None = None,
    with_tasks: bool = True,
) -> Any:
    """Everything owed between two days, both included, as rows of (kind, pk, day), soonest first."""
    branches = [_branch(TASK, tasks(user, owner), "due_on", since, until)] if with_tasks else []
    branches += [_branch(kind, contacts(kind, user, owner), "next_due_on", since, until) for kind in RHYTHMS]
    return branches[0].union(*branches[1:], all=True).order_by("day", "row_kind", "pk")


def _branch(kind: str, rows: QuerySet, column: str, since: date | None, until: date | None) -> QuerySet:
    if since is not None:
        rows = rows.filter(**{f"{column}__gte": since})
    if until is not None:
        rows = rows.filter(**{f"{column}__lte": until})
    named = rows.order_by().annotate(row_kind=Value(kind, output_field=CharField()), day=F(column))
    return named.values_list("row_kind", "pk", "day")


def contacts_by_day(user: Any, first: date, last: date, owner: Any | None = None) -> Counter[date]:
    """How many contacts, without tasks, are due on each day between two days, both included."""
    found: Counter[date] = Counter()
    for kind in RHYTHMS:
        rows = contacts(kind, user, owner).filter(next_due_on__range=(first, last)).order_by()
        found.update(dict(rows.values_list("next_due_on").annotate(number=Count("pk"))))
    return found


def contacts_url(day: date, owner: Any | None = None) -> str:
    """The list of these contacts."""
    query = {"contacts_on": day.isoformat(), "owner": owner.pk if owner else "all"}
    return f"{reverse('stakeholders:due_list')}?{urlencode(query)}"


def needing(user: Any) -> list[QuerySet]:
    """What is overdue or due today for a colleague: tasks, and contacts with records of each kind."""
    today = clock.today()
    owed = [contacts(kind, user, user).filter(next_due_on__lte=today) for kind in RHYTHMS]
    return [tasks(user, user).filter(due_on__lte=today), *owed]


def load(rows: Iterable[tuple[str, int, date]], user: Any) -> list[Due]:
    """The records behind rows of `everything`, with whom they concern and the last contact with them.

    A constant number of queries, whatever the number of rows.
    """
    rows = list(rows)
    found: dict[tuple[str, int], Any] = {}
    for kind, model in {TASK: Task, **RHYTHMS}.items():
        wanted = [pk for row_kind, pk, _day in rows if row_kind == kind]
        related = ("person", "organisation", "assignee") if kind == TASK else ("owner",)
        records = model._default_manager.select_related(*related).in_bulk(wanted) if wanted else {}
        found |= {(kind, pk): record for pk, record in records.items()}
    dues = [_due(kind, found[kind, pk], day) for kind, pk, day in rows if (kind, pk) in found]
    _add_posts(dues)
    _add_last(dues, user)
    return dues


def _due(kind: str, record: Any, day: date) -> Due:
    if kind == TASK:
        return Due(kind, record, day, person=record.person, organisation=record.organisation)
    return Due(kind, record, day, **{kind: record})


def _add_posts(dues: list[Due]) -> None:
    """Name the present organisation of people who are due by their own rhythm."""
    people = [due.person.pk for due in dues if due.person and due.organisation is None]
    if people:
        posts = Post.objects.current().filter(person__in=people).select_related("organisation").order_by("is_primary")
        at = {post.person_id: post.organisation for post in posts}
        for due in dues:
            if due.person and due.organisation is None:
                due.organisation = at.get(due.person.pk)


def _add_last(dues: list[Due], user: Any) -> None:
    subjects = {kind: {whom.pk for due in dues if (whom := _subject(due, kind))} for kind in RHYTHMS}
    last = last_contacts(subjects, user)
    for due in dues:
        kind = next(kind for kind in ("person", "organisation", "group") if getattr(due, kind) or kind == "group")
        whom = getattr(due, kind)
        due.last = last.get((kind, whom.pk)) if whom else None


def _subject(due: Due, kind: str) -> Any:
    """The record whose last contact counts for a row: the person if there is one, else the organisation or group."""
    if kind == "person":
        return due.person
    if kind == "organisation":
        return None if due.person else due.organisation
    return None if due.person or due.organisation else due.group


def last_contacts(subjects: Mapping[str, Iterable[int]], user: Any) -> dict[tuple[str, int], Interaction]:
    """The newest contact `user` may see with each of these people, organisations and groups."""
    newest: dict[tuple[str, int], int] = {}
    for kind, pks in subjects.items():
        if pks:
            ids = RHYTHMS[kind]._default_manager.filter(pk__in=pks).annotate(newest=_newest(kind, user))
            newest |= {(kind, pk): last for pk, last in ids.values_list("pk", "newest") if last}
    contacts_by_id = Interaction.objects.in_bulk(newest.values())
    return {key: contacts_by_id[pk] for key, pk in newest.items()}


def _newest(kind: str, user: Any) -> Subquery:
    """One step down an index per record, not a walk over all its contacts."""
    if kind == "group":
        rows = Interaction.objects.visible_to(user).filter(groups=OuterRef("pk")).order_by("-occurred_at", "-pk")
        return Subquery(rows.values("pk")[:1])
    rows = Participant.objects.visible_to(user).outside().filter(**{kind: OuterRef("pk")})
    return Subquery(rows.order_by("-occurred_at", "-interaction_id").values("interaction_id")[:1])
