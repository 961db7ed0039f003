"""Start-up of the feedback app."""

from django.apps import AppConfig


class FeedbackConfig(AppConfig):
    """Names the app; registrations go into `ready`."""

    name = "feedback"
