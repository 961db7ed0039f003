"""The page of satisfaction figures: each with its base and its interval, each leading to what is behind it."""

from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from nso_contacts.access.policy import requires
from nso_contacts.office.templatetags.office import number, office_date
from nso_contacts.pages import charts, export

from .. import satisfaction
from ..models import SurveyWave
from ..satisfaction import Period

SUPPRESSED = "c"


@requires("view_insight")
@require_GET
def workshops(request):
    """Satisfaction with workshops: a quarter, a year or one workshop."""
    choices = satisfaction.periods()
    wave = chosen_wave(request)
    period = Period.read(request.GET.get("period", "")) or (choices[0] if choices else None)
    if wave is not None:
        result, before = satisfaction.of_wave(wave), None
    elif period is not None:
        result, before = satisfaction.of_period(period), satisfaction.of_period(period.preceding)
    else:
        result, before = None, None
    kind = request.GET.get("format")
    if kind in ("csv", "xlsx") and result is not None:
        return export.respond(kind, _("Satisfaction with workshops"), *sheet(result))
    context = {
        "title": _("Satisfaction with workshops"),
        "result": result,
        "period": None if wave else period,
        "wave": wave,
        "choices": choices,
        "waves": SurveyWave.objects.filter(closed_at__isnull=False, event__isnull=False).select_related("event")[:200],
        "change": satisfaction.change(result, before) if result and before else "",
        "asked_url": asked_url(wave, period),
        "surveys_url": surveys_url(wave, period),
        "chart": segment_chart(result) if result else None,
        "by_segment": by_segment(result, wave, period) if result else None,
        "by_workshop": by_workshop(result, period) if result else None,
    }
    return render(request, "feedback/satisfaction.html", context)


def chosen_wave(request):
    """The one workshop the reader chose, if it has a closed survey."""
    wish = request.GET.get("workshop", "")
    if not wish.isdecimal() or len(wish) > 18:
        return None
    return (
        SurveyWave.objects.filter(pk=wish, closed_at__isnull=False, event__isnull=False).select_related("event").first()
    )


def asked_url(wave, period, segment=""):
    """The attendances behind an N: of one workshop, of a period, of a segment in it."""
    query = {"wave": wave.pk} if wave else {"period": period.key} if period else {}
    if segment:
        query["segment"] = segment
    return f"{reverse('feedback:frame_list')}?{urlencode(query)}"


def surveys_url(wave, period):
    """The surveys behind an n: answers stand nowhere by themselves, so what opens is where they were given."""
    if wave:
        return wave.get_absolute_url()
    return f"{reverse('feedback:wave_list')}?{urlencode({'period': period.key})}" if period else ""


def figure(value):
    """A figure as it is printed: n/a where nobody answered."""
    return _("n/a") if value is None else number(value, 1)


def interval_in_words(share):
    """The interval as it is printed."""
    return "–".join(number(end, 1) for end in share.interval) if share.interval else _("n/a")


def row(share, label, url="", surveys=""):
    """One row of a table; what may not be shown is c in every cell, whatever the reason."""
    population = charts.Cell(number(share.tally.population), url=url)
    n = charts.Cell(number(share.n), url=surveys) if share.n is not None else charts.Cell(SUPPRESSED, suppressed=True)
    if not share.is_shown:
        hidden = charts.Cell(SUPPRESSED, suppressed=True)
        return [label, population, n, hidden, hidden]
    return [
        label,
        population,
        n,
        charts.Cell(figure(share.percent), url=surveys, strong=True),
        interval_in_words(share),
    ]


def head(first):
    """The head of both tables."""
    return [first, _("Attendances"), _("Answers"), _("Satisfied, %"), _("95% interval")]


def dots(shares, total, sentence):
    """The chart of shares with their intervals."""
    lows = [float(share.interval[0]) for share in shares if share.interval]
    minimum = max(0, min([*lows, 50.0]) // 10 * 10) if lows else 0
    rows = [
        charts.Dot(
            share.label,
            float(share.percent) if share.percent is not None else None,
            float(share.interval[0]) if share.interval else None,
            float(share.interval[1]) if share.interval else None,
        )
        for share in shares
    ]
    reference = float(total.percent) if total.percent is not None else None
    return charts.interval_dots(rows, sentence=sentence, minimum=minimum, reference=reference), minimum


def segment_chart(result):
    """The chart by user segment; its numbers stand in the table beside it."""
    if not result.segments:
        return None
    sentence = _("Share satisfied or very satisfied by user segment, with 95% intervals")
    chart, minimum = dots(result.segments, result.total, sentence)
    return charts.Figure(
        key="chart",
        kicker=_("Figure 1"),
        title=_("Satisfied or very satisfied, by user segment"),
        unit=_("Per cent (axis from %(minimum)s); bar: 95%% interval, dotted line: all") % {"minimum": number(minimum)},
        chart=chart,
        source=_(
            "Source: follow-up surveys, question “Overall, how satisfied were you with the workshop?”. "
            "c = not shown, to protect groups with few or unanimous answers."
        ),
    )


def by_segment(result, wave, period):
    """The table by user segment."""
    if not result.segments:
        return None
    return charts.Figure(
        key="segments",
        kicker=_("Table 1"),
        title=_("By user segment"),
        head=head(_("Segment")),
        rows=[
            row(share, share.label, asked_url(wave, period, share.key), surveys_url(wave, period))
            for share in result.segments
        ],
        total=row(result.total, _("All"), asked_url(wave, period), surveys_url(wave, period)),
    )


def by_workshop(result, period):
    """The table by workshop."""
    if not result.workshops:
        return None
    return charts.Figure(
        key="workshops",
        kicker=_("Table 2") if result.segments else _("Table 1"),
        title=_("By workshop"),
        head=head(_("Workshop")),
        rows=[
            row(
                share,
                charts.Cell(
                    f"{share.label}, {office_date(share.record.event.day)}", url=share.record.get_absolute_url()
                ),
                asked_url(share.record, None),
                surveys_url(share.record, None),
            )
            for share in result.workshops
        ],
        total=row(result.total, _("All"), asked_url(None, period), surveys_url(None, period)),
    )


def sheet(result):
    """The tables as rows of one sheet, with the same decision about what is shown."""
    rows = [("", share) for share in [result.total]]
    rows += [(_("User segment"), share) for share in result.segments]
    rows += [(_("Workshop"), share) for share in result.workshops]
    columns = [_("Breakdown"), _("Group"), *head("")[1:4], _("Lower limit"), _("Upper limit")]
    return columns, [[kind, share.label, *plain(share)] for kind, share in rows]


def plain(share):
    """The cells of a line as numbers; c where it may not be shown."""
    n = share.n if share.n is not None else SUPPRESSED
    if not share.is_shown:
        return [share.tally.population, n, SUPPRESSED, SUPPRESSED, SUPPRESSED]
    low, high = share.interval or (_("n/a"), _("n/a"))
    return [share.tally.population, n, share.percent if share.percent is not None else _("n/a"), low, high]
