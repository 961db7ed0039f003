"""What the page shapes clean up by themselves."""

from celery import shared_task

from . import drafts, once


@shared_task(ignore_result=True)
def delete_old() -> None:
    """Delete drafts that nobody came back to, and the marks of forms sent long ago. Twice or late is as good."""
    drafts.delete_old()
    once.delete_old()
