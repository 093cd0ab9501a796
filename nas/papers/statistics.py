"""From figures of each seed to an interval and a verdict, and the fits that some claims need.

Every figure is computed once for each seed, which has its own searches, initial weights and division of the data, and
the interval of the mean is Student's over seeds. Nothing is pooled over networks of one seed: they share its data.
"""

from __future__ import annotations

import math
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

import numpy as np

from nas.results.crossed import LEVEL, Interval

if TYPE_CHECKING:
    from numpy.typing import NDArray

Verdict: TypeAlias = Literal["reproduced", "not reproduced", "cannot be told"]

MIN_GROUP = 4
"""Members of a group that a rank correlation within it takes."""

MIN_POINTS = 12
"""Points that a broken line takes: it has four parameters."""


def over_seeds(
    values: Sequence[float | None], level: float = LEVEL, *, within: tuple[float, float] = (-math.inf, math.inf)
) -> Interval | None:
    """Return the mean over seeds with Student's interval; None with fewer than two figures.

    Args:
        values: One for each seed; None or NaN where a seed has none, which is left out.
        level: Confidence.
        within: Least and largest value that there can be; the interval ends there.

    >>> interval = over_seeds([0.1, 0.2, 0.3])
    >>> round(interval.low, 3), round(interval.high, 3)
    (-0.048, 0.448)
    """
    from scipy import stats

    known = np.array([value for value in values if value is not None and math.isfinite(value)])
    if len(known) < 2:
        return None
    half = float(stats.t.ppf(0.5 + level / 2.0, len(known) - 1)) * float(known.std(ddof=1)) / math.sqrt(len(known))
    mean = float(known.mean())
    return Interval(value=mean, low=max(within[0], mean - half), high=min(within[1], mean + half), level=level)


CORRELATION = (-1.0, 1.0)
SHARE = (0.0, 1.0)


def share_over_seeds(values: Sequence[float | None], num_samples: int, level: float = LEVEL) -> Interval | None:
    """Return a mean share over seeds with an interval that also knows how few samples each was measured on.

    To Student's variance over seeds that of a share of all samples is added, by Agresti and Coull (two right and two
    wrong answers more), so that five seeds with 24 right answers of 24 do not prove 100 %. Cautious: what varies over
    seeds holds part of it already.

    Args:
        values: Accuracy, or another share, of each seed; None or NaN is left out.
        num_samples: Samples of each.
        level: Confidence.
    """
    from scipy import stats

    known = np.array([value for value in values if value is not None and math.isfinite(value)])
    if len(known) < 2:
        return None
    count = len(known) * num_samples
    share = float((known.sum() * num_samples + 2.0) / (count + 4.0))
    of_samples, of_seeds = share * (1.0 - share) / (count + 4.0), float(known.var(ddof=1)) / len(known)
    freedom = (len(known) - 1) * ((of_samples + of_seeds) / of_seeds) ** 2 if of_seeds > 0.0 else math.inf
    half = float(stats.t.ppf(0.5 + level / 2.0, freedom)) * math.sqrt(of_samples + of_seeds)
    return Interval(value=float(known.mean()), low=max(0.0, share - half), high=min(1.0, share + half), level=level)


def judged(interval: Interval | None, *, above: float, refuted_below: float | None = None) -> Verdict:
    """Say whether a claim that a figure exceeds `above` is borne out.

    Args:
        interval: Of the figure.
        above: The whole interval has to be above it.
        refuted_below: The claim fails if the whole interval is below it; default `above`.

    >>> judged(over_seeds([0.5, 0.51, 0.52]), above=0.0)
    'reproduced'
    """
    if interval is None:
        return "cannot be told"
    if interval.low > above:
        return "reproduced"
    return "not reproduced" if interval.high < (above if refuted_below is None else refuted_below) else "cannot be told"


def both(*verdicts: Verdict) -> Verdict:
    """Join the verdicts of the parts of a claim: all must be reproduced, and one that fails is enough to refute it."""
    if "not reproduced" in verdicts:
        return "not reproduced"
    return "cannot be told" if "cannot be told" in verdicts or not verdicts else "reproduced"


def rank_correlation(x: Sequence[float], y: Sequence[float]) -> float | None:
    """Return Spearman's rank correlation; None below three points or where one side is constant."""
    from scipy.stats import spearmanr

    if len(x) < 3 or len(set(x)) < 2 or len(set(y)) < 2:
        return None
    return float(spearmanr(x, y).statistic)


def correlation_within(x: Sequence[float], y: Sequence[float], groups: Sequence[Hashable]) -> float | None:
    """Return Spearman's rank correlation within groups, their mean weighted by the members; None without any."""
    total, weight = 0.0, 0
    for group in dict.fromkeys(groups):
        members = [i for i, one in enumerate(groups) if one == group]
        rho = rank_correlation([x[i] for i in members], [y[i] for i in members])
        if rho is not None and len(members) >= MIN_GROUP:
            total, weight = total + len(members) * rho, weight + len(members)
    return total / weight if weight else None


