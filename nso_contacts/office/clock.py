"""What day and time it is in the office."""

from datetime import date, datetime

from django.utils import timezone

from .models import Office


def now() -> datetime:
    """The present moment, in the office's zone."""
    return timezone.localtime(timezone.now(), Office.objects.current().zone)


def today() -> date:
    """The office's date, whatever the zone of the reader or the server."""
    return now().date()
