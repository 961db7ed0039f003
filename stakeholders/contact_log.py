"""What the contact log shows on other pages: timelines, due dates, search, choices, places in the side bar."""

from collections.abc import Iterable
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet
from django.urls import reverse
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from nso_contacts.audit import history
from nso_contacts.files import owners
from nso_contacts.office import clock
from nso_contacts.pages import navigation, panels, picks, search, timeline

from . import agenda, due
from .contacts import SUBJECTS
from .models import (
    Interaction,
    InteractionDomain,
    InteractionFile,
    InteractionGroup,
    InteractionProduct,
    Participant,
    Person,
    Post,
    Product,
    Task,
)
from .templatetags.contacts import ICONS, heading

TASKS_SHOWN = 3


def register() -> None:
    """Tell the shared pages about contacts and tasks."""
    owners.register(InteractionFile, "file")
    timeline.register(
        timeline.TimelineSource(
            "interaction",
            gettext_lazy("Contacts"),
            subjects=("person", "organisation", "group"),
            keys=timeline_keys,
            load=timeline_entries,
            order=10,
        )
    )
    search.register(
        search.SearchSource(
            "interaction",
            gettext_lazy("Contact log"),
            "journal-text",
            Interaction.objects.visible_to,
            order=30,
            detail=lambda contact: f"{contact.get_channel_display()}, {contact.occurred_at:%Y-%m-%d}",
            capability="view_directory",
            list_url_name="stakeholders:interaction_list",
        )
    )
    picks.register(
        picks.PickSource(
            "colleague",
            gettext_lazy("Colleague"),
            lambda user: Person.objects.visible_to(user).active().filter(Post.objects.staff_filter()),
            order=("sort_name",),
            capability="view_directory",
        )
    )
    picks.register(
        picks.PickSource(
            "product",
            gettext_lazy("Product"),
            lambda user: Product.objects.visible_to(user).active(),
            fields=("title", "code"),
            order=("title",),
            capability="view_directory",
        )
    )
    for kind in SUBJECTS:
        panels.register(
            kind,
            panels.Panel(
                "next_due",
                gettext_lazy("Next contact due"),
                "stakeholders/panels/next_due.html",
                next_due,
                place="rail",
                order=10,
            ),
        )
    history.register(
        "interaction",
        Interaction,
        "view_directory",
        children=[
            history.Child(Participant, "interaction"),
            history.Child(InteractionDomain, "interaction"),
            history.Child(InteractionGroup, "interaction"),
            history.Child(InteractionProduct, "interaction"),
            history.Child(InteractionFile, "interaction"),
        ],
    )
    history.register("task", Task, "view_directory")
    agenda.register(
        agenda.EventSource("task", gettext_lazy("Tasks"), task_events, mine=my_task_events, today=calls_and_visits)
    )
    agenda.register(
        agenda.EventSource(
            "contact",
            gettext_lazy("Contacts due"),
            contact_events,
            mine=my_contact_events,
            today=agenda.none,
            ahead=False,
        )
    )
    place_in_side_bar()


def place_in_side_bar() -> None:
    """My work, the contact log and the tasks, under Work."""
    for item in (
        navigation.NavItem(
            "work",
            gettext_lazy("My work"),
            "stakeholders:home",
            "inbox",
            capability="view_directory",
            order=10,
            needing=due.needing,
            key="w",
        ),
        navigation.NavItem(
            "work",
            gettext_lazy("Contact log"),
            "stakeholders:interaction_list",
            "journal-text",
            capability="view_directory",
            order=20,
        ),
        navigation.NavItem(
            "work",
            gettext_lazy("Tasks"),
            "stakeholders:task_list",
            "check2-square",
            capability="view_directory",
            order=30,
            needing=tasks_needing,
        ),
        navigation.NavItem(
            "work",
            gettext_lazy("Calendar"),
            "stakeholders:calendar",
            "calendar3",
            capability="view_directory",
            order=40,
            key="c",
        ),
    ):
        navigation.register(item)


def tasks_needing(user: Any) -> list[QuerySet[Task]]:
    """Return somebody's own tasks that are overdue or due today."""
    return [due.tasks(user, user).filter(due_on__lte=clock.today())]


# Timelines -----------------------------------------------------------------------------------------------------------


def timeline_keys(subject_kind: str, subject: Any, user: Any) -> QuerySet[Interaction]:
    """The contacts with a person, an organisation or a group that `user` may see."""
    rows = Interaction.objects.visible_to(user)
    if subject_kind == "group":
        return rows.filter(Exists(InteractionGroup.objects.filter(interaction=OuterRef("pk"), group=subject)))
    took_part = Participant.objects.filter(interaction=OuterRef("pk"), **{subject_kind: subject})
    return rows.filter(Exists(took_part))


