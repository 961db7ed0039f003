"""Organisations as a list."""

import django_filters
from django import forms
from django.db.models import Count, Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from nso_contacts.office import clock
from nso_contacts.pages.listing import Action, Column, Empty
from nso_contacts.pages.picks import PickFilter

from ..models import ExpertAssignment, FocalPoint, Organisation, StatisticalDomain, UserSegment
from ..models.organisation import below
from .lean import LeanListing, bulk_actions

USES = {
    "is_user": _("Uses statistics"),
    "is_data_holder": _("Holds data"),
    "is_data_supplier": _("Supplies data"),
    "is_producer": _("Produces official statistics"),
    "is_funder": _("Funds statistics"),
}
STATES = {
    "overdue": _("Contact overdue"),
    "no_rhythm": _("No rhythm agreed"),
    "no_focal_point": _("No focal point"),
    "no_expert": _("No expert of ours"),
    "archived": _("Archived"),
}


def current_domains(request=None):
    """The statistical domains on offer in filters."""
    return StatisticalDomain.objects.current()


class OrganisationFilter(django_filters.FilterSet):
    """Narrows the list of organisations."""

    kind = django_filters.MultipleChoiceFilter(label=_("Kind"), choices=Organisation.Kind.choices)
    level = django_filters.MultipleChoiceFilter(
        label=_("Government level"), field_name="government_level", choices=Organisation.GovernmentLevel.choices
    )
    domain = django_filters.ModelChoiceFilter(label=_("Domain"), queryset=current_domains, method="with_domain")
    use = django_filters.MultipleChoiceFilter(
        label=_("What it is for us"), choices=list(USES.items()), method="with_use"
    )
    tier = django_filters.MultipleChoiceFilter(label=_("Importance"), choices=Organisation.Tier.choices)
    segment = django_filters.ModelMultipleChoiceFilter(label=_("User segment"), queryset=UserSegment.objects.all())
    within = PickFilter(kind="organisation", label=_("Part of"), method="in_tree")
    top = django_filters.BooleanFilter(label=_("Without units"), widget=forms.CheckboxInput, method="only_top")
    owner = PickFilter(kind="user", label=_("Owner"))
    state = django_filters.ChoiceFilter(label=_("State"), choices=list(STATES.items()), method="in_state")

    def with_domain(self, queryset, name, domain):
        """Those with a focal point or an expert of ours in the domain or one below it."""
        under = StatisticalDomain.objects.under(domain)
        today = clock.today()
        points = FocalPoint.objects.on(today).filter(organisation=OuterRef("pk"), domain__in=under)
        experts = ExpertAssignment.objects.on(today).filter(organisation=OuterRef("pk"), domain__in=under)
        return queryset.filter(Q(Exists(points)) | Q(Exists(experts)))

    def with_use(self, queryset, name, uses):
        for use in uses:
            queryset = queryset.filter(**{use: True})
        return queryset

    def in_tree(self, queryset, name, organisation):
        return queryset.filter(pk__in=below(organisation.pk)) if organisation else queryset

    def only_top(self, queryset, name, wanted):
        return queryset.filter(parent=None) if wanted else queryset

    def in_state(self, queryset, name, state):
        today = clock.today()
        if state == "overdue":
            return queryset.filter(next_due_on__lt=today)
        if state == "no_rhythm":
            return queryset.filter(cadence_days=None)
        if state == "archived":
            return queryset.exclude(archived_at=None)
        named = FocalPoint if state == "no_focal_point" else ExpertAssignment
        return queryset.filter(~Exists(named.objects.on(today).filter(organisation=OuterRef("pk"))))


class OrganisationListing(LeanListing):
    """Organisations in use; archived ones on request."""

    title = _("Organisations")
    policy = ("view_directory",)
    columns = [
        Column("name", _("Name"), link=True, template="stakeholders/cells/organisation.html"),
        Column("code", _("Code"), only="export"),
        Column("short_name", _("Short name"), only="export"),
        Column("parent", _("Part of"), order=(), css="text-break"),
        Column("kind", _("Kind"), css="t-2"),
        Column("government_level", _("Government level"), only="export"),
        Column("segment", _("User segment"), only="export", order=()),
        Column("region", _("Region or state"), only="export"),
        Column("people_now", _("People"), order=(), numeric=True, css="num"),
        Column("last_substantive_on", _("Last contact"), template="stakeholders/cells/last_contact.html"),
        Column("next_due_on", _("Next due"), template="stakeholders/cells/next_due.html"),
        Column("owner", _("Owner"), order=("owner__name",), css="nowrap"),
    ]
    filters = OrganisationFilter
    usual_filters = ("kind", "domain", "owner", "state")
    search = True
    search_hint = _("Search name, acronym, e-mail")
    default_sort = "name"
    noun = ngettext_lazy("%(shown)s organisation", "%(shown)s organisations", "n")
    buttons = [
        Action(_("Import"), "imports:upload", icon="upload", capability="run_imports", query="kind=organisations"),
        Action(
            _("Add organisation"), "stakeholders:organisation_create", icon="building", capability="change_directory"
        ),
    ]
    empty = Empty(
        "building",
        _("No organisations yet"),
        _("Ministries, agencies and everybody else the office deals with. Add the first one, or import a file."),
        "stakeholders:organisation_create",
        _("Add organisation"),
    )

    @property
    def actions(self):
        """What can be done with the chosen rows; those out of use can only be restored."""
        return bulk_actions("organisation", archived=self.state.get("state") == "archived")

    @property
    def queryset(self):
        """Organisations with what their cells show."""
        today = clock.today()
        held = Q(posts__valid_from=None) | Q(posts__valid_from__lte=today)
        held &= Q(posts__valid_to=None) | Q(posts__valid_to__gte=today)
        return Organisation.objects.select_related("parent", "segment", "owner").annotate(
            people_now=Count("posts__person", filter=held, distinct=True)
        )

    def rows(self):
        """Those in use, as long as the archived ones are not asked for."""
        rows = Organisation.objects.visible_to(self.user)
        return rows if self.state.get("state") == "archived" else rows.active()
