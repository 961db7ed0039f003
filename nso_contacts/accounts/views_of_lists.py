"""Views of lists that colleagues keep: saved, changed, deleted, and found by the lists (`pages.saved_views`)."""

from typing import Any

from django.http import HttpRequest, QueryDict
from django.urls import NoReverseMatch, resolve, reverse

from nso_contacts.audit.trail import action
from nso_contacts.pages import saved_views
from nso_contacts.pages.listing import Listing

from .models import SavedView, User


def register() -> None:
    """Keep the views of all lists."""
    saved_views.keep(find, save_url_name="accounts:view_save")


def find(user: Any, list_name: str) -> list[saved_views.SavedView]:
    """Return the views of a list that `user` sees, the own ones first."""
    found = SavedView.objects.visible_to(user).filter(list_name=list_name).select_related("owner")
    return [
        saved_views.SavedView(
            view.name,
            view.state,
            by="" if view.owner_id == user.pk else str(view.owner),
            change_url=reverse("accounts:view_change", args=[view.pk]) if view.owner_id == user.pk else "",
            is_default=view.is_default and view.owner_id == user.pk,
        )
        for view in sorted(found, key=lambda view: view.owner_id != user.pk)
    ]


def asked_for(request: HttpRequest) -> Listing | None:
    """Return the list that the address names, in the state it names, if the reader may open it."""
    try:
        url = reverse(request.GET.get("list", ""))
    except NoReverseMatch:
        return None
    listing = getattr(resolve(url).func, "listing", None)
    if listing is None or not any(request.user.has_perm(f"access.{capability}") for capability in listing.policy):
        return None
    found: Listing = listing(request)
    found.state = QueryDict(request.GET.get("state", ""))
    return found


@action
def save(view: SavedView, *, actor: User) -> SavedView:
    """Keep a view. One of the same name of the same list takes its place; as the default it takes that place too."""
    User.objects.select_for_update(no_key=True).get(pk=actor.pk)  # a second press waits here for the first
    same = SavedView.objects.filter(owner=actor, list_name=view.list_name)
    known = same.filter(name__iexact=view.name).first() if view._state.adding else None
    view.owner = actor
    if known is not None:
        view.pk, view._state.adding, view.created_at = known.pk, False, known.created_at
    if view.is_default:
        same.exclude(pk=view.pk).filter(is_default=True).update(is_default=False)
    view.full_clean()
    view.save()
    return view


@action
def delete(view: SavedView, *, actor: User) -> str:
    """Delete a view and return the address of its list. Deleting it twice changes nothing."""
    SavedView.objects.filter(pk=view.pk).delete()
    return reverse(view.list_name)
