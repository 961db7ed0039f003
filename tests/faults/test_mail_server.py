"""A mail server that refuses, hangs or hangs up: what is out is out once, the rest waits or needs a person."""

import asyncio
import socket
from collections import Counter
from datetime import timedelta

import pytest
from aiosmtpd.controller import Controller
from django.utils import timezone

from nso_contacts.mail import delivery, outbox
from nso_contacts.mail.models import Message
from nso_contacts.mail.outbox import Letter

pytestmark = pytest.mark.django_db
HANG_SECONDS = 30


class Server:
    """A handler for aiosmtpd that does what each local part of an address says, as often as it is told to."""

    def __init__(self):
        self.arrived, self.faults, self.closed = [], {}, 0

    def fault(self, address):
        """The next fault of an address; the last one of a list stays."""
        faults = self.faults.get(address.partition("@")[0], [""])
        return faults.pop(0) if len(faults) > 1 else faults[0]

    async def handle_EHLO(self, server, session, envelope, hostname, responses):  # noqa: N802 - aiosmtpd's name
        session.host_name = hostname
        if self.faults.get("everybody") == ["hangs at once"]:
            await asyncio.sleep(HANG_SECONDS)
        return responses

    async def handle_MAIL(self, server, session, envelope, address, options):  # noqa: N802
        if self.closed > 0:
            self.closed -= 1
            return "451 4.3.2 not now"
        envelope.mail_from = address
        return "250 OK"

    async def handle_RCPT(self, server, session, envelope, address, options):  # noqa: N802
        fault = self.fault(address)
        envelope.fault = fault
        if fault.startswith(("4", "5")):
            return fault
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):  # noqa: N802
        self.arrived.append((envelope.rcpt_tos[0], message_id(envelope.content)))
        if envelope.fault == "hangs after DATA":
            await asyncio.sleep(HANG_SECONDS)
        if envelope.fault == "cuts after DATA":
            server.transport.close()
        return "250 OK"


def message_id(content):
    line = next(line for line in content.splitlines() if line.lower().startswith(b"message-id:"))
    return line.partition(b":")[2].strip().decode()


@pytest.fixture
def server(settings, smtp_sink):
    """A mail server with faults, in place of the one that has none; who waits for it loses patience soon."""
    handler = Server()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        settings.EMAIL_PORT = probe.getsockname()[1]
    controller = Controller(handler, hostname="127.0.0.1", port=settings.EMAIL_PORT)
    controller.start()
    settings.EMAIL_TIMEOUT = 0.5
    yield handler
    controller.stop()


def post_to(kind, liaison, *names):
    outbox.post_many(f"test.{kind}", [Letter(liaison, address=f"{name}@labour.example") for name in names])


def states():
    return {message.address.partition("@")[0]: message.state for message in Message.objects.all()}


def hurry():
    """Let all that waits for another attempt be due."""
    Message.objects.filter(state="failed", due_at__isnull=False).update(due_at=timezone.now() - timedelta(seconds=1))


def test_refusals_of_single_recipients_leave_the_others_alone(server, switches, office, liaison):
    server.faults = {
        "unknown": ["550 5.1.1 no such user"],
        "busy": ["451 4.2.1 busy", ""],
        "closing": ["421 4.3.2 closing", ""],
    }
    others = [f"person-{number}" for number in range(100)]
    post_to("invitation", liaison, *others[:50], "unknown", "busy", "closing", *others[50:])

    for _run in range(4):
        delivery.run()
        hurry()

    assert states() == dict.fromkeys([*others, "busy", "closing"], "sent") | {"unknown": "bounced"}
    arrived = Counter(address for address, _number in server.arrived)
    assert arrived == Counter(f"{name}@labour.example" for name in [*others, "busy", "closing"])


def test_a_server_that_takes_nothing_for_a_while_gets_everything_later_once(server, switches, office, liaison):
    server.closed = 5
    names = [f"person-{number}" for number in range(50)]
    post_to("invitation", liaison, *names)

    runs = 0
    while server.closed:
        delivery.run()
        runs += 1
        assert runs <= 5
        hurry()
    assert server.arrived == []
    delivery.run()

    assert states() == dict.fromkeys(names, "sent")
    assert Counter(address for address, _number in server.arrived) == Counter(f"{n}@labour.example" for n in names)


def test_a_server_that_hangs_at_once_costs_one_attempt_and_no_doubt(server, switches, office, liaison):
    server.faults = {"everybody": ["hangs at once"]}
    post_to("invitation", liaison, "one", "two")

    delivery.run()
    assert sorted(states().values()) == ["failed", "queued"]

    server.faults = {}
    hurry()
    delivery.run()
    assert states() == {"one": "sent", "two": "sent"}
    assert len(server.arrived) == 2


@pytest.mark.parametrize("fault", ["hangs after DATA", "cuts after DATA"])
def test_without_an_answer_an_invitation_needs_a_person(server, switches, office, liaison, fault):
    server.faults = {"two": [fault]}
    post_to("invitation", liaison, "one", "two", "three")

    for _run in range(3):
        delivery.run()
        hurry()

    assert states() == {"one": "sent", "two": "uncertain", "three": "sent"}
    assert len(server.arrived) == 3


@pytest.mark.parametrize("kind", ["security", "service"])
@pytest.mark.parametrize("fault", ["hangs after DATA", "cuts after DATA"])
def test_without_an_answer_what_is_needed_is_sent_again_under_its_number(
    server, switches, office, liaison, kind, fault
):
    server.faults = {"one": [fault, ""]}
    post_to(kind, liaison, "one")

    for _run in range(2):
        delivery.run()
        hurry()

    assert states() == {"one": "sent"}
    assert server.arrived == [("one@labour.example", Message.objects.get().message_id)] * 2
