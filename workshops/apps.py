"""Start-up of the workshops app."""

from django.apps import AppConfig


class WorkshopsConfig(AppConfig):
    """Registers what workshops add to the pages, messages and dates of the apps below."""

    name = "workshops"

    def ready(self) -> None:
        """Register purposes of messages, sources of contacts, and what happens when the office's calendar changes."""
        from nso_contacts.office import hooks  # noqa: PLC0415 (models are loaded by now, not before)

        from . import bulk, contacts, merging, messages, notices, panels  # noqa: PLC0415
        from .actions import sending  # noqa: PLC0415

        bulk.register()
        messages.register()
        contacts.register()
        panels.register()
        merging.register()
        notices.register()
        hooks.on_calendar_change(sending.replan_all)
