"""Products as a list."""

import django_filters
from django.db.models import Count, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from nso_contacts.pages.listing import Action, Column, Empty
from nso_contacts.pages.picks import PickFilter

from ..models import Product
from .group import domain_names, filed_under
from .lean import LeanListing
from .organisation import current_domains


class ProductFilter(django_filters.FilterSet):
    """Narrows the catalogue."""

    kind = django_filters.MultipleChoiceFilter(label=_("Kind"), choices=Product.Kind.choices)
    domain = django_filters.ModelChoiceFilter(label=_("Domain"), queryset=current_domains, method="with_domain")
    periodicity = django_filters.MultipleChoiceFilter(label=_("Periodicity"), choices=Product.Periodicity.choices)
    status = django_filters.MultipleChoiceFilter(label=_("Status"), choices=Product.Status.choices)
    unit = PickFilter(kind="organisation", label=_("Responsible unit"))

    def with_domain(self, queryset, name, domain):
        return filed_under(queryset, domain)


class ProductListing(LeanListing):
    """Products that are released or planned; discontinued ones on request."""

    title = _("Products")
    policy = ("view_directory",)
    columns = [
        Column("title", _("Title"), link=True),
        Column("code", _("Code"), css="num"),
        Column("kind", _("Kind"), css="t-2"),
        Column("domains", _("Domains"), value=domain_names, css="t-2"),
        Column("periodicity", _("Periodicity"), order=()),
        Column("items_now", _("Items"), order=(), numeric=True, css="num"),
        Column("status", _("Status")),
        Column("unit", _("Responsible unit"), only="export", order=()),
        Column("website", _("Web address"), only="export"),
    ]
    filters = ProductFilter
    search = ("title", "code", "description")
    search_hint = _("Search title and code")
    default_sort = "title"
    noun = ngettext_lazy("%(shown)s product", "%(shown)s products", "n")
    buttons = [
        Action(_("Load from a file"), "stakeholders:product_load", icon="upload", capability="change_catalogue"),
        Action(_("Add product"), "stakeholders:product_create", icon="plus-lg", capability="change_catalogue"),
    ]
    empty = Empty(
        "box-seam",
        _("No products yet"),
        _("What the office releases: requests, contacts and needs point to it."),
        "stakeholders:product_create",
        _("Add product"),
    )

    @property
    def queryset(self):
        """Products with what their cells show."""
        return (
            Product.objects.select_related("unit")
            .prefetch_related("domains")
            .annotate(items_now=Count("items", filter=Q(items__is_active=True), distinct=True))
        )

    def rows(self):
        """Those not discontinued, as long as no status is asked for."""
        rows = Product.objects.visible_to(self.user)
        return rows if self.state.get("status") else rows.active()
