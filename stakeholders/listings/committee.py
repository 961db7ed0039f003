"""Committees as a list."""

import django_filters
from django.db.models import Count, Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from nso_contacts.office import clock
from nso_contacts.pages.listing import Action, Column, Empty
from nso_contacts.pages.picks import PickFilter

from ..models import Committee, CommitteeSeat, SeatHolder
from .group import domain_names, filed_under
from .lean import LeanListing
from .organisation import current_domains


def vacant_seats():
    """The seats nobody fills as principal today."""
    principals = SeatHolder.objects.current().filter(seat=OuterRef("pk"), position=SeatHolder.Position.PRINCIPAL)
    return CommitteeSeat.objects.filter(~Exists(principals), archived_at=None)


class CommitteeFilter(django_filters.FilterSet):
    """Narrows the list of committees."""

    kind = django_filters.MultipleChoiceFilter(label=_("Kind"), choices=Committee.Kind.choices)
    domain = django_filters.ModelChoiceFilter(label=_("Domain"), queryset=current_domains, method="with_domain")
    member = PickFilter(kind="organisation", label=_("With a seat of"), method="with_seat")
    state = django_filters.ChoiceFilter(
        label=_("State"),
        choices=[("vacant", _("Vacant seats")), ("expired", _("Mandate over")), ("archived", _("Archived"))],
        method="in_state",
    )

    def with_domain(self, queryset, name, domain):
        return filed_under(queryset, domain)

    def with_seat(self, queryset, name, organisation):
        if not organisation:
            return queryset
        return queryset.filter(Exists(organisation.committee_seats.filter(committee=OuterRef("pk"), archived_at=None)))

    def in_state(self, queryset, name, state):
        if state == "vacant":
            return queryset.filter(Exists(vacant_seats().filter(committee=OuterRef("pk"))))
        if state == "expired":
            return queryset.filter(mandate_to__lt=clock.today())
        return queryset.exclude(archived_at=None)


class CommitteeListing(LeanListing):
    """Committees in use; archived ones on request."""

    title = _("Committees")
    policy = ("view_directory",)
    columns = [
        Column("name", _("Name"), link=True),
        Column("kind", _("Kind"), css="t-2"),
        Column("domains", _("Domains"), value=domain_names, css="t-2"),
        Column("seats_now", _("Seats"), order=(), numeric=True, css="num"),
        Column("vacant_now", _("Vacant"), order=(), numeric=True, css="num"),
        Column("legal_basis", _("Legal basis"), only="export"),
        Column("mandate_to", _("Mandate until"), css="nowrap"),
    ]
    filters = CommitteeFilter
    search = ("name", "purpose", "legal_basis")
    search_hint = _("Search name, purpose, legal basis")
    default_sort = "name"
    noun = ngettext_lazy("%(shown)s committee", "%(shown)s committees", "n")
    buttons = [
        Action(_("Add committee"), "stakeholders:committee_create", icon="plus-lg", capability="change_directory")
    ]
    empty = Empty(
        "bank",
        _("No committees yet"),
        _("Advisory councils, interagency committees and working groups, with the seats organisations hold in them."),
        "stakeholders:committee_create",
        _("Add committee"),
    )

    @property
    def queryset(self):
        """Committees with what their cells show."""
        return Committee.objects.prefetch_related("domains").annotate(
            seats_now=Count("seats", filter=Q(seats__archived_at=None), distinct=True),
            vacant_now=Count("seats", filter=Q(seats__in=vacant_seats()), distinct=True),
        )

    def rows(self):
        """Those in use, as long as the archived ones are not asked for."""
        rows = Committee.objects.visible_to(self.user)
        return rows if self.state.get("state") == "archived" else rows.active()
