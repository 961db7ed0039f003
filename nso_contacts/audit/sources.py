"""Where a history is read from: the history rows of a record and of what belongs to it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db import models
from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.utils.text import capfirst

NEVER_SHOWN = {"id", "created_at", "updated_at", "revision", "search_text"}


@dataclass(frozen=True)
class Child:
    """Rows that belong to a record and are told in its history."""

    model: type[models.Model]
    field: str
    visible: Callable[[Any], Q] | None = None
    hide: tuple[str, ...] = ()


@dataclass(frozen=True)
class Kind:
    """A kind of record that has a history page."""

    key: str
    model: type[models.Model]
    capabilities: tuple[str, ...]
    children: tuple[Child, ...]
    hide: tuple[str, ...]

    def is_open_to(self, user: Any) -> bool:
        """Whether `user` may read histories of this kind at all."""
        return any(user.has_perm(f"access.{capability}") for capability in self.capabilities)


@dataclass(frozen=True)
class Source:
    """One table of history rows: the record's own, or a child's."""

    key: str
    model: type[models.Model]
    child: Child | None
    hide: frozenset[str]

    @property
    def events(self) -> type[models.Model]:
        """The model of the history rows."""
        return self.model.pgh_event_model  # type: ignore[attr-defined]

    @property
    def title(self) -> str:
        """What the rows are called."""
        return capfirst(str(self.model._meta.verbose_name))

    @property
    def fields(self) -> "list[models.Field]":
        """The columns worth telling."""
        kept = {f.name for f in self.events._meta.get_fields() if not f.auto_created}
        return [f for f in self.model._meta.concrete_fields if f.name in kept and f.name not in self.hide]

    def rows(self, record: Any, user: Any) -> QuerySet[Any]:
        """Return the history rows that tell about `record` and that `user` may read."""
        events = self.events._default_manager
        if self.child is None:
            return events.filter(pgh_obj_id=record.pk)
        path = f"{self.child.field}_id" if "__" not in self.child.field else self.child.field
        belonged = events.filter(**{path: record.pk}).values("pgh_obj_id")
        rows = events.filter(pgh_obj_id__in=belonged)
        # What moved to another record is told here up to and including the move, and there from then on.
        rows = rows.annotate(told_before=Subquery(before(self.events).values(path)[:1])).filter(
            Q(**{path: record.pk}) | Q(told_before=record.pk)
        )
        if hasattr(self.model._default_manager.all(), "visible_to"):
            everything: Any = self.model._default_manager.all()
            hidden = everything.exclude(pk__in=everything.visible_to(user).order_by().values("pk"))
            rows = rows.exclude(pgh_obj_id__in=hidden.order_by().values("pk"))
        return rows.filter(self.child.visible(user)) if self.child.visible else rows


def before(events: type[models.Model]) -> QuerySet[Any]:
    """Return, for use in a subquery, the history rows of the same row that came earlier, the latest first."""
    return events._default_manager.filter(pgh_obj_id=OuterRef("pgh_obj_id"), pgh_id__lt=OuterRef("pgh_id")).order_by(
        "-pgh_id"
    )


def sources(kind: Kind) -> list[Source]:
    """Return the tables a history is read from."""
    own = Source(kind.key, kind.model, None, frozenset({*NEVER_SHOWN, *kind.hide}))
    children = [
        Source(child.model._meta.model_name or "", child.model, child, frozenset({*NEVER_SHOWN, *child.hide}))
        for child in kind.children
    ]
    return [own, *children]
