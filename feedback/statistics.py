"""Survey statistics: every formula behind a published figure, with no database in sight.

Conventions used throughout:

- `answers` is a sequence of counts, one per scale point in ascending order, of *valid* answers only
  ("no opinion" and blanks are left out before they get here).
- Proportions are fractions in [0, 1]; balances, indices and net promoter scores are in points.
- `population` is the size N of the frozen frame the answers come from, `None` when there is none
  (no finite population correction then).
- A zero denominator gives `None`, shown as "n/a", never 0. Impossible input raises `ValueError`.
- Nothing is rounded here except by `round_half_up` and `percent`, which are for display.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from fractions import Fraction
from statistics import NormalDist

LEVEL = 0.95
"""The confidence level of every interval unless told otherwise."""


@dataclass(frozen=True)
class Interval:
    """A confidence interval, both ends included, in the unit of its estimate."""

    low: float
    high: float

    def excludes(self, value: float) -> bool:
        """Whether `value` lies outside the interval."""
        return value < self.low or value > self.high


# Display


def round_half_up(value: float, decimals: int = 1) -> Decimal:
    """`value` to `decimals` places, halves away from zero (64.25 -> 64.3, -64.25 -> -64.3).

    Binary noise beyond the 12th significant digit is removed first, so that 28.499999999999996 counts
    as the 28.5 it stands for.
    """
    return _quantised(Decimal(f"{value:.12g}"), decimals)


def percent(part: int, whole: int, decimals: int = 1) -> Decimal | None:
    """100 x `part` / `whole`, rounded half up from the exact quotient; `None` when `whole` is 0."""
    if whole == 0:
        return None
    exact = Fraction(100 * part, whole)
    scaled = exact * 10**decimals
    whole_steps = math.floor(abs(scaled) + Fraction(1, 2))
    return _quantised(Decimal(int(math.copysign(whole_steps, scaled))).scaleb(-decimals), decimals)


def _quantised(value: Decimal, decimals: int) -> Decimal:
    return value.quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_UP)


def proportion(part: int, whole: int) -> float | None:
    """`part` / `whole`, `None` when `whole` is 0."""
    return part / whole if whole else None


# One question


@dataclass(frozen=True)
class ScaleSummary:
    """The figures of one question answered on a scale from 1 to K.

    `mean`, `standard_deviation` (divisor n - 1) are in scale points; `top_two`, `bottom_two` are
    fractions; `balance` = 100 x (top two - bottom two) runs from -100 to 100; `index` =
    (mean - 1) / (K - 1) x 100 from 0 to 100. Below four scale points the two boxes overlap, so the three
    figures resting on them are `None`.
    """

    n: int
    top_two_count: int | None
    bottom_two_count: int | None
    mean: float | None
    standard_deviation: float | None
    top_two: float | None
    bottom_two: float | None
    balance: float | None
    index: float | None


def summarise_scale(answers: Sequence[int]) -> ScaleSummary:
    """Mean, spread, boxes, balance and index of `answers` on the scale 1..len(answers).

    Raises `ValueError` for a scale of fewer than two points or a negative count.
    """
    if len(answers) < 2:
        raise ValueError("A scale has at least two points.")
    _require_counts(*answers)
    points = len(answers)
    n = sum(answers)
    total = sum(point * count for point, count in enumerate(answers, start=1))
    squares = sum(point * point * count for point, count in enumerate(answers, start=1))
    mean = total / n if n else None
    top = sum(answers[-2:]) if points >= 4 else None
    bottom = sum(answers[:2]) if points >= 4 else None
    return ScaleSummary(
        n=n,
        top_two_count=top,
        bottom_two_count=bottom,
        mean=mean,
        standard_deviation=math.sqrt(_variance(n, total, squares)) if n >= 2 else None,
        top_two=proportion(top, n) if top is not None else None,
        bottom_two=proportion(bottom, n) if bottom is not None else None,
        balance=balance(top, bottom, n) if top is not None and bottom is not None else None,
        index=None if mean is None else (mean - 1) / (points - 1) * 100,
    )


def balance(positive: int, negative: int, n: int) -> float | None:
    """100 x (`positive` - `negative`) / `n`, from -100 to 100: also "better" less "worse"."""
    return 100 * (positive - negative) / n if n else None


def item_non_response(valid: int, shown: int) -> float | None:
    """The share of respondents shown a question who gave no valid answer: 1 - `valid` / `shown`."""
    if valid > shown:
        raise ValueError("More answers than respondents who were asked.")
    return (shown - valid) / shown if shown else None


def _variance(n: int, total: int, squares: int) -> float:
    """The sample variance (divisor n - 1) from the sum and the sum of squares, exactly."""
    return (n * squares - total * total) / (n * (n - 1))


def _require_counts(*counts: int) -> None:
    if any(count < 0 for count in counts):
        raise ValueError("A count cannot be negative.")


# Quantiles


def normal_quantile(level: float = LEVEL) -> float:
    """The two-sided standard normal quantile of a confidence `level`: 1.959964 for 0.95."""
    if not 0 < level < 1:
        raise ValueError("A confidence level lies between 0 and 1.")
    return NormalDist().inv_cdf(0.5 + level / 2)


def regularised_incomplete_beta(x: float, a: float, b: float) -> float:
    """I_x(a, b), the distribution function of Beta(a, b) at `x` in [0, 1], for positive `a` and `b`.

    Continued fraction of DLMF 8.17.22, evaluated by the modified Lentz method.
    """
    if not 0 <= x <= 1 or a <= 0 or b <= 0:
        raise ValueError("I_x(a, b) needs 0 <= x <= 1 and positive a and b.")
    if x in (0, 1):
        return float(x)
    if x > (a + 1) / (a + b + 2):
        return 1 - regularised_incomplete_beta(1 - x, b, a)
    logarithm = math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b)
    front = math.exp(logarithm + a * math.log(x) + b * math.log1p(-x)) / a
    return front / _beta_fraction(x, a, b)


def _beta_fraction(x: float, a: float, b: float) -> float:
    """1 + d1 / (1 + d2 / (1 + ...)), the denominator of the continued fraction."""
    value, numerator, denominator, step, term = 1.0, 1.0, 0.0, 0.0, 0
    while abs(step - 1) > 1e-15 and term < 10_000:
        term += 1
        m, odd = divmod(term, 2)
        if odd:
            d = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
        else:
            d = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
        denominator = 1 / ((1 + d * denominator) or 1e-300)
        numerator = (1 + d / numerator) or 1e-300
        step = numerator * denominator
        value *= step
    return value


def student_quantile(probability: float, degrees: float) -> float:
    """The quantile of Student's t with `degrees` of freedom: 1.985251 for (0.975, 95).

    Found by bisection on P(T > t) = I_{v/(v+t^2)}(v/2, 1/2) / 2, v the degrees of freedom.
    """
    if not 0 < probability < 1 or degrees <= 0:
        raise ValueError("A quantile needs a probability between 0 and 1 and positive degrees.")
    if probability < 0.5:
        return -student_quantile(1 - probability, degrees)

    def upper_tail(t: float) -> float:
        return regularised_incomplete_beta(degrees / (degrees + t * t), degrees / 2, 0.5) / 2

    return _falling_root(upper_tail, 1 - probability)


def _falling_root(function: Callable[[float], float], target: float) -> float:
    """The t >= 0 where a falling `function` passes `target`, to the last bit but one."""
    low, high = 0.0, 1.0
    while function(high) > target:
        low, high = high, 2 * high
    while True:
        middle = (low + high) / 2
        if middle in (low, high):
            return middle
        if function(middle) > target:
            low = middle
        else:
            high = middle


# Intervals


def finite_population_factor(n: int, population: int | None) -> float:
    """sqrt((N - n) / (N - 1)), by which a standard error shrinks; 1 without a `population`, 0 for a census."""
    if population is None:
        return 1.0
    if not 0 < n <= population:
        raise ValueError("The number of answers lies between 1 and the population.")
    return 0.0 if n == population else math.sqrt((population - n) / (population - 1))


def wilson(successes: int, n: int, population: int | None = None, level: float = LEVEL) -> Interval | None:
    """The Wilson score interval of `successes` / `n`, `None` when `n` is 0.

    With a `population` N, the effective sample size n* = n (N - 1) / (N - n) takes the place of n, which
    shrinks the squared standard error by (N - n) / (N - 1); n = N gives the point itself. Wilson (1927).
    """
    if not 0 <= successes <= n:
        raise ValueError("Successes lie between 0 and the number of answers.")
    if n == 0:
        return None
    share = successes / n
    factor = finite_population_factor(n, population)
    if factor == 0:
        return Interval(share, share)
    size = n / factor**2
    z = normal_quantile(level)
    scale = 1 + z * z / size
    centre = (share + z * z / (2 * size)) / scale
    reach = z / scale * math.sqrt(share * (1 - share) / size + z * z / (4 * size * size))
    return Interval(
        0.0 if successes == 0 else max(0.0, min(centre - reach, share)),
        1.0 if successes == n else min(1.0, max(centre + reach, share)),
    )


@dataclass(frozen=True)
class MeanInterval:
    """The standard error of a mean and its confidence interval, in the unit of the mean."""

    standard_error: float
    interval: Interval


def mean_interval(
    mean: float,
    standard_deviation: float,
    n: int,
    population: int | None = None,
    level: float = LEVEL,
) -> MeanInterval | None:
    """The interval mean +/- t(n - 1) x s / sqrt(n) x sqrt((N - n) / (N - 1)).

    `None` below two answers, and when all answers are equal without being everybody's: the formula
    would then claim a certainty that it does not have.
    """
    if standard_deviation < 0:
        raise ValueError("A standard deviation cannot be negative.")
    if n < 2:
        return None
    factor = finite_population_factor(n, population)
    if standard_deviation == 0 and factor > 0:
        return None
    error = standard_deviation / math.sqrt(n) * factor
    reach = student_quantile(0.5 + level / 2, n - 1) * error
    return MeanInterval(error, Interval(mean - reach, mean + reach))


# Net promoter score


@dataclass(frozen=True)
class NetPromoterScore:
    """A net promoter score from -100 to 100, its standard error and interval in the same points."""

    n: int
    score: float
    standard_error: float
    interval: Interval | None


def promoter_groups(answers: Sequence[int]) -> tuple[int, int, int]:
    """(promoters 9-10, passives 7-8, detractors 0-6) of eleven counts for the answers 0 to 10."""
    if len(answers) != 11:
        raise ValueError("The recommendation question has eleven answers, 0 to 10.")
    return sum(answers[9:]), sum(answers[7:9]), sum(answers[:7])


def net_promoter_score(
    promoters: int,
    passives: int,
    detractors: int,
    population: int | None = None,
    level: float = LEVEL,
) -> NetPromoterScore | None:
    """100 x (p - d) with variance of one answer p + d - (p - d)^2; `None` without answers.

    The interval is the normal one with finite population correction, cut at -100 and 100; it is `None`
    when all answers fall in one group without being everybody's.
    """
    _require_counts(promoters, passives, detractors)
    n = promoters + passives + detractors
    if n == 0:
        return None
    score = 100 * (promoters - detractors) / n
    spread = (n * (promoters + detractors) - (promoters - detractors) ** 2) / n**2
    factor = finite_population_factor(n, population)
    error = 100 * math.sqrt(spread / n) * factor
    reach = normal_quantile(level) * error
    interval = Interval(max(-100.0, score - reach), min(100.0, score + reach))
    return NetPromoterScore(n, score, error, interval if spread > 0 or factor == 0 else None)


# Satisfaction index and quadrants


class Quadrant(StrEnum):
    """What importance and satisfaction together advise."""

    CONCENTRATE = "CONCENTRATE"
    KEEP_UP = "KEEP_UP"
    LOW_PRIORITY = "LOW_PRIORITY"
    POSSIBLE_OVERKILL = "POSSIBLE_OVERKILL"


@dataclass(frozen=True)
class Rating:
    """The mean importance and mean satisfaction of one item, each on its scale."""

    importance: float
    satisfaction: float


@dataclass(frozen=True)
class SatisfactionIndex:
    """A user satisfaction index: in scale points, as % of the scale's maximum, and from 0 to 100."""

    value: float
    percent_of_maximum: float
    index: float


