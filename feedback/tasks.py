"""What feedback does by itself."""

import logging

from celery import shared_task
from django.core.exceptions import ValidationError
from django.utils import timezone

from nso_contacts.office.models import remembering_office

from .actions import survey
from .models import SurveyWave

logger = logging.getLogger(__name__)


@shared_task(ignore_result=True)
def tick() -> None:
    """Open, remind and close follow-up surveys whose day has come. Safe to run twice, late, or beside itself."""
    with remembering_office():
        now = timezone.now()
        for event in survey.waiting_events(now):
            if survey.planned(event, survey.OPENS) <= now:
                try:
                    survey.open_wave(event, actor=None)
                except ValidationError as refusal:
                    logger.warning("The survey of event %s was not opened: %s", event.pk, " ".join(refusal.messages))
        for wave in SurveyWave.objects.filter(closed_at=None, closes_at__lte=now):
            survey.close(wave, actor=None)
        for wave in SurveyWave.objects.filter(closed_at=None, reminded_at=None, remind_at__lte=now):
            survey.remind(wave, actor=None)
