"""Tasks as a list."""

from datetime import timedelta

import django_filters
from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from nso_contacts.accounts.models import User
from nso_contacts.office import clock
from nso_contacts.pages.listing import Action, Column, Empty, Listing

from ..models import Task

STATES = {"open": _("Open"), "done": _("Done"), "cancelled": _("Cancelled"), "all": _("All")}
DUE = {"overdue": _("Overdue"), "today": _("Today"), "week": _("Next 7 days")}


class TaskFilter(django_filters.FilterSet):
    """Narrows the list of tasks."""

    state = django_filters.ChoiceFilter(label=_("State"), choices=list(STATES.items()), method="in_state")
    due = django_filters.ChoiceFilter(label=_("Due"), choices=list(DUE.items()), method="due_by")
    owed_by = django_filters.ChoiceFilter(label=_("Who owes whom"), choices=Task.OwedBy.choices)
    kind = django_filters.MultipleChoiceFilter(label=_("Kind"), choices=Task.Kind.choices)
    assignee = django_filters.ModelMultipleChoiceFilter(
        label=_("Assigned to"), queryset=lambda request: User.objects.staff()
    )
    mine = django_filters.BooleanFilter(label=_("Assigned to me"), widget=forms.CheckboxInput, method="of_mine")

    def in_state(self, queryset, name, state):
        wanted = {
            "open": {"done_at": None, "cancelled_at": None},
            "done": {"done_at__isnull": False},
            "cancelled": {"cancelled_at__isnull": False},
        }
        return queryset.filter(**wanted.get(state, {}))

    def due_by(self, queryset, name, when):
        today = clock.today()
        wanted = {
            "overdue": {"due_on__lt": today},
            "today": {"due_on": today},
            "week": {"due_on__gt": today, "due_on__lte": today + timedelta(days=7)},
        }
        return queryset.filter(**wanted.get(when, {}))

    def of_mine(self, queryset, name, wanted):
        return queryset.filter(assignee=self.request.user) if wanted else queryset


class TaskListing(Listing):
    """Tasks; those that are open unless another state is asked for."""

    title = _("Tasks")
    policy = ("view_directory",)
    queryset = Task.objects.select_related("person", "organisation", "assignee")
    columns = [
        Column("title", _("What is due"), link=True, template="stakeholders/cells/task.html"),
        Column(
            "whom",
            _("Person and organisation"),
            value=lambda task: (task.person, task.organisation),
            template="stakeholders/cells/whom.html",
            export=lambda task: [str(whom) for whom in (task.person, task.organisation) if whom],
        ),
        Column("owed_by", _("Who owes whom")),
        Column("assignee", _("Assigned to"), order=("assignee__name", "assignee__email")),
        Column("due_on", _("Due"), template="stakeholders/cells/task_state.html"),
        Column("kind", _("Kind"), only="export"),
        Column("done_at", _("Done"), only="export"),
        Column("cancelled_at", _("Cancelled"), only="export"),
    ]
    filters = TaskFilter
    search = ("title", "person__name", "organisation__name")
    search_hint = _("Search tasks, people and organisations")
    default_sort = "due_on"
    noun = ngettext_lazy("%(shown)s task", "%(shown)s tasks", "n")
    buttons = [Action(_("Add a task"), "stakeholders:task_create", icon="plus-lg", capability="log_interactions")]
    empty = Empty("check2-square", _("No open tasks"), _("What the office owes somebody, and what others owe it."))

    def rows(self):
        """Open tasks, as long as no state is chosen."""
        rows = super().rows()
        return rows if self.state.get("state") in STATES else rows.open()
