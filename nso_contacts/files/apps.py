"""Start-up of the files app."""

from django.apps import AppConfig


class FilesConfig(AppConfig):
    """Names the app; registrations go into `ready`."""

    name = "nso_contacts.files"
    label = "files"
