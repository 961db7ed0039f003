"""Which figures of a breakdown may be shown so that nobody's answer can be read from them.

A breakdown of one survey question is a set of cells (segments, domains, ...), each with its number of
valid answers n. The rules, with a threshold t (default 5):

- *Threshold*: a cell with 1 <= n < t is hidden whole. n = 0 is shown as "no responses", unless the cell's
  frame has members, but fewer than t.
- *Unanimity*: when n < 2t and all answers fall in one published category, n is shown and every statistic is
  hidden.
- *Remainder*: what is hidden can be computed as total less shown. So the hidden cells together must pass
  the first two rules themselves, and no hidden cell may follow from the total, the frames and the
  knowledge that it is not empty; until then the smallest shown cell is hidden too.
- *Two-way*: the same for every line of the table, then an audit: for each cell hidden for its own sake the
  range of values consistent with everything shown must be at least t wide.

Hidden cells must look alike on screen whatever hid them: telling the small ones from those hidden to
protect them gives the small ones away. `Reason` is for the log and for those who may see everything.
"""

from collections import deque
from collections.abc import Callable, Iterable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from enum import StrEnum

Place = tuple[str, str]
"""A row code and a column code."""

THRESHOLD = 5
"""The default of t: the smallest number of answers a figure may rest on."""


@dataclass(frozen=True)
class Cell:
    """The n valid answers of one cell.

    `answers` counts them per *published* category, in order: the scale points of a scale, the three groups
    of a net promoter score. Of four categories and more, the top two and the bottom two count as published,
    too. Leave it empty when only n is published. `frame` is the number of people asked, `None` for all but the
    breakdowns of a frozen frame; it is not to be shown beside a hidden cell.
    """

    n: int
    answers: tuple[int, ...] = ()
    frame: int | None = None

    def __post_init__(self) -> None:
        if min((self.n, *self.answers)) < 0:
            raise ValueError("A count cannot be negative.")
        if self.answers and sum(self.answers) != self.n:
            raise ValueError("The answers of a cell add up to its n.")
        if self.frame is not None and self.frame < self.n:
            raise ValueError("A cell cannot hold more answers than people asked.")

    @property
    def is_unanimous(self) -> bool:
        """Whether all answers fall in one category, or all or none in the top or bottom two."""
        if not self.answers or self.n == 0:
            return False
        if self.n in self.answers:
            return True
        boxes = (sum(self.answers[-2:]), sum(self.answers[:2])) if len(self.answers) >= 4 else ()
        return any(box in (0, self.n) for box in boxes)


class Reason(StrEnum):
    """Why a cell is hidden, in whole or in part."""

    THRESHOLD = "THRESHOLD"
    UNANIMITY = "UNANIMITY"
    COMPLEMENTARY = "COMPLEMENTARY"


@dataclass(frozen=True)
class Mask:
    """What may be shown of one cell: its n, and the statistics resting on it.

    Statistics are never shown without n.
    """

    shows_n: bool = True
    shows_statistics: bool = True
    reason: Reason | None = None


SHOWN = Mask()


@dataclass(frozen=True)
class Breakdown:
    """The masks of a one-way breakdown, by code, and of its total."""

    total: Mask
    cells: Mapping[str, Mask]


@dataclass(frozen=True)
class Table:
    """The masks of a two-way table by (row, column), and of its margins.

    `ranges` holds, for the log only, the lowest and highest n consistent with all that is shown, for each
    cell hidden for its own sake. It is empty when the cells are not shown at all.
    """

    rows: Breakdown
    columns: Breakdown
    cells: Mapping[Place, Mask]
    ranges: Mapping[Place, tuple[int, int]]


def hides_n(cell: Cell, threshold: int = THRESHOLD) -> bool:
    """The threshold rule: too few answers, or none from a frame that is itself too small."""
    if cell.n == 0:
        return cell.frame is not None and 0 < cell.frame < threshold
    return cell.n < threshold


def hides_statistics(cell: Cell, threshold: int = THRESHOLD) -> bool:
    """The threshold rule and the unanimity rule together."""
    return hides_n(cell, threshold) or (cell.n < 2 * threshold and cell.is_unanimous)


def merged(cells: Iterable[Cell]) -> Cell:
    """Several cells as one; answers and frame are left out unless every cell has them alike."""
    parts = list(cells)
    answered = [part.answers for part in parts if part.n]
    asked = [part.frame for part in parts if part.frame is not None]
    alike = len({len(answers) for answers in answered}) == 1
    return Cell(
        n=sum(part.n for part in parts),
        answers=tuple(map(sum, zip(*answered, strict=True))) if alike else (),
        frame=sum(asked) if parts and len(asked) == len(parts) else None,
    )


