"""Lists of needs and of responses."""

from datetime import timedelta
from functools import cached_property

import django_filters
from django.db.models import Case, Count, Exists, F, IntegerField, OuterRef, Q, Subquery, Value, When
from django.db.models.functions import Coalesce, Least
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from nso_contacts.office import clock
from nso_contacts.pages.listing import Action, Column, Empty, Listing
from nso_contacts.pages.picks import PickFilter
from stakeholders.models import Interaction, StatisticalDomain
from workshops.models import Event

from .. import priority
from ..models import DataNeed, DataRequest, NeedRaiser, PublishedResponse
from ..models.need import delivered

Status = DataNeed.Status
# The stages of the screen. A closed need stays in the one it closed from.
STAGES = {
    "recorded": (_("Recorded"), Q(status__in=[Status.RAISED, Status.CONFIRMED])),
    "review": (_("Under review"), Q(status__in=[Status.ASSESSED, Status.DECIDED])),
    "planned": (_("Planned"), Q(status__in=[Status.PLANNED, Status.IN_DEVELOPMENT])),
    "delivered": (_("Delivered"), delivered()),
    "not_planned": (
        _("Not planned"),
        Q(status__in=[Status.REJECTED, Status.DEFERRED]) | Q(status=Status.CLOSED, decision__in=DataNeed.TURNED_DOWN),
    ),
}
STAGE_OF = {
    Status.RAISED: "recorded",
    Status.CONFIRMED: "recorded",
    Status.ASSESSED: "review",
    Status.DECIDED: "review",
    Status.PLANNED: "planned",
    Status.IN_DEVELOPMENT: "planned",
}
FURTHER = ["not_planned", "recorded", "review", "planned", "delivered"]
STATUS_MARKS = {
    "recorded": ("", "record-circle"),
    "review": ("info", "search"),
    "planned": ("info", "calendar-check"),
    "delivered": ("ok", "check-circle-fill"),
    "not_planned": ("", "x-circle"),
}


def stage(need):
    """The key of the stage a need is in."""
    return "delivered" if need.is_delivered else STAGE_OF.get(need.status, "not_planned")


def furthest(needs):
    """The need that came furthest, of several that were answered together; None of none."""
    return max(needs, key=lambda need: FURTHER.index(stage(need)), default=None)


def mark(need):
    """The state of a need as (mark, words, icon)."""
    key = stage(need)
    state, icon = STATUS_MARKS[key]
    return state, STAGES[key][0], icon


def with_priority(needs):
    """Add `supporter_count` and `points`, the priority as `priority.total` counts it, in SQL."""
    today = clock.today()
    counted = needs.annotate(supporter_count=Count("raisers", distinct=True))
    score = (
        Case(When(is_legal_obligation=True, then=30), default=0, output_field=IntegerField())
        + Value(20) * Least(F("supporter_count"), Value(priority.MOST_SUPPORTERS)) / Value(priority.MOST_SUPPORTERS)
        + Value(20) * (F("importance") - 1) / Value(4)
        + Case(
            When(needed_by__lte=today + timedelta(days=priority.YEAR), then=15),
            When(needed_by__lte=today + timedelta(days=priority.TWO_YEARS), then=8),
            default=0,
            output_field=IntegerField(),
        )
        + F("feasibility")
    )
    return counted.annotate(points=Coalesce(F("priority_override"), score, output_field=IntegerField()))


# Where needs come from, with the words for a number of them. What the reader may not see is not counted.
SOURCES = {
    "workshops": (_("A workshop"), ngettext_lazy("%(n)s workshop", "%(n)s workshops", "n")),
    "meetings": (_("A meeting"), ngettext_lazy("%(n)s meeting", "%(n)s meetings", "n")),
    "requests": (_("A data request"), ngettext_lazy("%(n)s request", "%(n)s requests", "n")),
    "contacts": (_("A logged contact"), ngettext_lazy("%(n)s contact", "%(n)s contacts", "n")),
}


def raised_in(source, user):
    """The condition for who raised a need in such a place, as far as `user` may see it."""
    workshop = Q(event__kind=Event.Kind.WORKSHOP)
    return {
        "workshops": workshop,
        "meetings": Q(event__isnull=False) & ~workshop,
        "requests": Q(request__in=DataRequest.objects.visible_to(user)),
        "contacts": Q(interaction__in=Interaction.objects.visible_to(user)),
    }[source]


def with_sources(needs, user):
    """Add how often each need was raised in a workshop, a meeting, a request, a contact: `from_workshops` and so on."""
    raisers = NeedRaiser.objects.filter(need=OuterRef("pk")).order_by()
    number = {
        f"from_{source}": Coalesce(
            Subquery(raisers.filter(raised_in(source, user)).values("need").annotate(n=Count("pk")).values("n")), 0
        )
        for source in SOURCES
    }
    return needs.annotate(**number)


def came_from(need):
    """Where a need was raised, in words: "1 workshop, 2 requests"."""
    numbers = [(words, getattr(need, f"from_{source}")) for source, (_title, words) in SOURCES.items()]
    return ", ".join(words % {"n": n} for words, n in numbers if n)


def published_as(need):
    """Whether users can read what became of it."""
    responses = need.responses.all()
    if any(response.published_at for response in responses):
        return _("You said, we did")
    return _("Draft") if responses else ""


