from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedback.suppression import (
    SHOWN,
    Cell,
    Mask,
    Reason,
    hides_n,
    hides_statistics,
    may_replace,
    merged,
    one_way,
    two_way,
)

PRIMARY = Mask(shows_n=False, shows_statistics=False, reason=Reason.THRESHOLD)
COMPLEMENTARY = Mask(shows_n=False, shows_statistics=False, reason=Reason.COMPLEMENTARY)
N_ONLY = Mask(shows_n=True, shows_statistics=False, reason=Reason.UNANIMITY)
N_ONLY_COMPLEMENTARY = Mask(shows_n=True, shows_statistics=False, reason=Reason.COMPLEMENTARY)


def counts(**cells):
    return {code: Cell(n) for code, n in cells.items()}


def shown(breakdown, cells):
    return {code: cells[code].n for code, mask in breakdown.cells.items() if mask.shows_n}


# One cell


@pytest.mark.parametrize(
    ("cell", "n_hidden", "statistics_hidden"),
    [
        (Cell(4), True, True),
        (Cell(5), False, False),
        (Cell(0), False, False),
        (Cell(0, frame=4), True, True),
        (Cell(0, frame=5), False, False),
        (Cell(0, frame=0), False, False),
        (Cell(9, (0, 0, 0, 0, 9)), False, True),
        (Cell(10, (0, 0, 0, 0, 10)), False, False),
        (Cell(9, (0, 0, 0, 4, 5)), False, True),  # all in the top two, none in the bottom two
        (Cell(9, (4, 5, 0, 0, 0)), False, True),  # all in the bottom two, none in the top two
        (Cell(9, (0, 0, 4, 0, 5)), False, True),  # none in the bottom two
        (Cell(9, (1, 0, 3, 0, 5)), False, False),
        (Cell(9, (4, 5, 0)), False, False),  # three groups have no boxes
        (Cell(9, (9, 0, 0)), False, True),
    ],
)
def test_what_a_cell_hides_for_its_own_sake(cell, n_hidden, statistics_hidden):
    assert hides_n(cell) == n_hidden
    assert hides_statistics(cell) == statistics_hidden


def test_the_threshold_can_be_set():
    assert not hides_n(Cell(3), threshold=3)
    assert hides_n(Cell(19), threshold=20)
    with pytest.raises(ValueError):
        one_way({}, threshold=1)


@pytest.mark.parametrize(
    "values",
    [{"n": -1}, {"n": 1, "answers": (2, -1)}, {"n": 2, "answers": (1, 0)}, {"n": 5, "frame": 4}],
)
def test_impossible_cells_are_refused(values):
    with pytest.raises(ValueError):
        Cell(**values)


def test_an_empty_cell_is_not_unanimous():
    assert not Cell(0, (0, 0, 0, 0, 0)).is_unanimous


def test_cells_merge_as_far_as_they_are_alike():
    assert merged([Cell(2, (1, 1), 4), Cell(3, (0, 3), 5)]) == Cell(5, (1, 4), 9)
    assert merged([Cell(2, (1, 1), 4), Cell(0), Cell(3)]) == Cell(5)
    assert merged([Cell(2, (1, 1)), Cell(0)]) == Cell(2, (1, 1))
    assert merged([]) == Cell(0)


# One way


def test_a_single_small_cell_takes_the_smallest_other_with_it():
    cells = counts(GOV=30, ACADEMIA=18, BUSINESS=9, MEDIA=4, INTERNATIONAL=12)
    result = one_way(cells)

    assert result.total == SHOWN
    assert shown(result, cells) == {"GOV": 30, "ACADEMIA": 18, "INTERNATIONAL": 12}
    assert (result.cells["MEDIA"], result.cells["BUSINESS"]) == (PRIMARY, COMPLEMENTARY)


def test_one_complement_may_not_be_enough():
    cells = counts(A=1, B=2, C=7, D=20)
    result = one_way(cells)

    assert result.total == SHOWN
    assert result.cells == {"A": PRIMARY, "B": PRIMARY, "C": COMPLEMENTARY, "D": SHOWN}


