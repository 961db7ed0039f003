"""Start-up of the feedback app."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class FeedbackConfig(AppConfig):
    """Registers what feedback sends and shows on the pages of other apps, and keeps the survey every office has."""

    name = "feedback"

    def ready(self):
        """Register; models are ready only now."""
        from . import (  # noqa: PLC0415 (needs loaded apps)
            asking,
            follow_up_survey,
            for_managers,
            merging,
            notices,
            register_of_needs,
            service,
        )
        from .mails import enquiry, need, own_links, request, survey  # noqa: PLC0415 (needs loaded apps)

        post_migrate.connect(follow_up_survey.keep, sender=self)
        request.register()
        enquiry.register()
        survey.register()
        need.register()
        own_links.register()
        service.register()
        for_managers.register()
        asking.register()
        register_of_needs.register()
        merging.register()
        notices.register()
