"""Start-up of the stakeholders app."""

from django.apps import AppConfig


class StakeholdersConfig(AppConfig):
    """Names the app; registrations go into `ready`."""

    name = "stakeholders"
