"""Start-up of the imports app."""

from django.apps import AppConfig


class ImportsConfig(AppConfig):
    """Names the app; registrations go into `ready`."""

    name = "nso_contacts.imports"
    label = "imports"
