"""Route policies: every view says who may reach it, or the project does not start."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import ImproperlyConfigured, PermissionDenied
from django.http import HttpRequest, HttpResponseBase

from .roles import CAPABILITIES

View = Callable[..., HttpResponseBase]


def requires(*capabilities: str) -> Callable[[View], View]:
    """Let in signed-in users who hold at least one of `capabilities`; others get a 403.

    Raises ImproperlyConfigured at import for a capability that is not in the table of `roles`.
    """
    unknown = set(capabilities) - set(CAPABILITIES)
    if unknown or not capabilities:
        raise ImproperlyConfigured(f"Not in the table of capabilities: {', '.join(sorted(unknown)) or 'nothing'}")

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if not any(request.user.has_perm(f"access.{capability}") for capability in capabilities):
                raise PermissionDenied
            return view(request, *args, **kwargs)

        guarded.access_policy = capabilities  # type: ignore[attr-defined]
        return guarded

    return decorate


def signed_in(*, because: str) -> Callable[[View], View]:
    """Let in everybody who is signed in, for the stated reason."""

    def decorate(view: View) -> View:
        view.access_policy = f"signed in: {because}"  # type: ignore[attr-defined]
        return view

    return decorate


def open_to_all(*, because: str) -> Callable[[View], View]:
    """Let in everybody, signed in or not, for the stated reason."""

    def decorate(view: View) -> View:
        view = login_not_required(view)
        view.access_policy = f"open: {because}"  # type: ignore[attr-defined]
        return view

    return decorate
