"""The two web servers that are compared: the same gunicorn with the same numbers, under two settings."""

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

READY_SECONDS = 60


@dataclass
class WebServer:
    """A running server, with the seconds until its first answer."""

    address: str
    process: subprocess.Popen[bytes]
    cold_start: float

    @property
    def memory(self) -> float:
        """The memory of all its processes in megabytes, shared pages counted once (PSS)."""
        main = self.process.pid
        children = Path(f"/proc/{main}/task/{main}/children").read_text().split()
        return sum(pss(int(pid)) for pid in [main, *children])


def pss(pid: int) -> float:
    """The proportional memory of a process in megabytes."""
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    return sum(int(line.split()[1]) for line in lines if line.startswith("Pss:")) / 1024


def free_port() -> int:
    """A port of the loopback address that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextmanager
def serving(settings: str, environment: Mapping[str, str], path: str, log: Path) -> Iterator[WebServer]:
    """Serve with 2 workers of 4 threads, as the office does, until the end of the block; ready once `path` answers."""
    bind = f"127.0.0.1:{free_port()}"
    command = [sys.executable, "-m", "gunicorn", "nso_contacts.wsgi", "--bind", bind, "--workers", "2"]
    command += ["--threads", "4", "--preload", "--no-control-socket", "--log-level", "warning", "--timeout", "600"]
    command += ["--keep-alive", "30"]
    own = {**environment, "DJANGO_SETTINGS_MODULE": settings, "BASE_URL": f"http://{bind}"}
    began = time.perf_counter()
    with log.open("ab") as output:
        process = subprocess.Popen(command, env={**os.environ, **own}, stdout=output, stderr=output)  # noqa: S603
    try:
        wait_for(f"http://{bind}{path}", process, log)
        yield WebServer(f"http://{bind}", process, time.perf_counter() - began)
    finally:
        process.terminate()
        process.wait()


def wait_for(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    """Ask until there is an answer, whichever."""
    end = time.monotonic() + READY_SECONDS
    while time.monotonic() < end and process.poll() is None:
        try:
            urllib.request.urlopen(url, timeout=READY_SECONDS)  # noqa: S310 - always http
        except urllib.error.HTTPError:
            return
        except OSError:
            time.sleep(0.02)
        else:
            return
    raise RuntimeError(f"No answer from {url}:\n{log.read_text()[-2000:]}")