def satisfaction_index(ratings: Sequence[Rating], maximum: float = 5, minimum: float = 1) -> SatisfactionIndex | None:
    """Satisfaction weighted by importance: sum(importance x satisfaction) / sum(importance).

    `None` when there is no item or no importance. `minimum` and `maximum` are the ends of the
    satisfaction scale.
    """
    if maximum <= minimum:
        raise ValueError("A scale ends above its beginning.")
    importance = math.fsum(rating.importance for rating in ratings)
    if importance == 0:
        return None
    value = math.fsum(rating.importance * rating.satisfaction for rating in ratings) / importance
    return SatisfactionIndex(value, value / maximum * 100, (value - minimum) / (maximum - minimum) * 100)


def quadrants(ratings: Mapping[str, Rating]) -> dict[str, Quadrant]:
    """The quadrant of each item, cut at the mean importance and the mean satisfaction of all items.

    Equal to the cut counts as high. Importance-performance analysis, Martilla and James (1977).
    """
    if not ratings:
        return {}
    importance_cut = math.fsum(rating.importance for rating in ratings.values()) / len(ratings)
    satisfaction_cut = math.fsum(rating.satisfaction for rating in ratings.values()) / len(ratings)
    names = {
        (True, False): Quadrant.CONCENTRATE,
        (True, True): Quadrant.KEEP_UP,
        (False, False): Quadrant.LOW_PRIORITY,
        (False, True): Quadrant.POSSIBLE_OVERKILL,
    }
    return {
        code: names[_reaches(rating.importance, importance_cut), _reaches(rating.satisfaction, satisfaction_cut)]
        for code, rating in ratings.items()
    }


