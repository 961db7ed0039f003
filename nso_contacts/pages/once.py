"""A form that is sent twice is one change: a double press, a page sent again, a second try on a bad line.

Each form carries a key. The first time the key comes, what was sent and where it led is remembered in the cache; when
the same comes again it leads there and nothing else happens. Something else sent with an old key, by somebody who went
back in the browser, is a change of its own. If the cache forgets, only this courtesy is lost.
"""

import hashlib
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass

from django.core.cache import cache
from django.db import connection, transaction
from django.http import HttpRequest
from redis.exceptions import RedisError

FIELD = "form_key"
KEPT_SECONDS = 24 * 3600


@dataclass
class Sending:
    """Where a form led; empty while it has not been accepted."""

    target: str = ""


def key_of(request: HttpRequest) -> str:
    """Return the key of the form that is shown: the one it was sent with, else a new one."""
    sent = request.POST.get(FIELD, "") if request.method == "POST" else ""
    try:
        return str(uuid.UUID(sent))
    except ValueError:
        return str(uuid.uuid4())


@contextmanager
def sent(request: HttpRequest) -> Iterator[Sending]:
    """Run the block as one transaction in which the same form is not accepted by anybody else; fill in its `target`."""
    if FIELD not in request.POST:
        yield Sending()
        return
    name = f"pages:once:{_fingerprint(request)}"
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [name])
        sending = Sending()
        with suppress(RedisError):
            sending.target = cache.get(name) or ""
        try:
            yield sending
            # Before the commit, while the second press still waits for the lock.
            with suppress(RedisError):
                cache.set(name, sending.target, KEPT_SECONDS)
        except BaseException:
            with suppress(RedisError):
                cache.delete(name)
            raise


def _fingerprint(request: HttpRequest) -> str:
    """What was sent, where, and by whom."""
    who = getattr(getattr(request, "user", None), "pk", None)
    fields = sorted((name, values) for name, values in request.POST.lists() if name != "csrfmiddlewaretoken")
    files = [
        (name, [(file.name, file.size) for file in sent]) for name, sent in sorted(dict(request.FILES.lists()).items())
    ]
    return hashlib.sha256(repr((who, request.get_full_path(), fields, files)).encode()).hexdigest()
