"""What the office does by itself for its stakeholders."""

import logging

from celery import shared_task

from .actions import cadence

logger = logging.getLogger(__name__)


@shared_task
def rebuild_due_dates():
    """Every night: compute all due dates from the contacts again and report what differed. Safe to repeat."""
    number = 0
    for number, difference in enumerate(cadence.rebuild(), start=1):  # noqa: B007 (counts what it goes through)
        logger.warning("Due date corrected: %s", difference)
    if number:
        logger.warning("%s due dates differed from the contacts and were corrected.", number)
    return number
