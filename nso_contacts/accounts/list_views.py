"""Pages of the views of lists: keeping one, changing it, deleting it."""

from django.http import Http404
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _

from nso_contacts.access.policy import signed_in
from nso_contacts.pages.confirm import confirm_page
from nso_contacts.pages.form import form_page, posted

from . import views_of_lists as actions
from .forms import SavedViewForm
from .models import SavedView

OWN = "everybody keeps views of their own, of lists that they may open"


@signed_in(because=OWN)
def save(request):
    """Keep a list as it stands under a name."""
    listing = actions.asked_for(request)
    if listing is None or not listing.query_of():
        raise Http404
    view = SavedView(owner=request.user, list_name=request.GET["list"], state=listing.query_of())
    return form_page(
        request,
        SavedViewForm(posted(request), instance=view, user=request.user),
        save=lambda form: actions.save(form.instance, actor=request.user),
        title=_("Save this view"),
        lede=_("%(list)s: %(rows)s now") % {"list": listing.title, "rows": listing.count_words()},
        done=_("View saved."),
        crumbs=[(listing.title, reverse(view.list_name))],
        cancel=view.get_absolute_url(),
        consequences=[
            _("A view of yours with the same name is replaced."),
            _("Its filters stay in the address: it can also be kept as a bookmark."),
        ],
    )


@signed_in(because=OWN)
def change(request, pk):
    """Rename a view, share it, open the list with it."""
    view = get_object_or_404(SavedView.objects.editable_by(request.user), pk=pk)
    return form_page(
        request,
        SavedViewForm(posted(request), instance=view, user=request.user),
        save=lambda form: actions.save(form.instance, actor=request.user),
        title=_("Change the view “%(view)s”") % {"view": view.name},
        done=_("View changed."),
        cancel=view.get_absolute_url(),
        template="accounts/view_change.html",
        context={"delete_url": reverse("accounts:view_delete", args=[view.pk])},
    )


@signed_in(because=OWN)
def delete(request, pk):
    """Delete a view."""
    view = get_object_or_404(SavedView.objects.editable_by(request.user), pk=pk)
    said = [_("The records in it stay as they are.")]
    if view.shared:
        said.append(_("Your colleagues no longer find it above the list."))
    return confirm_page(
        request,
        title=_("Delete the view “%(view)s”?") % {"view": view.name},
        consequences=said,
        action=lambda: actions.delete(view, actor=request.user),
        verb=_("Delete"),
        danger=True,
        done=_("View deleted."),
        cancel=view.get_absolute_url(),
    )
