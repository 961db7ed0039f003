"""Taking part in a workshop is a substantive contact: it moves “last contact” of the person and their organisation."""

from django.db.models import OuterRef

from stakeholders.contacts import ContactSource, contact_sources, latest_day

from .models import Attendance, Event


def _present():
    return Attendance.objects.present()


def register() -> None:
    """Count attendance, and for a user group the meetings and workshops held with it."""
    contact_sources.register(
        ContactSource(
            "workshops",
            {
                "organisation": latest_day(lambda: _present().filter(organisation=OuterRef("pk"))),
                "person": latest_day(lambda: _present().filter(person=OuterRef("pk"))),
                "group": latest_day(lambda: Event.objects.held().filter(group=OuterRef("pk")), "start"),
            },
        )
    )
