"""Real starts and stops of the office, of throw-away servers, and the sentences for what can go wrong."""

import contextlib
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

import environ
import pytest

from nso_contacts import devstack

ROOT = Path(__file__).parents[1]
DEVSTACK = [sys.executable, "-m", "nso_contacts.devstack"]
OURS = {"DATABASE_URL", "REDIS_URL", "SECRET_KEY", "BASE_URL", "DEFAULT_FROM_EMAIL", "OFFICE", "HOST", "PORT"}

# One after another in one process: the later ones start the office again that the first one made.
pytestmark = [pytest.mark.devstack, pytest.mark.xdist_group("devstack")]


def environment(**more):
    """The environment of somebody who has set nothing but `more`."""
    kept = {
        name: value for name, value in os.environ.items() if name not in OURS and not name.startswith(("NSO_", "MAKE"))
    }
    return {**kept, **more}


def told(*arguments, **env):
    """Run devstack to its end."""
    return subprocess.run(
        [*DEVSTACK, *arguments],
        cwd=ROOT,
        env=environment(**env),
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def alive(pid):
    return bool(devstack.birth(pid))


def wait_until(condition, seconds=60):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.05)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture(scope="module")
def folder():
    """A folder that any account may enter: PostgreSQL does not run as root."""
    path = Path(tempfile.mkdtemp(prefix="nso-test-", dir="/tmp"))
    path.chmod(0o755)
    yield path
    shutil.rmtree(path, ignore_errors=True)


# One command with throw-away servers ----------------------------------------------------------------------------------

SHOW = "import os, json; print(json.dumps({n: os.environ[n] for n in ('DATABASE_URL', 'REDIS_URL', 'NSO_STATE_DIR')}))"


def test_two_commands_share_nothing_and_leave_nothing():
    commands = [
        subprocess.Popen(
            [*DEVSTACK, "exec", "--", sys.executable, "-c", SHOW], env=environment(), stdout=subprocess.PIPE
        )
        for _number in range(2)
    ]
    one, two = (json.loads(command.communicate(timeout=120)[0]) for command in commands)

    assert {name for name in one if one[name] == two[name]} == set()
    assert not Path(one["NSO_STATE_DIR"]).exists()
    assert not Path(two["NSO_STATE_DIR"]).exists()


def test_the_exit_code_is_the_commands_own():
    assert told("exec", "--", "sh", "-c", "exit 7").returncode == 7


def test_a_command_that_does_not_exist_is_named():
    result = told("exec", "--", "/no/such/command")

    assert (result.returncode, result.stderr) == (1, "Cannot run /no/such/command: No such file or directory.\n")


@pytest.fixture
def sleeping(folder):
    """`exec` in the middle of a long command: the process, and the folder of its servers."""
    note = folder / f"note-{time.monotonic_ns()}"
    command = f'echo "$NSO_STATE_DIR" > {note}.new; mv {note}.new {note}; exec sleep 300'
    process = subprocess.Popen([*DEVSTACK, "exec", "--", "sh", "-c", command], env=environment(), cwd=ROOT)
    wait_until(note.exists)
    yield process, Path(note.read_text().strip())
    with contextlib.suppress(ProcessLookupError):
        process.kill()
    process.wait()


def test_a_command_that_is_ended_leaves_nothing(sleeping):
    process, state = sleeping
    postgres = int((state / "pg18" / "postmaster.pid").read_text().split()[0])

    process.terminate()

    assert process.wait(30) == 128 + signal.SIGTERM
    assert not state.exists()
    assert not alive(postgres)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells children of the death of their parent")
def test_servers_of_a_killed_command_end_and_their_folder_is_swept(sleeping):
    process, state = sleeping
    postgres = int((state / "pg18" / "postmaster.pid").read_text().split()[0])

    process.kill()
    process.wait()
    wait_until(lambda: not alive(postgres), seconds=20)
    long_ago = time.time() - 3600
    os.utime(state, (long_ago, long_ago))
    devstack.sweep_left_behind()

    assert not state.exists()


def test_addresses_from_outside_are_used_each_on_its_own(sleeping):
    _process, state = sleeping
    outside = f"postgresql://app@/app?host={state / 'pg'}"

    shown = json.loads(told("exec", "--", sys.executable, "-c", SHOW, DATABASE_URL=outside).stdout)

    assert shown["DATABASE_URL"] == outside
    assert shown["REDIS_URL"].startswith(f"unix://{shown['NSO_STATE_DIR']}")


def test_a_socket_folder_in_the_address_reaches_django():
    parsed = environ.Env().db_url_config("postgresql://app@/app?host=/socket/dir")

    assert (parsed["NAME"], parsed["USER"], parsed["HOST"]) == ("app", "app", "")
    assert parsed["OPTIONS"] == {"host": "/socket/dir"}


