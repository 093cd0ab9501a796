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

import dataclasses
import math
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

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
        lower_bound: Whether the values leave out what the device does not say (`hwcost.comparison.lower_bounds`). Such
            places come behind all others; `mean_rank` and `ratio` are among themselves.
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
    lower_bound: bool = False


def rank(values: Mapping[Pair, SeedValues], *, more_is_better: bool = False, logarithmic: bool = False) -> list[Place]:
    """Rank the places, the best first; those that cost no circuit at all are left out.

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
    costed = {pair: by_circuit for pair, by_circuit in values.items() if by_circuit}
    medians = {
        pair: {circuit: statistics.median(seeds.values()) for circuit, seeds in by_circuit.items()}
        for pair, by_circuit in costed.items()
    }
    circuits = list(dict.fromkeys(circuit for by_circuit in medians.values() for circuit in by_circuit))
    mean_ranks = _mean_ranks(medians, circuits, more_is_better)
    best = {circuit: _best(medians, circuit, more_is_better) for circuit in circuits}
    places = []
    for pair in sorted(costed, key=mean_ranks.__getitem__):
        low, high = _extremes(costed[pair], more_is_better)
        middle = statistics.median(medians[pair].values())
        ratios = [] if logarithmic else _ratios(medians[pair], best)
        places.append(
            Place(
                place=1 + sum(1 for mean in mean_ranks.values() if mean < mean_ranks[pair] - 1e-12),
                backend=pair[0],
                compiler=pair[1],
                mean_rank=mean_ranks[pair],
                ratio=statistics.median(ratios) if ratios else None,
                median=middle if math.isfinite(middle) else None,
                low=low,
                high=high,
                num_circuits=len(medians[pair]),
                num_without_value=sum(not math.isfinite(value) for value in medians[pair].values()),
            )
        )
    return places


def _mean_ranks(
    medians: Mapping[Pair, Mapping[str, float]], circuits: Sequence[str], more_is_better: bool
) -> dict[Pair, float]:
    """Return the mean over the circuits of each place's rank, ties sharing theirs."""
    from scipy.stats import rankdata

    ranks = np.zeros((len(medians), len(circuits)))
    for column, circuit in enumerate(circuits):
        # A circuit that failed ranks behind one that only lost its signal, which is infinite.
        keys = [
            (0, -by_circuit[circuit] if more_is_better else by_circuit[circuit]) if circuit in by_circuit else (1, 0.0)
            for by_circuit in medians.values()
        ]
        order = {key: number for number, key in enumerate(sorted(set(keys)))}
        ranks[:, column] = rankdata([order[key] for key in keys])
    means = ranks.mean(axis=1) if circuits else np.zeros(0)
    return dict(zip(medians, map(float, means), strict=True))


def _best(medians: Mapping[Pair, Mapping[str, float]], circuit: str, more_is_better: bool) -> float:
    """Return the best median on a circuit that at least one place has."""
    column = [by_circuit[circuit] for by_circuit in medians.values() if circuit in by_circuit]
    return max(column) if more_is_better else min(column)


def _ratios(own: Mapping[str, float], best: Mapping[str, float]) -> list[float]:
    """Return value over best on each circuit where that means something."""
    return [
        value / best[circuit]
        for circuit, value in own.items()
        if math.isfinite(value) and math.isfinite(best[circuit]) and best[circuit] != 0
    ]


