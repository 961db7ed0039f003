"""Start-up of the stakeholders app."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class StakeholdersConfig(AppConfig):
    """Registers what this app shows on shared pages, and keeps an emptied database supplied with code lists."""

    name = "stakeholders"

    def ready(self):
        from . import (  # noqa: PLC0415 (models are ready only now)
            bulk_directory,
            contact_log,
            directory,
            imports,
            notices,
            wishes,
        )
        from .seed import seed_code_lists  # noqa: PLC0415 (models are ready only now)

        post_migrate.connect(seed_code_lists, sender=self)
        directory.register()
        bulk_directory.register()
        contact_log.register()
        imports.register()
        wishes.register()
        notices.register()
