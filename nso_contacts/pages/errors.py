"""The pages for what went wrong: not allowed, not found, broken, or a form from an ended session."""

from typing import Any

from django.contrib.auth import get_user_model
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import get_template
from django.utils import timezone

from .context import Shell


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Say that the page exists but is not this person's, and whom to ask."""
    administrators = []
    if Shell(request).is_staff:
        administrators = list(
            get_user_model().objects.filter(groups__name="administrator", is_active=True).order_by("pk")[:3]
        )
    context = {"administrators": administrators, "reason": str(exception or "")}
    return render(request, "errors/403.html", context, status=403)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Explain a form that was sent from an ended session or another site."""
    return render(request, "errors/csrf.html", status=403)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Say that nothing is here for this person. The same words for a missing and a foreign record."""
    return render(request, "errors/404.html", status=404)


def server_error(request: HttpRequest) -> HttpResponse:
    """Apologise, with the reference of the request's log lines. Needs neither database nor session."""
    reference = getattr(request, "reference", "")
    context: dict[str, Any] = {"reference": reference, "now": timezone.now(), "address": request.get_full_path()}
    return HttpResponse(get_template("errors/500.html").render(context), status=500)