def _extremes(by_circuit: SeedValues, more_is_better: bool) -> tuple[float | None, float | None]:
    """Return the smallest and the largest value; None for the bad end where some value is unbounded."""
    values = [value for seeds in by_circuit.values() for value in seeds.values()]
    bounded = [value for value in values if math.isfinite(value)]
    complete = len(bounded) == len(values)
    low = min(bounded, default=None) if complete or not more_is_better else None
    high = max(bounded, default=None) if complete or more_is_better else None
    return low, high


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
        is_ratio: Whether `effect` is a ratio.
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
    is_ratio: bool

    @property
    def statement(self) -> str:
        """All of it in a sentence."""
        where = f"{self.metric}{'' if self.circuit is None else f' on {self.circuit}'}"
        first, second = " by ".join(self.first), " by ".join(self.second)
        pairs = "1 pair" if self.num_pairs == 1 else f"{self.num_pairs} pairs"
        size = "" if self.effect is None else f", median {'ratio' if self.is_ratio else 'difference'} {self.effect:.3g}"
        if self.verdict == "identical":
            return f"{where}: {first} and {second} have the same values ({pairs}); no difference is claimed"
        if self.verdict == "no seed noise":
            return (
                f"{where}: {first} and {second} differ{size}; neither compiler takes a seed, so there is no seed noise "
                "to test"
            )
        if self.verdict == "too few seeds":
            return (
                f"{where}: too few seeds to tell {first} from {second}{size} ({self.num_different} of {pairs} differ, "
                f"{MIN_PAIRS} are needed for p < {SIGNIFICANCE:g}); no difference is claimed"
            )
        test = f"paired Wilcoxon signed-rank over seeds: {self.num_different} of {pairs} differ, p = {self.p_value:.2g}"
        if self.verdict == "not shown":
            return f"{where}: no difference between {first} and {second} beyond seed noise{size} ({test})"
        which = "" if self.better is None else f"; {' by '.join(self.better)} is better"
        return f"{where}: {first} and {second} differ by more than seed noise{size} ({test}){which}"

    def plain(self) -> dict[str, Any]:
        """Return the fields with the statement in place of what it is made with."""
        names = [f.name for f in dataclasses.fields(self) if f.name != "is_ratio"]
        return {**{name: getattr(self, name) for name in names}, "statement": self.statement}


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
    """Test two places in pairs over seeds; see the head of this module.

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
    pairs = _paired(first_values, second_values, circuit)
    if not pairs:
        return None
    changes = [_change(a, b, logarithmic) for a, b in pairs]
    different = [change for change in changes if change != 0.0]
    verdict, p_value = _verdict(different, deterministic)
    middle = statistics.median(changes)
    better = None
    if verdict in ("different", "no seed noise"):
        direction = middle if middle != 0 else math.fsum(_signed_ranks(different))
        better = None if direction == 0 else first if (direction > 0) == more_is_better else second
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
        effect=_effect(middle, logarithmic),
        is_ratio=not logarithmic,
    )


def _paired(first_values: SeedValues, second_values: SeedValues, circuit: str | None) -> list[tuple[float, float]]:
    """Return the values of equal circuit and seed."""
    return [
        (float(value), float(second_values[name][seed]))
        for name, seeds in first_values.items()
        if name in second_values and circuit in (None, name)
        for seed, value in seeds.items()
        if seed in second_values[name]
    ]


def _verdict(different: Sequence[float], deterministic: bool) -> tuple[Verdict, float | None]:
    """Return what the changes that are not zero show, and the p of the test if one was made."""
    if not different:
        return "identical", None
    if deterministic:
        return "no seed noise", None
    if len(different) < MIN_PAIRS:
        return "too few seeds", None
    p_value = signed_rank_p(different)
    return ("different" if p_value < SIGNIFICANCE else "not shown"), p_value


def _effect(middle: float, logarithmic: bool) -> float | None:
    """Return the median change as a difference or a ratio; None where it has no finite value."""
    if logarithmic:
        return middle if math.isfinite(middle) else None
    return math.exp(middle) if abs(middle) < 700 else None


def signed_rank_p(changes: Sequence[float]) -> float:
    """Return the two-sided p of Wilcoxon's signed-rank test on nonzero differences (infinite ones rank highest).

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
    """Return first − second on the scale of the test; 0 for equal ones, infinite where only one has a value."""
    if first == second:
        return 0.0
    if logarithmic or first < 0 or second < 0:
        return first - second
    return _log(first) - _log(second)


def _log(value: float) -> float:
    return -math.inf if value == 0 else math.log(value)
