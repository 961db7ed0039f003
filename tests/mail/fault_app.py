"""The Celery application of the fault test: the office's own, with one purpose that needs no other app."""

from datetime import timedelta
from pathlib import Path

import django
from django.conf import settings
from django.utils import timezone

from nso_contacts.celery import app

settings.TEMPLATES[0]["DIRS"].append(Path(__file__).parent / "templates")
django.setup()

from nso_contacts.mail import links, purposes  # noqa: E402 - the apps must be loaded

PURPOSE = "test.fault"


def personal_link(message):
    """Make a link, as an invitation does."""
    token = links.make("test", message.subject, timezone.now() + timedelta(days=1), message)
    return f"https://contacts.nso.example/i/{token}/"


purposes.register(
    purposes.Purpose(
        PURPOSE,
        title="Invitation",
        message_class=purposes.MessageClass.INVITATION,
        template="tests/letter",
        personal_link=personal_link,
    )
)
app.conf.beat_schedule = {"mail-sweep": {"task": "nso_contacts.mail.tasks.sweep", "schedule": 1.0}}
