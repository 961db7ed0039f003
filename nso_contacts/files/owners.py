"""Which records files hang on. An app registers its link in `AppConfig.ready`; without one nobody gets the file.

owners.register(InteractionFile, "file")      # InteractionFile.objects.visible_to(user) decides
"""

from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.db import models

_owners: dict[tuple[type[models.Model], str], None] = {}


def register(model: type[models.Model], field: str) -> None:
    """Serve files that `model.field` points at to whoever may see the row."""
    model._meta.get_field(field)
    if not hasattr(model._default_manager.all(), "visible_to"):
        raise ImproperlyConfigured(f"{model.__name__}.objects needs visible_to(user) to own files.")
    _owners[model, field] = None


def rows(user: Any) -> list[models.QuerySet[Any]]:
    """Return, per registered link, the ids of the files on rows that `user` may see."""
    return [
        model._default_manager.all()
        .visible_to(user)  # type: ignore[attr-defined]
        .filter(**{f"{field}__isnull": False})
        .order_by()
        .values(f"{field}_id")
        for model, field in _owners
    ]
