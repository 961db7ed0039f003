"""Is every part of the office at work? `/healthz/` answers from signs of life that the parts leave in the broker.

The worker's main process leaves one every two seconds, whether its pool is busy or not; beat leaves one whenever it
publishes the tick below. A sign fades by itself, so a part that stops is missed without anybody's clock being compared.
"""

from collections.abc import Callable
from typing import Any

import redis
from celery import shared_task
from celery.signals import before_task_publish, heartbeat_sent
from django.conf import settings
from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponseBase, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from .access.policy import open_to_all

SIGN_SECONDS = 30
SIGNS = {"worker": "health:worker", "beat": "health:beat"}

broker = redis.Redis.from_url(settings.REDIS_URL, socket_timeout=2, socket_connect_timeout=2)


@shared_task(ignore_result=True, expires=10)
def heartbeat() -> None:
    """Do nothing: that beat publishes this is beat's sign of life."""


@before_task_publish.connect(sender=heartbeat.name)
def beat_lives(**_kwargs: Any) -> None:
    """Leave beat's sign of life."""
    leave_sign("beat")


@heartbeat_sent.connect
def worker_lives(**_kwargs: Any) -> None:
    """Leave the worker's sign of life."""
    leave_sign("worker")


def leave_sign(part: str) -> None:
    """Say that a part is alive now."""
    broker.set(SIGNS[part], "alive", ex=SIGN_SECONDS)


@open_to_all(because="the start, the container engine and monitoring ask without an account; it names parts, no data")
@never_cache
@require_safe
def healthz(_request: HttpRequest) -> JsonResponse:
    """Answer 200 when every part is at work, 503 otherwise, naming each."""
    parts = {"database": database_answers(), **broker_parts()}
    body = {part: "ok" if well else "failed" for part, well in parts.items()}
    answer = JsonResponse(body, status=200 if all(parts.values()) else 503)
    answer._has_been_logged = True  # type: ignore[attr-defined]  # noqa: SLF001 - who asks is told, every second at a start
    return answer


class HealthMiddleware:
    """Answers before anything else does: the middleware behind it needs the database that may be what has failed."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        """Keep the next step."""
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer the one address, pass on the rest."""
        return healthz(request) if request.path == "/healthz/" else self.get_response(request)


def database_answers() -> bool:
    """Whether the database answers a query."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return False
    return True


def broker_parts() -> dict[str, bool]:
    """Whether the broker answers, and which parts have left a sign in it."""
    try:
        signs = broker.mget(SIGNS.values())
    except redis.RedisError:
        return {"broker": False, **dict.fromkeys(SIGNS, False)}
    return {"broker": True, **{part: sign is not None for part, sign in zip(SIGNS, signs, strict=True)}}
