"""What concerns every answer: caches that must not mix up page and part, and what is typed when a sign-in has ended."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import resolve_url
from django.utils.cache import patch_vary_headers

from . import drafts


class HtmxVaryMiddleware:
    """One address answers with a page or with a part of it, depending on `HX-Request`: say so to every cache."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        """Keep the next step."""
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Add the header; let an ended sign-in replace the whole page, not the part that was asked for."""
        response = self.get_response(request)
        patch_vary_headers(response, ["HX-Request"])
        if request.headers.get("HX-Request") and leads_to_sign_in(response):
            response.headers["HX-Redirect"] = response.headers["Location"]
            del response.headers["Location"]
            response.status_code = 204
        return response


class PrivateMiddleware:
    """No cache keeps what somebody saw who was signed in, nor a page behind a personal link: after signing out, the
    browser's way back shows nothing. An answer that says itself how long it may be kept is left as it is.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        """Keep the next step."""
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Add the header."""
        response = self.get_response(request)
        found = request.resolver_match
        if request.user.is_authenticated or (found is not None and "token" in found.kwargs):
            response.headers.setdefault("Cache-Control", "private, no-store")
        return response


class DraftMiddleware:
    """Whoever sends a long form after their sign-in has ended finds it again as a draft once they have signed in."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        """Keep the next step."""
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Keep what was sent in vain, for the person whose form it was."""
        response = self.get_response(request)
        if request.method == "POST" and leads_to_sign_in(response) and drafts.MARK in request.POST:
            mark = drafts.Mark.read(request.POST[drafts.MARK])
            if mark is not None:
                drafts.keep(mark, request.POST)
        return response


def leads_to_sign_in(response: HttpResponseBase) -> bool:
    """Whether the answer sends the reader to the sign-in page."""
    location = response.headers.get("Location", "") if response.status_code == 302 else ""
    return bool(location) and location.partition("?")[0] == resolve_url(settings.LOGIN_URL)
