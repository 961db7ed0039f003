"""What the office does by itself about notifications. Both may come twice or late."""

from celery import shared_task

from nso_contacts.office.models import remembering_office

from . import actions


@shared_task(ignore_result=True)
def tell_what_came_about() -> None:
    """Every hour, because the office's day does not begin with the server's."""
    with remembering_office():
        actions.tell_what_came_about(actor=None)


@shared_task(ignore_result=True)
def forget_read() -> None:
    """Every night."""
    actions.forget_read(actor=None)