def timeline_entries(pks: list[int], user: Any) -> Iterable[timeline.Entry]:
    """Contacts as entries of a timeline, with what is still owed because of them."""
    contacts = Interaction.objects.filter(pk__in=pks).prefetch_related(
        "participants__person", "participants__organisation", "groups"
    )
    owed: dict[int, list[Task]] = {}
    for task in Task.objects.visible_to(user).open().filter(interaction__in=pks).order_by("due_on", "pk"):
        owed.setdefault(task.interaction_id, []).append(task)
    may_log = user.has_perm("access.log_interactions")
    return [
        timeline.Entry(
            key=contact.pk,
            icon=ICONS[contact.channel],
            title=title(contact),
            text=Truncator(": ".join(filter(None, (contact.subject, contact.summary)))).chars(280),
            url=contact.get_absolute_url(),
            template="stakeholders/parts/timeline_contact.html",
            context={"restricted": contact.restricted, "tasks": owed.get(contact.pk, ()), "may_log": may_log},
        )
        for contact in contacts
    ]


def title(contact: Interaction) -> str:
    """“Call with Amina Haddad, 10 min”."""
    if not contact.minutes:
        return heading(contact)
    return _("%(contact)s, %(minutes)s min") % {"contact": heading(contact), "minutes": contact.minutes}


# Due dates -----------------------------------------------------------------------------------------------------------


def next_due(record: Any, user: Any) -> dict[str, Any]:
    """What is owed to a person, an organisation or a group, and when the next contact is due."""
    kind = next(kind for kind, model in SUBJECTS.items() if isinstance(record, model))
    tasks: list[Task] = []
    if kind != "group":
        rows = due.tasks(user).filter(**{kind: record}).select_related("person", "assignee")
        tasks = list(rows.order_by("due_on", "pk")[:TASKS_SHOWN])
    days = [task.due_on for task in tasks] + [record.next_due_on] * (record.next_due_on is not None)
    return {
        "kind": kind,
        "record": record,
        "tasks": tasks,
        "first": min(days, default=None),
        "log_url": f"{reverse('stakeholders:interaction_quick')}?{kind}={record.pk}",
        "move_url": reverse(f"stakeholders:{kind}_due", args=[record.pk]),
        "may_log": user.has_perm("access.log_interactions"),
    }


# The calendar --------------------------------------------------------------------------------------------------------


def task_events(user: Any, first: Any, last: Any) -> Iterable[agenda.Event]:
    """Open tasks by the day they are due."""
    return _events(Task.objects.visible_to(user).open().filter(due_on__range=(first, last)))


def my_task_events(user: Any, first: Any, last: Any) -> Iterable[agenda.Event]:
    """One's own open tasks, what others owe us included."""
    return _events(Task.objects.visible_to(user).open().filter(assignee=user, due_on__range=(first, last)))


def calls_and_visits(user: Any, first: Any, last: Any) -> Iterable[agenda.Event]:
    """One's own visits and calls of a day; what else is owed stands in the list of what is due."""
    kinds = (Task.Kind.VISIT, Task.Kind.CALL)
    return _events(due.tasks(user, user).filter(due_on__range=(first, last), kind__in=kinds))


def _events(rows: QuerySet[Task]) -> Iterable[agenda.Event]:
    today = clock.today()
    return [
        agenda.Event(
            day=task.due_on,
            title=due.task_words(task),
            url=task.get_absolute_url(),
            icon="check2-square",
            about=str(task.person or task.organisation or ""),
            late=task.due_on < today,
        )
        for task in rows.select_related("person", "organisation").order_by("due_on", "pk")[: agenda.MOST]
    ]


def contact_events(user: Any, first: Any, last: Any) -> Iterable[agenda.Event]:
    """How many contacts the agreed rhythms ask for on each day."""
    return _contacts_due(user, first, last)


def my_contact_events(user: Any, first: Any, last: Any) -> Iterable[agenda.Event]:
    """The same, of records one owns."""
    return _contacts_due(user, first, last, owner=user)


def _contacts_due(user: Any, first: Any, last: Any, owner: Any = None) -> Iterable[agenda.Event]:
    today = clock.today()
    return [
        agenda.Event(
            day=day,
            title=ngettext("%(number)s contact due", "%(number)s contacts due", number) % {"number": number},
            url=due.contacts_url(day, owner),
            icon="people",
            late=day < today,
        )
        for day, number in sorted(due.contacts_by_day(user, first, last, owner).items())
    ]
