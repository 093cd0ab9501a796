"""How good predictions were on hardware: `scores_of`."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

import numpy as np

from hwcost.noise.hardware import SHARE
from hwcost.noise.transfer import Floats
from hwcost.validation.measured_record import MeasuredRun, MeasuredScore

BANDS = ((0.8, math.inf, "λ above 0.8"), (0.5, 0.8, "λ 0.5 to 0.8"), (-math.inf, 0.5, "λ below 0.5"))
LEAST_RUNS = 3


def scores_of(runs: Sequence[MeasuredRun], predictors: Sequence[str]) -> Iterator[MeasuredScore]:
    """Yield the scores of all runs and of circuits for each predictor, then those of levels and bands for the first."""
    first = predictors[0]
    for predictor in predictors:
        if all(predictor in run.predicted for run in runs):
            yield _score("all", predictor, runs, covered=predictor == first)
            yield _of_circuits("circuits", predictor, runs, by_level=False)
            if len({run.optimization_level for run in runs}) > 1:
                yield _of_circuits("circuits by level", predictor, runs, by_level=True)
    levels = sorted({run.optimization_level for run in runs if run.optimization_level is not None})
    for level in levels if len(levels) > 1 else ():
        yield _score(f"level {level}", first, [run for run in runs if run.optimization_level == level])
    backends = sorted({run.backend for run in runs})
    for backend in backends if len(backends) > 1 else ():
        yield _score(backend, first, [run for run in runs if run.backend == backend])
    for kind, name in (("fixed", "qubits fixed in advance"), ("wide", "wide and shallow")):
        chosen = [run for run in runs if run.kind == kind]
        if 0 < len(chosen) < len(runs):
            yield _score(name, first, chosen)
    free = [run for run in runs if run.kind == "chosen"]
    for low, high, name in BANDS:
        inside = [run for run in free if low <= run.predicted[first] < high]
        if inside:
            yield _score(name, first, inside)


def spearman(first: Sequence[float], second: Sequence[float]) -> float | None:
    """Return the rank correlation; None for fewer than three pairs, or where one side is constant.

    >>> spearman([1.0, 2.0, 4.0], [0.1, 0.3, 0.2])
    0.5
    """
    if len(first) < LEAST_RUNS or len(set(first)) < 2 or len(set(second)) < 2:
        return None
    from scipy.stats import spearmanr

    return float(spearmanr(first, second).statistic)


def _score(group: str, predictor: str, runs: Sequence[MeasuredRun], *, covered: bool = True) -> MeasuredScore:
    inside = [run.inside for run in runs if run.inside is not None] if covered else []
    return _of_pairs(
        group,
        predictor,
        [run.predicted[predictor] for run in runs],
        [run.measured for run in runs],
        sum(inside) / len(inside) if inside else None,
    )


def _of_circuits(group: str, predictor: str, runs: Sequence[MeasuredRun], *, by_level: bool) -> MeasuredScore:
    """Return the score where the runs of one circuit on one device, at one level if `by_level`, are averaged first."""
    groups: dict[tuple[str, str, str, int | None], list[MeasuredRun]] = {}
    for run in runs:
        level = run.optimization_level if by_level else None
        groups.setdefault((run.sha256, run.circuit, run.backend, level), []).append(run)
    predicted = [_mean([run.predicted[predictor] for run in same]) for same in groups.values()]
    measured = [_mean([run.measured for run in same]) for same in groups.values()]
    return _of_pairs(group, predictor, predicted, measured, None)


def _mean(values: Sequence[float]) -> float:
    return math.fsum(values) / len(values)


def _of_pairs(
    group: str, predictor: str, predicted: Sequence[float], measured: Sequence[float], coverage: float | None
) -> MeasuredScore:
    # What is lost in one of the two has an infinite error; quantiles may still be finite.
    p, m = np.array(predicted), np.array(measured)
    kept = (p > 0.0) & (m > 0.0)
    ratio = np.where(kept, p / np.where(kept, m, 1.0), math.nan)
    error = np.where(kept, np.abs(ratio - 1.0), math.inf)
    inflation = np.where(kept, ratio**-2.0, math.nan)
    off = np.where(kept, np.abs(inflation - 1.0), math.inf)
    factor = np.where(kept, np.maximum(inflation, 1.0 / np.where(kept, inflation, 1.0)), math.inf)
    return MeasuredScore(
        group=group,
        predictor=predictor,
        num_runs=len(p),
        spearman=spearman(predicted, measured),
        median_error=_quantile(error, 0.5),
        error_90=_quantile(error, SHARE),
        median_inflation_error=_quantile(off, 0.5),
        inflation_ratio=float(np.median(inflation[kept])) if kept.any() else None,
        factor_90=_quantile(factor, SHARE),
        coverage=coverage,
    )


def _quantile(values: Floats, share: float) -> float | None:
    """Return the quantile, None where it is infinite; infinite values are the largest."""
    ordered = np.sort(values)
    place = share * (len(ordered) - 1)
    low, high = ordered[math.floor(place)], ordered[math.ceil(place)]
    if not math.isfinite(high) and place > math.floor(place):
        return None
    value = low if low == high else low + (high - low) * (place - math.floor(place))
    return float(value) if math.isfinite(value) else None
