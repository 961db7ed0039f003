"""Pages that belong to no single app."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from nso_contacts.access.policy import signed_in

from . import navigation


@signed_in(because="everybody may search what they may see")
def search(request: HttpRequest) -> HttpResponse:
    """Search everything the reader may see."""
    return render(request, "pages/search.html", {"title": _("Search")})


@signed_in(because="everybody may know the shortcuts")
def keys(request: HttpRequest) -> HttpResponse:
    """List the keyboard shortcuts."""
    places = [place for section in navigation.sections(request) for place in section.places if place.key]
    return render(request, "pages/keys.html", {"title": _("Keyboard shortcuts"), "places": places})
