"""The page docs/benchmarks.md: its figures are written here, everything around them by hand."""

import json
import os
import platform
import subprocess
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from .figures import Row

ROOT = Path(__file__).resolve().parent.parent
PAGE, KEPT = ROOT / "docs" / "benchmarks.md", Path(__file__).parent / "figures"
BEGIN, END = "<!-- figures of `make bench` begin -->", "<!-- figures of `make bench` end -->"
SIZES = ("small", "medium", "large")


def keep(size: str, rows: list[Row], *, seconds: float) -> None:
    """Keep the figures of a size, and write the page with those of all sizes that have been measured."""
    KEPT.mkdir(exist_ok=True)
    data = {"run": about(seconds), "rows": [row.plain() for row in rows]}
    (KEPT / f"{size}.json").write_text(json.dumps(data, indent=1, ensure_ascii=False) + "\n")
    before, _begin, rest = PAGE.read_text().partition(BEGIN)
    after = rest.partition(END)[2]
    PAGE.write_text(f"{before}{BEGIN}\n{figures()}\n{END}{after}")


def about(seconds: float) -> str:
    """The day, the commit and the machine."""
    git = ["git", "-C", str(ROOT), "describe", "--always", "--dirty", "--exclude", "*"]
    commit = subprocess.run(git, capture_output=True, text=True, check=False).stdout.strip() or "unknown"  # noqa: S603
    model = next((line for line in cpuinfo() if line.startswith("model name")), "").partition(":")[2].strip()
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    cores = f"{os.cpu_count()} cores ({model or platform.machine()})"
    machine = f"{cores}, {memory:.0f} GiB, Python {platform.python_version()}"
    return f"{datetime.now(UTC):%d %b %Y}, commit {commit}, {seconds:g} s a point, {machine}"


def cpuinfo() -> list[str]:
    """What Linux says of the processors."""
    path = Path("/proc/cpuinfo")
    return path.read_text().splitlines() if path.exists() else []


def kept() -> dict[str, dict[str, Any]]:
    """The figures of every size that has been measured."""
    paths = {size: KEPT / f"{size}.json" for size in SIZES}
    return {size: json.loads(path.read_text()) for size, path in paths.items() if path.exists()}


def figures() -> str:
    """All tables."""
    measured = kept()
    parts = [table(size, data) for size, data in reversed(measured.items())]
    return "\n\n".join([*parts, growth(measured)])


def table(size: str, data: dict[str, Any]) -> str:
    """The figures of one size, goals first."""
    rows = [Row.of(row) for row in data["rows"]]
    lines = [f"### {size.capitalize()}", "", data["run"], ""]
    lines += ["| operation | figures | ratios and goals |", "|---|---|---|"]
    for row in rows:
        cells = "<br>".join(f"{key}: {value}" for key, value in row.cells.items())
        ratios = "<br>".join(str(ratio).replace("NOT MET", "**not met**") for ratio in row.ratios)
        lines.append(f"| {row.name} | {cells} | {ratios} |")
    return "\n".join(lines)


def growth(measured: dict[str, dict[str, Any]]) -> str:
    """The middle times of our own pages beside each other: operations are matched by what stands before the bracket."""
    names: dict[str, dict[str, float]] = {}
    for size, data in measured.items():
        for row in data["rows"]:
            if row["p50"]:
                names.setdefault(row["name"].partition(" (")[0], {})[size] = row["p50"]
    sizes = list(measured)
    lines = ["### Growth", "", "p50 in ms at c=1, our pages.", ""]
    lines += [f"| page | {' | '.join(sizes)} |", f"|---|{'---|' * len(sizes)}"]
    for name, times in names.items():
        lines.append(f"| {name} | {' | '.join(f'{times[size]:.1f}' if size in times else '' for size in sizes)} |")
    return "\n".join(lines)
