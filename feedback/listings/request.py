"""Lists of data requests."""

from functools import cached_property

import django_filters
from django.db.models import Q
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from nso_contacts import office
from nso_contacts.office import clock
from nso_contacts.office.models import Office
from nso_contacts.pages.listing import Action, Column, Empty, Listing
from nso_contacts.pages.picks import PickFilter
from stakeholders.models import StatisticalDomain

from .. import wording
from ..models import DataRequest
from ..models.request import RECENT_DAYS

Status = DataRequest.Status
# The stages of the screen: several codes read the same.
STAGES = {
    "new": (_("New"), (Status.RECEIVED,)),
    "triage": (_("In triage"), (Status.ACKNOWLEDGED,)),
    "progress": (
        _("In progress"),
        (Status.TRIAGED, Status.QUOTE_ACCEPTED, Status.IN_PROGRESS, Status.DISCLOSURE_CHECK, Status.READY),
    ),
    "waiting": (_("Waiting for requester"), DataRequest.WAITING),
    "answered": (_("Answered"), (Status.DELIVERED,)),
    "declined": (_("Declined"), (Status.REFUSED,)),
    "closed": (
        _("Closed"),
        (Status.CLOSED, Status.REDIRECTED, Status.WITHDRAWN, Status.DUPLICATE, Status.QUOTE_DECLINED),
    ),
}


class RequestFilter(django_filters.FilterSet):
    """By stage, time, domain, organisation and who answers."""

    stage = django_filters.ChoiceFilter(
        label=_("Status"),
        choices=[("open", _("All open")), *((key, title) for key, (title, _codes) in STAGES.items())],
        method="in_stage",
    )
    time = django_filters.ChoiceFilter(
        label=_("Time to answer"), choices=[("late", _("Late")), ("today", _("Due today"))], method="by_time"
    )
    answered = django_filters.ChoiceFilter(
        label=format_lazy(_("Answered in the last {days} days"), days=RECENT_DAYS),
        choices=[("all", _("All of them")), ("on_time", _("On time")), ("late", _("After the day it was due"))],
        method="by_answer",
    )
    mine = django_filters.ChoiceFilter(
        label=_("Assigned"), choices=[("me", _("To me")), ("nobody", _("To nobody"))], method="by_assignment"
    )
    domain = PickFilter("domain", label=_("Statistical domain"), method="about")
    organisation = PickFilter("organisation", label=_("Organisation"))
    requester = PickFilter("person", label=_("Requester"))

    class Meta:
        model = DataRequest
        fields = []

    def in_stage(self, queryset, name, value):
        """Those in a stage of the screen."""
        return queryset.filter(status__in=DataRequest.OPEN if value == "open" else STAGES[value][1])

    def by_time(self, queryset, name, value):
        """Open ones that are late, or due today."""
        today = clock.today()
        return queryset.open().filter(Q(due_on__lt=today) if value == "late" else Q(due_on=today))

    def by_answer(self, queryset, name, value):
        """Those answered lately, on time or not."""
        lately = queryset.answered_lately()
        return lately if value == "all" else lately.filter(answered_on_time=value == "on_time")

    def by_assignment(self, queryset, name, value):
        """The reader's own, or nobody's."""
        return queryset.filter(assignee=self.request.user if value == "me" else None)

    def about(self, queryset, name, value):
        """Those in a domain or one below it."""
        return queryset.filter(domain__in=StatisticalDomain.objects.under(value))


class RequestListing(Listing):
    """Every request the reader may see."""

    title = _("Data requests")
    policy = ("view_requests",)
    queryset = DataRequest.objects.select_related("requester", "organisation", "assignee", "domain").prefetch_related(
        "pauses"
    )
    columns = [
        Column("subject", _("Request"), link=True, template="feedback/cells/subject.html"),
        Column("reference", _("Reference"), only="export"),
        Column(
            "requester",
            _("Requester"),
            value=lambda request: request.who,
            template="feedback/cells/requester.html",
        ),
        Column("organisation__name", _("Organisation"), only="export"),
        Column("domain", _("Domain"), order=("domain__sort_key",)),
        Column(
            "status",
            _("Status"),
            value=lambda request: request.get_status_display(),
            template="feedback/cells/status.html",
            order=("status",),
        ),
        Column("assignee", _("Assigned to"), value=lambda request: request.assignee, order=("assignee__name",)),
        Column("received_at", _("Received"), template="feedback/cells/received.html"),
        Column("due_on", _("Time to answer"), template="feedback/cells/clock.html", order=("due_on",)),
    ]
    filters = RequestFilter
    usual_filters = ("stage", "time", "mine", "domain")
    search = True
    default_sort = "-received_at"
    noun = ngettext_lazy("%(shown)s request", "%(shown)s requests", "n")
    empty = Empty(
        "chat-left-text",
        _("No data requests yet"),
        _("What ministry experts ask for in the portal stands here, with its clock."),
        "feedback:request_create",
        _("Record a request"),
    )
    buttons = [
        Action(
            _("Record a request"), "feedback:request_create", icon="plus-lg", capability="triage_requests", primary=True
        )
    ]

    @cached_property
    def records(self):
        """The records of the page, each with the reading of its clock."""
        records = super().records
        read_clocks(records)
        return records


def read_clocks(requests):
    """Let each request carry its `reading`, by one calendar for all."""
    calendar, zone = office.calendar(), Office.objects.current().zone
    for request in requests:
        request.reading = wording.reading(request, calendar=calendar, zone=zone)
        request.mark = wording.mark(request)
