"""Why somebody is notified: each app registers its causes in `AppConfig.ready`.

    causes.register(Cause(
        "stakeholders.task_assigned",
        Kind.ASSIGNED,
        icon="check2-square",
        rows=lambda user: Task.objects.visible_to(user).open().filter(assignee=user),
        title=lambda task: _("Task assigned to you: %(task)s") % {"task": task},
    ))

and tells of it in the action that brings it about, with `notifications.actions.tell`. What nobody does but time, such
as being overdue, is `found` by a task every hour.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.db import models
from django.utils.translation import gettext_lazy as _


class Kind(models.TextChoices):
    """The four reasons to look up from one's work."""

    ASSIGNED = "assigned", _("Assigned to me")
    REPLY = "reply", _("Reply received")
    OVERDUE = "overdue", _("Overdue")
    FAILED = "failed", _("Message failed")


def nothing(record: Any) -> str:
    """Say nothing more about a record."""
    return ""


def own_page(record: Any) -> str:
    """Lead to the record itself."""
    return str(record.get_absolute_url())


@dataclass(frozen=True)
class Cause:
    """One reason for a notification about one kind of record.

    `rows(user)` are the records for which the cause stands and that `user` may see: a notification about any other is
    not shown, nor counted. `title(record)` says what happened, `about(record)` a little more; both are asked when the
    page is drawn, so that no name is stored twice. `related` is what they need of other tables. `found(today)` gives
    (user id, record id, day) for what came about by itself; `day` is when, and a later one makes the row new again.
    """

    key: str
    kind: Kind
    icon: str
    rows: Callable[[Any], models.QuerySet[Any]]
    title: Callable[[Any], str]
    about: Callable[[Any], str] = nothing
    url: Callable[[Any], str] = own_page
    related: tuple[str, ...] = ()
    found: Callable[[date], Iterable[tuple[int, int, date]]] | None = None


_causes: dict[str, Cause] = {}


def register(cause: Cause) -> None:
    """Make a cause known. Registering the same key again replaces it."""
    _causes[cause.key] = cause


def get(key: str) -> Cause | None:
    """Return the cause; None for one that no app registers any more."""
    return _causes.get(key)


def required(key: str) -> Cause:
    """Return the cause, or refuse a key nobody registered."""
    cause = get(key)
    if cause is None:
        raise ImproperlyConfigured(f"No app registers a cause called {key}.")
    return cause


def registered(kind: str = "") -> list[Cause]:
    """Return all causes, or those of one kind."""
    return [cause for cause in _causes.values() if not kind or cause.kind == kind]