def test_nothing_small_hides_nothing():
    cells = counts(A=5, B=0, C=7)
    assert set(one_way(cells).cells.values()) == {SHOWN}


def test_of_equal_cells_the_lowest_code_is_hidden():
    assert one_way(counts(C=6, B=6, D=9, A=4)).cells == {
        "C": SHOWN,
        "B": COMPLEMENTARY,
        "D": SHOWN,
        "A": PRIMARY,
    }


def test_when_no_cell_would_stay_only_the_total_is_shown():
    result = one_way(counts(A=4, B=9, C=0))
    assert result.total == SHOWN
    assert result.cells == {"A": PRIMARY, "B": COMPLEMENTARY, "C": COMPLEMENTARY}


def test_a_small_total_is_hidden_with_everything():
    result = one_way(counts(A=4, B=0))
    assert result.total == PRIMARY
    assert result.cells == {"A": PRIMARY, "B": COMPLEMENTARY}


def test_a_breakdown_without_answers_shows_no_responses():
    assert one_way(counts(A=0, B=0)).cells == {"A": SHOWN, "B": SHOWN}
    assert one_way({}).total == SHOWN


def test_an_empty_cell_of_a_small_frame_is_not_given_away():
    cells = {"A": Cell(0, frame=3), "B": Cell(20, frame=40), "C": Cell(30, frame=50)}
    assert one_way(cells).cells == {"A": PRIMARY, "B": COMPLEMENTARY, "C": SHOWN}


def test_cells_of_one_answer_each_do_not_follow_from_their_sum():
    # Five hidden cells with five answers together would each be known to hold one.
    cells = counts(A=1, B=1, C=1, D=1, E=1, F=8, G=20)
    assert one_way(cells).cells["F"] == COMPLEMENTARY
    # Where an empty cell would have been hidden as well, they do not.
    framed = {code: Cell(cell.n, frame=4 if cell.n == 1 else 90) for code, cell in cells.items()}
    assert one_way(framed).cells["F"] == SHOWN


def test_a_unanimous_cell_shows_its_n_only():
    mixed = (3, 3, 3, 3, 3)
    cells = {"A": Cell(6, (0, 0, 0, 0, 6)), "B": Cell(15, mixed), "C": Cell(20, (4, 4, 4, 4, 4))}
    result = one_way(cells)

    assert result.total == SHOWN
    assert result.cells == {"A": N_ONLY, "B": N_ONLY_COMPLEMENTARY, "C": SHOWN}


def test_what_remains_must_not_be_unanimous_either():
    # A and B together are nine answers, all in the top two: hiding both would still tell all of them.
    cells = {
        "A": Cell(4, (0, 0, 0, 0, 4)),
        "B": Cell(5, (0, 0, 0, 3, 2)),
        "C": Cell(15, (3, 3, 3, 3, 3)),
        "D": Cell(20, (4, 4, 4, 4, 4)),
    }
    assert one_way(cells).cells == {
        "A": PRIMARY,
        "B": Mask(shows_n=False, shows_statistics=False, reason=Reason.UNANIMITY),
        "C": N_ONLY_COMPLEMENTARY,
        "D": SHOWN,
    }


def test_a_unanimous_total_shows_its_n_only():
    result = one_way({"A": Cell(9, (0, 0, 0, 9, 0)), "B": Cell(0, (0, 0, 0, 0, 0))})
    assert result.total == N_ONLY
    assert not any(mask.shows_statistics for mask in result.cells.values())


@st.composite
def scale_cells(draw):
    points = draw(st.integers(2, 5))
    answers = tuple(draw(st.lists(st.integers(0, 6), min_size=points, max_size=points)))
    n = sum(answers)
    return Cell(n, answers, draw(st.none() | st.integers(n, n + 6)))


@st.composite
def breakdowns(draw):
    cells = draw(st.lists(scale_cells(), min_size=1, max_size=6))
    return dict(zip("ABCDEF", cells, strict=False)), draw(st.integers(2, 8))


