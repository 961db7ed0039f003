"""Lists of enquiries."""

import django_filters
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from nso_contacts.pages.listing import Column, Empty, Listing

from ..models import Enquiry


class EnquiryFilter(django_filters.FilterSet):
    """By state and topic."""

    state = django_filters.ChoiceFilter(
        label=_("State"), choices=[("open", _("Open")), ("closed", _("Closed"))], method="in_state"
    )
    topic = django_filters.ChoiceFilter(label=_("Topic"), choices=Enquiry.Topic.choices)

    class Meta:
        model = Enquiry
        fields = []

    def in_state(self, queryset, name, value):
        """Those that wait for an answer, or those that do not."""
        return queryset.filter(closed_at__isnull=value == "open")


class EnquiryListing(Listing):
    """What came through the public form."""

    title = _("Enquiries")
    policy = ("view_requests",)
    queryset = Enquiry.objects.select_related("assignee", "request")
    columns = [
        Column("reference", _("Enquiry"), link=True),
        Column("topic", _("Topic")),
        Column("name", _("From"), value=lambda enquiry: enquiry.name or enquiry.email, order=("name",)),
        Column("received_at", _("Received"), template="feedback/cells/received.html"),
        Column(
            "outcome", _("State"), value=lambda enquiry: enquiry.get_outcome_display() or _("Open"), order=("outcome",)
        ),
        Column("assignee", _("Assigned to"), value=lambda enquiry: enquiry.assignee, order=("assignee__name",)),
    ]
    filters = EnquiryFilter
    search = ("reference", "name", "email", "text")
    default_sort = "-received_at"
    noun = ngettext_lazy("%(shown)s enquiry", "%(shown)s enquiries", "n")
    empty = Empty("question-circle", _("No enquiries yet"), _("What people write through the public contact form."))
