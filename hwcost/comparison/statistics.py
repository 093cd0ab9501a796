"""Which of several (backend, compiler) is best, and whether it differs from the next by more than seed noise.

Ranking: on each circuit, every place has the median of its seeds; places are ranked on that circuit (ties share the
mean rank), and the mean rank over the circuits orders them. Ranks need no common scale, so a large circuit does not
drown the small ones, and zero swaps or a vanished signal have a rank like any other value.

Test: Wilcoxon's signed-rank test, two-sided, on the pairs of equal circuit and seed, of ln(first) − ln(second) (plain
differences for columns that are logarithms). Pairs without a difference are dropped. Up to 12 pairs the distribution
is enumerated (exact with ties), above scipy's normal approximation is used. It asks whether other seeds would give the
same order on these circuits; it says nothing of other circuits. Leader and runner-up are chosen by the same data, so p
is a little too small where many places are nearly equal.
"""

from __future__ import annotations

import math
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np

Pair: TypeAlias = tuple[str, str]
"""Names of backend and compiler."""

SeedValues: TypeAlias = Mapping[str, Mapping[int, float]]
"""Value by circuit and seed; infinite where there is no number."""

Verdict: TypeAlias = Literal["different", "not shown", "identical", "too few seeds", "no seed noise"]

SIGNIFICANCE = 0.05
_MOST_ENUMERATED = 12
MIN_PAIRS = 6
"""With fewer pairs that differ, even if all point one way, p = 2/2^n stays above 0.05."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """One (backend, compiler) in a ranking.

    Attributes:
        place: From 1; equal for equal mean ranks.
        backend: Name of the backend.
        compiler: Name of the compiler.
        mean_rank: Mean over the circuits of its rank among the medians over seeds.
        ratio: Median over the circuits of its median over the best median there; None where a ratio has no meaning.
        median: Median over circuits of the medians over seeds; None if most have no value.
        low: Smallest value of all seeds and circuits; None if there is none.
        high: Largest value; None if unbounded.
        num_circuits: Circuits with at least one seed that was costed.
        num_without_value: Of these, those whose median has no value, such as shots where the signal is gone.
    """

    place: int
    backend: str
    compiler: str
    mean_rank: float
    ratio: float | None
    median: float | None
    low: float | None
    high: float | None
    num_circuits: int
    num_without_value: int


def rank(values: Mapping[Pair, SeedValues], *, more_is_better: bool = False, logarithmic: bool = False) -> list[Place]:
    """The places in order, the best first; those that cost no circuit at all are left out.

    Args:
        values: Value by (backend, compiler), circuit and seed; a circuit that failed is missing and ranks last.
        more_is_better: Rank large values first.
        logarithmic: The values are logarithms, whose ratio has no meaning.

    Example:
        >>> one, two = ("torino", "qiskit-O3"), ("brisbane", "qiskit-O3")
        >>> places = rank({one: {"bell": {0: 3.0, 1: 5.0}}, two: {"bell": {0: 2.0, 1: 3.0}}})
        >>> [(p.backend, p.mean_rank, p.median, p.ratio) for p in places]
        [('brisbane', 1.0, 2.5, 1.0), ('torino', 2.0, 4.0, 1.6)]
    """
    from scipy.stats import rankdata

    pairs = [pair for pair, found in values.items() if found]
    circuits = list(dict.fromkeys(circuit for pair in pairs for circuit in values[pair]))
    sign = -1.0 if more_is_better else 1.0
    medians = [
        {circuit: statistics.median(seeds.values()) for circuit, seeds in values[pair].items()} for pair in pairs
    ]
    ranks = np.zeros((len(pairs), len(circuits)))
    ratios: list[list[float]] = [[] for _ in pairs]
    for column, circuit in enumerate(circuits):
        row = [sign * found[circuit] if circuit in found else math.nan for found in medians]
        # A failed circuit ranks behind one that only lost its signal: nan becomes more than infinite.
        keys = [(1, 0.0) if math.isnan(value) else (0, value) for value in row]
        order = {key: i for i, key in enumerate(sorted(set(keys)))}
        ranks[:, column] = rankdata([order[key] for key in keys])
        best = sign * min((value for value in row if not math.isnan(value)), default=math.nan)
        for i, found in enumerate(medians):
            value = found.get(circuit, math.nan)
            if math.isfinite(value) and math.isfinite(best) and best != 0:
                ratios[i].append(value / best)
    means = ranks.mean(axis=1) if circuits else np.zeros(0)
    places = []
    for i in sorted(range(len(pairs)), key=lambda i: (means[i], i)):
        known = [v for seeds in values[pairs[i]].values() for v in seeds.values() if math.isfinite(v)]
        all_known = len(known) == sum(len(seeds) for seeds in values[pairs[i]].values())
        middle = statistics.median(medians[i].values())
        places.append(
            Place(
                place=1 + sum(1 for mean in means if mean < means[i] - 1e-12),
                backend=pairs[i][0],
                compiler=pairs[i][1],
                mean_rank=float(means[i]),
                ratio=statistics.median(ratios[i]) if ratios[i] and not logarithmic else None,
                median=middle if math.isfinite(middle) else None,
                low=min(known, default=None) if all_known or not more_is_better else None,
                high=max(known, default=None) if all_known or more_is_better else None,
                num_circuits=len(medians[i]),
                num_without_value=sum(not math.isfinite(v) for v in medians[i].values()),
            )
        )
    return places


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """Whether two places differ by more than seed noise.

    Attributes:
        metric: The column compared.
        first: Backend and compiler.
        second: Backend and compiler.
        circuit: The circuit compared on; None for all together.
        verdict: `different` (p < 0.05), `not shown` (p ≥ 0.05), `identical` (every pair is equal), `too few seeds`
            (fewer than `MIN_PAIRS` pairs differ) or `no seed noise` (neither compiler takes a seed).
        better: The one with the better values, None unless the verdict is `different` or `no seed noise`.
        num_pairs: Pairs of equal circuit and seed.
        num_different: Pairs that differ; the test uses these.
        p_value: Of the two-sided test; None where none was made.
        effect: exp of the median of ln(first/second) over the pairs; the median of first − second for a logarithmic
            column; None without value.
        statement: All of it in a sentence.
    """

    metric: str
    first: Pair
    second: Pair
    circuit: str | None
    verdict: Verdict
    better: Pair | None
    num_pairs: int
    num_different: int
    p_value: float | None
    effect: float | None
    statement: str


def difference(
    first_values: SeedValues,
    second_values: SeedValues,
    *,
    first: Pair,
    second: Pair,
    metric: str,
    circuit: str | None = None,
    more_is_better: bool = False,
    logarithmic: bool = False,
    deterministic: bool = False,
) -> Difference | None:
    """The paired test over seeds; see the head of this module.

    Args:
        first_values: Value of the first place by circuit and seed.
        second_values: Value of the second place.
        first: Its name.
        second: Its name.
        metric: The column, for the statement.
        circuit: Compare on this circuit alone.
        more_is_better: Large values are good.
        logarithmic: The values are logarithms.
        deterministic: Neither compiler takes a seed, so that one value was counted for every seed.

    Returns:
        The result, None without a pair of equal circuit and seed.

    Example:
        >>> a, b = {"bell": {s: 1.0 + 0.1 * s for s in range(8)}}, {"bell": {s: 2.0 for s in range(8)}}
        >>> found = difference(a, b, first=("torino", "x"), second=("torino", "y"), metric="num_2q")
        >>> found.verdict, found.p_value
        ('different', 0.0078125)
    """
    pairs = [
        (float(value), float(second_values[name][seed]))
        for name, seeds in first_values.items()
        if name in second_values and circuit in (None, name)
        for seed, value in seeds.items()
        if seed in second_values[name]
    ]
    if not pairs:
        return None
    changes = [_change(a, b, logarithmic) for a, b in pairs]
    different = [change for change in changes if change != 0.0]
    p_value: float | None = None
    if not different:
        verdict: Verdict = "identical"
    elif deterministic:
        verdict = "no seed noise"
    elif len(different) < MIN_PAIRS:
        verdict = "too few seeds"
    else:
        p_value = signed_rank_p(different)
        verdict = "different" if p_value < SIGNIFICANCE else "not shown"
    middle = statistics.median(changes)
    direction = middle if middle != 0 else math.fsum(_signed_ranks(different))
    better = None
    if verdict in ("different", "no seed noise") and direction != 0:
        better = first if (direction > 0) == more_is_better else second
    effect = middle if logarithmic else math.exp(middle) if abs(middle) < 700 else None
    if effect is not None and not math.isfinite(effect):
        effect = None
    where = f"{metric}{'' if circuit is None else f' on {circuit}'}"
    return Difference(
        metric=metric,
        first=first,
        second=second,
        circuit=circuit,
        verdict=verdict,
        better=better,
        num_pairs=len(pairs),
        num_different=len(different),
        p_value=p_value,
        effect=effect,
        statement=_statement(
            verdict, where, first, second, better, len(pairs), len(different), p_value, effect, logarithmic
        ),
    )


def signed_rank_p(changes: Sequence[float]) -> float:
    """Two-sided p of Wilcoxon's signed-rank test on differences that are not zero (infinite ones rank highest).

    Example:
        >>> signed_rank_p([1.0, 2.0, 3.0, 4.0, 5.0, 6.0])  # 2 of the 2^6 sign patterns are as extreme
        0.03125
    """
    from scipy import stats

    ranks = np.array(_signed_ranks(changes))
    if len(ranks) <= _MOST_ENUMERATED:
        result = stats.permutation_test(
            (ranks,), np.sum, permutation_type="samples", n_resamples=2**_MOST_ENUMERATED, vectorized=True
        )
        return float(result.pvalue)
    return float(stats.wilcoxon(ranks, correction=True, method="approx").pvalue)


def _signed_ranks(changes: Sequence[float]) -> list[float]:
    from scipy.stats import rankdata

    if not changes:
        return []
    sizes = rankdata(np.round(np.abs(changes), 12))
    return [float(math.copysign(size, change)) for size, change in zip(sizes, changes, strict=True)]


def _change(first: float, second: float, logarithmic: bool) -> float:
    """First − second on the scale of the test; 0 for equal ones, infinite where only one of the two has a value."""
    if first == second:
        return 0.0
    if logarithmic or first < 0 or second < 0:
        return first - second
    return _log(first) - _log(second)


def _log(value: float) -> float:
    return -math.inf if value == 0 else math.log(value)


def _statement(
    verdict: Verdict,
    where: str,
    first: Pair,
    second: Pair,
    better: Pair | None,
    num_pairs: int,
    num_different: int,
    p_value: float | None,
    effect: float | None,
    logarithmic: bool,
) -> str:
    one, two = " by ".join(first), " by ".join(second)
    pairs = "1 pair" if num_pairs == 1 else f"{num_pairs} pairs"
    size = ""
    if effect is not None:
        size = f", median {'difference' if logarithmic else 'ratio'} {effect:.3g}"
    test = f"paired Wilcoxon signed-rank over seeds: {num_different} of {pairs} differ"
    if verdict == "identical":
        return f"{where}: {one} and {two} have the same values ({pairs}); no difference is claimed"
    if verdict == "no seed noise":
        return (
            f"{where}: {one} and {two} differ{size}; neither compiler takes a seed, so there is no seed noise to test"
        )
    if verdict == "too few seeds":
        return (
            f"{where}: too few seeds to tell {one} from {two}{size} ({num_different} of {pairs} differ, "
            f"{MIN_PAIRS} are needed for p < {SIGNIFICANCE:g}); no difference is claimed"
        )
    if verdict == "not shown":
        return f"{where}: no difference between {one} and {two} beyond seed noise{size} ({test}, p = {p_value:.2g})"
    which = "" if better is None else f"; {' by '.join(better)} is better"
    return f"{where}: {one} and {two} differ by more than seed noise{size} ({test}, p = {p_value:.2g}){which}"