@given(breakdowns())
def test_the_hidden_cells_together_hold_at_least_the_threshold(breakdown):
    cells, threshold = breakdown
    result = one_way(cells, threshold)
    hidden = [cells[code] for code, mask in result.cells.items() if not mask.shows_n]

    assert not any(hides_n(cells[code], threshold) for code in shown(result, cells))
    if hidden and result.total.shows_n and any(cell.n for cell in cells.values()):
        assert len(hidden) >= 2 or len(cells) == 1
        assert sum(cell.n for cell in hidden) >= threshold


@given(breakdowns())
def test_no_small_cell_can_be_recovered_by_subtraction(breakdown):
    cells, threshold = breakdown
    result = one_way(cells, threshold)
    hidden = [code for code, mask in result.cells.items() if not mask.shows_n]
    if len(shown(result, cells)) == 0 or not result.total.shows_n:
        return

    rest = sum(cell.n for cell in cells.values()) - sum(shown(result, cells).values())
    # All that fits: an empty cell is shown unless its frame is small.
    least = {code: 0 if cells[code].frame and cells[code].frame < threshold else 1 for code in hidden}
    for code in hidden:
        if hides_n(cells[code], threshold):
            assert rest - sum(least[other] for other in hidden if other != code) > least[code]


@given(breakdowns())
def test_no_hidden_statistic_can_be_recovered_by_subtraction(breakdown):
    cells, threshold = breakdown
    result = one_way(cells, threshold)
    hidden = [cells[code] for code, mask in result.cells.items() if not mask.shows_statistics]

    assert all(mask.shows_n or not mask.shows_statistics for mask in result.cells.values())
    for code, mask in result.cells.items():
        assert not (mask.shows_statistics and hides_statistics(cells[code], threshold))
    if hidden and result.total.shows_statistics and any(cell.n for cell in cells.values()):
        assert not hides_statistics(merged(hidden), threshold)


@given(breakdowns(), st.randoms())
def test_masks_do_not_depend_on_the_order_of_the_cells(breakdown, random):
    cells, threshold = breakdown
    codes = list(cells)
    random.shuffle(codes)
    assert one_way({code: cells[code] for code in codes}, threshold) == one_way(cells, threshold)


# Later versions


def test_a_new_version_may_not_differ_by_a_few_answers():
    assert may_replace({"A": 12, "B": 9}, {"A": 12, "B": 14})
    assert not may_replace({"A": 12, "B": 9}, {"A": 12, "B": 11})
    assert not may_replace({"A": 12}, {"A": 12, "B": 3})
    assert may_replace({"A": 12}, {"A": 9}, threshold=3)


# Two ways


def table(columns, **rows):
    return {(row, column): Cell(n) for row, ns in rows.items() for column, n in zip(columns, ns, strict=True)}


def hidden_places(result):
    return {place: mask.reason for place, mask in result.cells.items() if mask != SHOWN}


def possible_range(cells, hidden, place, least):
    """The range of a hidden cell of a table with two rows, by trying every first row that fits."""
    first, second = sorted({row for row, _ in cells})
    columns = sorted({column for _, column in hidden})
    totals = [cells[first, column].n + cells[second, column].n for column in columns]
    row_total = sum(cells[first, column].n for column in columns)
    tries = product(*(range(least, total - least + 1) for total in totals))
    fitting = [values for values in tries if sum(values) == row_total]
    index = columns.index(place[1])
    found = [values[index] if place[0] == first else totals[index] - values[index] for values in fitting]
    return min(found), max(found)


def test_two_way_table_with_margins():
    cells = table(
        ("ECONOMIC", "SOCIAL", "ENVIRONMENT"),
        GOV=(12, 20, 8),
        ACADEMIA=(9, 3, 6),
        BUSINESS=(7, 8, 2),
        MEDIA=(6, 5, 4),
    )
    result = two_way(cells)

    assert {*result.rows.cells.values(), *result.columns.cells.values(), result.rows.total} == {SHOWN}
    assert hidden_places(result) == {
        ("ACADEMIA", "SOCIAL"): Reason.THRESHOLD,
        ("BUSINESS", "ENVIRONMENT"): Reason.THRESHOLD,
        ("MEDIA", "ENVIRONMENT"): Reason.THRESHOLD,
        ("ACADEMIA", "ENVIRONMENT"): Reason.COMPLEMENTARY,
        ("BUSINESS", "ECONOMIC"): Reason.COMPLEMENTARY,
        ("MEDIA", "SOCIAL"): Reason.COMPLEMENTARY,
        ("MEDIA", "ECONOMIC"): Reason.COMPLEMENTARY,
    }
    assert result.ranges == {
        ("ACADEMIA", "SOCIAL"): (0, 8),
        ("BUSINESS", "ENVIRONMENT"): (0, 9),
        ("MEDIA", "ENVIRONMENT"): (0, 11),
    }


