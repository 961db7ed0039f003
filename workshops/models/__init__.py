"""Data of the workshops app, one noun per file."""

from .attendance import Attendance
from .event import Event, EventDomain, EventProduct, Session
from .invitation import Invitation
from .meeting import ActionItem, Decision, Paper
from .milestone import Milestone

__all__ = [
    "ActionItem",
    "Attendance",
    "Decision",
    "Event",
    "EventDomain",
    "EventProduct",
    "Invitation",
    "Milestone",
    "Paper",
    "Session",
]
