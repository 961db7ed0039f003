"""Handing over the chosen rows of a list to another owner."""

from django.contrib import messages
from django.http import Http404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from nso_contacts.access.policy import requires
from nso_contacts.pages.form import form_page, posted

from ..actions import owner as actions
from ..forms.directory import OwnerForm
from ..listings.organisation import OrganisationListing
from ..listings.person import PersonListing
from ..models import Organisation, Person


@requires("change_directory")
def organisations(request):
    """Change the owner of the chosen organisations."""
    return hand_over(request, OrganisationListing, Organisation, reverse("stakeholders:organisation_list"))


@requires("change_directory")
def people(request):
    """Change the owner of the chosen people."""
    return hand_over(request, PersonListing, Person, reverse("stakeholders:person_list"))


def hand_over(request, listing, model, back):
    """Ask for the new owner of the rows that a list was left with, and say how many there are."""
    chosen = model.objects.editable_by(request.user).filter(pk__in=listing.chosen(request).order_by().values("pk"))
    number = chosen.count()
    if not number:
        if request.method == "POST":
            raise Http404
        messages.warning(request, _("Tick the rows first."))
    form = OwnerForm(posted(request), user=request.user)

    def save(form):
        actions.hand_over(
            list(chosen), owner=form.cleaned_data["owner"], reason=form.cleaned_data["reason"], actor=request.user
        )
        return back

    return form_page(
        request,
        form,
        save=save,
        title=_("Change owner"),
        lede=ngettext("One record is chosen.", "%(number)s records are chosen.", number) % {"number": number},
        verb=ngettext("Change the owner of one record", "Change the owner of %(number)s records", number)
        % {"number": number},
        done=_("Owner changed."),
        consequences=[
            _("What is due with them stands in the new owner’s work from now on."),
            _("Without a new owner they belong to nobody. Each history says who changed it."),
        ],
        crumbs=[(listing.title, back)],
        cancel=back,
    )