def test_two_way_table_with_nothing_small_is_shown():
    result = two_way(table("XY", A=(8, 9), B=(7, 6)))
    assert set(result.cells.values()) == {SHOWN}
    assert result.ranges == {}


def test_without_full_margins_no_cell_is_shown():
    result = two_way(table("XY", A=(8, 9), B=(2, 1), C=(20, 30)))
    assert result.rows.cells["B"] == PRIMARY
    assert not any(mask.shows_n for mask in result.cells.values())
    assert result.ranges == {}


def test_when_no_choice_is_safe_no_cell_is_shown():
    # The only cell that could move with the small one is empty in every direction.
    result = two_way({("A", "X"): Cell(3), ("A", "Y"): Cell(9), ("B", "X"): Cell(9)})
    assert result.rows.total == SHOWN
    assert not any(mask.shows_n for mask in result.cells.values())


def test_the_audit_hides_more_than_the_lines_ask_for():
    # Every line with hidden cells holds two of them and ten answers or more, but round the six of them the small
    # ones can only change places: each would be known to hold 0 to 4.
    cells = table("XYZ", A=(2, 8, 20), B=(20, 8, 2), C=(8, 20, 8))
    result = two_way(cells)

    assert hidden_places(result) == {
        ("A", "X"): Reason.THRESHOLD,
        ("B", "Z"): Reason.THRESHOLD,
        **dict.fromkeys([("A", "Y"), ("B", "Y"), ("C", "X"), ("C", "Z")], Reason.COMPLEMENTARY),
        ("A", "Z"): Reason.COMPLEMENTARY,
    }
    assert result.ranges == {("A", "X"): (0, 10), ("B", "Z"): (0, 10)}


def test_a_unanimous_cell_of_a_table_is_hidden_whole():
    cells = {place: Cell(10, (2, 2, 2, 2, 2)) for place in product("AB", "XY")}
    cells["A", "X"] = Cell(6, (0, 0, 0, 0, 6))
    result = two_way(cells)
    assert result.cells["A", "X"] == Mask(shows_n=False, shows_statistics=False, reason=Reason.UNANIMITY)


@st.composite
def small_tables(draw, rows="ABC", columns="XYZ"):
    return {place: Cell(draw(st.integers(0, 9))) for place in product(rows, columns)}


@given(small_tables(rows="AB"))
def test_the_audit_finds_the_exact_range(cells):
    result = two_way(cells, threshold=3)
    hidden = set(hidden_places(result))
    for place, found in result.ranges.items():
        assert found == possible_range(cells, hidden, place, 0)


@given(small_tables(), st.integers(2, 5))
def test_tables_hide_small_cells_and_leave_them_room(cells, threshold):
    result = two_way(cells, threshold)
    hidden = set(hidden_places(result))

    assert all(place in hidden for place, cell in cells.items() if hides_n(cell, threshold))
    for low, high in result.ranges.values():
        assert high - low >= threshold
    if len(hidden) < len(cells):
        for axis, code in [(0, "A"), (0, "B"), (0, "C"), (1, "X"), (1, "Y"), (1, "Z")]:
            line = [cells[place].n for place in hidden if place[axis] == code]
            assert not line or (len(line) >= 2 and sum(line) >= threshold)


@given(small_tables(rows="AB"), st.integers(2, 4))
def test_no_small_cell_of_a_table_is_known_exactly(cells, threshold):
    result = two_way(cells, threshold)
    hidden = set(hidden_places(result))
    for place in result.ranges:
        low, high = possible_range(cells, hidden, place, 1)
        assert low < high
