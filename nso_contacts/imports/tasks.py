"""The doorbell of the imports: a worker checks or applies a batch, the sweep rings for what the broker lost."""

import logging

from celery import shared_task
from django.db import transaction
from kombu.exceptions import OperationalError

from . import actions
from .models import Batch

logger = logging.getLogger(__name__)


@shared_task(ignore_result=True)
def work(pk: int) -> None:
    """Check or apply a batch. Twice or late it does nothing."""
    actions.work(pk)


@shared_task(ignore_result=True)
def sweep() -> None:
    """Ring for every batch that should be at work and that no worker holds."""
    with transaction.atomic():
        waiting = Batch.objects.select_for_update(skip_locked=True, of=("self",)).unfinished()
        pks = list(waiting.order_by("pk").values_list("pk", flat=True))
    for pk in pks:
        ring(pk)


def ring(pk: int) -> None:
    """Ask for a worker. A broker that does not answer is no reason to fail: the sweep asks again."""
    try:
        work.apply_async((pk,), retry=False)
    except OperationalError:
        logger.warning("The broker did not take the import %s; the sweep will ring again.", pk)
