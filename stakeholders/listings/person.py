"""People as a list."""

from datetime import timedelta

import django_filters
from django import forms
from django.db.models import Exists, OuterRef, Prefetch, Q
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from nso_contacts.office import clock
from nso_contacts.pages.listing import Action, Column, Empty
from nso_contacts.pages.picks import PickFilter

from .. import due
from ..models import (
    AddressState,
    ContactRole,
    Organisation,
    Person,
    PersonDomain,
    PersonEmail,
    Post,
    StatisticalDomain,
    UserGroupMembership,
)
from ..models.organisation import below
from .lean import LeanListing, bulk_actions
from .organisation import current_domains

STALE_AFTER = timedelta(days=365)
DUE = {"overdue": _("Overdue"), "month": _("Overdue or within 30 days"), "none": _("No contact yet")}
STATES = {
    "stale": _("Details not checked for a year"),
    "bounced": _("Mail bounced"),
    "left": _("Left, no present post"),
    "do_not_contact": _("Do not contact"),
    "archived": _("Archived"),
}


def held(**conditions):
    """A filter on Person: holds a post today for which `conditions` are true."""
    return Exists(Post.objects.current().filter(person=OuterRef("pk"), **conditions))


class PersonFilter(django_filters.FilterSet):
    """Narrows the list of people."""

    organisation = PickFilter(kind="organisation", label=_("Organisation"), method="at_organisation")
    kind = django_filters.MultipleChoiceFilter(
        label=_("Kind of organisation"), choices=Organisation.Kind.choices, method="at_kind"
    )
    domain = django_filters.ModelChoiceFilter(label=_("Domain"), queryset=current_domains, method="in_domain")
    role = django_filters.MultipleChoiceFilter(label=_("Role"), choices=ContactRole.choices, method="with_role")
    key = django_filters.BooleanFilter(
        label=_("Key user"), field_name="is_key_user", widget=forms.CheckboxInput, method="only_key_users"
    )
    due = django_filters.ChoiceFilter(label=_("Next due"), choices=list(DUE.items()), method="due_by")
    group = PickFilter(kind="group", label=_("User group"), method="in_group")
    owner = PickFilter(kind="user", label=_("Owner"))
    state = django_filters.ChoiceFilter(label=_("State"), choices=list(STATES.items()), method="in_state")

    def at_organisation(self, queryset, name, organisation):
        """With a post there or in a unit of it today."""
        return queryset.filter(held(organisation__in=below(organisation.pk))) if organisation else queryset

    def at_kind(self, queryset, name, kinds):
        return queryset.filter(held(organisation__kind__in=kinds)) if kinds else queryset

    def in_domain(self, queryset, name, domain):
        under = StatisticalDomain.objects.under(domain)
        return queryset.filter(Exists(PersonDomain.objects.filter(person=OuterRef("pk"), domain__in=under)))

    def with_role(self, queryset, name, roles):
        return queryset.filter(roles__overlap=roles) if roles else queryset

    def only_key_users(self, queryset, name, wanted):
        return queryset.filter(is_key_user=True) if wanted else queryset

    def due_by(self, queryset, name, when):
        today = clock.today()
        wanted = {
            "overdue": Q(next_due_on__lt=today),
            "month": Q(next_due_on__lte=today + timedelta(days=30)),
            "none": Q(last_substantive_on=None),
        }
        return queryset.filter(wanted[when])

    def in_group(self, queryset, name, group):
        rows = UserGroupMembership.objects.on(clock.today()).filter(person=OuterRef("pk"), group=group)
        return queryset.filter(Exists(rows)) if group else queryset

    def in_state(self, queryset, name, state):
        return queryset.filter(STATE_RULES[state]())


def stale():
    """Not checked within a year, or never and known for longer than that."""
    day = clock.today() - STALE_AFTER
    return Q(verified_on__lt=day) | Q(verified_on=None, created_at__date__lt=day) | bounced()


def bounced():
    """The main address bounced."""
    return Exists(PersonEmail.objects.filter(person=OuterRef("pk"), is_primary=True, state=AddressState.BOUNCED))


