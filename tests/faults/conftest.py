"""Servers and processes of these tests' own, so that they may be killed without any other test noticing.

PostgreSQL runs with its safety on disk, as an office has it: what it acknowledged must survive. The processes are
started by the tests and started again after a kill, as a service manager does.
"""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.conf import settings as office_settings
from django.db import connection

from nso_contacts import devstack
from tests.mail.conftest import switches  # noqa: F401 - a fixture of the tests of mail


class Servers(devstack.Services):
    """PostgreSQL and Valkey on their own, with a database that each test gets fresh."""

    def __init__(self, state):
        super().__init__(state, state, throw_away=False)
        self.urls = {}

    def psql(self, statement, database="postgres"):
        command = [self.postgres_binaries() / "psql", "-h", self.sockets / "pg", "-U", "app", "-d", database]
        self.call([*command, "-v", "ON_ERROR_STOP=1", "-qc", statement], **self.dropped).check_returncode()

    @property
    def dropped(self):
        return devstack.as_account(self.account)

    def copy_from(self, url):
        """Make the database `pristine` of the migrated one of the other tests: quicker than migrating again."""
        binaries = self.postgres_binaries()
        self.psql("create database pristine")
        dump = subprocess.run(
            [binaries / "pg_dump", "--no-owner", "--dbname", url], capture_output=True, check=True, cwd="/"
        )
        target = ["-h", self.sockets / "pg", "-U", "app", "-d", "pristine", "-q", "-v", "ON_ERROR_STOP=1"]
        subprocess.run(
            [binaries / "psql", *target],
            input=dump.stdout,
            stdout=subprocess.DEVNULL,
            check=True,
            cwd="/",
            **self.dropped,
        )

    def begin_afresh(self):
        self.psql("drop database if exists app with (force)")
        self.psql("create database app template pristine")

    def restart_postgres(self):
        """Stop it as a power cut would, without a checkpoint and without asking anybody, and start it again."""
        stop = [self.postgres_binaries() / "pg_ctl", "-D", self.state / "pg18", "-m", "immediate", "-w", "stop"]
        self.call(stop, env={"PATH": "/usr/bin:/bin", "LC_ALL": "C"}, **self.dropped).check_returncode()
        self.running.pop("postgres").wait()
        self.start_postgres()

    def lose_valkey(self):
        """Kill the broker with everything in it, and start an empty one."""
        server = self.running.pop("valkey")
        server.kill()
        server.wait()
        shutil.rmtree(self.state / "valkey")
        self.start_valkey()
        self.wait("valkey", lambda: self.valkey_says(b"PING", b"+PONG"))


@pytest.fixture(scope="session")
def _running_servers(django_db_setup, django_db_blocker):
    state = Path(tempfile.mkdtemp(prefix="nso-faults-", dir=devstack.temporary_root()))
    state.chmod(0o711)
    servers = Servers(state)
    try:
        servers.start()
        with django_db_blocker.unblock():
            migrated = urlsplit(office_settings.DATABASE_URL)._replace(path=f"/{connection.settings_dict['NAME']}")
            servers.copy_from(migrated.geturl())
        yield servers
    finally:
        servers.stop()
        shutil.rmtree(state, ignore_errors=True)


@pytest.fixture
def servers(transactional_db, _running_servers, django_db_blocker):
    """The servers, with a fresh database that the test itself is connected to; the usual one stays as it is."""
    _running_servers.begin_afresh()
    known = connection.settings_dict
    before = {name: known[name] for name in ("NAME", "USER", "PASSWORD", "HOST", "PORT", "OPTIONS")}
    with django_db_blocker.unblock():
        connection.close()
        host = str(_running_servers.sockets / "pg")
        options = {**known["OPTIONS"], "host": host}
        known.update(NAME="app", USER="app", PASSWORD="", HOST="", PORT="", OPTIONS=options)
        try:
            yield _running_servers
        finally:
            connection.close()
            known.update(before)


class Processes:
    """Real processes in sessions of their own, so that one kill takes a process with its children."""

    def __init__(self, environment, folder):
        self.environment, self.folder, self.running, self.commands = environment, folder, {}, {}

    def start(self, name, *command):
        """Start `python -m …`; its output goes to a file."""
        self.commands[name] = command
        with (self.folder / f"{name}.log").open("ab") as log:
            self.running[name] = subprocess.Popen(
                [sys.executable, "-m", *command],
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def kill(self, name):
        process = self.running.pop(name)
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()

    def revive(self):
        """Start what has ended by itself, as a service manager does."""
        for name, process in list(self.running.items()):
            if process.poll() is not None:
                self.start(name, *self.commands[name])

    def logs(self):
        return "\n".join(f"--- {log.name}\n{log.read_text()[-2000:]}" for log in sorted(self.folder.glob("*.log")))


@pytest.fixture
def processes(servers, tmp_path):
    """A starter of processes that use the servers of these tests; whatever still runs is killed at the end."""
    environment = os.environ | servers.urls | {"NSO_STATE_DIR": str(tmp_path)}
    folder = tmp_path / "logs"
    folder.mkdir()
    started = Processes(environment, folder)
    yield started
    for name in list(started.running):
        started.kill(name)
