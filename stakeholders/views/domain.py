"""Statistical domains: one of them, what this office calls it, and loading another scheme."""

import csv
import io

from django.core.exceptions import ValidationError
from django.db.models import Exists, OuterRef
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _

from nso_contacts.access.policy import requires
from nso_contacts.office import clock
from nso_contacts.pages import panels
from nso_contacts.pages.confirm import confirm_page
from nso_contacts.pages.form import form_page, posted

from ..actions import domain as actions
from ..forms.domain import DomainForm, SchemeForm
from ..models import DomainScheme, Person, PersonDomain, StatisticalDomain

SHOWN = 20


@requires("view_directory")
def domain(request, pk):
    """One statistical domain: who works in it, which organisations have a focal point for it."""
    user = request.user
    found = get_object_or_404(StatisticalDomain.objects.visible_to(user).select_related("scheme", "parent"), pk=pk)
    under = StatisticalDomain.objects.under(found)
    linked = PersonDomain.objects.filter(person=OuterRef("pk"), domain__in=under)
    people = Person.objects.visible_to(user).active().filter(Exists(linked))
    focal_points = found.focal_points.visible_to(user).on(clock.today()).select_related("person", "organisation")
    experts = found.expert_assignments.visible_to(user).on(clock.today()).select_related("user", "organisation")
    tab = request.GET.get("tab", "")
    context = {
        "title": f"{found.code} {found}",
        "crumbs": crumbs(),
        "domain": found,
        "may_edit": user.has_perm("access.change_code_lists"),
        "children": found.children.order_by("sort_key"),
        "people_number": people.count(),
        "people_url": f"{reverse('stakeholders:person_list')}?domain={found.pk}",
        "focal_points": focal_points.order_by("organisation__name", "role", "pk")[:SHOWN],
        "organisations_url": f"{reverse('stakeholders:organisation_list')}?domain={found.pk}",
        "experts": experts.order_by("organisation__name", "role", "pk")[:SHOWN],
        "organisations_number": focal_points.order_by().values("organisation").distinct().count(),
        "tabs": panels.tabs("domain", found, user, tab, _("Overview")),
        "open_tab": panels.open_tab("domain", found, user, tab),
        "main": panels.shown("domain", found, user, "main"),
    }
    return render(request, "stakeholders/domain.html", context)


@requires("change_code_lists")
def edit(request, pk):
    """Change what this office calls a domain; code and title are the classification's."""
    found = get_object_or_404(StatisticalDomain.objects.visible_to(request.user), pk=pk)
    form = DomainForm(posted(request), instance=found, user=request.user)

    def save(form):
        return actions.rename(form.instance, actor=request.user)

    return form_page(
        request,
        form,
        save=save,
        title=_("Edit %(domain)s") % {"domain": f"{found.code} {found.title}"},
        done=_("Domain saved."),
        crumbs=crumbs(),
        cancel=found.get_absolute_url(),
    )


@requires("change_code_lists")
def load(request):
    """Load an edition of a classification from a CSV file; loading it again changes what differs."""
    form = SchemeForm(posted(request), user=request.user)

    def save(form):
        code = form.cleaned_data["code"]
        scheme = DomainScheme.objects.filter(code=code).first() or DomainScheme(code=code)
        scheme.title, scheme.version = form.cleaned_data["title"], form.cleaned_data["version"]
        actions.load_scheme(scheme, rows_of(form.cleaned_data["file"]), actor=request.user)
        return f"{reverse('stakeholders:domain_list')}?scheme={scheme.pk}"

    return form_page(
        request,
        form,
        save=save,
        title=_("Load a scheme of statistical domains"),
        verb=_("Load scheme"),
        done=_("Scheme loaded."),
        consequences=[
            _("The file is checked whole before anything is written."),
            _("Records stay filed under the domains they have now."),
            _("New records use the scheme only after you choose it for them."),
        ],
        crumbs=crumbs(),
        cancel=reverse("stakeholders:domain_list"),
    )


@requires("change_code_lists")
def use(request, pk):
    """Offer a scheme for new records."""
    scheme = get_object_or_404(DomainScheme, pk=pk)
    back = reverse("stakeholders:domain_list")

    def do():
        actions.use_for_new_records(scheme, actor=request.user)
        return back

    return confirm_page(
        request,
        title=_("Use %(scheme)s for new records") % {"scheme": scheme},
        consequences=[
            _("Forms and filters offer its domains from now on."),
            _("Records stay filed under the domains they have now."),
        ],
        action=do,
        verb=_("Use for new records"),
        done=_("Scheme in use."),
        crumbs=crumbs(),
        cancel=back,
    )


def rows_of(upload):
    """Read a CSV file with the columns code, parent, title and description."""
    try:
        text = upload.read().decode("utf-8-sig")
    except UnicodeDecodeError as wrong:
        raise ValidationError({"file": _("Save the file as CSV in UTF-8; this one is in another encoding.")}) from wrong
    if "\x00" in text:
        raise ValidationError({"file": _("This is not a CSV file.")})
    dialect = ";" if text.partition("\n")[0].count(";") > text.partition("\n")[0].count(",") else ","
    reader = csv.DictReader(io.StringIO(text), delimiter=dialect)
    missing = {"code", "parent", "title"} - set(reader.fieldnames or ())
    if missing:
        raise ValidationError(
            {"file": _("The first line must name the columns %(missing)s.") % {"missing": ", ".join(sorted(missing))}}
        )
    try:
        return [{name: (row.get(name) or "").strip() for name in reader.fieldnames} for row in reader]
    except csv.Error as wrong:
        raise ValidationError({"file": _("This is not a CSV file.")}) from wrong


def crumbs():
    """The way to a domain."""
    return [(_("Statistical domains"), reverse("stakeholders:domain_list"))]
