"""User groups as a list."""

import django_filters
from django.db.models import Count, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from nso_contacts.office import clock
from nso_contacts.pages.listing import Action, Column, Empty
from nso_contacts.pages.picks import PickFilter

from ..models import StatisticalDomain, UserGroup
from .lean import LeanListing
from .organisation import current_domains


def filed_under(queryset, domain):
    """Those filed under a domain or one below it."""
    under = queryset.model.objects.filter(domains__in=StatisticalDomain.objects.under(domain))
    return queryset.filter(pk__in=under.order_by().values("pk"))


def domain_names(row):
    """The domains of a record in words; they are fetched with the list."""
    return ", ".join(str(domain) for domain in row.domains.all())


def valid_today(prefix):
    """A condition: the rows behind `prefix` are valid today."""
    today = clock.today()
    begun = Q(**{f"{prefix}__valid_from": None}) | Q(**{f"{prefix}__valid_from__lte": today})
    return begun & (Q(**{f"{prefix}__valid_to": None}) | Q(**{f"{prefix}__valid_to__gte": today}))


class UserGroupFilter(django_filters.FilterSet):
    """Narrows the list of user groups."""

    domain = django_filters.ModelChoiceFilter(label=_("Domain"), queryset=current_domains, method="with_domain")
    status = django_filters.MultipleChoiceFilter(label=_("Status"), choices=UserGroup.Status.choices)
    owner = PickFilter(kind="user", label=_("Convenor"))
    state = django_filters.ChoiceFilter(
        label=_("State"),
        choices=[("overdue", _("Contact overdue")), ("no_rhythm", _("No rhythm agreed")), ("archived", _("Archived"))],
        method="in_state",
    )

    def with_domain(self, queryset, name, domain):
        return filed_under(queryset, domain)

    def in_state(self, queryset, name, state):
        if state == "overdue":
            return queryset.filter(next_due_on__lt=clock.today())
        if state == "no_rhythm":
            return queryset.filter(cadence_days=None)
        return queryset.exclude(archived_at=None)


class UserGroupListing(LeanListing):
    """User groups in use; archived ones on request."""

    title = _("User groups")
    policy = ("view_directory",)
    columns = [
        Column("name", _("Name"), link=True),
        Column("domains", _("Domains"), value=domain_names, css="t-2"),
        Column("members_now", _("Members"), order=(), numeric=True, css="num"),
        Column("organisations_now", _("Organisations"), order=(), numeric=True, css="num"),
        Column("status", _("Status")),
        Column("purpose", _("Purpose"), only="export"),
        Column("last_substantive_on", _("Last contact"), template="stakeholders/cells/last_contact.html"),
        Column("next_due_on", _("Next due"), template="stakeholders/cells/next_due.html"),
        Column("owner", _("Convenor"), order=("owner__name",), css="nowrap"),
    ]
    filters = UserGroupFilter
    search = ("name", "purpose")
    search_hint = _("Search name and purpose")
    default_sort = "name"
    noun = ngettext_lazy("%(shown)s user group", "%(shown)s user groups", "n")
    buttons = [Action(_("Add user group"), "stakeholders:group_create", icon="plus-lg", capability="change_directory")]
    empty = Empty(
        "diagram-3",
        _("No user groups yet"),
        _("Standing groups of the most important users of a statistical area."),
        "stakeholders:group_create",
        _("Add user group"),
    )

    @property
    def queryset(self):
        """Groups with what their cells show."""
        held = valid_today("memberships")
        return (
            UserGroup.objects.select_related("owner")
            .prefetch_related("domains")
            .annotate(
                members_now=Count("memberships__person", filter=held, distinct=True),
                organisations_now=Count("memberships__organisation", filter=held, distinct=True),
            )
        )

    def rows(self):
        """Those in use, as long as the archived ones are not asked for."""
        rows = UserGroup.objects.visible_to(self.user)
        return rows if self.state.get("state") == "archived" else rows.active()
