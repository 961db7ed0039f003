"""Lists of workshops."""

import django_filters
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from nso_contacts.pages.listing import Action, Column, Empty, Listing
from nso_contacts.pages.picks import PickFilter

from . import wording
from .models import Event
from .models.event import DRAFT, INVITED, OVER, PUBLISHED

STAGES = {
    "draft": DRAFT,
    "invited": INVITED,
    "held": (Event.Status.HELD,),
    "follow-up": (Event.Status.FOLLOW_UP,),
    "published": PUBLISHED,
    "postponed": (Event.Status.POSTPONED,),
    "cancelled": (Event.Status.CANCELLED,),
}


class WorkshopFilter(django_filters.FilterSet):
    """By stage, time and domain."""

    stage = django_filters.ChoiceFilter(
        label=_("Stage"),
        choices=[(key, codes[0].label) for key, codes in STAGES.items()],
        method="in_stage",
    )
    time = django_filters.ChoiceFilter(
        label=_("When"), choices=[("coming", _("To come")), ("past", _("Past"))], method="at_time"
    )
    domain = PickFilter("domain", label=_("Statistical domain"), method="about")
    organiser = PickFilter("user", label=_("Organiser"))

    class Meta:
        model = Event
        fields = []

    def in_stage(self, queryset, name, value):
        """Those in a stage of the strip."""
        return queryset.filter(status__in=STAGES[value])

    def at_time(self, queryset, name, value):
        """Those to come, or those that are over."""
        now = timezone.now()
        if value == "past":
            return queryset.filter(end__lt=now)
        return queryset.filter(end__gte=now).exclude(status__in=[*OVER, Event.Status.CANCELLED])

    def about(self, queryset, name, value):
        """Those about a domain or one below it."""
        return queryset.for_domain(value)


class MeetingFilter(WorkshopFilter):
    """By whose meeting it is, stage, time and domain."""

    body = django_filters.ChoiceFilter(
        label=_("Of"),
        choices=[("committees", _("Committees")), ("groups", _("User groups"))],
        method="of_bodies",
    )
    actions = django_filters.ChoiceFilter(
        label=_("Actions"), choices=[("open", _("With open actions"))], method="with_open_actions"
    )

    def of_bodies(self, queryset, name, value):
        """Those of committees, or of user groups."""
        kind = Event.Kind.COMMITTEE_MEETING if value == "committees" else Event.Kind.GROUP_MEETING
        return queryset.filter(kind=kind)

    def with_open_actions(self, queryset, name, value):
        """Those from which something is still to be done."""
        return queryset.filter(open_action_count__gt=0)


class MeetingListing(Listing):
    """All meetings of committees and user groups."""

    title = _("Meetings")
    policy = ("view_workshops",)
    queryset = Event.objects.meetings().with_counts().with_decisions().select_related("committee", "group")
    columns = [
        Column("title", _("Meeting"), value=lambda event: event.short_title, link=True, css="col-8"),
        Column("body", _("Of"), value=lambda event: str(event.body)),
        Column("start", _("When"), value=wording.when_short, order=("start",), css="nowrap"),
        Column("where", _("Where"), value=wording.where_short, only="export"),
        Column(
            "status",
            _("Stage"),
            value=lambda event: event.get_status_display(),
            template="workshops/cells/status.html",
        ),
        Column("invited_count", _("Invited"), numeric=True),
        Column("accepted_count", _("Accepted"), numeric=True),
        Column("attended_count", _("Attended"), numeric=True),
        Column("decision_count", _("Decisions"), numeric=True),
        Column("open_action_count", _("Open actions"), numeric=True),
        Column("time_zone", _("Time zone"), only="export"),
    ]
    filters = MeetingFilter
    search = True
    search_hint = _("Search meetings")
    default_sort = "-start"
    noun = ngettext_lazy("%(shown)s meeting", "%(shown)s meetings", "n")
    empty = Empty(
        "calendar-event",
        _("No meetings yet"),
        _("Call a meeting of a committee or user group: its members are put on the list of invitees."),
        "workshops:meeting_new",
        _("Call a meeting"),
    )
    buttons = [Action(_("Call a meeting"), "workshops:meeting_new", "plus-lg", "change_workshops", primary=True)]


class WorkshopListing(Listing):
    """All workshops."""

    title = _("Workshops")
    policy = ("view_workshops",)
    queryset = Event.objects.workshops().with_counts()
    columns = [
        Column("title", _("Workshop"), value=lambda event: str(event.title), link=True),
        Column("start", _("When"), value=wording.when_short, order=("start",), css="nowrap"),
        Column("where", _("Where"), value=wording.where_short, css="col-10"),
        Column(
            "status",
            _("Stage"),
            value=lambda event: event.get_status_display(),
            template="workshops/cells/status.html",
        ),
        Column("invited_count", _("Invited"), numeric=True),
        Column("replied_count", _("Replied"), numeric=True),
        Column("accepted_count", _("Accepted"), numeric=True),
        Column("attended_count", _("Attended"), numeric=True),
        Column("time_zone", _("Time zone"), only="export"),
    ]
    filters = WorkshopFilter
    search = True
    search_hint = _("Search workshops")
    default_sort = "-start"
    noun = ngettext_lazy("%(shown)s workshop", "%(shown)s workshops", "n")
    empty = Empty(
        "easel",
        _("No workshops yet"),
        _("Plan the first one: nothing is sent before you press the last button."),
        "workshops:new",
        _("Plan a workshop"),
    )
    buttons = [Action(_("Plan a workshop"), "workshops:new", "plus-lg", "change_workshops", primary=True)]
