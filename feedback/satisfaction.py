"""Satisfaction with workshops: what is counted, for which period, and what of it may be shown.

Unit: one attendance. N: attendances in the frozen frames of closed waves; n: valid answers to W5 ("Overall, how
satisfied were you with the workshop?"); satisfied: the top two of five points. Everything is counted by two statements;
no figure is computed over rows in Python.

What may be shown is decided once, for fixed breakdowns (docs/decisions/0012), and page, chart, CSV and XLSX read that
decision:

- a quarter by workshop: one-way with the quarter's total;
- a quarter by user segment: one-way with the quarter's total, and only once the quarter is complete, so that no two
  versions of the same table can be subtracted from each other;
- a year by user segment: only from complete quarters, and a segment that is hidden in a quarter is hidden in the year
  unless at least two hidden quarters with the threshold's number of answers between them protect each other;
- one workshop: its total, as decided in its quarter. Its segments are shown when it is the only one of its quarter.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any

from django.db.models import Count, Q
from django.utils.translation import gettext as _

from nso_contacts.office import clock
from nso_contacts.office.models import Office
from stakeholders.models import UserSegment
from workshops.models import Event

from . import statistics, suppression
from .follow_up_survey import OVERALL
from .models import Answer, FrameMember, SurveyWave
from .suppression import Cell, Mask

POINTS = (1, 2, 3, 4, 5)
HIDDEN = Mask(shows_n=False, shows_statistics=False, reason=suppression.Reason.COMPLEMENTARY)
ANSWERED = (FrameMember.Disposition.COMPLETE, FrameMember.Disposition.PARTIAL)


@dataclass(frozen=True, order=True)
class Period:
    """A calendar quarter, or (quarter 0) a calendar year."""

    year: int
    quarter: int = 0

    @classmethod
    def of(cls, day: date) -> "Period":
        """The quarter of a day."""
        return cls(day.year, (day.month - 1) // 3 + 1)

    @property
    def first(self) -> date:
        """The first day."""
        return date(self.year, 3 * self.quarter - 2 if self.quarter else 1, 1)

    @property
    def end(self) -> date:
        """The first day after it."""
        return self.following.first

    @property
    def following(self) -> "Period":
        """The period of the same length after it."""
        if not self.quarter:
            return Period(self.year + 1)
        return Period(self.year + self.quarter // 4, self.quarter % 4 + 1)

    @property
    def preceding(self) -> "Period":
        """The period of the same length before it."""
        if not self.quarter:
            return Period(self.year - 1)
        return Period(self.year - (self.quarter == 1), (self.quarter + 2) % 4 + 1)

    @property
    def quarters(self) -> list["Period"]:
        """The quarters of a year; a quarter is its own only one."""
        return [Period(self.year, n) for n in (1, 2, 3, 4)] if not self.quarter else [self]

    @property
    def words(self) -> str:
        """How the period is called."""
        if not self.quarter:
            return _("Year %(year)s") % {"year": self.year}
        names = (
            _("1st quarter %(year)s"),
            _("2nd quarter %(year)s"),
            _("3rd quarter %(year)s"),
            _("4th quarter %(year)s"),
        )
        return names[self.quarter - 1] % {"year": self.year}

    @property
    def key(self) -> str:
        """How the address names it: 2026 or 2026-3."""
        return f"{self.year}-{self.quarter}" if self.quarter else str(self.year)

    @classmethod
    def read(cls, key: str) -> "Period | None":
        """Return the period an address names; None for anything else."""
        year, _dash, quarter = key.partition("-")
        if not (year.isdecimal() and len(year) == len("2026") and quarter in ("", "1", "2", "3", "4")):
            return None
        return cls(int(year), int(quarter or 0)) if int(year) else None


@dataclass(frozen=True)
class Tally:
    """What was counted for one cell: N attendances, how many answered at all, answers to W5 per point from 1 to 5."""

    population: int = 0
    answered: int = 0
    answers: tuple[int, ...] = (0, 0, 0, 0, 0)

    def __add__(self, other: "Tally") -> "Tally":
        """Both together."""
        return Tally(
            self.population + other.population,
            self.answered + other.answered,
            tuple(a + b for a, b in zip(self.answers, other.answers, strict=True)),
        )

    @property
    def n(self) -> int:
        """Valid answers to W5."""
        return sum(self.answers)

    @property
    def satisfied(self) -> int:
        """Answers in the top two boxes."""
        return self.answers[3] + self.answers[4]

    @property
    def cell(self) -> Cell:
        """The cell as disclosure control sees it."""
        return Cell(n=self.n, answers=self.answers, frame=self.population)


@dataclass(frozen=True)
class Share:
    """One line of the page: a tally with what of it may be shown."""

    key: str
    label: str
    tally: Tally
    mask: Mask = suppression.SHOWN
    record: Any = None

    @property
    def is_shown(self) -> bool:
        """Whether its figures may be shown."""
        return self.mask.shows_statistics

    @property
    def n(self) -> int | None:
        """Answers; None where not even their number may be shown."""
        return self.tally.n if self.mask.shows_n else None

    @property
    def satisfied(self) -> int | None:
        """How many are satisfied or very satisfied."""
        return self.tally.satisfied if self.is_shown else None

    @property
    def percent(self) -> Decimal | None:
        """Share satisfied, per cent, one decimal; None for n/a (nobody answered) and for c (not shown)."""
        return statistics.percent(self.tally.satisfied, self.tally.n) if self.is_shown else None

    @property
    def interval(self) -> tuple[Decimal, Decimal] | None:
        """The 95 % Wilson interval with finite population correction, per cent."""
        if not self.is_shown:
            return None
        found = statistics.wilson(self.tally.satisfied, self.tally.n, self.tally.population)
        if found is None:
            return None
        return statistics.round_half_up(100 * found.low), statistics.round_half_up(100 * found.high)


@dataclass
class Result:
    """What is known of a period or of one workshop."""

    label: str
    total: Share
    segments: list[Share] = field(default_factory=list)
    workshops: list[Share] = field(default_factory=list)
    open_waves: list[SurveyWave] = field(default_factory=list)
    why_no_segments: str = ""

    @property
    def response_rate(self) -> Decimal | None:
        """RR2: complete and partial answers of all who were asked, per cent."""
        return statistics.percent(self.total.tally.answered, self.total.tally.population)


def local(day: date) -> datetime:
    """The beginning of a day in the office's zone."""
    return datetime.combine(day, time(), tzinfo=Office.objects.current().zone).astimezone(UTC)