class NeedFilter(django_filters.FilterSet):
    """By stage, source, horizon, gap and domain."""

    stage = django_filters.ChoiceFilter(
        label=_("Status"), choices=[(key, title) for key, (title, _rows) in STAGES.items()], method="in_stage"
    )
    waiting = django_filters.ChoiceFilter(
        label=_("Waiting for"),
        choices=[("decision", _("A decision")), ("answer", _("An answer to who raised it"))],
        method="waiting_for",
    )
    mine = django_filters.ChoiceFilter(label=_("Owner"), choices=[("me", _("Me"))], method="owned")
    source = django_filters.ChoiceFilter(
        label=_("Came from"), choices=[(key, title) for key, (title, _words) in SOURCES.items()], method="from_source"
    )
    horizon = django_filters.ChoiceFilter(label=_("Horizon"), choices=DataNeed.Horizon.choices)
    coverage = django_filters.ChoiceFilter(label=_("Coverage"), choices=DataNeed.Coverage.choices)
    gap = django_filters.ChoiceFilter(label=_("What is missing"), choices=DataNeed.Gap.choices)
    domain = PickFilter("domain", label=_("Statistical domain"), method="about")
    organisation = PickFilter("organisation", label=_("Raised by"), method="raised_by")

    class Meta:
        model = DataNeed
        fields = []

    def in_stage(self, queryset, name, value):
        """Those in a stage of the screen."""
        return queryset.filter(STAGES[value][1])

    def from_source(self, queryset, name, value):
        """Those that somebody raised in such a place."""
        raised = NeedRaiser.objects.filter(raised_in(value, self.request.user), need=OuterRef("pk"))
        return queryset.filter(Exists(raised))

    def waiting_for(self, queryset, name, value):
        """Those that wait for a decision, or of which somebody was not told."""
        return queryset.undecided() if value == "decision" else queryset.owing_answers()

    def owned(self, queryset, name, value):
        """The reader's own."""
        return queryset.filter(owner=self.request.user)

    def about(self, queryset, name, value):
        """Those in a domain or one below it."""
        return queryset.filter(
            Q(
                pk__in=DataNeed.domains.through.objects.filter(
                    statisticaldomain__in=StatisticalDomain.objects.under(value)
                ).values("dataneed")
            )
        )

    def raised_by(self, queryset, name, value):
        """Those raised by an organisation."""
        return queryset.filter(pk__in=value.raised_needs.values("need"))


class NeedListing(Listing):
    """The needs register."""

    title = _("Needs register")
    lede = _("What users have asked the office to produce or change, and what was decided.")
    policy = ("view_needs",)
    views = [
        (_("All needs"), {}),
        (_("Without a decision"), {"waiting": "decision"}),
        (_("Planned"), {"stage": "planned"}),
        (_("Delivered"), {"stage": "delivered"}),
        (_("Somebody not told"), {"waiting": "answer"}),
    ]
    queryset = DataNeed.objects.select_related("owner").prefetch_related("domains", "responses")
    columns = [
        Column("title", _("Need"), link=True, template="feedback/cells/need.html"),
        Column("reference", _("Reference"), only="export"),
        Column(
            "domains",
            _("Domains"),
            value=lambda need: ", ".join(str(domain) for domain in need.domains.all()),
            order=(),
        ),
        Column("horizon", _("Horizon")),
        Column("sources", _("Came from"), value=came_from, order=()),
        Column("supporter_count", _("Raised by"), numeric=True),
        Column(
            "status",
            _("Status"),
            value=lambda need: mark(need)[1],
            template="feedback/cells/need_status.html",
        ),
        Column("points", _("Priority"), numeric=True),
        Column("published", _("Published as"), value=published_as, order=()),
        Column("needed_by", _("Needed by"), only="export"),
    ]
    filters = NeedFilter
    usual_filters = ("stage", "domain", "horizon")
    search = True
    default_sort = "-points"
    noun = ngettext_lazy("%(shown)s need", "%(shown)s needs", "n")
    empty = Empty(
        "card-checklist",
        _("No needs recorded yet"),
        _("What users require and do not find stands here, with what was decided and who was told."),
        "feedback:need_create",
        _("Record a need"),
    )
    buttons = [Action(_("Record a need"), "feedback:need_create", "plus-lg", "raise_needs", primary=True)]

    def rows(self):
        """Count supporters, points and sources."""
        return with_sources(with_priority(super().rows()), self.user)

    @cached_property
    def records(self):
        """The records of the page with their counts."""
        keys = self.keys[: self.page_size]
        by_key = {need.pk: need for need in self.rows().filter(pk__in=keys)}
        return [by_key[key] for key in keys if key in by_key]


class ResponseListing(Listing):
    """Responses, drafts among them."""

    title = _("Responses")
    lede = _("“You said, we did”: what users said and what the office did about it.")
    policy = ("view_needs",)
    queryset = PublishedResponse.objects.select_related("domain", "author")
    columns = [
        Column("title", _("Response"), value=lambda response: str(response.title), link=True),
        Column("domain", _("Domain"), order=("domain__sort_key",)),
        Column("author", _("Written by"), value=lambda response: response.author, order=("author__name",)),
        Column("published_at", _("Published"), template="feedback/cells/published.html"),
    ]
    default_sort = "-published_at"
    noun = ngettext_lazy("%(shown)s response", "%(shown)s responses", "n")
    empty = Empty(
        "megaphone",
        _("No responses yet"),
        _("Tell users what became of what they said."),
        "feedback:response_create",
        _("Write a response"),
    )
    buttons = [Action(_("Write a response"), "feedback:response_create", "plus-lg", "change_responses", primary=True)]