def _reaches(value: float, cut: float) -> bool:
    return value > cut or math.isclose(value, cut, rel_tol=1e-12)


def public_service_index(means: Sequence[float]) -> float:
    """Indonesia's public satisfaction index: 25 x sum(mean x 0.111) over nine elements on a scale 1-4.

    Runs from 24.975 to 99.9, not 25 to 100: the official formula rounds the weight 1/9 to 0.111, and a
    named formula is never improved. Raises `ValueError` unless there are nine means from 1 to 4.
    """
    if len(means) != 9 or not all(1 <= mean <= 4 for mean in means):
        raise ValueError("The index takes nine means on the scale from 1 to 4.")
    return 25 * math.fsum(mean * 0.111 for mean in means)


# Response rates


@dataclass(frozen=True)
class Dispositions:
    """How every case of a frame ended, as counts, in the terms of AAPOR's Standard Definitions."""

    complete: int = 0
    partial: int = 0
    refusal: int = 0
    non_contact: int = 0
    other: int = 0
    unknown: int = 0
    ineligible: int = 0

    def __post_init__(self) -> None:
        _require_counts(
            self.complete,
            self.partial,
            self.refusal,
            self.non_contact,
            self.other,
            self.unknown,
            self.ineligible,
        )

    @property
    def eligible(self) -> int:
        """Cases known to be eligible."""
        return self.complete + self.partial + self.refusal + self.non_contact + self.other