@dataclass(frozen=True, slots=True, kw_only=True)
class BrokenLine:
    """y = level + before·min(x − threshold, 0) + after·max(x − threshold, 0), by least squares.

    Attributes:
        threshold: Where the line breaks.
        level: Its value there.
        before: Slope up to it.
        after: Slope beyond it.
        explained: Share of the variance that the line explains.
    """

    threshold: float
    level: float
    before: float
    after: float
    explained: float

    def at(self, x: float) -> float:
        """Return the value of the line."""
        below, beyond = min(x - self.threshold, 0.0), max(x - self.threshold, 0.0)
        return self.level + self.before * below + self.after * beyond


def broken_line(x: Sequence[float], y: Sequence[float]) -> BrokenLine | None:
    """Fit two straight lines that meet; None with fewer than `MIN_POINTS` points or where they have no spread.

    The threshold is searched between the 10 % and 90 % quantiles of x, so that each side has points.
    """
    at, values = np.asarray(x, dtype=np.float64), np.asarray(y, dtype=np.float64)
    if len(at) < MIN_POINTS or not at.std() > 0.0 or not values.std() > 0.0:
        return None
    low, high = np.quantile(at, [0.1, 0.9])
    if not high > low:
        return None
    fits = [_with_threshold(at, values, float(threshold)) for threshold in np.linspace(low, high, 81)]
    squares, best = min(fits, key=lambda fit: fit[0])
    threshold, level, before, after = best
    explained = 1.0 - squares / float(((values - values.mean()) ** 2).sum())
    return BrokenLine(threshold=threshold, level=level, before=before, after=after, explained=explained)


def _with_threshold(
    x: NDArray[np.float64], y: NDArray[np.float64], threshold: float
) -> tuple[float, tuple[float, float, float, float]]:
    """Return the sum of squares of the best line that breaks there, and the line."""
    shifted = x - threshold
    columns = np.stack([np.ones_like(x), np.minimum(shifted, 0.0), np.maximum(shifted, 0.0)], axis=1)
    level, before, after = np.linalg.lstsq(columns, y, rcond=None)[0]
    squares = float(((columns @ np.array([level, before, after]) - y) ** 2).sum())
    return squares, (threshold, float(level), float(before), float(after))


def explained_by(genes: Sequence[Sequence[Hashable]], values: Sequence[float]) -> float | None:
    """Return the adjusted share of variance that an additive model of genes explains; None with too few networks.

    Args:
        genes: Alleles of each network, one for each gene.
        values: Value of each network.
    """
    y = np.asarray(values, dtype=np.float64)
    columns: list[NDArray[np.float64]] = [np.ones(len(y))]
    for gene in zip(*genes, strict=True):
        alleles = sorted(set(gene), key=str)
        columns += [np.array([float(one == allele) for one in gene]) for allele in alleles[1:]]
    design = np.stack(columns, axis=1)
    freedom = len(y) - int(np.linalg.matrix_rank(design))
    variance = float(((y - y.mean()) ** 2).sum())
    if freedom < 2 or not variance > 0.0:
        return None
    rest = y - design @ np.linalg.lstsq(design, y, rcond=None)[0]
    return 1.0 - (float(rest @ rest) / freedom) / (variance / (len(y) - 1))


def interaction(x: Sequence[float], y: Sequence[float], values: Sequence[float]) -> float | None:
    """Return the coefficient of x·y beside x and y, all standardised; None where it is not determined.

    It says whether the effect of one depends on the other: 0 where they add up.
    """
    columns = [np.asarray(column, dtype=np.float64) for column in (x, y, values)]
    if len(columns[0]) < MIN_POINTS or not all(column.std() > 0.0 for column in columns):
        return None
    a, b, z = ((column - column.mean()) / column.std() for column in columns)
    design = np.stack([np.ones_like(a), a, b, a * b], axis=1)
    if np.linalg.matrix_rank(design) < 4:
        return None
    return float(np.linalg.lstsq(design, z, rcond=None)[0][3])


def interval_text(interval: Interval | None) -> str:
    """Write a mean with its interval.

    >>> interval_text(over_seeds([1.0, 1.0]))
    '1.00 (1.00 to 1.00)'
    """
    if interval is None:
        return "unknown"
    return f"{interval.value:.2f} ({interval.low:.2f} to {interval.high:.2f})"


def plain_interval(interval: Interval | None) -> dict[str, float] | None:
    """Return an interval as plain data."""
    return None if interval is None else {"value": interval.value, "low": interval.low, "high": interval.high}
