"""What the page shapes clean up by themselves."""

from celery import shared_task

from . import drafts


@shared_task(ignore_result=True)
def delete_old_drafts() -> None:
    """Delete drafts of forms that nobody came back to. Twice or late is as good."""
    drafts.delete_old()
