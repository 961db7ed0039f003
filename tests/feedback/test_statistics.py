from decimal import Decimal
from math import isclose, sqrt

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from feedback.statistics import (
    Change,
    Dispositions,
    Interval,
    Proportion,
    Quadrant,
    Rating,
    Stratum,
    balance,
    change_between,
    collapse,
    finite_population_factor,
    item_non_response,
    mean_interval,
    net_promoter_score,
    newcombe,
    normal_quantile,
    percent,
    post_stratified,
    promoter_groups,
    proportion,
    public_service_index,
    quadrants,
    regularised_incomplete_beta,
    response_rates,
    round_half_up,
    satisfaction_index,
    student_quantile,
    summarise_scale,
    wilson,
)


def close(value, tolerance=6e-8):
    return pytest.approx(value, rel=0, abs=tolerance)


def ends(interval):
    return interval.low, interval.high


@st.composite
def samples(draw, largest=400):
    """(successes, n, population) with 0 <= successes <= n <= population."""
    population = draw(st.integers(1, largest))
    n = draw(st.integers(1, population))
    return draw(st.integers(0, n)), n, population


# Display


@pytest.mark.parametrize(
    ("value", "decimals", "shown"),
    [
        (64.25, 1, "64.3"),
        (-64.25, 1, "-64.3"),
        (64.24999, 1, "64.2"),
        (28.499999999999996, 0, "29"),
        (2.675, 2, "2.68"),
        (0.0, 1, "0.0"),
        (100.0, 1, "100.0"),
    ],
)
def test_halves_are_rounded_away_from_zero(value, decimals, shown):
    assert str(round_half_up(value, decimals)) == shown


@pytest.mark.parametrize(
    ("part", "whole", "shown"),
    [(41, 48, "85.4"), (1, 8, "12.5"), (1, 16, "6.3"), (-1, 16, "-6.3"), (2, 3, "66.7"), (9, 9, "100.0")],
)
def test_percentages_are_rounded_from_the_exact_quotient(part, whole, shown):
    assert str(percent(part, whole)) == shown


def test_a_percentage_of_nothing_is_not_available():
    assert percent(0, 0) is None
    assert proportion(0, 0) is None
    assert proportion(1, 4) == 0.25


@given(st.integers(0, 10**6), st.integers(1, 10**6))
def test_a_percentage_is_at_most_half_a_step_away(part, whole):
    shown = percent(part, whole)
    assert shown is not None
    assert abs(shown * whole - 100 * part) * 20 <= whole


# One question


def test_figures_of_a_five_point_item():
    summary = summarise_scale([4, 6, 14, 42, 30])

    assert summary.n == 96
    assert (summary.top_two_count, summary.bottom_two_count) == (72, 10)
    assert summary.mean == close(3.9166667)
    assert summary.standard_deviation == close(1.0429378)
    assert summary.top_two == 0.75
    assert summary.bottom_two == close(0.1041667)
    assert summary.balance == close(64.5833333)
    assert summary.index == close(72.9166667)
    assert item_non_response(96, 100) == 0.04


def test_a_question_without_answers_has_no_figures():
    summary = summarise_scale([0, 0, 0, 0, 0])

    assert summary.n == 0
    assert summary.mean is None
    assert summary.standard_deviation is None
    assert summary.top_two is None
    assert summary.bottom_two is None
    assert summary.balance is None
    assert summary.index is None
    assert item_non_response(0, 0) is None
    assert balance(0, 0, 0) is None


def test_one_answer_has_a_mean_but_no_spread():
    summary = summarise_scale([0, 0, 0, 0, 1])

    assert (summary.mean, summary.standard_deviation) == (5.0, None)


def test_short_scales_have_no_boxes():
    summary = summarise_scale([1, 1, 2])

    assert (summary.mean, summary.index) == (2.25, 62.5)
    assert (summary.top_two, summary.bottom_two, summary.balance) == (None, None, None)
    assert balance(positive=50, negative=20, n=100) == 30.0


@pytest.mark.parametrize("answers", [[], [3], [1, -1, 2]])
def test_what_is_not_a_scale_is_refused(answers):
    with pytest.raises(ValueError):
        summarise_scale(answers)


def test_more_answers_than_asked_are_refused():
    with pytest.raises(ValueError):
        item_non_response(5, 4)