def may_replace(shown: Mapping[str, int], later: Mapping[str, int], threshold: int = THRESHOLD) -> bool:
    """Whether figures with the n of `later` may replace those already `shown`, by code.

    Whoever kept the earlier figures can subtract them: each n must be the same or differ by t or more.
    """
    differences = (abs(later.get(code, 0) - shown.get(code, 0)) for code in {*shown, *later})
    return all(difference == 0 or difference >= threshold for difference in differences)


# One way


def one_way(cells: Mapping[str, Cell], threshold: int = THRESHOLD) -> Breakdown:
    """The masks of a breakdown shown beside its total.

    When no cell with answers would stay visible, only the total is shown. Cells in a tie are hidden in the
    order of their codes. Raises `ValueError` for a threshold below 2.
    """
    if threshold < 2:
        raise ValueError("A threshold below 2 protects nobody.")
    total = _own_mask(merged(cells.values()), threshold)
    small = {code for code, cell in cells.items() if hides_n(cell, threshold)}
    without_n = _closed(cells, small, lambda hidden: _gives_n_away(hidden, threshold))
    if not total.shows_n:
        without_n = set(cells)
    telling = {code for code, cell in cells.items() if hides_statistics(cell, threshold)}
    without_statistics = _closed(cells, without_n | telling, lambda hidden: hides_statistics(merged(hidden), threshold))
    if not total.shows_statistics:
        without_statistics = set(cells)
    masks = {
        code: Mask(code not in without_n, False, _reason(cell, threshold)) if code in without_statistics else SHOWN
        for code, cell in cells.items()
    }
    return Breakdown(total, masks)


def _reason(cell: Cell, threshold: int) -> Reason:
    if hides_n(cell, threshold):
        return Reason.THRESHOLD
    return Reason.UNANIMITY if hides_statistics(cell, threshold) else Reason.COMPLEMENTARY


def _own_mask(cell: Cell, threshold: int) -> Mask:
    if not hides_statistics(cell, threshold):
        return SHOWN
    return Mask(not hides_n(cell, threshold), False, _reason(cell, threshold))


def _closed(cells: Mapping[str, Cell], hidden: AbstractSet[str], gives_away: Callable[[list[Cell]], bool]) -> set[str]:
    """`hidden` with the smallest shown cells added until the hidden ones together give nothing away.

    Everything, the empty cells included, when no cell with answers stays shown.
    """
    result = set(hidden)
    shown = sorted((cell.n, code) for code, cell in cells.items() if cell.n and code not in result)
    while result and shown and gives_away([cells[code] for code in result]):
        result.add(shown.pop(0)[1])
    return set(cells) if result and not shown else result


def _gives_n_away(hidden: list[Cell], threshold: int) -> bool:
    """Whether the hidden cells together are too few, or their sum leaves each of them one possible n.

    A hidden cell is known to hold an answer, unless an empty cell of its frame would have been hidden, too.
    """
    together = merged(hidden)
    known = sum(1 for cell in hidden if cell.n and not hides_n(Cell(0, frame=cell.frame), threshold))
    return hides_n(together, threshold) or together.n <= known


# Two ways


def two_way(cells: Mapping[Place, Cell], threshold: int = THRESHOLD) -> Table:
    """The masks of a table shown with its margins and its total.

    A place left out counts as empty. In a table a hidden cell is hidden whole. When a margin itself cannot
    be shown in full, or no choice of cells passes the audit, the margins are shown and no cell is.
    """
    row_codes = sorted({row for row, _ in cells})
    column_codes = sorted({column for _, column in cells})
    full = {(row, column): cells.get((row, column), Cell(0)) for row in row_codes for column in column_codes}
    lines = [[(row, column) for column in column_codes] for row in row_codes]
    lines += [[(row, column) for row in row_codes] for column in column_codes]
    rows = one_way({row: merged(full[row, column] for column in column_codes) for row in row_codes}, threshold)
    columns = one_way({column: merged(full[row, column] for row in row_codes) for column in column_codes}, threshold)
    margins = [rows.total, *rows.cells.values(), *columns.cells.values()]
    own = {place for place, cell in full.items() if hides_statistics(cell, threshold)}
    margins_are_full = all(mask == SHOWN for mask in margins)
    audited = _audited(full, lines, own, threshold) if margins_are_full else None
    hidden = set(full) if audited is None else audited
    return Table(
        rows,
        columns,
        cells={
            place: Mask(False, False, _reason(cell, threshold)) if place in hidden else SHOWN
            for place, cell in full.items()
        },
        ranges={} if audited is None else {place: _possible(full, audited, place, 0) for place in sorted(own)},
    )