# What can go wrong, in one sentence -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("env", "sentence"),
    [
        ({"PORT": "eighty"}, "PORT is 'eighty': it must be a number from 1 to 65535."),
        ({"HOST": "0.0.0.0"}, "HOST=0.0.0.0 needs BASE_URL"),
        (
            {"HOST": "0.0.0.0", "BASE_URL": "http://contacts.local:8000", "PORT": "0x"},
            "PORT is '0x'",
        ),
        ({"STATE_DIR": "/proc/office"}, "Cannot write to /proc/office"),
        ({"OFFICE": "full"}, "OFFICE is 'full': it must be `empty`"),
        ({"HOST": "192.0.2.1", "OFFICE": "empty"}, "192.0.2.1 is not an address of this machine"),
    ],
)
def test_a_wrong_setting_is_named(folder, env, sentence):
    result = told("run", **{"STATE_DIR": str(folder / "wrong"), "PORT": str(free_port()), **env})

    assert result.returncode == 1
    assert sentence in result.stderr
    assert "Traceback" not in result.stderr


def test_published_passwords_stay_on_this_machine(folder):
    env = {"HOST": "0.0.0.0", "BASE_URL": "http://contacts.local", "PORT": str(free_port())}

    result = told("run", STATE_DIR=str(folder / "wrong"), **env)

    assert result.returncode == 1
    assert "set DEMO_ON_NETWORK=yes if that is meant" in result.stderr


def test_a_taken_port_is_named_with_a_way_out(folder):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]

        result = told("run", STATE_DIR=str(folder / "wrong"), PORT=str(port))

    assert result.returncode == 1
    assert f"Port {port} is already taken: choose another, for example PORT={port + 1} make run." in result.stderr


# The whole office -----------------------------------------------------------------------------------------------------


class Office:
    """A real office on a free port, with its data in `state`."""

    def __init__(self, state):
        self.state, self.port = state, free_port()
        self.env = {"STATE_DIR": str(state), "PORT": str(self.port), "OFFICE": "empty"}
        self.output = state.with_suffix(".log")

    def __enter__(self):
        with self.output.open("w") as output:
            self.process = subprocess.Popen(
                [*DEVSTACK, "run"], cwd=ROOT, env=environment(**self.env), stdout=output, stderr=subprocess.STDOUT
            )
        try:
            wait_until(lambda: "is ready at" in self.output.read_text() or self.process.poll() is not None, seconds=240)
            assert self.process.poll() is None, self.output.read_text()
        except BaseException:
            self.__exit__()
            raise
        recorded = json.loads((self.state / "office.json").read_text())
        self.pids = {name: pid for name, (pid, _birth) in recorded["processes"].items()}
        return self

    def __exit__(self, *_error):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
            try:
                self.process.wait(40)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()

    def healthz(self):
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/healthz/", timeout=10) as answer:
            return json.load(answer)

    def everything_stopped(self):
        return not any(alive(pid) for pid in self.pids.values())


def test_an_office_starts_serves_and_stops(folder):
    with Office(folder / "office") as office:
        assert office.healthz() == {"database": "ok", "broker": "ok", "worker": "ok", "beat": "ok"}
        assert (office.state / "secret_key").stat().st_mode & 0o777 == 0o600

        second = told("run", **office.env)
        assert second.returncode == 1
        assert second.stderr == f"The office is already running (its state is in {office.state}).\n"

        command = told(
            "manage", "shell", "-c", "from django.db import connection as c; c.ensure_connection()", **office.env
        )
        assert command.returncode == 0, command.stderr

        office.process.send_signal(signal.SIGINT)
        assert office.process.wait(40) == 0
        wait_until(office.everything_stopped, seconds=10)
    assert not (office.state / "office.json").exists()
    assert "Stopped; the data is kept." in office.output.read_text()


def test_a_command_starts_the_servers_of_a_stopped_office(folder):
    command = told("manage", "migrate", STATE_DIR=str(folder / "office"))

    assert command.returncode == 0, command.stderr


@pytest.mark.parametrize("part", ["worker", "web", "postgres"])
def test_killing_one_process_stops_the_rest(folder, part):
    with Office(folder / "office") as office:
        os.kill(office.pids[part], signal.SIGKILL)

        assert office.process.wait(40) == 1
        wait_until(office.everything_stopped, seconds=10)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells children of the death of their parent")
def test_an_office_that_was_killed_starts_again_at_once(folder):
    with Office(folder / "office") as office:
        office.process.kill()
        office.process.wait()

    with Office(folder / "office") as again:
        assert office.everything_stopped()
        assert again.healthz()["worker"] == "ok"
