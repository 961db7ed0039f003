"""Start-up of the feedback app."""

from django.apps import AppConfig


class FeedbackConfig(AppConfig):
    """Registers what feedback sends and what it shows on the pages of other apps, noun by noun."""

    name = "feedback"

    def ready(self):
        """Register; models are ready only now."""
        from . import asking, service  # noqa: PLC0415
        from .mails import enquiry, request, survey  # noqa: PLC0415

        request.register()
        enquiry.register()
        survey.register()
        service.register()
        asking.register()
