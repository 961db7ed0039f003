"""Reading what happened to a record."""

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _

from nso_contacts.access.policy import signed_in

from . import history


@signed_in(because="each kind of record asks for its own capability, and its rows through visible_to")
def history_page(request: HttpRequest, kind: str, pk: int) -> HttpResponse:
    """The history of one record: its own changes and those of what belongs to it."""
    registered = history.kind_of(kind)
    if registered is None:
        raise Http404("No records of this kind have a history.")
    if not registered.is_open_to(request.user):
        raise PermissionDenied
    record = get_object_or_404(registered.model.objects.visible_to(request.user), pk=pk)  # type: ignore[attr-defined]
    asked = {name: request.GET.get(name, "") for name in ("who", "what")}
    page = request.GET.get("page", "")
    number = max(int(page), 1) if page.isdecimal() and len(page) < 7 else 1
    told = history.read(registered, record, request.user, number=number, **asked)
    url = record.get_absolute_url() if hasattr(record, "get_absolute_url") else ""
    crumbs = [(str(record), url)] if url else []
    context = {"history": told, "title": _("History: %(record)s") % {"record": record}, "crumbs": crumbs}
    return render(request, "audit/history.html", context)
