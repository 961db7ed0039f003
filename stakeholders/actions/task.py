"""Tasks: what a colleague owes somebody, or waits for, by a date."""

from datetime import date

from django.db.models import Q, QuerySet
from django.utils import timezone

from nso_contacts.accounts.models import User
from nso_contacts.audit.trail import action
from nso_contacts.notifications.actions import tell

from ..models import Interaction, Task

ASSIGNED = "stakeholders.task_assigned"


@action
def add(task: Task, *, actor: User | None) -> Task:
    """Write down something that is owed, and tell whoever has to do it."""
    task.created_by = actor
    task.save(force_insert=True)
    tell(ASSIGNED, task, [task.assignee], actor=actor)
    return task


@action
def change(task: Task, *, actor: User) -> Task:
    """Save the changed words, dates and people of a task; somebody else who has to do it now is told."""
    before = Task.objects.select_for_update(of=("self",)).get(pk=task.pk)
    task.save()
    if task.assignee_id != before.assignee_id:
        tell(ASSIGNED, task, [task.assignee], actor=actor)
    return task


@action
def done(task: Task, *, actor: User, reason: str = "") -> bool:
    """Mark a task as done without a contact. Doing it twice, or after it was cancelled, changes nothing."""
    return bool(_open(task).update(done_at=timezone.now()))


@action
def cancel(task: Task, *, actor: User, reason: str = "") -> bool:
    """Drop a task that is no longer owed. Doing it twice, or after it was done, changes nothing."""
    return bool(_open(task).update(cancelled_at=timezone.now()))


@action
def reopen(task: Task, *, actor: User, reason: str = "") -> bool:
    """Take back a “done” or a cancellation. An open task stays as it is."""
    closed = Task.objects.filter(pk=task.pk).exclude(Q(done_at=None) & Q(cancelled_at=None))
    return bool(closed.update(done_at=None, cancelled_at=None, settled_by=None))


@action
def move(task: Task, *, due_on: date, actor: User, reason: str = "") -> bool:
    """Let an open task be due on another day."""
    return bool(_open(task).update(due_on=due_on))


@action
def settle(tasks: QuerySet[Task], interaction: Interaction, *, actor: User) -> int:
    """Mark those of `tasks` that are open as answered by a contact; return how many there were."""
    still_open = tasks.filter(done_at=None, cancelled_at=None)
    return still_open.update(done_at=timezone.now(), settled_by=interaction)


def _open(task: Task) -> QuerySet[Task]:
    return Task.objects.open().filter(pk=task.pk)