@given(st.lists(st.integers(0, 50), min_size=4, max_size=7))
def test_balance_is_the_difference_of_the_boxes(answers):
    assume(sum(answers) > 0)
    summary = summarise_scale(answers)

    assert summary.balance == pytest.approx(100 * (summary.top_two - summary.bottom_two))
    assert 0 <= summary.index <= 100
    assert -100 <= summary.balance <= 100


# Quantiles


@pytest.mark.parametrize(
    ("probability", "degrees", "expected"),
    [
        (0.975, 1, 12.7062047),
        (0.995, 1, 63.6567412),
        (0.975, 2, 4.3026527),
        (0.975, 5, 2.5705818),
        (0.995, 10, 3.1692727),
        (0.975, 30, 2.0422725),
        (0.975, 39, 2.0226909),
        (0.975, 95, 1.9852510),
        (0.95, 120, 1.6576509),
        (0.5, 7, 0.0),
        (0.025, 5, -2.5705818),
    ],
)
def test_student_quantiles_match_the_tables(probability, degrees, expected):
    assert student_quantile(probability, degrees) == close(expected, 1e-7)


def test_student_tends_to_the_normal_quantile():
    assert student_quantile(0.975, 10_000_000) == close(normal_quantile(), 1e-6)
    assert normal_quantile() == close(1.9599640)


def test_incomplete_beta_in_closed_form():
    assert regularised_incomplete_beta(0.0, 2, 3) == 0.0
    assert regularised_incomplete_beta(1.0, 2, 3) == 1.0
    assert regularised_incomplete_beta(0.3, 1, 1) == close(0.3, 1e-14)
    assert regularised_incomplete_beta(0.3, 2, 1) == close(0.09, 1e-14)
    assert regularised_incomplete_beta(0.3, 2, 3) == close(0.3483, 1e-14)


@given(st.floats(0, 1), st.floats(0.1, 200), st.floats(0.1, 200))
def test_incomplete_beta_is_a_symmetric_probability(x, a, b):
    assume(x == 0 or x > 1e-12)
    value = regularised_incomplete_beta(x, a, b)
    assert -1e-12 <= value <= 1 + 1e-12
    # 1 - x rounds, and near 1 the distribution can be arbitrarily steep: compare at what both sides see.
    mirrored = 1 - x
    below, above = regularised_incomplete_beta(1 - mirrored, a, b), regularised_incomplete_beta(mirrored, b, a)
    assert isclose(below + above, 1, abs_tol=1e-9)


@pytest.mark.parametrize(("x", "a", "b"), [(-0.1, 1, 1), (1.1, 1, 1), (0.5, 0, 1), (0.5, 1, 0)])
def test_incomplete_beta_outside_its_domain_is_refused(x, a, b):
    with pytest.raises(ValueError):
        regularised_incomplete_beta(x, a, b)


@pytest.mark.parametrize(("probability", "degrees"), [(0, 5), (1, 5), (0.5, 0)])
def test_quantiles_outside_their_domain_are_refused(probability, degrees):
    with pytest.raises(ValueError):
        student_quantile(probability, degrees)


@pytest.mark.parametrize("level", [0, 1, 95])
def test_a_level_is_a_fraction(level):
    with pytest.raises(ValueError):
        normal_quantile(level)


# Intervals


@pytest.mark.parametrize(
    ("successes", "n", "population", "low", "high"),
    [
        (72, 96, 240, 0.6774155, 0.8108135),
        (72, 96, None, 0.6549019, 0.8258603),
        (35, 50, None, 0.5624965, 0.8089645),
        (35, 50, 120, 0.5956699, 0.7870343),
        (35, 50, 50, 0.7, 0.7),
        (0, 10, 40, 0.0, 0.2280954),
        (10, 10, 40, 0.7719046, 1.0),
        (0, 10, None, 0.0, 0.2775328),
        (1, 1, None, 0.2065493, 1.0),
        (12, 100, 400, 0.0751857, 0.1861493),
    ],
)
def test_wilson_with_and_without_finite_population(successes, n, population, low, high):
    interval = wilson(successes, n, population)
    assert ends(interval) == (close(low), close(high))


def test_wilson_of_nothing_is_not_available():
    assert wilson(0, 0) is None
    assert wilson(0, 0, population=40) is None