@dataclass(frozen=True)
class ResponseRates:
    """AAPOR's response, cooperation, refusal and contact rates, as fractions; `None` = not defined.

    `eligible_share` is e, the share of cases of unknown eligibility counted as eligible.
    """

    eligible_share: float | None
    rr1: float | None
    rr2: float | None
    rr3: float | None
    rr4: float | None
    rr5: float | None
    rr6: float | None
    coop1: float | None
    coop2: float | None
    coop3: float | None
    coop4: float | None
    ref1: float | None
    ref2: float | None
    ref3: float | None
    con1: float | None
    con2: float | None
    con3: float | None


def response_rates(cases: Dispositions, declared_eligible_share: float | None = None) -> ResponseRates:
    """All rates of one frame, after AAPOR's Standard Definitions.

    e is estimated as eligible / (eligible + ineligible) unless declared. The rates that leave out cases
    of unknown eligibility (rr5, rr6, ref3, con3) are `None` while there are any, unless e = 0 has been
    declared. Raises `ValueError` for a declared share outside [0, 1].
    """
    if declared_eligible_share is not None and not 0 <= declared_eligible_share <= 1:
        raise ValueError("The eligible share lies between 0 and 1.")
    share = declared_eligible_share
    if share is None:
        share = proportion(cases.eligible, cases.eligible + cases.ineligible)
    widest = float(cases.eligible + cases.unknown)
    estimated: float | None = float(cases.eligible)
    if cases.unknown:
        estimated = None if share is None else cases.eligible + share * cases.unknown
    known = float(cases.eligible) if cases.unknown == 0 or declared_eligible_share == 0 else None
    complete, answered = cases.complete, cases.complete + cases.partial
    reached = answered + cases.refusal
    contacted = reached + cases.other
    return ResponseRates(
        eligible_share=share,
        rr1=_rate(complete, widest),
        rr2=_rate(answered, widest),
        rr3=_rate(complete, estimated),
        rr4=_rate(answered, estimated),
        rr5=_rate(complete, known),
        rr6=_rate(answered, known),
        coop1=_rate(complete, contacted),
        coop2=_rate(answered, contacted),
        coop3=_rate(complete, reached),
        coop4=_rate(answered, reached),
        ref1=_rate(cases.refusal, widest),
        ref2=_rate(cases.refusal, estimated),
        ref3=_rate(cases.refusal, known),
        con1=_rate(contacted, widest),
        con2=_rate(contacted, estimated),
        con3=_rate(contacted, known),
    )


