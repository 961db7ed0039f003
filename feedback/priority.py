"""The priority of a need: 0 to 100 points, in parts that a person can follow."""

from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext_lazy as _

MOST_SUPPORTERS = 5
YEAR, TWO_YEARS = 365, 730


@dataclass(frozen=True)
class Part:
    """Some of the points, of how many."""

    label: object
    points: int
    most: int


def parts(need, supporters: int, today: date) -> list[Part]:
    """The parts of a need's priority; `supporters` are the organisations or people who raised it."""
    return [
        Part(_("Legal duty or national plan"), 30 if need.is_legal_obligation else 0, 30),
        Part(_("Supporters"), 20 * min(supporters, MOST_SUPPORTERS) // MOST_SUPPORTERS, 20),
        Part(_("Importance"), 20 * (need.importance - 1) // 4, 20),
        Part(_("Urgency"), urgency(need.needed_by, today), 15),
        Part(_("Feasibility"), int(need.feasibility), 15),
    ]


def urgency(needed_by: date | None, today: date) -> int:
    """15 points if needed within 12 months, 8 within 24, else none."""
    if needed_by is None:
        return 0
    days = (needed_by - today).days
    return 15 if days <= YEAR else 8 if days <= TWO_YEARS else 0


def total(need, supporters: int, today: date) -> int:
    """The points: those set by hand, else the sum of the parts."""
    if need.priority_override is not None:
        return need.priority_override
    return sum(part.points for part in parts(need, supporters, today))
