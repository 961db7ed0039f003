"""Pages that belong to no single app."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from nso_contacts.access.policy import signed_in

from . import navigation, picks
from . import search as searching
from .form import frame


@signed_in(because="each source finds only what the reader may see")
def search(request: HttpRequest) -> HttpResponse:
    """Search everything the reader may see."""
    typed = request.GET.get("q", "").replace("\x00", "").strip()
    kind, archived = request.GET.get("kind", ""), request.GET.get("archived") == "1"
    target = searching.exact(typed, request.user) if typed and not kind else ""
    if target:
        return HttpResponseRedirect(target)
    found = searching.everything(typed, request.user, kind=kind, archived=archived)
    context: dict[str, Any] = {
        "title": _("Search"),
        "typed": typed,
        "found": found,
        "kind": kind,
        "archived": archived,
        "total": sum(one.number for one in found),
        "near": any(one.near for one in found),
        "capped": any(one.number == searching.COUNTED for one in found),
        "long_enough": len("".join(typed.split())) >= searching.SHORTEST,
    }
    return render(request, "pages/search.html", context)


@signed_in(because="each source offers only what the reader may choose")
def pick(request: HttpRequest, kind: str) -> JsonResponse:
    """Suggest records while somebody types."""
    source = picks.get(kind)
    if source is None or not source.is_open_to(request.user):
        raise Http404
    found = source.find(request.user, request.GET.get("q", ""))
    matches = [{"value": one.key, "text": one.text, "detail": one.detail} for one in found[: picks.MOST_MATCHES]]
    return JsonResponse({"matches": matches, "more": len(found) > picks.MOST_MATCHES})


@signed_in(because="everybody may know the shortcuts")
def keys(request: HttpRequest) -> HttpResponse:
    """List the keyboard shortcuts."""
    places = [place for section in navigation.sections(request) for place in section.places if place.key]
    context = {"title": _("Keyboard shortcuts"), "places": places, **frame(request, "base.html")}
    return render(request, "pages/keys.html", context)
