"""Start-up of the mail app."""

from django.apps import AppConfig


class MailConfig(AppConfig):
    """Names the app; registrations go into `ready`."""

    name = "nso_contacts.mail"
    label = "mail"
