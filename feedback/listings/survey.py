"""Lists of survey waves and of who was asked. Answers stand in no list."""

import django_filters
from django import forms
from django.db.models import Count, OuterRef, Subquery
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from nso_contacts.pages.listing import Column, Empty, Listing
from stakeholders.models import UserSegment

from ..models import FrameMember, SurveyWave
from ..satisfaction import Period, closed_waves

# Counted for the waves of a page only: joined to the frames, the list would read everybody who was ever asked.
ANSWERED = (
    FrameMember.objects.filter(wave=OuterRef("pk"), disposition__in=["COMPLETE", "PARTIAL"])
    .order_by()
    .values("wave")
    .annotate(n=Count("pk"))
    .values("n")
)


class WaveFilter(django_filters.FilterSet):
    """By the quarter or year in which the answers are counted."""

    period = django_filters.CharFilter(label=_("Period"), method="in_period", widget=forms.HiddenInput)

    class Meta:
        model = SurveyWave
        fields = []

    def in_period(self, queryset, name, value):
        """The closed surveys about workshops held in it."""
        period = Period.read(value)
        return queryset.filter(pk__in=[wave.pk for wave in closed_waves(period)]) if period else queryset.none()


class WaveListing(Listing):
    """Every round of every survey."""

    title = _("Surveys")
    policy = ("view_surveys",)
    queryset = SurveyWave.objects.select_related("survey", "event").annotate(answered=Coalesce(Subquery(ANSWERED), 0))
    columns = [
        Column("title", _("Survey"), value=str, link=True),
        Column("opened_at", _("Opened"), template="feedback/cells/opened.html"),
        Column("closes_at", _("Closes"), template="feedback/cells/closes.html"),
        Column("population", _("Asked"), numeric=True),
        Column("answered", _("Answered"), numeric=True),
    ]
    filters = WaveFilter
    default_sort = "-opened_at"
    noun = ngettext_lazy("%(shown)s survey", "%(shown)s surveys", "n")
    empty = Empty(
        "ui-checks",
        _("No surveys yet"),
        _("The day after a workshop, those who came are asked how it was. Each of these surveys stands here."),
    )


class FrameFilter(django_filters.FilterSet):
    """By wave, by segment, by when the workshop was held."""

    wave = django_filters.ModelChoiceFilter(queryset=SurveyWave.objects.all(), label=_("Survey"))
    segment = django_filters.ModelChoiceFilter(
        queryset=UserSegment.objects.all(),
        label=_("User segment"),
        null_label=_("No segment recorded"),
        null_value="none",
    )
    period = django_filters.CharFilter(label=_("Period"), method="in_period", widget=forms.HiddenInput)

    class Meta:
        model = FrameMember
        fields = []

    def in_period(self, queryset, name, value):
        """The attendances that are counted in a quarter or a year: of workshops held in it whose survey is closed."""
        period = Period.read(value)
        return queryset.filter(wave__in=closed_waves(period)) if period else queryset.none()


class FrameListing(Listing):
    """Who was asked about which workshop, with the segment they belonged to then."""

    title = _("Attendances asked about")
    lede = _("Each attendance is asked once. What somebody answered is shown nowhere.")
    policy = ("view_surveys",)
    queryset = FrameMember.objects.exclude(disposition=FrameMember.Disposition.INELIGIBLE).select_related(
        "person", "wave__event", "wave__survey", "segment", "attendance__organisation"
    )
    columns = [
        Column("person", _("Person"), order=("person__sort_name",), template="feedback/cells/asked_person.html"),
        Column(
            "organisation",
            _("Organisation at that time"),
            value=lambda member: member.attendance.organisation if member.attendance else None,
        ),
        Column("wave", _("Workshop"), value=lambda member: str(member.wave), order=("wave__opened_at",)),
        Column("segment", _("User segment"), order=("segment__position",)),
    ]
    filters = FrameFilter
    default_sort = "person"
    noun = ngettext_lazy("%(shown)s attendance", "%(shown)s attendances", "n")
    empty = Empty("ui-checks", _("Nobody was asked yet"))
