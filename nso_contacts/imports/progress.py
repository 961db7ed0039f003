"""How far a worker has come, told outside its transaction: pages read it, and whoever asks to stop is heard.

It lives in the cache. If the cache forgets it or does not answer, the import goes on; only the bar stands still.
"""

import contextlib
import time
from collections.abc import Iterator
from dataclasses import dataclass

from django.core.cache import cache
from redis.exceptions import RedisError

KEPT_SECONDS = 3600
LEAST_SECONDS_BETWEEN = 0.3

READING, COMPARING, WRITING, UNDOING = "reading", "comparing", "writing", "undoing"


class Stopped(Exception):
    """Somebody asked to stop; nothing of the run is kept."""


@dataclass(frozen=True)
class Progress:
    """What a worker has done of what it has to do in one phase, and since when."""

    phase: str = ""
    done: int = 0
    total: int = 0
    since: float = 0.0

    @property
    def percent(self) -> int:
        """How much is done."""
        return min(100, 100 * self.done // self.total) if self.total else 0

    @property
    def seconds_left(self) -> int:
        """About how long the phase still takes; 0 while nobody can say."""
        spent = time.time() - self.since
        if not self.done or not self.total or spent < 1:
            return 0
        return round(spent * (self.total - self.done) / self.done)


class Teller:
    """Tells how far a batch has come, not more often than anybody looks."""

    def __init__(self, pk: int | str) -> None:
        """Begin to tell of the batch `pk`."""
        self.pk = pk
        self.phase, self.since, self.told = "", 0.0, 0.0

    def __call__(self, phase: str, done: int = 0, total: int = 0) -> None:
        """Tell; raises Stopped when somebody asked for it."""
        now = time.time()
        if phase != self.phase:
            self.phase, self.since, self.told = phase, now, 0.0
        if now - self.told < LEAST_SECONDS_BETWEEN:
            return
        self.told = now
        with _courtesy():
            cache.set(_key(self.pk), (phase, done, total, self.since), KEPT_SECONDS)
            if cache.get(_stop_key(self.pk)):
                raise Stopped


def of(pk: int | str) -> Progress:
    """Return how far a batch has come."""
    told = None
    with _courtesy():
        told = cache.get(_key(pk))
    return Progress(*told) if told else Progress()


def ask_to_stop(pk: int | str) -> None:
    """Let the worker give up at its next step."""
    with _courtesy():
        cache.set(_stop_key(pk), 1, KEPT_SECONDS)


def forget(pk: int | str) -> None:
    """Forget what was told and asked."""
    with _courtesy():
        cache.delete_many([_key(pk), _stop_key(pk)])


@contextlib.contextmanager
def _courtesy() -> Iterator[None]:
    with contextlib.suppress(RedisError):
        yield


def _key(pk: int | str) -> str:
    return f"imports:{pk}:progress"


def _stop_key(pk: int | str) -> str:
    return f"imports:{pk}:stop"