@pytest.mark.parametrize(("successes", "n", "population"), [(5, 4, None), (-1, 4, None), (2, 4, 3)])
def test_wilson_refuses_the_impossible(successes, n, population):
    with pytest.raises(ValueError):
        wilson(successes, n, population)


@given(samples())
def test_wilson_contains_the_share_and_stays_within_0_and_1(sample):
    successes, n, population = sample
    for frame in (population, None):
        interval = wilson(successes, n, frame)
        assert 0 <= interval.low <= successes / n <= interval.high <= 1


@given(samples())
def test_wilson_of_everybody_is_the_point(sample):
    successes, n, _ = sample
    assert wilson(successes, n, n) == Interval(successes / n, successes / n)


@given(samples(), st.integers(1, 500))
def test_wilson_widens_with_the_population(sample, more):
    successes, n, population = sample
    inner, outer = wilson(successes, n, population), wilson(successes, n, population + more)
    widest = wilson(successes, n)
    assert outer.low <= inner.low + 1e-12
    assert inner.high <= outer.high + 1e-12
    assert widest.low <= outer.low + 1e-12
    assert outer.high <= widest.high + 1e-12


@given(samples())
def test_wilson_mirrors_successes_and_failures(sample):
    successes, n, population = sample
    interval, mirrored = wilson(successes, n, population), wilson(n - successes, n, population)
    assert ends(interval) == (pytest.approx(1 - mirrored.high), pytest.approx(1 - mirrored.low))


def test_a_higher_level_widens_the_interval():
    assert wilson(35, 50, level=0.99).low < wilson(35, 50).low


@pytest.mark.parametrize(
    ("successes", "n", "population", "estimate", "error", "low", "high"),
    [
        (12, 100, 400, 0.1346154, 0.0290208, 0.07773565, 0.1914951),
        (61, 75, 415, 0.7974684, 0.04097594, 0.717157, 0.8777797),
    ],
)
def test_correction_reproduces_the_adjusted_wald_of_statpsych(successes, n, population, estimate, error, low, high):
    share = (successes + 2) / (n + 4)
    standard_error = sqrt(share * (1 - share) / (n + 4)) * finite_population_factor(n, population)

    assert share == close(estimate)
    assert standard_error == close(error)
    assert share - normal_quantile() * standard_error == close(low)
    assert share + normal_quantile() * standard_error == close(high)


def test_mean_interval_reproduces_statpsych():
    result = mean_interval(24.5, 3.65, 40, 300)

    assert result.standard_error == close(0.5381631)
    assert ends(result.interval) == (close(23.41146, 5e-6), close(25.58854, 5e-6))


def test_mean_interval_of_a_five_point_item():
    summary = summarise_scale([4, 6, 14, 42, 30])
    result = mean_interval(summary.mean, summary.standard_deviation, summary.n, 240)

    assert result.standard_error == close(0.0826238)
    assert ends(result.interval) == (close(3.7526377), close(4.0806956))


def test_no_mean_interval_without_spread():
    assert mean_interval(4.0, 0.0, 1, 10) is None
    assert mean_interval(4.0, 0.0, 6, 10) is None
    assert ends(mean_interval(4.0, 0.0, 6, 6).interval) == (4.0, 4.0)


def test_a_negative_deviation_is_refused():
    with pytest.raises(ValueError):
        mean_interval(4.0, -1.0, 6)


@given(st.floats(1, 5), st.floats(0.01, 2), st.integers(2, 200), st.integers(0, 200))
def test_mean_interval_narrows_to_the_point(mean, deviation, n, others):
    partial = mean_interval(mean, deviation, n, n + others).interval
    whole = mean_interval(mean, deviation, n).interval
    assert whole.low - 1e-9 <= partial.low <= mean <= partial.high <= whole.high + 1e-9
    assert ends(mean_interval(mean, deviation, n, n).interval) == (mean, mean)


# Net promoter score


def test_net_promoter_score():
    result = net_promoter_score(45, 30, 25)

    assert (result.n, result.score) == (100, 20.0)
    assert result.standard_error == close(8.1240, 5e-5)
    assert ends(result.interval) == (close(4.0772, 5e-5), close(35.9228, 5e-5))
    corrected = net_promoter_score(45, 30, 25, population=400)
    assert ends(corrected.interval) == (close(6.1932, 5e-5), close(33.8068, 5e-5))
    assert finite_population_factor(100, 400) == close(0.8671100)
    assert net_promoter_score(13, 11, 7).score == close(19.3548, 5e-5)


