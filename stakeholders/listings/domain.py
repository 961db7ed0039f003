"""Statistical domains as a list."""

import django_filters
from django.db.models import Count, OuterRef, Subquery
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from nso_contacts.office import places
from nso_contacts.pages.listing import Action, Column, Empty, Listing

from ..models import DomainScheme, FocalPoint, PersonDomain, StatisticalDomain


class DomainFilter(django_filters.FilterSet):
    """Narrows the list to one scheme."""

    scheme = django_filters.ModelChoiceFilter(label=_("Scheme"), queryset=DomainScheme.objects.all())


def number_of(model):
    """How many rows of `model` point at a domain, counted on their own: two joins would multiply."""
    rows = model.objects.filter(domain=OuterRef("pk")).order_by().values("domain").annotate(number=Count("pk"))
    return Coalesce(Subquery(rows.values("number")), 0)


class DomainListing(Listing):
    """The domains of the scheme for new records, or of another one."""

    title = _("Statistical domains")
    policy = ("view_directory",)
    queryset = StatisticalDomain.objects.select_related("scheme").annotate(
        people_linked=number_of(PersonDomain), focal=number_of(FocalPoint)
    )
    columns = [
        Column("code", _("Code"), order=("scheme", "sort_key"), css="num"),
        Column("title", _("Title"), link=True, template="stakeholders/cells/domain.html", export=lambda row: row.title),
        Column("local_title", _("Our title"), only="export"),
        Column("description", _("Description"), only="export"),
        Column("people_linked", _("People"), order=(), numeric=True, css="num"),
        Column("focal", _("Focal points"), order=(), numeric=True, css="num"),
    ]
    filters = DomainFilter
    search = ("code", "title", "local_title")
    default_sort = "code"
    page_size = 100
    noun = ngettext_lazy("%(shown)s domain", "%(shown)s domains", "n")
    buttons = [Action(_("Load a scheme"), "stakeholders:domain_load", icon="upload", capability="change_code_lists")]
    empty = Empty("tags", _("No domains yet"))
    template = "stakeholders/domain_list.html"

    def rows(self):
        """Those of the scheme for new records, as long as no scheme is chosen."""
        rows = super().rows()
        return rows if self.state.get("scheme") else rows.filter(scheme__is_default=True)

    def context(self):
        """The tabs of the settings, and the schemes to choose from."""
        return {
            "settings_tabs": places.tabs(self.user, self.request.path),
            "schemes": DomainScheme.objects.all(),
            "may_edit": self.user.has_perm("access.change_code_lists"),
        }
