"""Start-up of the workshops app."""

from django.apps import AppConfig


class WorkshopsConfig(AppConfig):
    """Names the app; registrations go into `ready`."""

    name = "workshops"