def test_net_promoter_score_at_its_edges():
    assert net_promoter_score(0, 0, 0) is None
    assert net_promoter_score(6, 0, 0).interval is None
    assert net_promoter_score(6, 0, 0, population=6).interval == Interval(100.0, 100.0)
    assert net_promoter_score(9, 1, 0).interval.high == 100.0
    with pytest.raises(ValueError):
        net_promoter_score(-1, 0, 0)


def test_promoters_passives_and_detractors():
    assert promoter_groups([1, 1, 1, 1, 1, 1, 1, 10, 20, 30, 40]) == (70, 30, 7)
    with pytest.raises(ValueError):
        promoter_groups([1, 2, 3])


@given(st.integers(0, 60), st.integers(0, 60), st.integers(0, 60))
def test_net_promoter_interval_contains_the_score(promoters, passives, detractors):
    assume(promoters + passives + detractors > 0)
    result = net_promoter_score(promoters, passives, detractors)
    if result.interval is not None:
        assert -100 <= result.interval.low <= result.score <= result.interval.high <= 100


# Index and quadrants

ITEMS = {"1": Rating(4.6, 4.1), "2": Rating(4.2, 3.4), "3": Rating(3.9, 3.8), "4": Rating(4.4, 3.6)}


def test_satisfaction_index():
    result = satisfaction_index(list(ITEMS.values()))

    assert result.value == close(3.7309942)
    assert result.percent_of_maximum == close(74.6198830)
    assert result.index == close(68.2748538)


def test_satisfaction_index_of_an_independent_example():
    ratings = [Rating(7, 8), Rating(5, 4), Rating(9, 8), Rating(3, 3), Rating(6, 4)]
    assert satisfaction_index(ratings, maximum=10).value == close(6.0333333)


def test_satisfaction_index_without_importance_is_not_available():
    assert satisfaction_index([]) is None
    assert satisfaction_index([Rating(0, 3)]) is None
    with pytest.raises(ValueError):
        satisfaction_index([], maximum=1)


def test_quadrants_are_cut_at_the_means():
    assert quadrants(ITEMS) == {
        "1": Quadrant.KEEP_UP,
        "2": Quadrant.LOW_PRIORITY,
        "3": Quadrant.POSSIBLE_OVERKILL,
        "4": Quadrant.CONCENTRATE,
    }


def test_on_the_cut_counts_as_high():
    assert set(quadrants({code: Rating(4.1, 3.3) for code in "abc"}).values()) == {Quadrant.KEEP_UP}
    assert quadrants({}) == {}


def test_public_service_index_keeps_the_official_weight():
    assert public_service_index([3.2] * 9) == close(79.92)
    assert public_service_index([1] * 9) == close(24.975)
    assert public_service_index([4] * 9) == close(99.9)


@pytest.mark.parametrize("means", [[3.2] * 8, [3.2] * 8 + [4.1], [0.9] + [3.2] * 8])
def test_public_service_index_takes_nine_means(means):
    with pytest.raises(ValueError):
        public_service_index(means)


# Response rates

WAVE = Dispositions(complete=180, partial=20, refusal=15, non_contact=140, other=5, unknown=30, ineligible=10)


def test_response_rates_of_a_wave():
    rates = response_rates(WAVE)

    assert rates.eligible_share == close(0.9729730)
    assert (rates.rr1, rates.rr2) == (close(0.4615385), close(0.5128205))
    assert (rates.rr3, rates.rr4) == (close(0.4625), close(0.5138889))
    assert (rates.coop1, rates.coop2) == (close(0.8181818), close(0.9090909))
    assert (rates.coop3, rates.coop4) == (close(0.8372093), close(0.9302326))
    assert (rates.ref1, rates.ref2) == (close(0.0384615), close(0.0385417))
    assert (rates.con1, rates.con2) == (close(0.5641026), close(0.5652778))


def test_rates_leaving_out_unknown_cases_need_a_declaration():
    undeclared = response_rates(WAVE)
    assert (undeclared.rr5, undeclared.rr6, undeclared.ref3, undeclared.con3) == (None, None, None, None)

    declared = response_rates(WAVE, declared_eligible_share=0)
    assert (declared.rr5, declared.rr6) == (close(0.5), close(0.5555556))
    assert (declared.ref3, declared.con3) == (close(0.0416667), close(0.6111111))
    assert declared.rr3 == declared.rr5


