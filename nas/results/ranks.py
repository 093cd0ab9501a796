"""Rank correlations over networks, with intervals for other networks of the space: `Resampled`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import numpy as np

from nas.results.crossed import Interval

if TYPE_CHECKING:
    from numpy.typing import NDArray

LEVEL = 0.95
DRAWS = 2000

Ranking = Callable[["NDArray[np.intp]"], "NDArray[np.float64]"]
"""Computes a figure for each row of positions of networks, (draws, networks) to (draws)."""


class Resampled:
    """Networks and as many resamples of them, so that figures of the same networks are compared draw by draw.

    Intervals are percentiles of the bootstrap over networks (Efron 1979); draws in which a figure is not defined,
    because all values are equal, are left out.

    Args:
        num_networks: Networks, at least two.
        seed: Seed of the resamples.
        draws: Number of resamples.

    >>> found = Resampled(40).interval(lambda rows: spearman(rows, np.arange(40.0), np.arange(40.0) ** 2))
    >>> found.value, found.low, found.high
    (1.0, 1.0, 1.0)
    """

    def __init__(self, num_networks: int, seed: int = 0, draws: int = DRAWS) -> None:
        rng = np.random.default_rng(seed)
        self._all = np.arange(num_networks)[None, :]
        self._rows = rng.integers(0, num_networks, size=(draws, num_networks))

    def interval(self, figure: Ranking) -> Interval | None:
        """Return the figure of the networks with its interval; None where it is not defined."""
        with np.errstate(all="ignore"):
            value, drawn = float(figure(self._all)[0]), figure(self._rows)
        drawn = drawn[np.isfinite(drawn)]
        if not np.isfinite(value) or not len(drawn):
            return None
        low, high = np.quantile(drawn, [0.5 - LEVEL / 2.0, 0.5 + LEVEL / 2.0])
        return Interval(value=value, low=float(low), high=float(high), level=LEVEL)


def spearman(rows: NDArray[np.intp], x: NDArray[np.float64], y: NDArray[np.float64]) -> NDArray[np.float64]:
    """Compute Spearman's rank correlation of two figures of networks, for each row of positions.

    Args:
        rows: Positions of networks, (draws, networks).
        x: A figure of each network.
        y: Another one.

    >>> spearman(np.array([[0, 1, 2], [0, 1, 1]]), np.array([1.0, 2.0, 3.0]), np.array([5.0, 4.0, 0.0]))
    array([-1., -1.])
    """
    return _pearson(_centred(x[rows]), _centred(y[rows]))


def partial_spearman(
    rows: NDArray[np.intp], x: NDArray[np.float64], y: NDArray[np.float64], given: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Compute the correlation of what ranks of other figures leave over of the ranks of both.

    Args:
        rows: Positions of networks, (draws, networks).
        x: A figure of each network.
        y: Another one.
        given: The other figures, (networks, figures).
    """
    a, b = _centred(x[rows]), _centred(y[rows])
    others = np.stack([_centred(column[rows]) for column in given.T], axis=2)
    turned = others.swapaxes(1, 2)
    # In a draw, others may be equal, or a multiple of each other.
    inverse = np.linalg.pinv(turned @ others, rcond=1e-12, hermitian=True)
    left = []
    for ranks in (a, b):
        slopes = inverse @ (turned @ ranks[:, :, None])
        left.append(ranks - (others @ slopes)[:, :, 0])
    # What rounding leaves over of ranks that the others explain is no correlation.
    tiny = 1e-9 * np.sqrt(np.maximum((a * a).sum(axis=1), 1.0))
    known = (np.linalg.norm(left[0], axis=1) > tiny) & (np.linalg.norm(left[1], axis=1) > tiny)
    return np.where(known, _pearson(left[0], left[1]), np.nan)


def fitted_left_out(
    features: NDArray[np.float64], y: NDArray[np.float64], strength: float = 1.0
) -> NDArray[np.float64]:
    """Predict each network from a ridge regression on all others.

    Args:
        features: (networks, columns).
        y: What is predicted.
        strength: Of the penalty, in units in which each column has the variance 1.

    Returns:
        The predictions, in the order of the networks.
    """
    spread = features.std(axis=0)
    columns = (features - features.mean(axis=0)) / np.where(spread > 0.0, spread, 1.0)
    wide = np.column_stack([np.ones(len(y)), columns])
    penalty = strength * np.eye(wide.shape[1])
    penalty[0, 0] = 1e-9
    hat = wide @ np.linalg.solve(wide.T @ wide + penalty, wide.T)
    # Leaving one out in closed form (Cook and Weisberg 1982): residuals grow by 1/(1 − h).
    predicted: NDArray[np.float64] = y - (y - hat @ y) / (1.0 - np.diag(hat))
    return predicted


def mean_of(figures: Sequence[Ranking]) -> Ranking:
    """Return the mean of several figures, as one."""
    return lambda rows: np.asarray(np.mean([figure(rows) for figure in figures], axis=0), dtype=np.float64)


def _centred(values: NDArray[np.float64]) -> NDArray[np.float64]:
    from scipy.stats import rankdata

    ranks: NDArray[np.float64] = np.asarray(rankdata(values, axis=1), dtype=np.float64)
    ranks -= ranks.mean(axis=1, keepdims=True)
    return ranks


def _pearson(a: NDArray[np.float64], b: NDArray[np.float64]) -> NDArray[np.float64]:
    product = (a * b).sum(axis=1)
    scale = np.sqrt((a * a).sum(axis=1) * (b * b).sum(axis=1))
    found: NDArray[np.float64] = np.divide(product, scale, out=np.full_like(product, np.nan), where=scale > 0.0)
    return found