def held_in(period: Period) -> Any:
    """Workshops that were held in a period, by the day they began."""
    return Event.objects.filter(
        kind=Event.Kind.WORKSHOP, held_at__isnull=False, start__gte=local(period.first), start__lt=local(period.end)
    )


def counted(waves: Any) -> dict[tuple[int, int | None], Tally]:
    """Count closed waves by wave and segment: two statements, whatever their size."""
    frame = FrameMember.objects.filter(wave__in=waves).exclude(disposition=FrameMember.Disposition.INELIGIBLE)
    sizes = frame.values_list("wave", "segment").annotate(
        size=Count("pk"), answered=Count("pk", filter=Q(disposition__in=ANSWERED))
    )
    answers = (
        Answer.objects.filter(
            response__member__in=frame.filter(disposition__in=ANSWERED), question__code=OVERALL, value__in=POINTS
        )
        .values_list("response__member__wave", "response__member__segment", "value")
        .annotate(size=Count("pk"))
    )
    points: dict[tuple[int, int | None], list[int]] = {}
    for wave, segment, value, size in answers.order_by():
        points.setdefault((wave, segment), [0] * len(POINTS))[value - 1] = size
    return {
        (wave, segment): Tally(size, answered, tuple(points.get((wave, segment), [0] * len(POINTS))))
        for wave, segment, size, answered in sizes.order_by()
    }


