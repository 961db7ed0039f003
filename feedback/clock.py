"""The clock of a data request: from what moment it counts, and what it says now.

Rules of the office's service standard: before triage the office's own target counts from receipt; triage sets the
class and its target, and the count starts again from day 0. A custom tabulation or a complex compilation counts from
the acceptance of its quote, or from triage if it is free. The clock stands still while the office waits for the
requester. A request that is taken up again starts a second clock; the first one's outcome stays on the row.
"""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.utils import timezone

from nso_contacts import office
from nso_contacts.office.models import Office, RequestClass
from nso_contacts.office.workdays import Calendar, Clock, Pause

from .models import DataRequest

COUNTED_FROM_TRIAGE = (RequestClass.CUSTOM_TABULATION, RequestClass.COMPLEX_COMPILATION)


def started_at(request: DataRequest) -> datetime:
    """The moment the clock of a request counts from."""
    if request.reopened_at:
        return request.reopened_at
    if request.request_class in COUNTED_FROM_TRIAGE and request.triaged_at:
        return request.triaged_at
    return request.received_at


def clock_of(request: DataRequest, calendar: Calendar | None = None, zone: ZoneInfo | None = None) -> Clock:
    """Return the clock of a request in the office's zone. Asks for its pauses unless they are prefetched."""
    zone = zone or Office.objects.current().zone
    pauses = tuple(
        Pause(local_day(pause.started_at, zone), local_day(pause.ended_at, zone) if pause.ended_at else None)
        for pause in request.pauses.all()
    )
    return Clock(
        calendar=calendar or office.calendar(),
        started=started_at(request).astimezone(zone),
        target_days=request.target_days,
        pauses=pauses,
    )


def local_day(moment: datetime, zone: ZoneInfo) -> date:
    """The office's date of an instant."""
    return moment.astimezone(zone).date()


def is_late(request: DataRequest) -> bool:
    """Whether the answer is overdue today."""
    return bool(
        request.due_on
        and request.status in DataRequest.OPEN
        and request.due_on < timezone.localdate(timezone=Office.objects.current().zone)
    )
