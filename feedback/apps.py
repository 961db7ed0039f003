"""Start-up of the feedback app."""

from django.apps import AppConfig


class FeedbackConfig(AppConfig):
    """Registers what feedback sends and what it shows on the pages of other apps, noun by noun."""

    name = "feedback"

    def ready(self):
        """Register; models are ready only now."""
        from . import asking, merging, register_of_needs, service  # noqa: PLC0415
        from .mails import enquiry, need, request, survey  # noqa: PLC0415

        request.register()
        enquiry.register()
        survey.register()
        need.register()
        service.register()
        asking.register()
        register_of_needs.register()
        merging.register()
