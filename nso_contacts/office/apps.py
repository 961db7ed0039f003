"""Start-up of the office app."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class OfficeConfig(AppConfig):
    """Keeps the answering times complete; registrations go into `ready`."""

    name = "nso_contacts.office"
    label = "office"

    def ready(self) -> None:
        from . import targets  # noqa: PLC0415 (models are ready only now)

        post_migrate.connect(targets.complete, sender=self)
