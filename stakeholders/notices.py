"""What colleagues are notified of: tasks and assignments that others give them, and tasks that are overdue."""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from nso_contacts.notifications import causes
from nso_contacts.notifications.causes import Cause, Kind
from nso_contacts.office import clock
from nso_contacts.office.templatetags.office import office_date

from . import due
from .models import ExpertAssignment, Task

# Overdue for longer than this is no news: it stands on My work. Shorter than read notifications are kept, so that one
# that was read and deleted does not come back.
NEWS = timedelta(days=30)


def register() -> None:
    """Make the causes known."""
    for cause in (
        Cause(
            "stakeholders.task_assigned",
            Kind.ASSIGNED,
            "check2-square",
            rows=own_tasks,
            title=lambda task: _("Task for you: %(task)s") % {"task": due.task_words(task)},
            about=task_facts,
            related=("person", "organisation"),
        ),
        Cause(
            "stakeholders.task_overdue",
            Kind.OVERDUE,
            "exclamation-triangle",
            rows=lambda user: own_tasks(user).filter(due_on__lt=clock.today()),
            title=lambda task: _("Overdue: %(task)s") % {"task": due.task_words(task)},
            about=lambda task: str(task.person or task.organisation or ""),
            related=("person", "organisation"),
            found=overdue_tasks,
        ),
        Cause(
            "stakeholders.expert_named",
            Kind.ASSIGNED,
            "person-check",
            rows=own_assignments,
            title=lambda row: (
                _("You are the expert for %(organisation)s: %(domain)s")
                % {"organisation": row.organisation, "domain": row.domain}
            ),
            about=lambda row: str(row.get_role_display()),
            url=lambda row: str(row.organisation.get_absolute_url()),
            related=("organisation", "domain"),
        ),
    ):
        causes.register(cause)


def own_tasks(user: Any) -> QuerySet[Task]:
    """Open tasks that `user` has to do or to follow up."""
    return Task.objects.visible_to(user).open().filter(assignee=user)


def task_facts(task: Task) -> str:
    """“Amina Haddad · Due Thu 15 Oct”."""
    day = _("Due %(day)s") % {"day": office_date(task.due_on)}
    return " · ".join(filter(None, (str(task.person or task.organisation or ""), day)))


def overdue_tasks(today: date) -> Iterable[tuple[int, int, date]]:
    """Open tasks whose day has passed lately: for whom, which, and the first day they were late."""
    late = Task.objects.open().filter(due_on__lt=today, due_on__gte=today - NEWS)
    for user, task, due_on in late.values_list("assignee_id", "pk", "due_on"):
        yield user, task, due_on + timedelta(days=1)


def own_assignments(user: Any) -> QuerySet[ExpertAssignment]:
    """Assignments of `user` that have not ended."""
    not_over = Q(valid_to=None) | Q(valid_to__gte=clock.today())
    return ExpertAssignment.objects.visible_to(user).filter(not_over, user=user)
