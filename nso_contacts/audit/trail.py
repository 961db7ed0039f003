"""Changes and their trail: who did what, and why.

`@action` marks the functions that write. The history itself is kept by database triggers (`@tracked`), so nothing
in Python can go round it; an action only says who acts and why, and the triggers attach that to every row.
"""

import inspect
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import wraps
from typing import ParamSpec, TypeVar

import pghistory
from django.contrib.auth.base_user import AbstractBaseUser
from django.core.exceptions import FieldDoesNotExist
from django.db import models, transaction

P = ParamSpec("P")
R = TypeVar("R")
ModelClass = TypeVar("ModelClass", bound=type[models.Model])

# Derived columns: every row has another way to come by them, so their change is not news.
NEVER_TRACKED = ("revision", "search_text")

_acting: ContextVar[bool] = ContextVar("nso_contacts_acting", default=False)


@contextmanager
def acting(name: str, *, actor: models.Model | None, reason: str = "", batch: str = "") -> Iterator[None]:
    """Run the block in one transaction whose history names `actor`, `reason`, `batch` and the action's `name`.

    `actor` is the signed-in User; or the Person who used a personal link; or None for the office itself (a schedule).
    Inside another action only a savepoint is opened: the history keeps naming who began and why.
    """
    if _acting.get():
        with transaction.atomic():
            yield
        return
    context: dict[str, object] = {
        "action": name,
        "actor": None,
        "reason": reason,
        "batch": str(batch or ""),
    }
    if isinstance(actor, AbstractBaseUser):
        context["actor"] = actor.pk
    elif actor is not None and actor.pk is not None:
        context["person"] = f"{actor._meta.label_lower}/{actor.pk}"
    token = _acting.set(True)
    try:
        with pghistory.context(**context), transaction.atomic():
            yield
    finally:
        _acting.reset(token)


def action(function: Callable[P, R]) -> Callable[P, R]:
    """Mark a function that changes data. It runs in one transaction, and the history says who, why and which action.

    The function takes `actor` by keyword; `reason` and `batch` are recorded when it takes them too. Actions may call
    actions: all is one change, told under the name, actor, reason and batch of the outermost one.
    """
    signature = inspect.signature(function)
    if "actor" not in signature.parameters:
        raise TypeError(f"An action needs a keyword argument `actor`: {function.__module__}.{function.__qualname__}")
    defaults = {
        name: signature.parameters[name].default
        for name in ("reason", "batch")
        if name in signature.parameters and signature.parameters[name].default is not inspect.Parameter.empty
    }
    name = f"{function.__module__.removeprefix('nso_contacts.')}.{function.__name__}"

    @wraps(function)
    def act(*args: P.args, **kwargs: P.kwargs) -> R:
        if "actor" not in kwargs:
            raise TypeError(f"{name}() needs the keyword argument `actor`; None is the office itself.")
        told = {key: str(kwargs.get(key, defaults.get(key)) or "") for key in ("reason", "batch")}
        with acting(name, actor=kwargs["actor"], **told):  # type: ignore[arg-type]
            return function(*args, **kwargs)

    act.is_action = True  # type: ignore[attr-defined]
    return act


def tracked(*, exclude: Iterable[str] = ()) -> Callable[[ModelClass], ModelClass]:
    """Keep the history of a model: each insert, update and delete adds a row that nobody can change or remove.

    `revision`, `search_text` and generated columns are left out by themselves; name other derived columns in `exclude`.
    """

    def decorate(model: ModelClass) -> ModelClass:
        left_out = {
            *exclude,
            *(name for name in NEVER_TRACKED if _has_field(model, name)),
        }
        left_out |= {field.name for field in model._meta.local_fields if getattr(field, "generated", False)}
        decorator = pghistory.track(
            pghistory.InsertEvent(),
            pghistory.UpdateEvent(),
            pghistory.DeleteEvent(),
            exclude=sorted(left_out),
            append_only=True,
            # Hidden from `_meta.related_objects`: a merge must not try to re-point what nobody may change.
            obj_field=pghistory.ObjForeignKey(related_name="+", related_query_name="+"),
        )
        return decorator(model)

    return decorate


def _has_field(model: type[models.Model], name: str) -> bool:
    try:
        model._meta.get_field(name)
    except FieldDoesNotExist:
        return False
    return True
