"""Organisations: one of them, adding, changing, archiving and restoring it, and likely duplicates."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from nso_contacts.access.policy import requires
from nso_contacts.pages import panels, timeline
from nso_contacts.pages.confirm import confirm_page
from nso_contacts.pages.form import form_page, posted

from ..actions import organisation as actions
from ..forms.organisation import OrganisationForm
from ..models import FocalPoint, Organisation, Person
from ..models.organisation import below
from ..similar import similar
from .duplicates import warned

UNITS_SHOWN = 100


@requires("view_directory")
def organisation(request, pk):
    """One organisation: its facts, its people and experts, what happened with it. A merged one leads to the other."""
    user = request.user
    found = get_object_or_404(
        Organisation.objects.visible_to(user).select_related("parent", "owner", "segment", "merged_into"), pk=pk
    )
    if found.merged_into_id is not None:
        return redirect(found.merged_into, permanent=True)
    tab = request.GET.get("tab", "")
    opened = panels.open_tab("organisation", found, user, tab)
    context = {
        "title": found.name,
        "crumbs": crumbs(found.parent),
        "organisation": found,
        "may_edit": Organisation.objects.editable_by(user).filter(pk=pk).exists(),
        "may_log": user.has_perm("access.log_interactions"),
        "names": found.names.order_by("kind", "name", "pk"),
        "facts": panels.shown("organisation", found, user, "fact"),
        "tabs": panels.tabs("organisation", found, user, tab, _("Overview")),
        "open_tab": opened,
    }
    if opened is None:
        context |= {
            "primary": found.focal_points.current()
            .filter(role=FocalPoint.Role.PRIMARY)
            .select_related("person", "domain")
            .order_by("domain__sort_key", "pk"),
            "emails": found.emails.order_by("-is_primary", "address"),
            "timeline": timeline.timeline(request, "organisation", found, size=6),
            "tree": tree(found, user),
            "rail": panels.shown("organisation", found, user, "rail"),
            "main": panels.shown("organisation", found, user, "main"),
        }
    return render(request, "stakeholders/organisation.html", context)


@requires("change_directory")
def create(request):
    """Add an organisation; under another one with `?parent=`."""
    given = request.GET.get("parent", "")
    parent = (
        Organisation.objects.visible_to(request.user).filter(pk=given).first()
        if given.isdecimal() and len(given) < 19
        else None
    )
    initial = {
        "parent": parent,
        **({"kind": parent.kind, "government_level": parent.government_level} if parent else {}),
    }
    form = OrganisationForm(posted(request), initial=initial, user=request.user)
    warning = warned(request, form, Organisation)

    def save(form):
        warning.refuse_unless_confirmed()
        return actions.create(form.instance, actor=request.user, **form.details)

    return form_page(
        request,
        form,
        save=save,
        title=_("Add organisation"),
        verb=_("Add organisation"),
        done=_("Organisation added."),
        crumbs=crumbs(),
        cancel=parent.get_absolute_url() if parent else reverse("stakeholders:organisation_list"),
        template="stakeholders/directory_form.html",
        context=warning.context("stakeholders:organisation_similar"),
    )


@requires("change_directory")
def edit(request, pk):
    """Change what is known of an organisation."""
    found = editable(request, pk)
    form = OrganisationForm(posted(request), instance=found, user=request.user)

    def save(form):
        ended = actions.edit(form.instance, actor=request.user, **form.details)
        if ended:
            messages.warning(
                request,
                ngettext(
                    "One focal point for the organisation it left ended today.",
                    "%(number)s focal points for the organisation it left ended today.",
                    len(ended),
                )
                % {"number": len(ended)},
            )
        return form.instance

    return form_page(
        request,
        form,
        save=save,
        title=_("Edit %(organisation)s") % {"organisation": found},
        done=_("Organisation saved."),
        crumbs=crumbs(found),
        cancel=found.get_absolute_url(),
        template="stakeholders/directory_form.html",
    )


@requires("change_directory")
@require_POST
def verify(request, pk):
    """Note that the details were checked today."""
    found = editable(request, pk)
    actions.verify(found, actor=request.user)
    messages.success(request, _("Details checked today."))
    return redirect(found)


@requires("change_directory")
def archive(request, pk):
    """Take an organisation out of use."""
    found = editable(request, pk)
    return confirm_page(
        request,
        title=_("Archive %(organisation)s") % {"organisation": found},
        consequences=consequences_of_archiving(found, request.user),
        action=lambda: actions.archive(found, actor=request.user),
        verb=_("Archive"),
        danger=True,
        done=_("Organisation archived. It can be restored from its page."),
        crumbs=crumbs(found),
        cancel=found.get_absolute_url(),
    )


def consequences_of_archiving(found, user):
    """What archiving does and does not do."""
    people = Person.objects.visible_to(user).active().filter(posts__organisation__in=below(found.pk)).distinct().count()
    units = Organisation.objects.active().filter(pk__in=below(found.pk)).exclude(pk=found.pk).count()
    said = [_("It leaves lists and choices. Its page, its history and all figures stay.")]
    if units:
        said.append(
            ngettext("One unit of it stays in use.", "%(number)s units of it stay in use.", units) % {"number": units}
        )
    if people:
        said.append(
            ngettext(
                "One person with a post there stays in the directory.",
                "%(number)s people with posts there stay in the directory.",
                people,
            )
            % {"number": people}
        )
    return [*said, _("Its next contact is no longer due.")]


@requires("change_directory")
def restore(request, pk):
    """Bring an archived organisation back."""
    found = editable(request, pk)
    return confirm_page(
        request,
        title=_("Restore %(organisation)s") % {"organisation": found},
        consequences=[_("It stands in lists and choices again, and its next contact is due by its rhythm.")],
        action=lambda: actions.restore(found, actor=request.user),
        verb=_("Restore"),
        done=_("Organisation restored."),
        crumbs=crumbs(found),
        cancel=found.get_absolute_url(),
    )


@requires("change_directory")
def likely(request):
    """Records whose names are nearly what is being typed, for the warning beside the form."""
    found = similar(Organisation, request.GET.get("name", ""), request.user)
    return render(request, "stakeholders/parts/similar.html", {"similar": found})


def tree(found, user):
    """The units of an organisation as (unit, depth), each under its own; and whether there are more."""
    rows = Organisation.objects.visible_to(user).active().filter(pk__in=below(found.pk)).exclude(pk=found.pk)
    units = list(rows.order_by("name", "pk")[: UNITS_SHOWN + 1])
    under: dict[int, list[Organisation]] = {}
    for unit in units[:UNITS_SHOWN]:
        under.setdefault(unit.parent_id, []).append(unit)
    return {"branches": branches(found.pk, under), "more": len(units) > UNITS_SHOWN, "number": len(units)}


def branches(pk, under):
    """The units right under `pk`, each with its own branches."""
    return [(unit, branches(unit.pk, under)) for unit in under.get(pk, ())]


def editable(request, pk):
    """The organisation, if the reader may change it and it was not merged away."""
    rows = Organisation.objects.editable_by(request.user).filter(merged_into=None)
    return get_object_or_404(rows.select_related("parent"), pk=pk)


def crumbs(found=None):
    """The way to an organisation."""
    way = [(_("Organisations"), reverse("stakeholders:organisation_list"))]
    return [*way, (found.name, found.get_absolute_url())] if found else way
