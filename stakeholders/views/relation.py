"""Focal points of an organisation and our experts for it: naming and ending them."""

from django.core.exceptions import ValidationError
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _

from nso_contacts.access.policy import requires
from nso_contacts.office import clock
from nso_contacts.pages.form import form_page, posted

from ..actions import relation as actions
from ..forms.person import LastDayForm
from ..forms.relation import ExpertForm, FocalPointForm
from ..models import ExpertAssignment, FocalPoint, StatisticalDomain
from .organisation import crumbs, editable


@requires("change_directory")
def focal_point_create(request, pk):
    """Name a focal point of an organisation."""
    found = editable(request, pk)
    form = FocalPointForm(
        posted(request), instance=FocalPoint(organisation=found), initial=asked(request), user=request.user
    )

    def save(form):
        actions.name_focal_point(form.instance, actor=request.user)
        return roles_of(found)

    return form_page(
        request,
        form,
        save=save,
        title=_("Name a focal point of %(organisation)s") % {"organisation": found},
        verb=_("Name focal point"),
        done=_("Focal point named."),
        consequences=[
            _("The person must hold a post there or in a unit of it for as long as they are named."),
            _("When that post ends, this ends the same day."),
        ],
        crumbs=crumbs(found),
        cancel=roles_of(found),
    )


@requires("change_directory")
def expert_create(request, pk):
    """Name one of our experts for an organisation."""
    found = editable(request, pk)
    form = ExpertForm(
        posted(request), instance=ExpertAssignment(organisation=found), initial=asked(request), user=request.user
    )

    def save(form):
        actions.name_expert(form.instance, actor=request.user)
        return roles_of(found)

    return form_page(
        request,
        form,
        save=save,
        title=_("Name our expert for %(organisation)s") % {"organisation": found},
        verb=_("Name expert"),
        done=_("Expert named."),
        consequences=[
            _("The organisation sees its experts in the portal."),
            _("Experts see requests in their domains."),
        ],
        crumbs=crumbs(found),
        cancel=roles_of(found),
    )


@requires("change_directory")
def focal_point_end(request, pk, row_pk):
    """End a focal point."""
    found = editable(request, pk)
    row = get_object_or_404(found.focal_points.editable_by(request.user), pk=row_pk)
    return ending(request, found, row, actions.end_focal_point, _("Focal point ended."))


@requires("change_directory")
def expert_end(request, pk, row_pk):
    """End an assignment of one of our experts."""
    found = editable(request, pk)
    row = get_object_or_404(found.expert_assignments.editable_by(request.user), pk=row_pk)
    return ending(request, found, row, actions.end_expert, _("Assignment ended."))


def ending(request, organisation, row, action, done):
    """Ask for the last day and end a row on it."""
    form = LastDayForm(posted(request), initial={"on": clock.today()}, user=request.user)

    def save(form):
        try:
            action(row, on=form.cleaned_data["on"], reason=form.cleaned_data["reason"], actor=request.user)
        except ValidationError as refusal:
            raise ValidationError({"on": refusal.messages}) from refusal
        return roles_of(organisation)

    return form_page(
        request,
        form,
        save=save,
        title=_("End: %(row)s") % {"row": row},
        verb=_("End"),
        done=done,
        crumbs=crumbs(organisation),
        cancel=roles_of(organisation),
    )


def asked(request):
    """The domain the page was opened for."""
    given = request.GET.get("domain", "")
    rows = StatisticalDomain.objects.visible_to(request.user)
    return {"domain": rows.filter(pk=given).first() if given.isdecimal() and len(given) < 19 else None}


def roles_of(organisation):
    """The tab with focal points and experts."""
    return f"{reverse('stakeholders:organisation', args=[organisation.pk])}?tab=roles"
