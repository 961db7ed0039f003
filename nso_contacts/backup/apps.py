"""Set-up of the backups."""

from django.apps import AppConfig


class BackupConfig(AppConfig):
    """Saving the whole office, and bringing it back."""

    name = "nso_contacts.backup"
    label = "backup"
