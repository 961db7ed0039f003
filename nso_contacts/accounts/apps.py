"""Start-up of the accounts app."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """Names the app; registrations go into `ready`."""

    name = "nso_contacts.accounts"
    label = "accounts"
