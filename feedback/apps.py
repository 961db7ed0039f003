"""Start-up of the feedback app."""

from django.apps import AppConfig


class FeedbackConfig(AppConfig):
    """Registers what feedback sends and what it shows on the pages of other apps, noun by noun."""

    name = "feedback"

    def ready(self):
        """Register; models are ready only now."""
        from . import service  # noqa: PLC0415
        from .mails import enquiry, request  # noqa: PLC0415

        request.register()
        enquiry.register()
        service.register()