def _audited(
    full: Mapping[Place, Cell], lines: list[list[Place]], own: set[Place], threshold: int
) -> set[Place] | None:
    """The cells to hide so that every one of `own` is safe; `None` when there is no such choice."""
    hidden = _closed_lines(full, lines, own, threshold)
    while open_places := [place for place in sorted(own) if _is_open(full, hidden, place, threshold)]:
        row, column = open_places[0]
        shown = sorted(
            (place[0] != row and place[1] != column, cell.n, place)
            for place, cell in full.items()
            if cell.n and place not in hidden
        )
        if not shown:
            return None
        hidden = _closed_lines(full, lines, hidden | {shown[0][2]}, threshold)
    every_line_is_closed = not any(_line_is_open(_hidden_of(full, line, hidden), threshold) for line in lines)
    return hidden if every_line_is_closed else None


def _closed_lines(
    full: Mapping[Place, Cell], lines: list[list[Place]], hidden: set[Place], threshold: int
) -> set[Place]:
    """`hidden` with the smallest cells of each line added, until no line gives a cell away."""
    result = set(hidden)
    before = -1
    while before != len(result):
        before = len(result)
        for line in lines:
            shown = sorted((full[place].n, place) for place in line if full[place].n and place not in result)
            while shown and _line_is_open(_hidden_of(full, line, result), threshold):
                result.add(shown.pop(0)[1])
    return result


def _hidden_of(full: Mapping[Place, Cell], line: list[Place], hidden: set[Place]) -> list[Cell]:
    return [full[place] for place in line if place in hidden]


def _line_is_open(hidden: list[Cell], threshold: int) -> bool:
    if not hidden:
        return False
    together = hides_statistics(merged(hidden), threshold)
    return len(hidden) < 2 or together or _gives_n_away(hidden, threshold)


def _is_open(full: Mapping[Place, Cell], hidden: set[Place], place: Place, threshold: int) -> bool:
    """Whether the n of the cell is known too well: within t, or exactly once no hidden cell is empty."""
    low, high = _possible(full, hidden, place, 0)
    lowest, highest = _possible(full, hidden, place, 1)
    return high - low < threshold or lowest == highest


def _possible(full: Mapping[Place, Cell], hidden: set[Place], place: Place, least: int) -> tuple[int, int]:
    """The lowest and highest n of a hidden cell, given the shown cells and the margins.

    `least` is what every hidden cell is known to hold. In a table with fixed margins a cell grows only while
    others shrink along a closed path through hidden cells, so the most it can grow is a maximum flow through
    the others, and likewise the most it can shrink. This is the exact solution of the linear programme,
    whose corners are whole numbers.
    """
    row, column = ("row", place[0]), ("column", place[1])
    unlimited = sum(cell.n for cell in full.values())
    room: dict[tuple[Place, Place], int] = {}
    for other in hidden - {place}:
        room[("row", other[0]), ("column", other[1])] = unlimited
        room[("column", other[1]), ("row", other[0])] = max(full[other].n - least, 0)
    n = full[place].n
    shrinks = min(_largest_flow(room, row, column), max(n - least, 0))
    return n - shrinks, n + _largest_flow(room, column, row)


def _largest_flow(room: Mapping[tuple[Place, Place], int], source: Place, sink: Place) -> int:
    """The maximum flow from `source` to `sink`, by shortest augmenting paths (Edmonds and Karp)."""
    left = dict(room)
    flow = 0
    while path := _path(left, source, sink):
        step = min(left[arc] for arc in path)
        for start, end in path:
            left[start, end] -= step
            left[end, start] += step
        flow += step
    return flow


def _path(left: Mapping[tuple[Place, Place], int], source: Place, sink: Place) -> list[tuple[Place, Place]]:
    """The arcs of a shortest path with room from `source` to `sink`, none when there is no such path."""
    arrived: dict[Place, Place] = {source: source}
    queue = deque([source])
    while queue and sink not in arrived:
        node = queue.popleft()
        for (start, end), room in left.items():
            if start == node and room > 0 and end not in arrived:
                arrived[end] = node
                queue.append(end)
    arcs: list[tuple[Place, Place]] = []
    node = sink
    while node in arrived and node != source:
        arcs.append((arrived[node], node))
        node = arrived[node]
    return arcs[::-1]