def test_response_rates_reproduce_outcomerate():
    cases = Dispositions(complete=4, partial=2, refusal=1, non_contact=1, other=1, unknown=2, ineligible=1)
    rates, declared = response_rates(cases), response_rates(cases, declared_eligible_share=0)
    shown = [
        *(rates.rr1, rates.rr2, rates.rr3, rates.rr4, declared.rr5, declared.rr6),
        *(rates.coop1, rates.coop2, rates.coop3, rates.coop4),
        *(rates.ref1, rates.ref2, declared.ref3),
        *(rates.con1, rates.con2, declared.con3),
    ]

    assert rates.eligible_share == 0.9
    assert [str(round_half_up(value, 3)) for value in shown] == [
        *("0.364", "0.545", "0.370", "0.556", "0.444", "0.667"),
        *("0.500", "0.750", "0.571", "0.857"),
        *("0.091", "0.093", "0.111"),
        *("0.727", "0.741", "0.889"),
    ]


def test_rates_of_an_empty_frame_are_not_available():
    rates = response_rates(Dispositions())
    assert set(vars(rates).values()) == {None}
    only_unknown = response_rates(Dispositions(unknown=3))
    assert (only_unknown.rr1, only_unknown.rr3) == (0.0, None)


def test_without_unknown_cases_all_response_rates_agree():
    rates = response_rates(Dispositions(complete=3, refusal=1))
    assert (rates.rr1, rates.rr3, rates.rr5) == (0.75, 0.75, 0.75)


def test_impossible_cases_are_refused():
    with pytest.raises(ValueError):
        Dispositions(refusal=-1)
    with pytest.raises(ValueError):
        response_rates(WAVE, declared_eligible_share=1.1)


# Weighting

SEGMENTS = [
    Stratum.of_successes("GOV", 60, 40, 30),
    Stratum.of_successes("ACADEMIA", 120, 30, 18),
    Stratum.of_successes("BUSINESS", 300, 20, 9),
    Stratum.of_successes("MEDIA", 20, 10, 8),
]


def test_weighting_of_four_segments():
    result = post_stratified(SEGMENTS)

    assert result.unweighted == 0.65
    assert result.estimate == close(0.536)
    assert result.standard_error == close(0.0690772)
    assert ends(result.interval) == (close(0.4006112), close(0.6713888))
    assert (result.smallest_weight, result.largest_weight, result.weight_ratio) == (1.5, 15.0, 10.0)
    assert result.design_effect == close(2.044)
    assert result.effective_n == close(48.9236791)
    assert result.strata == tuple(SEGMENTS)


def test_weighting_of_means():
    # Means 4.2, 3.6, 3.1 and 4.4 of 40, 30, 20 and 10 answers.
    strata = [
        Stratum.of_answers("GOV", 60, [0, 0, 0, 32, 8]),
        Stratum.of_answers("ACADEMIA", 120, [0, 0, 12, 18, 0]),
        Stratum.of_answers("BUSINESS", 300, [0, 0, 18, 2, 0]),
        Stratum.of_answers("MEDIA", 20, [0, 0, 0, 6, 4]),
    ]
    result = post_stratified(strata, lowest=1, highest=5)

    assert result.unweighted == close(3.82)
    assert result.estimate == close(3.404)
    assert 1 <= result.interval.low < result.estimate < result.interval.high <= 5


def test_a_silent_segment_is_joined_and_never_dropped():
    silent = Stratum.of_successes("PRESS", 10, 0, 0)
    used = collapse([SEGMENTS[0], silent, SEGMENTS[3]])

    assert [stratum.codes for stratum in used] == [("GOV",), ("PRESS", "MEDIA")]
    assert used[1] == Stratum(("PRESS", "MEDIA"), 30, 10, 8, 8)


def test_of_equal_neighbours_the_earlier_is_taken():
    alike = [Stratum.of_successes(code, 20, n, 0) for code, n in (("A", 5), ("B", 1), ("C", 5))]
    assert [stratum.codes for stratum in collapse(alike)] == [("A", "B"), ("C",)]


def test_the_largest_weight_is_collapsed_above_the_ratio():
    strata = [SEGMENTS[0], Stratum.of_successes("BUSINESS", 301, 20, 9), SEGMENTS[3]]
    assert [stratum.codes for stratum in collapse(strata)] == [("GOV",), ("BUSINESS", "MEDIA")]