STATE_RULES = {
    "stale": stale,
    "bounced": bounced,
    "left": lambda: ~held(),
    "do_not_contact": lambda: Q(do_not_contact=True),
    "archived": lambda: Q(archived_at__isnull=False) | Q(deceased_on__isnull=False),
}


def main_post(person):
    """The post that stands for somebody, from `current_posts`."""
    return person.current_posts[0] if person.current_posts else None


class PersonListing(LeanListing):
    """People in use; archived ones on request."""

    title = _("People")
    policy = ("view_directory",)
    columns = [
        Column("name", _("Name"), order=("sort_name",), link=True, template="stakeholders/cells/person.html"),
        Column("native_name", _("Name in their own script"), only="export"),
        Column("code", _("Code"), only="export"),
        Column(
            "organisation",
            _("Organisation"),
            value=lambda person: getattr(main_post(person), "organisation", None),
            template="stakeholders/cells/organisation_of.html",
            css="text-break",
        ),
        Column("title", _("Role"), value=lambda person: getattr(main_post(person), "title", ""), css="t-2"),
        Column(
            "domains",
            _("Domains"),
            value=lambda person: ", ".join(str(domain) for domain in person.domains.all()),
        ),
        Column(
            "email",
            _("E-mail"),
            value=lambda person: person.main_emails[0] if person.main_emails else "",
            only="export",
        ),
        Column("phone", _("Telephone"), only="export"),
        Column("last_substantive_on", _("Last contact"), template="stakeholders/cells/last_contact.html"),
        Column("next_due_on", _("Next due"), template="stakeholders/cells/next_due.html"),
        Column("owner", _("Owner"), order=("owner__name",), css="nowrap"),
        Column("do_not_contact", _("Do not contact"), only="export"),
    ]
    filters = PersonFilter
    usual_filters = ("kind", "domain", "due")
    search = True
    search_hint = _("Search name, organisation, e-mail")
    default_sort = "name"
    noun = ngettext_lazy("%(shown)s person", "%(shown)s people", "n")

    @property
    def views(self):
        """Views everybody needs, those of the reader's own people among them."""
        return [
            (_("All people"), {}),
            (_("My key users"), {"key": "on", "owner": str(self.user.pk)}),
            (_("Contact due"), {"due": "month", "sort": "next_due_on"}),
            (_("Mail bounced"), {"state": "bounced"}),
            (_("Not checked for a year"), {"state": "stale"}),
            (_("Left"), {"state": "left"}),
        ]

    buttons = [
        Action(_("Import"), "imports:upload", icon="upload", capability="run_imports", query="kind=people"),
        Action(_("Add person"), "stakeholders:person_create", icon="person-plus", capability="change_directory"),
    ]
    empty = Empty(
        "people",
        _("No people yet"),
        _("Everybody the office deals with. Add the first one, or import a file."),
        "stakeholders:person_create",
        _("Add person"),
    )

    @property
    def actions(self):
        """What can be done with the chosen rows; those out of use can only be restored."""
        return bulk_actions("person", archived=self.state.get("state") == "archived")

    @property
    def queryset(self):
        """People with what their cells show."""
        posts = Post.objects.current().select_related("organisation").order_by("-is_primary", "pk")
        emails = PersonEmail.objects.filter(is_primary=True)
        return Person.objects.select_related("owner").prefetch_related(
            "domains",
            Prefetch("posts", posts, to_attr="current_posts"),
            Prefetch("emails", emails, to_attr="main_emails"),
        )

    def rows(self):
        """Those in use, as long as the archived ones are not asked for."""
        rows = Person.objects.visible_to(self.user).filter(anonymised_at=None)
        return rows if self.state.get("state") == "archived" else rows.active()

    @cached_property
    def records(self):
        """The people of this page, each with the last contact the reader may see."""
        found = super().records
        last = due.last_contacts({"person": [person.pk for person in found]}, self.user)
        for person in found:
            person.last_contact = last.get(("person", person.pk))
        return found
