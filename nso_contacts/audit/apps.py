"""Start-up of the audit app."""

from django.apps import AppConfig


class AuditConfig(AppConfig):
    """Names the app; registrations go into `ready`."""

    name = "nso_contacts.audit"
    label = "audit"
