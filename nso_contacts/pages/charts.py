"""Charts drawn on the server: HTML and SVG with classes that the stylesheet colours, dark pages and print included.

Each chart is one image for a screen reader (`role="img"` with a sentence) and stands beside its table
(parts/figure.html), which holds the same figures and the links. Text is real text and never shrinks; marks are placed
in per cent, so that a chart fits its column without a script. Charts are not mirrored in right-to-left pages: they
carry `dir="ltr"`.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.functional import Promise
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from nso_contacts.office.templatetags.office import number

Text = str | Promise
PLOT_HEIGHT = 220
BAR_ROOM = 72  # per cent of the width that the longest bar takes; the rest is for its label


@dataclass(frozen=True)
class Dot:
    """A share with its interval; without a value it is suppressed."""

    label: Text
    value: float | None
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True)
class Bar:
    """A length with its label, such as “52 (81%)”."""

    label: Text
    value: float
    text: Text = ""


@dataclass(frozen=True)
class Point:
    """One moment of a line; without a value the line is broken. `short` is the label where there is little room."""

    label: Text
    value: float | None
    low: float | None = None
    high: float | None = None
    short: Text = ""


@dataclass(frozen=True)
class Cell:
    """One cell of a figure's table."""

    text: Any
    url: str = ""
    suppressed: bool = False
    strong: bool = False


@dataclass(frozen=True)
class Figure:
    """A chart with the table that says the same, or a table alone. Draw it with parts/figure.html.

    `key` is unique on the page, `kicker` “Figure 1”, `title` the takeaway. In `rows` a cell is a `Cell` or plain text;
    the first one heads its row. `total` is the last row.
    """

    key: str
    title: Text
    head: Sequence[Text] = ()
    rows: Sequence[Sequence[Any]] = ()
    chart: SafeString | str = ""
    kicker: Text = ""
    unit: Text = ""
    source: Text = ""
    total: Sequence[Any] = field(default_factory=tuple)
    open: bool = False


def position(value: float, minimum: float, maximum: float) -> float:
    """Return where a value stands between the ends of an axis, in per cent."""
    return round(min(max((value - minimum) / (maximum - minimum or 1), 0), 1) * 100, 2)


def ticks(minimum: float, maximum: float, step: float) -> list[float]:
    """Return the values that an axis names."""
    return [minimum + step * n for n in range(round((maximum - minimum) / step) + 1)]


def grid(places: Iterable[float]) -> SafeString:
    """Draw a vertical hairline at each place."""
    return format_html_join(
        "", '<line class="ch-grid" x1="{0}%" x2="{0}%" y1="0" y2="100%"/>', ((at,) for at in places)
    )


def interval_dots(
    rows: Sequence[Dot],
    *,
    sentence: Text,
    minimum: float = 0,
    maximum: float = 100,
    step: float = 10,
    reference: float | None = None,
    unit: str = "%",
) -> SafeString:
    """Draw a dot with its interval for each row; `reference` is a dotted line through all of them."""
    places = [position(tick, minimum, maximum) for tick in ticks(minimum, maximum, step)]
    lines = grid(places)
    if reference is not None:
        at = position(reference, minimum, maximum)
        lines += format_html('<line class="ch-ref" x1="{0}%" x2="{0}%" y1="0" y2="100%"/>', at)
    body = format_html_join(
        "",
        '<div class="ch-l"><bdi>{}</bdi></div><svg class="ch-p ch-row">{}{}</svg>',
        ((row.label, lines, interval(row, minimum, maximum, unit)) for row in rows),
    )
    axis = format_html_join(
        "",
        '<text class="ch-t{}" x="{}%" y="14">{}</text>',
        (
            (side(at) + (" ch-odd" if n % 2 else ""), at, number(tick))
            for n, (at, tick) in enumerate(zip(places, ticks(minimum, maximum, step), strict=True))
        ),
    )
    return format_html(
        '<div class="ch ch-dots" role="img" aria-label="{}" dir="ltr">{}<div></div>'
        '<svg class="ch-p ch-axis">{}</svg></div>',
        sentence,
        body,
        axis,
    )


def interval(row: Dot, minimum: float, maximum: float, unit: str) -> SafeString:
    """Draw the interval, the dot and the value of one row."""
    if row.value is None:
        return format_html('<text class="ch-c" x="6" y="50%" dy=".35em">{}</text>', _("c   not shown"))
    at = position(row.value, minimum, maximum)
    low = at if row.low is None else position(row.low, minimum, maximum)
    high = at if row.high is None else position(row.high, minimum, maximum)
    # Near the end of the axis the number stands before the interval, so that it is never cut off.
    where = ("ch-v ch-end", low, "-8") if high > 80 else ("ch-v", high, "8")
    return format_html(
        '<line class="ch-iv" x1="{}%" x2="{}%" y1="50%" y2="50%"/><circle class="ch-dot" cx="{}%" cy="50%" r="5"/>'
        '<text class="{}" x="{}%" dx="{}" y="50%" dy=".35em">{}{}</text>',
        low,
        high,
        at,
        *where,
        number(round(row.value)),
        unit,
    )


def side(at: float) -> str:
    """Return how a label is anchored so that it stays inside."""
    if at <= 2:
        return ""
    return " ch-end" if at >= 98 else " ch-mid"


