"""Figures and goals: what was measured, which ratio it makes, and whether that is enough."""

from dataclasses import asdict, dataclass, field
from typing import Any

from .visitors import Sample


@dataclass
class Ratio:
    """One figure beside its goal. `most` and `least` are the two kinds of goals; a figure has one of them."""

    what: str
    value: float
    most: float | None = None
    least: float | None = None

    @property
    def met(self) -> bool:
        """Whether the goal is met, judged by the figure as it is printed."""
        value = round(self.value, 2)
        return value <= self.most if self.most is not None else value >= (self.least or 0)

    def __str__(self) -> str:
        goal = f"≤ {self.most:g}" if self.most is not None else f"≥ {self.least:g}"
        return f"{self.what} {self.value:.2f} (goal {goal}) {'met' if self.met else 'NOT MET'}"


@dataclass
class Row:
    """One operation: the cells of the table, and its ratios."""

    name: str
    cells: dict[str, str] = field(default_factory=dict)
    ratios: list[Ratio] = field(default_factory=list)
    p50: float = 0.0

    def __str__(self) -> str:
        told = "; ".join(f"{key} {value}" for key, value in self.cells.items())
        return f"{self.name}: {told}\n" + "\n".join(f"    {ratio}" for ratio in self.ratios)

    def plain(self) -> dict[str, Any]:
        """As JSON takes it."""
        return asdict(self)

    @classmethod
    def of(cls, data: dict[str, Any]) -> "Row":
        """From JSON."""
        return cls(**{**data, "ratios": [Ratio(**ratio) for ratio in data["ratios"]]})


def told(sample: Sample) -> str:
    """“p50 / p95 ms / answers a second”."""
    return f"{sample.p50:.1f} / {sample.p95:.1f} / {sample.rate:.1f}"