def test_weighting_at_its_edges():
    assert post_stratified([]) is None
    assert post_stratified([Stratum.of_successes("A", 9, 0, 0)]) is None
    single = post_stratified([Stratum.of_successes("A", 9, 1, 1), Stratum.of_successes("B", 4, 0, 0)])
    assert (single.estimate, single.standard_error, single.interval) == (1.0, None, None)
    unanimous = post_stratified([Stratum.of_successes("A", 9, 6, 6)])
    assert (unanimous.standard_error, unanimous.interval) == (0.0, None)
    census = post_stratified([Stratum.of_successes("A", 9, 9, 6)])
    assert ends(census.interval) == (close(2 / 3), close(2 / 3))


def test_impossible_segments_are_refused():
    with pytest.raises(ValueError):
        Stratum.of_successes("A", 4, 5, 1)
    with pytest.raises(ValueError):
        Stratum.of_successes("A", 9, 5, 6)
    with pytest.raises(ValueError):
        Stratum.of_answers("A", 9, [2, -1])
    with pytest.raises(ValueError):
        Stratum(("A",), 9, -1, 0, 0)


@st.composite
def strata_lists(draw):
    result = []
    for code in "ABCDE"[: draw(st.integers(1, 5))]:
        successes, n, population = draw(samples(largest=60))
        kept = draw(st.booleans())
        result.append(Stratum.of_successes(code, population, n if kept else 0, successes if kept else 0))
    return result


@given(strata_lists())
def test_collapsing_keeps_everybody_and_the_order(strata):
    used = collapse(strata)

    assert "".join(code for stratum in used for code in stratum.codes) == "ABCDE"[: len(strata)]
    assert sum(stratum.population for stratum in used) == sum(stratum.population for stratum in strata)
    assert len(used) == 1 or all(stratum.n >= 2 for stratum in used)
    result = post_stratified(strata)
    if result is not None:
        assert result.weight_ratio <= 10
        assert result.design_effect >= 1 - 1e-12
        assert 0 <= result.estimate <= 1
        assert result.interval is None or result.interval.low <= result.estimate <= result.interval.high


# Change between waves


def test_change_that_excludes_zero_is_a_change():
    result = change_between(Proportion(72, 96), Proportion(60, 100))

    assert result.difference == close(0.15)
    assert ends(result.interval) == (close(0.0186540), close(0.2739285))
    assert result.change == Change.HIGHER
    assert change_between(Proportion(60, 100), Proportion(72, 96)).change == Change.LOWER


def test_newcombe_reproduces_its_paper():
    # Newcombe (1998), table II, method 10 without continuity correction: 56/70 - 48/80 and 9/10 - 3/10.
    assert ends(newcombe(Proportion(56, 70), Proportion(48, 80))) == (close(0.0524, 5e-5), close(0.3339, 5e-5))
    assert ends(newcombe(Proportion(9, 10), Proportion(3, 10))) == (close(0.1705, 5e-5), close(0.8090, 5e-5))


def test_change_within_the_margin_is_called_that():
    result = change_between(Proportion(62, 100), Proportion(60, 100))
    assert result.change == Change.WITHIN_MARGIN


def test_the_same_people_twice_are_not_tested():
    now, before = Proportion(72, 96), Proportion(60, 100)
    assert change_between(now, before, shared_respondents=48).change == Change.HIGHER
    result = change_between(now, before, shared_respondents=49)
    assert (result.change, result.interval) == (Change.NOT_TESTED, None)


def test_no_change_without_answers():
    assert change_between(Proportion(0, 0), Proportion(1, 2)) is None
    assert change_between(Proportion(1, 2), Proportion(0, 0)) is None


@given(samples(), samples())
def test_newcombe_contains_the_difference_and_mirrors(first, second):
    now, before = Proportion(*first), Proportion(*second)
    interval, mirrored = newcombe(now, before), newcombe(before, now)
    difference = first[0] / first[1] - second[0] / second[1]
    assert -1 <= interval.low <= difference <= interval.high <= 1
    assert ends(interval) == (pytest.approx(-mirrored.high), pytest.approx(-mirrored.low))


def test_percentages_are_decimals():
    assert percent(3, 4) == Decimal("75.0")
