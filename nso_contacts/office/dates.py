"""How this office writes its dates: in a style chosen when it is set up, with names in the reader's language."""

from datetime import date, datetime
from typing import NamedTuple

from django.utils.dateformat import format as format_date
from django.utils.translation import get_language, gettext_noop

from . import clock
from .models import DateStyle, Office

# The days as Django names them in a date: its Arabic leaves out the article a date needs, so our catalogues say them.
WEEKDAYS = (
    gettext_noop("Mon"),
    gettext_noop("Tue"),
    gettext_noop("Wed"),
    gettext_noop("Thu"),
    gettext_noop("Fri"),
    gettext_noop("Sat"),
    gettext_noop("Sun"),
)


class Formats(NamedTuple):
    """The forms of one style, in Django's letters: within this year, in any other, in full; and without the weekday."""

    this_year: str
    other_year: str
    full: str
    plain: str
    day_month: str


FORMATS = {
    DateStyle.DAY_FIRST: Formats("D j M", "D j M Y", "D j F Y", "j M Y", "j M"),
    DateStyle.MONTH_FIRST: Formats("D M j", "D M j, Y", "D F j, Y", "M j, Y", "M j"),
    DateStyle.NUMBERS: Formats("D d/m", "D d/m/Y", "D d/m/Y", "d/m/Y", "d/m"),
    DateStyle.YEAR_FIRST: Formats("D m-d", "D Y-m-d", "D Y-m-d", "Y-m-d", "m-d"),
}


def formats() -> Formats:
    """The forms of the office's style."""
    return FORMATS[DateStyle(Office.objects.current().date_style)]


def write(day: date | datetime, letters: str) -> str:
    """Write a day in the reader's language. Only English begins a short month with a capital: “25 nov”, “25 Nov”."""
    english = (get_language() or "en").startswith("en")
    return format_date(day, letters if english else letters.replace("M", "b"))


def short(day: date | datetime) -> str:
    """“Thu 15 Oct” in this year, “Fri 1 Jan 2027” in any other."""
    chosen = formats()
    return write(day, chosen.this_year if day.year == clock.today().year else chosen.other_year)


def with_year(day: date | datetime) -> str:
    """“Thu 15 Oct 2026”, in any year."""
    return write(day, formats().other_year)


def full(day: date | datetime) -> str:
    """“Thu 15 October 2026”, for readers outside the office."""
    return write(day, formats().full)


def plain(day: date | datetime) -> str:
    """“15 Oct 2026”, where the weekday does not matter."""
    return write(day, formats().plain)


def day_month(day: date | datetime) -> str:
    """“15 Oct”, where the year is plain and there is little room."""
    return write(day, formats().day_month)


def samples(day: date) -> list[tuple[str, str]]:
    """Return each style with how it writes `day`, for choosing one."""
    return [(style.value, write(day, forms.full)) for style, forms in FORMATS.items()]
