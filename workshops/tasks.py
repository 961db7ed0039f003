"""What the schedule does by itself."""

import logging

from celery import shared_task
from django.core.exceptions import ValidationError

from nso_contacts.office.models import remembering_office

from .actions import sending

logger = logging.getLogger(__name__)


@shared_task(ignore_result=True)
def tick() -> None:
    """Send every step whose time has come. Safe to run twice, late, or beside itself."""
    with remembering_office():
        for milestone in sending.due_steps():
            try:
                sending.run_due(milestone, actor=None)
            except ValidationError as refusal:
                logger.warning("Step %s was not sent: %s", milestone.pk, " ".join(refusal.messages))
            except Exception:
                # One event whose step fails must not hold up the others; the next tick tries again.
                logger.exception("Step %s failed.", milestone.pk)