def together(tallies: Iterable[Tally]) -> Tally:
    """All of them as one."""
    return sum(tallies, Tally())


def is_complete(period: Period) -> bool:
    """Whether nothing can change any more: the period is over and no wave of it is open or still to come."""
    if clock.today() < period.end:
        return False
    waiting = (
        held_in(period).filter(survey_wanted=True).filter(Q(follow_up_wave=None) | Q(follow_up_wave__closed_at=None))
    )
    return not waiting.exists()


def decided(tallies: Mapping[Any, Tally], threshold: int) -> tuple[Mask, dict[Any, Mask]]:
    """What may be shown of a one-way breakdown and of its total."""
    breakdown = suppression.one_way({str(key): tally.cell for key, tally in tallies.items()}, threshold)
    return breakdown.total, {key: breakdown.cells[str(key)] for key in tallies}


def by(place: int, tallies: Mapping[tuple[int, int | None], Tally]) -> dict[Any, Tally]:
    """Sum a count over the other dimension: 0 keeps the wave, 1 the segment."""
    summed: dict[Any, Tally] = {}
    for key, tally in tallies.items():
        summed[key[place]] = summed.get(key[place], Tally()) + tally
    return summed


def closed_waves(period: Period) -> list[SurveyWave]:
    """The waves that count in a period, the latest workshop first."""
    waves = SurveyWave.objects.filter(event__in=held_in(period), closed_at__isnull=False)
    return list(waves.select_related("event").order_by("-event__start"))


def of_period(period: Period) -> Result:
    """The figures of a quarter or a year."""
    threshold = Office.objects.current().suppression_threshold
    waves = closed_waves(period)
    tallies = counted([wave.pk for wave in waves])
    by_wave = by(0, tallies)
    total_mask, _cells = decided(by_wave, threshold) if by_wave else (suppression.SHOWN, {})
    result = Result(period.words, Share("total", _("All"), together(tallies.values()), total_mask))
    quarter_of = {wave.pk: Period.of(wave.event.day) for wave in waves}
    masks = wave_masks(by_wave, quarter_of, threshold)
    result.workshops = [
        Share(str(wave.pk), str(wave.event), by_wave.get(wave.pk, Tally()), masks.get(wave.pk, suppression.SHOWN), wave)
        for wave in waves
    ]
    open_waves = SurveyWave.objects.filter(event__in=held_in(period), closed_at=None).select_related("event")
    result.open_waves = list(open_waves)
    result.segments, result.why_no_segments = segments_of(period, tallies, quarter_of, threshold)
    return result


def wave_masks(by_wave: Mapping[int, Tally], quarter_of: Mapping[int, Period], threshold: int) -> dict[int, Mask]:
    """What may be shown of each workshop, decided in its quarter."""
    masks: dict[int, Mask] = {}
    for quarter in set(quarter_of.values()):
        own = {pk: tally for pk, tally in by_wave.items() if quarter_of[pk] == quarter}
        if own:
            masks |= decided(own, threshold)[1]
    return masks


def segments_of(
    period: Period,
    tallies: Mapping[tuple[int, int | None], Tally],
    quarter_of: Mapping[int, Period],
    threshold: int,
) -> tuple[list[Share], str]:
    """The breakdown by segment, or why there is none."""
    if not tallies:
        return [], ""
    if not is_complete(period):
        return [], _("By user segment: shown when the period is over and all its surveys are closed.")
    by_segment = by(1, tallies)
    _total, masks = decided(by_segment, threshold)
    if not period.quarter:
        masks = protected(masks, by_segment, tallies, quarter_of, threshold)
    if not any(mask.shows_statistics for mask in masks.values()):
        return [], _("By user segment: too few answers in each group to show any.")
    titles = dict(UserSegment.objects.values_list("pk", "title"))
    positions = list(titles)
    shares = [
        Share(str(pk or "none"), titles.get(pk, _("No segment recorded")), by_segment[pk], masks[pk])
        for pk in sorted(by_segment, key=lambda pk: positions.index(pk) if pk in titles else len(positions))
    ]
    return shares, ""


