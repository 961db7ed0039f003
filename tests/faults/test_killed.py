"""Many messages through workers that are killed, a broker that loses everything and a database that is restarted."""

import random
import sys
import time
from collections import Counter
from datetime import timedelta

import pytest
from django.db import DatabaseError, InterfaceError, connection
from django.utils import timezone

from nso_contacts.accounts.models import User
from nso_contacts.mail import delivery, outbox, purposes
from nso_contacts.mail.models import LEASE, Message
from nso_contacts.mail.outbox import Letter
from nso_contacts.office.models import Office

PATIENCE_SECONDS = 1_200


@pytest.fixture
def invitations(servers, monkeypatch):
    """Post so many invitations, in an office whose hourly ceiling lets them through."""
    from tests.mail import fault_app

    monkeypatch.setattr(purposes, "_purposes", {})
    purposes.register(
        purposes.Purpose(fault_app.PURPOSE, title="Invitation", message_class="INVITATION", template="tests/letter")
    )

    def post(number):
        Office.objects.update_or_create(pk=1, defaults={"hourly_mail_ceiling": 10 * number})
        subject = User.objects.create(email="liaison@nso.example", name="Nadia Rahmani")
        addresses = [f"person-{place}@labour.example" for place in range(number)]
        outbox.post_many(fault_app.PURPOSE, [Letter(subject, address=address, name="X") for address in addresses])
        return set(addresses)

    return post


def start_worker(processes, name):
    processes.start(
        name,
        *("celery", "-A", "tests.mail.fault_app", "worker", "-c", "1", "-n", f"{name}@fault"),
        *("--without-gossip", "--without-mingle", "-l", "WARNING"),
    )


def left():
    """How many still wait; a restart of the database just now is no answer."""
    try:
        return Message.objects.filter(state__in=["queued", "failed"]).count()
    except (DatabaseError, InterfaceError):
        connection.close()
        return -1


class Faults:
    """What strikes when so many messages have arrived."""

    def __init__(self, servers, processes, number, kills):
        self.servers, self.processes, self.kills, self.restarts = servers, processes, 0, 0
        moments = random.Random(20261122).sample(range(20, number - 40), kills)
        self.planned = sorted(
            [(moment, self.kill_worker) for moment in moments]
            + [(number // 2, self.restart_postgres)]
            + [(third * number // 3, servers.lose_valkey) for third in (1, 2)],
            key=lambda planned: planned[0],
        )

    def strike(self, received):
        while self.planned and received >= self.planned[0][0]:
            self.planned.pop(0)[1]()

    def kill_worker(self):
        name = f"worker-{1 + self.kills % 2}"
        self.processes.kill(name)
        start_worker(self.processes, name)
        self.kills += 1

    def restart_postgres(self):
        self.servers.restart_postgres()
        self.restarts += 1


@pytest.mark.parametrize(
    ("number", "kills"),
    [(200, 2), pytest.param(2_000, 5, marks=pytest.mark.faults), pytest.param(10_000, 25, marks=pytest.mark.faults)],
    ids=["short", "middle", "long"],
)
def test_kills_of_everything_lose_nothing_and_double_nothing(
    servers, processes, smtp_sink, invitations, record_property, capsys, number, kills
):
    addresses = invitations(number)
    processes.environment |= {"EMAIL_URL": f"smtp://127.0.0.1:{smtp_sink.port}"}
    for name in ("worker-1", "worker-2"):
        start_worker(processes, name)
    schedule = str(processes.folder / "beat")
    processes.start(
        "beat", "celery", "-A", "tests.mail.fault_app", "beat", "-s", schedule, "-l", "WARNING", "--pidfile="
    )

    faults = Faults(servers, processes, number, kills)
    first, deadline = None, time.monotonic() + PATIENCE_SECONDS
    while left() and time.monotonic() < deadline:
        received = len(smtp_sink.messages)
        first = first or (time.monotonic() if received else None)
        faults.strike(received)
        processes.revive()
        time.sleep(0.02)
    seconds = time.monotonic() - first
    # What is on its way arrives; what a dead process left behind does not move any more.
    under_way = Message.objects.filter(state="sending")
    while under_way.filter(when_at__gt=timezone.now() - timedelta(seconds=2)).exists():
        time.sleep(0.05)
    for name in list(processes.running):
        processes.kill(name)
    delivery.settle_expired(timezone.now() + LEASE)

    states = Counter(Message.objects.values_list("state", flat=True))
    received = Counter(mail.envelope_to[0] for mail in smtp_sink.messages)
    rate = number / seconds
    record_property("messages_per_second", round(rate))
    with capsys.disabled():
        sys.stdout.write(f" {dict(states)}, {kills} kills, {rate:.0f} messages a second ")
    assert faults.planned == [], processes.logs()
    assert set(states) <= {"sent", "uncertain"}, processes.logs()
    # A restart of the database strikes both workers at once.
    assert states["uncertain"] <= kills + 2 * faults.restarts
    assert max(received.values()) == 1
    sent = set(Message.objects.filter(state="sent").values_list("address", flat=True))
    doubtful = set(Message.objects.filter(state="uncertain").values_list("address", flat=True))
    assert sent <= set(received)
    assert set(received) - sent <= doubtful
    assert sent | doubtful == addresses
