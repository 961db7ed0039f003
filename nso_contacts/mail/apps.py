"""Start-up of the mail app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class MailConfig(AppConfig):
    """Gives the outbox its place in the side bar."""

    name = "nso_contacts.mail"
    label = "mail"

    def ready(self) -> None:
        """Register; models are ready only now."""
        from nso_contacts.pages import navigation  # noqa: PLC0415

        from .listings import needing_somebody  # noqa: PLC0415

        navigation.register(
            navigation.NavItem(
                "engagement",
                _("Messages"),
                "mail:messages",
                icon="envelope",
                capability="view_messages",
                order=400,
                needing=needing_somebody,
                key="m",
            )
        )