def _rate(part: int, whole: float | None) -> float | None:
    return part / whole if whole else None


# Weighting


@dataclass(frozen=True)
class Stratum:
    """One segment of a frame: its size N, its n answers, their sum and the sum of their squares.

    `codes` names the segments it is made of, more than one after collapsing.
    """

    codes: tuple[str, ...]
    population: int
    n: int
    total: int
    squares: int

    def __post_init__(self) -> None:
        _require_counts(self.n)
        if self.n > self.population:
            raise ValueError("A segment cannot answer more often than it has members.")

    @classmethod
    def of_successes(cls, code: str, population: int, n: int, successes: int) -> "Stratum":
        """A segment in which `successes` of `n` answers count 1 and the rest 0."""
        if not 0 <= successes <= n:
            raise ValueError("Successes lie between 0 and the number of answers.")
        return cls((code,), population, n, successes, successes)

    @classmethod
    def of_answers(cls, code: str, population: int, answers: Sequence[int]) -> "Stratum":
        """A segment with `answers` counted per scale point from 1."""
        _require_counts(*answers)
        points = list(enumerate(answers, start=1))
        return cls(
            (code,),
            population,
            sum(answers),
            sum(point * count for point, count in points),
            sum(point * point * count for point, count in points),
        )

    def joined(self, other: "Stratum") -> "Stratum":
        """This segment and the `other` as one."""
        return Stratum(
            self.codes + other.codes,
            self.population + other.population,
            self.n + other.n,
            self.total + other.total,
            self.squares + other.squares,
        )

    @property
    def weight(self) -> Fraction:
        """N / n: how many members one answer stands for. Needs n > 0."""
        return Fraction(self.population, self.n)


@dataclass(frozen=True)
class WeightedEstimate:
    """A post-stratified estimate beside the unweighted one, with what the weighting cost.

    `design_effect` is Kish's n sum(w^2) / (sum w)^2 and `effective_n` = n / `design_effect`. `strata` are
    those used, after collapsing; `standard_error` and `interval` are `None` when they cannot be had.
    """

    estimate: float
    unweighted: float
    standard_error: float | None
    interval: Interval | None
    smallest_weight: float
    largest_weight: float
    weight_ratio: float
    design_effect: float
    effective_n: float
    strata: tuple[Stratum, ...]


def collapse(strata: Sequence[Stratum], largest_ratio: int = 10) -> tuple[Stratum, ...]:
    """`strata` with the too thin ones joined to a neighbour, none dropped.

    The order given is the declared order of neighbours. A stratum with fewer than two answers is joined
    first; then the one with the largest weight, while the largest weight exceeds `largest_ratio` times
    the smallest. Of two neighbours the one with the smaller frame is taken, the earlier when they are equal.
    """
    result = list(strata)
    while len(result) > 1:
        thin = [place for place, stratum in enumerate(result) if stratum.n < 2]
        if thin:
            place = thin[0]
        else:
            weights = [stratum.weight for stratum in result]
            if max(weights) <= largest_ratio * min(weights):
                break
            place = weights.index(max(weights))
        beside = [other for other in (place - 1, place + 1) if 0 <= other < len(result)]
        neighbour = min(beside, key=lambda other: (result[other].population, other))
        first, second = sorted((place, neighbour))
        result[first : second + 1] = [result[first].joined(result[second])]
    return tuple(result)


