"""Purposes of the tests, and the switches that decide what becomes of their messages."""

import copy
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone

from nso_contacts.mail import links, outbox, purposes
from nso_contacts.mail.purposes import MessageClass, Purpose

TEMPLATES = Path(__file__).parent / "templates"


class Switches:
    """What the purposes of the tests answer; a test turns them."""

    def __init__(self):
        self.unwanted, self.objection, self.attachments = "", "", []
        self.outcomes, self.tokens = [], []

    def make_link(self, message):
        token = links.make("test", message.subject, timezone.now() + timedelta(days=30), message)
        self.tokens.append(token)
        return f"https://contacts.nso.example/i/{token}/"


@pytest.fixture
def switches(settings, monkeypatch):
    """Register one purpose per class, `test.invitation` and so on; `test.broken` cannot be written."""
    settings.TEMPLATES = copy.deepcopy(settings.TEMPLATES)
    settings.TEMPLATES[0]["DIRS"].append(TEMPLATES)
    for registry in ("_purposes", "_objections", "_outcomes", "_preferences"):
        monkeypatch.setattr(purposes, registry, type(getattr(purposes, registry))())
    turned = Switches()
    for message_class in MessageClass:
        purposes.register(
            Purpose(
                f"test.{message_class.lower()}",
                title=f"A {message_class.label.lower()}",
                message_class=message_class,
                template="tests/letter",
                still_wanted=lambda message: turned.unwanted,
                personal_link=turned.make_link,
                attachments=lambda message: turned.attachments,
            )
        )
    purposes.register(
        Purpose("test.broken", title="Broken", message_class=MessageClass.SERVICE, template="tests/broken")
    )
    purposes.on_objection(lambda message: turned.objection)
    purposes.on_outcome(lambda message: turned.outcomes.append((message.pk, message.state)))
    return turned


@pytest.fixture
def post(switches, office, liaison):
    """Post a message about a record (the liaison officer's login) to a made-up address."""

    def post(kind="invitation", **fields):
        return outbox.post(
            f"test.{kind}", **{"subject": liaison, "address": "amina@labour.example", "name": "Amina Haddad"} | fields
        )

    return post
