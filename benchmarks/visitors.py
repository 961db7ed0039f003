"""Visitors: threads that ask a server for pages one after another, over connections that stay open."""

import http.client
import statistics
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import urlencode, urlsplit

SLICES = 4  # turns of each page at a point


class WrongAnswer(Exception):
    """A page did not answer as it should: what would be measured is an error page."""


@dataclass(frozen=True)
class Page:
    """What is asked for: a path, or with `form` what is posted to it (made anew each time)."""

    path: str
    form: Callable[[], dict[str, str]] | None = None

    @property
    def good(self) -> int:
        """The status of a good answer: a form that was accepted leads elsewhere."""
        return 200 if self.form is None else 302


@dataclass
class Sample:
    """The times of answers in milliseconds, and the seconds they were taken in."""

    times: list[float] = field(default_factory=list)
    seconds: float = 0.0

    @property
    def p50(self) -> float:
        return statistics.median(self.times)

    @property
    def p95(self) -> float:
        return sorted(self.times)[int(len(self.times) * 0.95)]

    @property
    def rate(self) -> float:
        """Answers a second."""
        return len(self.times) / self.seconds


class Visitor:
    """One signed-in browser."""

    TOKEN = "c" * 32

    def __init__(self, address: str, cookie: str) -> None:
        self.connection = http.client.HTTPConnection(urlsplit(address).netloc, timeout=300)
        self.headers = {"Cookie": f"{cookie}; csrftoken={self.TOKEN}"}

    def ask(self, page: Page) -> tuple[bytes, float]:
        """Return a page and the milliseconds it took."""
        method, body, headers = "GET", None, dict(self.headers)
        if page.form is not None:
            method, body = "POST", urlencode({**page.form(), "csrfmiddlewaretoken": self.TOKEN}, doseq=True)
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        began = time.perf_counter()
        try:
            self.connection.request(method, page.path, body, headers)
            answer = self.connection.getresponse()
        except (http.client.RemoteDisconnected, ConnectionError):  # the server closed a connection that was idle
            self.connection.close()
            self.connection.request(method, page.path, body, headers)
            answer = self.connection.getresponse()
        content = answer.read()
        took = (time.perf_counter() - began) * 1000
        if answer.status != page.good:
            raise WrongAnswer(f"{method} {page.path}: {answer.status} {content[-600:].decode(errors='replace')}")
        return content, took


def visit(address: str, cookie: str, page: Page, *, seconds: float, visitors: int, sample: Sample) -> None:
    """Let so many visitors ask for a page for some seconds, at least once each, and add their times to the sample."""
    wrong: list[Exception] = []
    began = time.perf_counter()

    def browse() -> None:
        visitor = Visitor(address, cookie)
        try:
            while True:
                sample.times.append(visitor.ask(page)[1])
                if time.perf_counter() - began >= seconds:
                    break
        except (WrongAnswer, OSError) as error:
            wrong.append(error)
        finally:
            visitor.connection.close()

    threads = [threading.Thread(target=browse) for _ in range(visitors)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if wrong:
        raise wrong[0]
    sample.seconds += time.perf_counter() - began


def take_turns(
    pages: dict[str, tuple[str, Page]], cookie: str, *, seconds: float, visitors: int, slices: int = SLICES
) -> dict[str, Sample]:
    """Measure pages in turns, so that what disturbs the machine disturbs all of them: {name: (address, page)}."""
    samples = {name: Sample() for name in pages}
    for _slice in range(slices):
        for name, (address, page) in pages.items():
            visit(address, cookie, page, seconds=seconds / slices, visitors=visitors, sample=samples[name])
    return samples
