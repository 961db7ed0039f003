"""The doorbell: a run sends what is due, the sweep rings for whatever the broker lost. Both may run twice or late."""

import logging

from celery import shared_task
from django.utils import timezone
from kombu.exceptions import OperationalError

from . import delivery

logger = logging.getLogger(__name__)


@shared_task(ignore_result=True)
def deliver() -> None:
    """Send what is due for half a minute; then let others have the worker, and go on."""
    if delivery.run():
        ring()


@shared_task(ignore_result=True)
def sweep() -> None:
    """Settle what a dead process left behind, and ring for what is due."""
    delivery.settle_expired(timezone.now())
    if delivery.anything_due(timezone.now()):
        ring()


def ring() -> None:
    """Ask for a delivery run. A broker that does not answer is no reason to fail: the sweep asks again."""
    try:
        deliver.apply_async(retry=False)
    except OperationalError:
        logger.warning("The broker did not take the bell; the sweep will ring again.")
