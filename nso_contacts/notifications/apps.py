"""Start-up of the notifications app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class NotificationsConfig(AppConfig):
    """Hangs the bell into the top bar of staff pages."""

    name = "nso_contacts.notifications"
    label = "notifications"

    def ready(self) -> None:
        """Register; models are ready only now."""
        from nso_contacts.pages import panels  # noqa: PLC0415 (needs loaded apps)

        from . import bell  # noqa: PLC0415

        panels.register(
            "bell",
            panels.Panel(
                "notifications",
                _("Notifications"),
                "notifications/bell.html",
                context=bell.context,
                capability="view_directory",
            ),
        )
