"""What I am to look at: the list behind the bell."""

from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from nso_contacts.access.policy import requires

from . import actions, bell
from .causes import Kind
from .models import Notification

PER_PAGE = 30
SHOWS = ("unread", "all")


def state_of(data: QueryDict) -> dict[str, str]:
    """What of the address counts: unread or all, and the kind; anything else is left out."""
    show, kind = data.get("show", ""), data.get("kind", "")
    return {"show": show if show in SHOWS else SHOWS[0], "kind": kind if kind in Kind.values else ""}


def list_url(**state: str) -> str:
    """The address of the list in a state; what is usual is left out."""
    query = urlencode({key: value for key, value in state.items() if value and value != SHOWS[0]})
    return reverse("notifications:list") + (f"?{query}" if query else "")


@requires("view_directory")
def notification_list(request: HttpRequest) -> HttpResponse:
    """What I am to look at, the latest first."""
    state = state_of(request.GET)
    own = Notification.objects.visible_to(request.user)
    unread = own.unread()
    rows = (unread if state["show"] == "unread" else own).of_kind(state["kind"]).select_related("actor")
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "title": _("Notifications"),
        "tabs": [
            (_("Unread"), list_url(kind=state["kind"]), state["show"] == "unread"),
            (_("All"), list_url(show="all", kind=state["kind"]), state["show"] == "all"),
        ],
        "kinds": [("", _("Every kind"), list_url(show=state["show"])), *kinds(state)],
        **state,
        "page": page,
        "page_url": list_url(**state),
        "items": bell.load(page.object_list, request.user),
        "until": timezone.now().isoformat(),
    }
    return render(request, "notifications/list.html", context)


def kinds(state: dict[str, str]) -> list[tuple[str, Any, str]]:
    """The kinds to choose from, with the address of each."""
    return [(kind.value, kind.label, list_url(show=state["show"], kind=kind.value)) for kind in Kind]


@requires("view_directory")
@require_POST
def open_record(request: HttpRequest, pk: int) -> HttpResponse:
    """Go to the record, and note that I have looked."""
    row = get_object_or_404(Notification.objects.visible_to(request.user), pk=pk)
    (item,) = bell.load([row], request.user)
    actions.read(row, actor=request.user)
    return redirect(item.url)


@requires("view_directory")
@require_POST
def read(request: HttpRequest, pk: int) -> HttpResponse:
    """Note that I have looked, and stay on the list."""
    row = get_object_or_404(Notification.objects.visible_to(request.user), pk=pk)
    actions.read(row, actor=request.user)
    return redirect(list_url(**state_of(request.POST)))


@requires("view_directory")
@require_POST
def read_all(request: HttpRequest) -> HttpResponse:
    """Note that I have looked at all that was on the list; what came since stays unread."""
    state = state_of(request.POST)
    try:
        until = parse_datetime(request.POST.get("until", ""))
    except ValueError:
        until = None
    if until is not None and timezone.is_aware(until):
        actions.read_all(request.user, until=until, kind=state["kind"], actor=request.user)
    return redirect(list_url(**state))
