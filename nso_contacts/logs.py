"""Log lines: one JSON object each, naming the request or the task it belongs to, without secrets or personal data.

    {"at": "2026-11-25T16:20:01.123Z", "level": "INFO", "logger": "nso_contacts.requests", "message": "answered",
     "request": "5F2A-91C4-0D3B", "method": "GET", "route": "people/<int:pk>/", "status": 200, "ms": 34, "user": 5}

What a request asked for is told by its route, never by its address: addresses hold personal links and search terms.
Texts that come from elsewhere (an exception, Django's own lines) lose everything that looks like a link's token or an
e-mail address, and what PostgreSQL tells of the row that broke a rule. JSON keeps a line one line, whatever is in it.
"""

import json
import logging
import re
import secrets
import time
from collections.abc import Callable
from contextvars import ContextVar
from datetime import UTC, datetime

from celery import current_task
from django.http import HttpRequest, HttpResponseBase

requests = logging.getLogger("nso_contacts.requests")

_request: ContextVar[str] = ContextVar("request", default="")

# Personal links carry 22 signs of 128 random bits; no word in an address of ours is as long.
TOKEN = re.compile(r"(?<=/)[A-Za-z0-9_-]{20,}(?![A-Za-z0-9_.-])")
ADDRESS = re.compile(r"[^\s@<>\"'(),;:]+@[^\s@<>\"'(),;:]+")
ROW = re.compile(r"DETAIL:.*?(?=\n\n|\nHINT:|\nCONTEXT:|\Z)", re.DOTALL)


def scrubbed(text: str) -> str:
    """Return a text without tokens of links, e-mail addresses and PostgreSQL's account of a row."""
    return TOKEN.sub("[token]", ADDRESS.sub("[address]", ROW.sub("DETAIL: [row]", text)))


class JsonLines(logging.Formatter):
    """Writes a record as one JSON object."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line. What a caller gives as `extra={"fields": {…}}` stands in it under its own names."""
        line: dict[str, object] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "level": record.levelname,
            "logger": record.name,
            "message": scrubbed(record.getMessage()),
        }
        if _request.get():
            line["request"] = _request.get()
        if current_task:
            line |= {"task": current_task.name, "task_id": current_task.request.id}
        line |= getattr(record, "fields", {})
        if record.exc_info:
            line["exception"] = scrubbed(self.formatException(record.exc_info))
        return json.dumps(line, ensure_ascii=False, default=str)


class RequestLogMiddleware:
    """Gives each request a reference, which its log lines, its answer and an error page carry, and logs the answer."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        """Keep the next step."""
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Pass the request on and tell how it was answered."""
        reference = "-".join(secrets.token_hex(2).upper() for _part in range(3))
        started = time.monotonic()
        # Kept until the next request of this thread: Django logs a refusal after the last middleware has answered.
        _request.set(reference)
        request.reference = reference  # type: ignore[attr-defined]
        response = self.get_response(request)
        response.headers["X-Request-ID"] = reference
        requests.info("answered", extra={"fields": told(request, response, started)})
        return response


def told(request: HttpRequest, response: HttpResponseBase, started: float) -> dict[str, object]:
    """Return what the line of a request says: nothing that names a person but the number of the signed-in user."""
    match = request.resolver_match
    # Only if the page looked: asking now could cost a query, or fail where the database is what broke.
    user = getattr(request, "_cached_user", None)
    return {
        "method": request.method,
        "route": match.route if match else "",
        "status": response.status_code,
        "ms": round((time.monotonic() - started) * 1000),
        "user": user.pk if user is not None and user.is_authenticated else None,
    }
