"""This office: its name, languages, clock, working days, thresholds and spoken references."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .workdays import Calendar


def calendar() -> "Calendar":
    """Return the office's working days, hours and holidays as they are now."""
    from .clock import calendar as make  # noqa: PLC0415 (models are not ready when this package is imported)

    return make()
