"""The priority of a need: 0 to 100 points, in parts that a person can follow."""

from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

MOST_SUPPORTERS = 5
YEAR, TWO_YEARS = 365, 730


@dataclass(frozen=True)
class Part:
    """Some of the points, of how many; the label says what they are given for."""

    label: object
    points: int
    most: int

    @property
    def share(self) -> int:
        """How much of it is reached, per cent."""
        return round(100 * self.points / self.most)


def parts(need, supporters: int, today: date) -> list[Part]:
    """The parts of a need's priority; `supporters` are the organisations or people who raised it."""
    duty = _("Legal duty or national plan") if need.is_legal_obligation else _("No legal duty or national plan")
    return [
        Part(duty, 30 if need.is_legal_obligation else 0, 30),
        Part(
            _("Supporters: %(count)s") % {"count": supporters},
            20 * min(supporters, MOST_SUPPORTERS) // MOST_SUPPORTERS,
            20,
        ),
        Part(_("Importance: %(grade)s of 5") % {"grade": need.importance}, 20 * (need.importance - 1) // 4, 20),
        Part(urgency_in_words(need.needed_by, today), urgency(need.needed_by, today), 15),
        Part(
            _("Feasibility: %(words)s") % {"words": need.get_feasibility_display().lower()}, int(need.feasibility), 15
        ),
    ]


def urgency_in_words(needed_by: date | None, today: date) -> str:
    """When it is needed, as the points see it."""
    words = {
        15: _("Urgency: within 12 months"),
        8: _("Urgency: within 24 months"),
        0: _("Urgency: later than 24 months"),
    }
    return words[urgency(needed_by, today)] if needed_by else _("Urgency: no date given")


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
