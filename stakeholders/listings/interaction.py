"""The contact log as a list."""

from datetime import timedelta

import django_filters
from django import forms
from django.db.models import Exists, OuterRef, Prefetch
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from nso_contacts.accounts.models import User
from nso_contacts.office import clock
from nso_contacts.pages.listing import Action, Column, Empty, Listing

from ..models import Interaction, StatisticalDomain, Task
from ..templatetags.contacts import inside, outside

LOGGED = {"today": _("Today"), "week": _("This week"), "month": _("This month")}


def logged_since(word):
    """The moment from which on something was logged “today”, “this week” or “this month”."""
    start = clock.now().replace(hour=0, minute=0, second=0, microsecond=0)
    back = {"today": 0, "week": start.weekday(), "month": start.day - 1}[word]
    return start - timedelta(days=back)


class InteractionFilter(django_filters.FilterSet):
    """Narrows the contact log."""

    channel = django_filters.MultipleChoiceFilter(label=_("Channel"), choices=Interaction.Channel.choices)
    purpose = django_filters.MultipleChoiceFilter(label=_("Purpose"), choices=Interaction.Purpose.choices)
    domain = django_filters.ModelMultipleChoiceFilter(
        label=_("Domain"), queryset=lambda request: StatisticalDomain.objects.current(), method="in_domains"
    )
    author = django_filters.ModelMultipleChoiceFilter(
        label=_("Logged by"), queryset=lambda request: User.objects.staff()
    )
    since = django_filters.DateFilter(
        label=_("From"), field_name="occurred_at", lookup_expr="date__gte", widget=forms.DateInput({"type": "date"})
    )
    until = django_filters.DateFilter(
        label=_("Until"), field_name="occurred_at", lookup_expr="date__lte", widget=forms.DateInput({"type": "date"})
    )
    logged = django_filters.ChoiceFilter(label=_("Logged"), choices=list(LOGGED.items()), method="logged_lately")
    mine = django_filters.BooleanFilter(label=_("Logged by me"), widget=forms.CheckboxInput, method="by_me")
    follow_up = django_filters.BooleanFilter(
        label=_("With an open follow-up"), widget=forms.CheckboxInput, method="with_open_task"
    )

    def in_domains(self, queryset, name, domains):
        """About one of the domains or anything below it."""
        if not domains:
            return queryset
        wanted = StatisticalDomain.objects.none()
        for domain in domains:
            wanted = wanted | StatisticalDomain.objects.under(domain)
        return queryset.filter(
            Exists(Interaction.domains.through.objects.filter(interaction=OuterRef("pk"), domain__in=wanted.order_by()))
        )

    def logged_lately(self, queryset, name, word):
        return queryset.filter(created_at__gte=logged_since(word)) if word else queryset

    def by_me(self, queryset, name, wanted):
        return queryset.filter(author=self.request.user) if wanted else queryset

    def with_open_task(self, queryset, name, wanted):
        return queryset.filter(Exists(Task.objects.open().filter(interaction=OuterRef("pk")))) if wanted else queryset


def names(pairs):
    """People and organisations in words."""
    return [str(person or organisation) for person, organisation in pairs]


def organisations(interaction):
    """The organisations outside, each once."""
    return list(dict.fromkeys(str(organisation) for _person, organisation in outside(interaction) if organisation))


class InteractionListing(Listing):
    """The contact log."""

    title = _("Contact log")
    policy = ("view_directory",)
    queryset = Interaction.objects.select_related("author").prefetch_related(
        "participants__person",
        "participants__organisation",
        "domains",
        Prefetch("tasks", queryset=Task.objects.open(), to_attr="open_tasks"),
    )
    columns = [
        Column("occurred_at", _("When"), template="stakeholders/cells/when.html"),
        Column("subject", _("What it was about"), link=True, template="stakeholders/cells/subject.html"),
        Column("channel", _("Channel"), template="stakeholders/cells/channel.html"),
        Column(
            "with",
            _("With"),
            value=outside,
            template="stakeholders/cells/with.html",
            export=lambda row: names(outside(row)),
        ),
        Column("organisations", _("Organisations"), value=organisations, only="export"),
        Column("colleagues", _("Colleagues"), value=lambda row: names((p, None) for p in inside(row)), only="export"),
        Column("direction", _("Direction"), only="export"),
        Column("purpose", _("Purpose"), only="export"),
        Column(
            "domains",
            _("Domains"),
            value=lambda row: [str(domain) for domain in row.domains.all()],
            template="stakeholders/cells/joined.html",
        ),
        Column("author", _("Logged by"), order=("author__name", "author__email")),
        Column(
            "follow_up",
            _("Follow-up"),
            value=lambda row: row.open_tasks,
            template="stakeholders/cells/follow_up.html",
            export=lambda row: [f"{task.title} ({task.due_on})" for task in row.open_tasks],
        ),
        Column("minutes", _("Minutes"), only="export"),
        Column("substantive", _("Substantive"), only="export"),
        Column("restricted", _("Restricted"), only="export"),
        Column("summary", _("Notes"), only="export"),
        Column("outcome", _("Outcome"), only="export"),
    ]
    filters = InteractionFilter
    usual_filters = ("channel", "domain", "author", "follow_up")
    search = True
    search_hint = _("Search subject, notes and outcome")
    default_sort = "-occurred_at"
    noun = ngettext_lazy("%(shown)s contact", "%(shown)s contacts", "n")
    buttons = [
        Action(_("Full form"), "stakeholders:interaction_create", icon="journal-plus", capability="log_interactions")
    ]
    empty = Empty(
        "journal-text",
        _("No contacts yet"),
        _("Every call, meeting and message with users and suppliers of statistics will stand here."),
    )
