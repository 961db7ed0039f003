"""Start-up of the audit app."""

from typing import Any

from django.apps import AppConfig


class AuditConfig(AppConfig):
    """Lets forms name who was faster."""

    name = "nso_contacts.audit"
    label = "audit"

    def ready(self) -> None:
        """Register; models are ready only now."""
        from nso_contacts.pages.stale import LastChange, tell_last_change  # noqa: PLC0415 (needs loaded apps)

        from .history import last_change  # noqa: PLC0415

        def who_saved(record: Any) -> LastChange | None:
            found = last_change(record)
            return LastChange(*found) if found else None

        tell_last_change(who_saved)
