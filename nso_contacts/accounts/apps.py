"""Start-up of the accounts app."""

from typing import Any

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AccountsConfig(AppConfig):
    """Registers the messages about signing in, and the settings with their tabs."""

    name = "nso_contacts.accounts"
    label = "accounts"

    def ready(self) -> None:
        """Register; models are ready only now."""
        from nso_contacts.office import places  # noqa: PLC0415
        from nso_contacts.pages import navigation  # noqa: PLC0415

        from . import mails, views_of_lists  # noqa: PLC0415

        mails.register()
        views_of_lists.register()
        places.register(places.SettingsPlace(_("Office"), "office:settings", "change_office", order=10))
        places.register(places.SettingsPlace(_("Holidays"), "office:holidays", "change_office", order=20))
        places.register(
            places.SettingsPlace(_("Users"), "accounts:users", "manage_users", order=30, count=how_many_users)
        )
        navigation.register(
            navigation.NavItem(
                "administration",
                _("Settings"),
                "office:settings_home",
                icon="gear",
                capability=("change_office", "manage_users", "change_code_lists"),
                order=200,
            )
        )


def how_many_users(user: Any) -> int:
    """Those who may sign in."""
    from .models import User  # noqa: PLC0415 (models are not ready when this module is imported)

    return User.objects.active().count()