def protected(
    masks: Mapping[Any, Mask],
    by_segment: Mapping[Any, Tally],
    tallies: Mapping[tuple[int, int | None], Tally],
    quarter_of: Mapping[int, Period],
    threshold: int,
) -> dict[Any, Mask]:
    """Hide in the year what would give away a hidden quarter: year less the quarters that are shown."""
    hidden_quarters: dict[Any, list[int]] = {}
    for quarter in set(quarter_of.values()):
        own = by(1, {key: tally for key, tally in tallies.items() if quarter_of[key[0]] == quarter})
        for segment, mask in decided(own, threshold)[1].items():
            if not mask.shows_statistics:
                hidden_quarters.setdefault(segment, []).append(own[segment].n)
    final = dict(masks)
    for segment, sizes in hidden_quarters.items():
        if len(sizes) == 1 or sum(sizes) < threshold:
            final[segment] = HIDDEN
    hidden = [segment for segment, mask in final.items() if not mask.shows_statistics]
    size = sum(by_segment[segment].n for segment in hidden)
    if hidden and (len(hidden) == 1 or size < threshold):
        # One hidden group is the total less the others: without a second one to protect it, only the total stands.
        return dict.fromkeys(final, HIDDEN)
    return final


def of_wave(wave: SurveyWave) -> Result:
    """The figures of one workshop's survey; those of an open one stand when it closes."""
    tallies = counted([wave.pk])
    own = together(tallies.values())
    if wave.is_open or wave.event is None:
        result = Result(str(wave), Share("total", _("All"), own, HIDDEN))
        result.open_waves = [wave] if wave.is_open else []
        return result
    quarter = Period.of(wave.event.day)
    found = of_period(quarter)
    mask = next(share.mask for share in found.workshops if share.record == wave)
    result = Result(str(wave), Share("total", _("All"), own, mask, wave))
    if len(found.workshops) == 1:
        result.segments, result.why_no_segments = found.segments, found.why_no_segments
    else:
        result.why_no_segments = _("By user segment: shown for the quarter only, so that no group can be worked out.")
    return result


def change(now: Result, before: Result) -> str:
    """How a figure compares with the one before, in words; empty where there is nothing to compare with."""
    pair = (now.total, before.total)
    if not all(share.is_shown and share.tally.n for share in pair):
        return ""
    proportions = [
        statistics.Proportion(share.tally.satisfied, share.tally.n, share.tally.population) for share in pair
    ]
    difference = statistics.change_between(*proportions)
    words = {
        statistics.Change.HIGHER: _("%(label)s: %(percent)s%%. Higher now, outside the margin of error."),
        statistics.Change.LOWER: _("%(label)s: %(percent)s%%. Lower now, outside the margin of error."),
        statistics.Change.WITHIN_MARGIN: _("%(label)s: %(percent)s%%. No change outside the margin of error."),
        statistics.Change.NOT_TESTED: _("%(label)s: %(percent)s%%. The change was not tested."),
    }
    percent = statistics.percent(before.total.tally.satisfied, before.total.tally.n, 0)
    return words[difference.change] % {"label": before.label, "percent": percent}


def periods() -> list[Period]:
    """The periods that can be chosen: every quarter and year with a closed survey, the latest first."""
    zone = Office.objects.current().zone
    starts = SurveyWave.objects.filter(closed_at__isnull=False, event__isnull=False).datetimes(
        "event__start", "month", tzinfo=zone
    )
    quarters = {Period.of(start.date()) for start in starts}
    years = {Period(quarter.year) for quarter in quarters}
    return sorted(quarters, reverse=True) + sorted(years, reverse=True)