def bars(rows: Sequence[Bar], *, sentence: Text, maximum: float | None = None) -> SafeString:
    """Draw a horizontal bar for each row with its label at the end; a funnel is bars that get shorter."""
    longest = maximum or max((row.value for row in rows), default=0) or 1
    lengths = [position(row.value, 0, longest) * BAR_ROOM / 100 for row in rows]
    body = format_html_join(
        "",
        '<div class="ch-l"><bdi>{}</bdi></div>'
        '<svg class="ch-p ch-row"><rect class="ch-bar" y="6" width="{}%" height="16"/>'
        '<text class="ch-n" x="{}%" dx="6" y="50%" dy=".35em">{}</text></svg>',
        (
            (row.label, round(length, 2), round(length, 2), row.text or number(row.value))
            for row, length in zip(rows, lengths, strict=True)
        ),
    )
    return format_html('<div class="ch ch-bars" role="img" aria-label="{}" dir="ltr">{}</div>', sentence, body)


def line(
    points: Sequence[Point],
    *,
    sentence: Text,
    name: Text,
    minimum: float = 0,
    maximum: float = 100,
    step: float = 20,
    unit: str = "%",
    compare: Sequence[float | None] = (),
    compare_name: Text = "",
) -> SafeString:
    """Draw a line with the band of its intervals, and a dashed line to compare it with."""
    places = [round(100 * n / max(len(points) - 1, 1), 2) for n in range(len(points))]
    heights = [(tick, round(100 - position(tick, minimum, maximum), 2)) for tick in ticks(minimum, maximum, step)]
    across = format_html_join(
        "", '<line class="ch-grid" x1="0" x2="100%" y1="{0}%" y2="{0}%"/>', ((y,) for _t, y in heights)
    )

    def place(values: Sequence[float | None]) -> list[tuple[float, float] | None]:
        return [
            None if value is None else (x, round(100 - position(value, minimum, maximum), 2))
            for x, value in zip(places, values, strict=False)
        ]

    main, other = place([point.value for point in points]), place(list(compare))
    low, high = place([point.low for point in points]), place([point.high for point in points])
    shapes = format_html(
        '<svg viewBox="0 0 100 100" preserveAspectRatio="none" width="100%" height="100%">{}{}{}</svg>',
        format_html_join("", '<polygon class="ch-band" points="{}"/>', ((one,) for one in bands(low, high))),
        format_html_join("", '<polyline class="ch-line-2" points="{}"/>', ((one,) for one in runs(other))),
        format_html_join("", '<polyline class="ch-line" points="{}"/>', ((one,) for one in runs(main))),
    )
    marks = format_html_join("", '<circle class="ch-dot" cx="{}%" cy="{}%" r="3.5"/>', (at for at in main if at))
    return format_html(
        '<div class="ch ch-line-x" role="img" aria-label="{}" dir="ltr">'
        '<svg class="ch-y" height="{}">{}</svg><svg class="ch-p" height="{}">{}{}{}</svg>'
        '<svg class="ch-z" height="{}">{}</svg><div></div><svg class="ch-p ch-axis">{}</svg></div>',
        sentence,
        PLOT_HEIGHT,
        format_html_join(
            "",
            '<text class="ch-t ch-end" x="100%" dx="-6" y="{}%" dy=".35em">{}</text>',
            ((y, number(t)) for t, y in heights),
        ),
        PLOT_HEIGHT,
        across,
        shapes,
        marks,
        PLOT_HEIGHT,
        ends(points, main, other, name=name, compare_name=compare_name, unit=unit),
        format_html_join(
            "",
            '<text class="ch-t{}" x="{}%" y="14">{}</text>',
            (
                (side(x) + (" ch-odd" if n % 2 else ""), x, point.short or point.label)
                for n, (x, point) in enumerate(zip(places, points, strict=True))
            ),
        ),
    )


def runs(places: Sequence[tuple[float, float] | None]) -> list[str]:
    """Return the unbroken stretches of a line as point lists."""
    stretches: list[list[str]] = [[]]
    for at in places:
        if at is None:
            stretches.append([])
        else:
            stretches[-1].append(f"{at[0]},{at[1]}")
    return [" ".join(one) for one in stretches if len(one) > 1]


def bands(low: Sequence[tuple[float, float] | None], high: Sequence[tuple[float, float] | None]) -> list[str]:
    """Return the outlines between the lower and the upper ends of intervals."""
    outlines: list[str] = []
    lower: list[str] = []
    upper: list[str] = []
    for bottom, top in [*zip(low, high, strict=True), (None, None)]:
        if bottom and top:
            lower.append(f"{bottom[0]},{bottom[1]}")
            upper.append(f"{top[0]},{top[1]}")
        else:
            if len(lower) > 1:
                outlines.append(" ".join([*lower, *reversed(upper)]))
            lower, upper = [], []
    return outlines


def ends(
    points: Sequence[Point],
    main: Sequence[tuple[float, float] | None],
    other: Sequence[tuple[float, float] | None],
    *,
    name: Text,
    compare_name: Text,
    unit: str,
) -> SafeString:
    """Name the lines at their last points; two names that would touch are moved apart."""
    last = next(((at, point) for at, point in reversed(list(zip(main, points, strict=True))) if at), None)
    second = next((at for at in reversed(other) if at), None)
    if last is None:
        return format_html("")
    y = last[0][1]
    text = format_html(
        '<text class="ch-v" x="8" y="{}%" dy="-.15em">{}</text>'
        '<text class="ch-v" x="8" y="{}%" dy="1.05em">{}{}</text>',
        y,
        name,
        y,
        number(round(last[1].value or 0)),
        unit,
    )
    if second is not None and compare_name:
        apart = second[1] if abs(second[1] - y) > 16 else y + (18 if second[1] >= y else -14)
        text += format_html(
            '<text class="ch-n" x="8" y="{}%" dy=".35em">{}</text>', min(max(apart, 4), 98), compare_name
        )
    return text
