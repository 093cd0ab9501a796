"""Means over trainings and test samples with an interval that holds for other trainings and other samples.

Each training answers every sample, so answers to one sample, and those of one training, go together: a table of two
crossed random effects. Dividing by all of its cells would give intervals that are far too narrow.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

LEVEL = 0.95


@dataclass(frozen=True, slots=True, kw_only=True)
class Interval:
    """A mean and its interval.

    Attributes:
        value: The mean that was observed.
        low: Lower end.
        high: Upper end.
        level: Confidence.
    """

    value: float
    low: float
    high: float
    level: float


def accuracy_interval(correct: NDArray[np.bool_], level: float = LEVEL) -> Interval:
    """Return the share of right answers with its interval.

    The sampling of the samples is that of Agresti and Coull (The American Statistician 52, 119 (1998)): two right and
    two wrong answers are added, so that 30 right ones of 30 do not prove that there are no wrong ones. With one
    training the interval is of that training alone.

    Args:
        correct: (trainings, samples), at least one of each.
        level: Confidence.

    >>> accuracy_interval(np.ones((3, 30), dtype=bool)).low < 0.9
    True
    """
    low, high = _bounds(np.asarray(correct, dtype=np.float64), (1.0, 1.0, 0.0, 0.0), level)
    return Interval(value=float(np.mean(correct)), low=max(0.0, low), high=min(1.0, high), level=level)


def difference_interval(ours: NDArray[np.bool_], theirs: NDArray[np.bool_], level: float = LEVEL) -> Interval:
    """Return the mean difference of two accuracies on the same samples, training by training, with its interval.

    The sampling of the samples is that of Agresti and Min for pairs (Statistics in Medicine 24, 729 (2005)): half a
    sample is added to each of the four cells both right, ours, theirs, none.

    Args:
        ours: (trainings, samples).
        theirs: The same, training by training with the same seeds.
        level: Confidence.
    """
    differences = np.asarray(ours, dtype=np.float64) - np.asarray(theirs, dtype=np.float64)
    low, high = _bounds(differences, (1.0, -1.0), level, weight=0.5, neutral=1.0)
    return Interval(value=float(differences.mean()), low=max(-1.0, low), high=min(1.0, high), level=level)


def _bounds(
    table: NDArray[np.float64], added: tuple[float, ...], level: float, *, weight: float = 1.0, neutral: float = 0.0
) -> tuple[float, float]:
    """Return the interval of the mean of a table (trainings, samples).

    The variance is that of the mean over samples plus that of the mean over trainings. Both hold the part of their
    interaction, so that it is counted twice: to subtract an estimate of it makes intervals of two or three trainings
    too short (they cover 83 % instead of 95 % in simulations such as those of `tests/nas/results/test_crossed.py`).

    Args:
        table: The table.
        added: Values of samples that are added.
        level: Confidence.
        weight: How many samples each of them is.
        neutral: Samples of value 0 that are added besides.
    """
    from scipy import stats

    trainings, samples = table.shape
    by_sample = table.mean(axis=0)
    count = samples + weight * len(added) + neutral
    extra = np.array(added)
    centre = (by_sample.sum() + weight * extra.sum()) / count
    square = ((by_sample**2).sum() + weight * (extra**2).sum()) / count
    of_samples = (square - centre**2) / count
    of_trainings = 0.0
    if trainings > 1:
        of_trainings = float(table.mean(axis=1).var(ddof=1)) / trainings
    variance = of_samples + of_trainings
    # A Student's t for the trainings; the samples' part, with its added ones, is used with the normal quantile.
    degrees_of_freedom = math.inf
    if of_trainings > 0.0:
        degrees_of_freedom = (trainings - 1) * (variance / of_trainings) ** 2
    half = float(stats.t.ppf(0.5 + level / 2.0, degrees_of_freedom)) * math.sqrt(max(0.0, variance))
    return float(centre) - half, float(centre) + half
