"""Data of the workshops app, one noun per file."""

from .attendance import Attendance
from .event import Event, EventDomain, EventProduct, Session
from .invitation import Invitation
from .milestone import Milestone

__all__ = ["Attendance", "Event", "EventDomain", "EventProduct", "Invitation", "Milestone", "Session"]
