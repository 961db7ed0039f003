"""Start-up of the office app."""

from django.apps import AppConfig


class OfficeConfig(AppConfig):
    """Names the app; registrations go into `ready`."""

    name = "nso_contacts.office"
    label = "office"
