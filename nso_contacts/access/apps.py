"""Start-up of the access app."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class AccessConfig(AppConfig):
    """Registers the route check and keeps the role groups equal to the table in `roles`."""

    name = "nso_contacts.access"
    label = "access"

    def ready(self) -> None:
        from . import checks, roles  # noqa: F401, PLC0415 (importing `checks` registers it; models are ready only now)

        post_migrate.connect(roles.sync, sender=self)
