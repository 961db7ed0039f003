"""Dates, times and numbers as this office writes them."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django import template
from django.utils import timezone
from django.utils.formats import get_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from nso_contacts.office import clock, dates

register = template.Library()

# Safe in right-to-left text, where a plain space or a comma would let a number fall apart.
THOUSANDS = "\u202f"


def _day(value: date | datetime | None) -> date | None:
    """The reader's date of an instant; a date as it is."""
    if isinstance(value, datetime):
        return timezone.localtime(value).date() if timezone.is_aware(value) else value.date()
    return value


@register.filter
def office_date(value: date | datetime | None) -> str:
    """“Thu 15 Oct” in this year, “Fri 1 Jan 2027” in any other."""
    day = _day(value)
    return "" if day is None else dates.short(day)


@register.filter
def office_date_long(value: date | datetime | None) -> str:
    """“Thu 15 October 2026”, for readers outside the office."""
    day = _day(value)
    return "" if day is None else dates.full(day)


@register.filter
def office_date_plain(value: date | datetime | None) -> str:
    """“15 Oct 2026”, where the weekday does not matter."""
    day = _day(value)
    return "" if day is None else dates.plain(day)


@register.filter
def office_day_month(value: date | datetime | None) -> str:
    """“15 Oct”, where the year is plain and there is little room."""
    day = _day(value)
    return "" if day is None else dates.day_month(day)


@register.filter
def office_day(value: date | datetime | None) -> str:
    """“Today”, “Yesterday”, else the date."""
    day = _day(value)
    if day is None:
        return ""
    ago = (clock.today() - day).days
    return {0: _("Today"), 1: _("Yesterday")}.get(ago) or office_date(day)


@register.filter
def office_time(value: datetime | None) -> str:
    """“14:05”, in the reader's zone."""
    if value is None:
        return ""
    if isinstance(value, datetime) and timezone.is_aware(value):
        value = timezone.localtime(value)
    return value.strftime("%H:%M")


@register.filter
def office_datetime(value: datetime | None) -> str:
    """“Thu 15 Oct, 14:05”, in the reader's zone."""
    return "" if value is None else _("%(date)s, %(time)s") % {"date": office_date(value), "time": office_time(value)}


@register.filter
def office_datetime_long(value: datetime | None) -> str:
    """“Thu 15 October 2026, 14:05”, for readers outside the office."""
    if value is None:
        return ""
    return _("%(date)s, %(time)s") % {"date": office_date_long(value), "time": office_time(value)}


@register.filter
def days_overdue(value: date | datetime | None) -> str:
    """“5 days overdue” for a day that has passed, “Today”, else the date."""
    day = _day(value)
    if day is None:
        return ""
    late = (clock.today() - day).days
    if late > 0:
        return ngettext("%(days)s day overdue", "%(days)s days overdue", late) % {"days": number(late)}
    return office_day(day)


@register.filter
def is_overdue(value: date | datetime | None) -> bool:
    """Whether the day has passed."""
    day = _day(value)
    return day is not None and day < clock.today()


@register.filter
def number(value: Any, decimals: int = 0) -> str:
    """12 345.6 with a narrow no-break space between thousands and the language's decimal sign."""
    if value is None or value == "":
        return ""
    written = f"{Decimal(str(value)):,.{int(decimals)}f}"
    return written.replace(",", THOUSANDS).replace(".", get_format("DECIMAL_SEPARATOR"))