def post_stratified(
    strata: Sequence[Stratum],
    lowest: float = 0.0,
    highest: float = 1.0,
    level: float = LEVEL,
) -> WeightedEstimate | None:
    """The estimate sum(N_h x mean_h) / N after `collapse`, `None` without answers.

    SE = sqrt(sum((N_h / N)^2 (1 - n_h / N_h) s_h^2 / n_h)); for successes s_h^2 / n_h is
    p_h (1 - p_h) / (n_h - 1). The normal interval is cut at `lowest` and `highest`, the ends of the scale.
    As for `mean_interval`, no spread in an incomplete count gives no interval.
    """
    used = collapse(strata)
    n = sum(stratum.n for stratum in used)
    if n == 0:
        return None
    population = sum(stratum.population for stratum in used)
    estimate = float(sum(stratum.weight * stratum.total for stratum in used) / population)
    weights = [stratum.weight for stratum in used]
    squared_weights = sum(stratum.n * stratum.weight**2 for stratum in used)
    design_effect = float(n * squared_weights / population**2)
    error = _stratified_error(used)
    interval = None
    if error is not None and (error > 0 or n == population):
        reach = normal_quantile(level) * error
        interval = Interval(max(lowest, estimate - reach), min(highest, estimate + reach))
    return WeightedEstimate(
        estimate=estimate,
        unweighted=sum(stratum.total for stratum in used) / n,
        standard_error=error,
        interval=interval,
        smallest_weight=float(min(weights)),
        largest_weight=float(max(weights)),
        weight_ratio=float(max(weights) / min(weights)),
        design_effect=design_effect,
        effective_n=n / design_effect,
        strata=used,
    )


def _stratified_error(strata: Sequence[Stratum]) -> float | None:
    if any(stratum.n < 2 for stratum in strata):
        return None
    population = sum(stratum.population for stratum in strata)
    return math.sqrt(
        math.fsum(
            (stratum.population / population) ** 2
            * (1 - stratum.n / stratum.population)
            * _variance(stratum.n, stratum.total, stratum.squares)
            / stratum.n
            for stratum in strata
        )
    )


# Change between waves


class Change(StrEnum):
    """What may be said about two waves."""

    HIGHER = "HIGHER"
    LOWER = "LOWER"
    WITHIN_MARGIN = "WITHIN_MARGIN"
    NOT_TESTED = "NOT_TESTED"


@dataclass(frozen=True)
class Proportion:
    """`successes` of `n` answers out of a frame of `population`."""

    successes: int
    n: int
    population: int | None = None


@dataclass(frozen=True)
class Difference:
    """Now less before, as a fraction from -1 to 1, with its interval and the verdict."""

    difference: float
    interval: Interval | None
    change: Change


def newcombe(now: Proportion, before: Proportion, level: float = LEVEL) -> Interval | None:
    """The interval of `now` - `before` for independent samples, `None` when either has no answers.

    Newcombe (1998), method 10: the two Wilson intervals (l, u) combined as
    d - sqrt((p1 - l1)^2 + (u2 - p2)^2) .. d + sqrt((u1 - p1)^2 + (p2 - l2)^2).
    """
    first = wilson(now.successes, now.n, now.population, level)
    second = wilson(before.successes, before.n, before.population, level)
    if first is None or second is None:
        return None
    p1, p2 = now.successes / now.n, before.successes / before.n
    return Interval(
        max(-1.0, p1 - p2 - math.hypot(p1 - first.low, second.high - p2)),
        min(1.0, p1 - p2 + math.hypot(first.high - p1, p2 - second.low)),
    )


def change_between(
    now: Proportion, before: Proportion, shared_respondents: int = 0, level: float = LEVEL
) -> Difference | None:
    """The difference between two waves and whether it may be called a change; `None` without answers.

    It is a change only when the interval excludes 0. When more than half of the respondents of either
    wave are known to be the same people, the samples are not independent: not tested, no interval.
    """
    interval = newcombe(now, before, level)
    if interval is None:
        return None
    difference = now.successes / now.n - before.successes / before.n
    if 2 * shared_respondents > min(now.n, before.n):
        return Difference(difference, None, Change.NOT_TESTED)
    if not interval.excludes(0):
        return Difference(difference, interval, Change.WITHIN_MARGIN)
    return Difference(difference, interval, Change.HIGHER if difference > 0 else Change.LOWER)
