"""Who tries personal links that do not exist is stopped for an hour; who opens real ones is never counted.

The 128 random bits of a link cannot be guessed; what this spares is the database, and the log an attacker fills.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from allauth.account.adapter import get_adapter
from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render

WINDOW_SECONDS = 3600


class GuessingMiddleware:
    """Counts answers of 404 to addresses with a `token`: `UNKNOWN_LINKS_PER_HOUR` from one visitor's address."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        """Keep the next step."""
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Pass the request on; count it if its token meant nothing."""
        response = self.get_response(request)
        if response.status_code == 404 and request.resolver_match and "token" in request.resolver_match.kwargs:
            key = counter(request)
            cache.add(key, 0, WINDOW_SECONDS)
            cache.incr(key)
        return response

    def process_view(
        self, request: HttpRequest, _view: Any, _arguments: Sequence[Any], named: Mapping[str, Any]
    ) -> HttpResponse | None:
        """Refuse who has tried too many unknown links before the database is asked about another."""
        if "token" not in named or cache.get(counter(request), 0) < settings.UNKNOWN_LINKS_PER_HOUR:
            return None
        return render(request, "429.html", status=429)


def counter(request: HttpRequest) -> str:
    """Return where a visitor's attempts are counted. Behind a proxy it is the visitor's address, not the proxy's."""
    return f"unknown-links:{get_adapter().get_client_ip(request)}"
