"""What the office does by itself for its stakeholders."""

import logging

from celery import shared_task
from django.db import transaction

from .actions import bulk_change, cadence
from .models import BulkChange

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


@shared_task(ignore_result=True)
def carry_out(pk):
    """Carry out a bulk change. Twice or late it does nothing."""
    bulk_change.work(pk)


@shared_task(ignore_result=True)
def sweep():
    """Ring for every bulk change that waits and that no worker holds."""
    with transaction.atomic():
        waiting = BulkChange.objects.select_for_update(skip_locked=True, of=("self",)).waiting()
        pks = list(waiting.order_by("pk").values_list("pk", flat=True))
    for pk in pks:
        bulk_change.ring(pk)
