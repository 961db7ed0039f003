"""What day and time it is in the office, and on which days it works."""

from datetime import date, datetime

from django.utils import timezone

from .models import Holiday, Office, remember
from .workdays import Calendar


def now() -> datetime:
    """The present moment, in the office's zone."""
    return timezone.localtime(timezone.now(), Office.objects.current().zone)


def today() -> date:
    """The office's date, whatever the zone of the reader or the server."""
    return now().date()


def calendar() -> Calendar:
    """The office's working days, hours and holidays as they are now; asked for once per request."""
    return remember("calendar", _calendar)


def _calendar() -> Calendar:
    office = Office.objects.current()
    return Calendar(
        working_weekdays=frozenset(office.working_weekdays),
        holidays=frozenset(Holiday.objects.values_list("date", flat=True)),
        opens=office.opens,
        closes=office.closes,
        cutoff=office.cut_off,
    )
