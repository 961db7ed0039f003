"""Somebody lost their links and asks for new ones."""

from django.utils import timezone

from nso_contacts.audit.trail import action
from nso_contacts.mail import outbox
from nso_contacts.mail.models import Message
from nso_contacts.office.models import Office

PURPOSE = "feedback.own_links"


@action
def send_links(address: str, *, language: str, actor: None = None) -> Message:
    """Post the letter with the links that belong to an address, known or not: who looks on learns nothing.

    Whether anybody is known there is asked while sending; for an unknown address the letter is dropped.
    """
    return outbox.post(
        PURPOSE,
        subject=Office.objects.current(),
        address=address,
        language=language,
        version=timezone.now().isoformat(),
    )
