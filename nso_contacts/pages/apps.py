"""Start-up of the pages app."""

from django.apps import AppConfig


class PagesConfig(AppConfig):
    """Names the app; registrations go into `ready`."""

    name = "nso_contacts.pages"
    label = "pages"
