"""What is known of the errors of networks that were trained a few times each: `ErrorModel`, `fit_errors`.

The error that training j of architecture i ends with is taken as

    y_ij = f(x_i) + u_i + e_ij,   f linear in the features,   u_i ~ N(0, cρ),   e_ij ~ N(0, c(1 − ρ)).

f is what neighbours have in common, u what an architecture has of its own, e the luck of a seed. The best linear
unbiased prediction of an architecture's error f + u lies between the model of its neighbours and the mean of its n
trainings, and weighs the latter with ρ / (ρ + (1 − ρ)/n) (Robinson 1991, Statistical Science 6, 15).

Nothing is set by hand: the share ρ of an architecture in what f leaves over and the strength of f are integrated over,
each on a grid with a flat prior (of the logarithm for the latter), and so are the scale c and the constant in closed
form. Only repeated trainings tell u from e. Without any, the likelihood does not depend on ρ, and the weight of an
own training is the mean of the prior, one half.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

NUM_SHARES = 12
"""Values of ρ: the middles of as many equal parts of 0…1."""

STRENGTHS = tuple(10.0 ** (exponent / 2.0) for exponent in range(-6, 6))
"""Values of the variance of f in units of c."""

PRIOR_SD = 0.02
"""Scale of what is left over before anything is observed, with the weight of `PRIOR_WEIGHT` trainings; it counts only
where all errors are equal, and zero would be claimed with certainty."""
PRIOR_WEIGHT = 1.0

LEAST_WEIGHT = 1e-3
"""Points of the grid below this share of the most probable one are left out."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Frame:
    """Coordinates in which the slopes of f are independent of each other; those of one ρ, or of all.

    Attributes:
        place: Weighted mean of the features, (columns,).
        axes: Eigenvectors of the weighted features, (columns, columns).
    """

    place: NDArray[np.float64]
    axes: NDArray[np.float64]

    def along(self, rows: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the features in these coordinates, (networks, columns)."""
        return (rows - self.place) @ self.axes


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Point:
    """What follows at one point of the grid.

    Attributes:
        weight: Its probability.
        share: ρ.
        strength: Variance of f in units of c.
        scale: c.
        degrees: Degrees of freedom of c.
        centre: Weighted mean of the errors.
        centre_variance: Variance of the constant, in units of c.
        frame: Coordinates of the slopes.
        slopes: Mean of f's slopes along these axes.
        spreads: Variance of the slopes along these axes, in units of c.
    """

    weight: float
    share: float
    strength: float
    scale: float
    degrees: float
    centre: float
    centre_variance: float
    frame: _Frame
    slopes: NDArray[np.float64]
    spreads: NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ErrorModel:
    """Posterior of the errors of architectures.

    Attributes:
        mean_errors: Mean error of the trainings of each architecture that was trained.
        counts: Number of trainings of each.
        noise_sd: Standard deviation of the error of one training about that of its architecture.
        noise_sd_high: Upper end of its one-sided 90 % interval; far above it where no network was trained twice,
            because nothing then says how much of what f leaves over is luck.
        own_sd: Standard deviation of what architectures have of their own.
        signal: Share of the variance of the error of one training that f explains, which is the least that is the
            networks' own. What u adds is left out: where luck has long tails, a few repeats cannot tell it from u.
        signal_low: Lower end of its 90 % interval.
        signal_high: Upper end.
        function_sd: Standard deviation, over the trained architectures, of what the features explain.
    """

    mean_errors: NDArray[np.float64]
    counts: NDArray[np.float64]
    noise_sd: float
    noise_sd_high: float
    own_sd: float
    signal: float
    signal_low: float
    signal_high: float
    function_sd: float
    _features: NDArray[np.float64]
    _points: tuple[_Point, ...]
    _shift: NDArray[np.float64]
    _stretch: NDArray[np.float64]

    @property
    def rows(self) -> NDArray[np.float64]:
        """Return the features of the architectures that were trained, as f sees them, (architectures, columns)."""
        return self._features

    @property
    def most_probable(self) -> tuple[float, float]:
        """Return ρ and the variance of f, in units of c, that are most probable."""
        best = max(self._points, key=lambda point: point.weight)
        return best.share, best.strength

    def function(self, features: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return mean and standard deviation of f, which leaves out what networks have of their own and luck.

        Args:
            features: (networks, columns), columns as those that the model was fitted to.
        """
        import numpy as np

        rows = (features - self._shift) * self._stretch
        total, squares = np.zeros(len(rows)), np.zeros(len(rows))
        for point, mean, variance in _functions(self._points, rows):
            total += point.weight * mean
            squares += point.weight * (point.scale * variance + mean**2)
        return total, np.sqrt(np.maximum(squares - total**2, 0.0))

    def estimates(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return mean and standard deviation of the error f + u of each architecture that was trained."""
        return self.after(0.0)

    def after(self, more: float) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return the same as if each had so many more trainings with the mean that it has now.

        f is kept as it is, so that what more trainings of all at once would say of f does not count.
        """
        import numpy as np

        total, squares = np.zeros(len(self.counts)), np.zeros(len(self.counts))
        for point, mean, variance in _functions(self._points, self._features):
            weight, own = _shrinkage(point, self.counts + more)
            best = (1.0 - weight) * mean + weight * self.mean_errors
            total += point.weight * best
            squares += point.weight * (point.scale * (own + (1.0 - weight) ** 2 * variance) + best**2)
        return total, np.sqrt(np.maximum(squares - total**2, 0.0))

    def draws(self, number: int, seed: int) -> NDArray[np.float64]:
        """Draw errors f + u of all trained architectures together, (number, architectures), the same for the same seed.

        Networks with common features err together; what is compared must come from one draw.
        """
        import numpy as np

        rng = np.random.default_rng([seed, number])
        # So many of each point as its probability says, to within one.
        ends = np.cumsum([point.weight for point in self._points])
        chosen = np.searchsorted(ends / ends[-1], (np.arange(number) + 0.5) / number)
        drawn = np.empty((number, len(self.counts)))
        for index, point in enumerate(self._points):
            rows = np.flatnonzero(chosen == index)
            if not len(rows):
                continue
            scale = point.scale * point.degrees / rng.chisquare(point.degrees, len(rows))
            away = rng.standard_normal((len(rows), len(point.slopes)))
            constant = point.centre + np.sqrt(scale * point.centre_variance) * rng.standard_normal(len(rows))
            slopes = point.slopes + np.sqrt(scale)[:, None] * np.sqrt(point.spreads) * away
            function = constant[:, None] + slopes @ point.frame.along(self._features).T
            weight, own = _shrinkage(point, self.counts)
            luck = rng.standard_normal(function.shape) * np.sqrt(np.outer(scale, own))
            drawn[rows] = (1.0 - weight) * function + weight * self.mean_errors + luck
        return drawn


def fit_errors(features: NDArray[np.float64], errors: Sequence[Sequence[float]]) -> ErrorModel:
    """Fit the model to the errors of architectures that were trained at least once.

    Args:
        features: (architectures, columns), at least one architecture; columns that do not vary count nothing.
        errors: Errors of the trainings of each architecture, at least one.

    >>> import numpy as np
    >>> model = fit_errors(np.array([[0.0], [1.0], [2.0], [3.0]]), [[0.4], [0.3], [0.2], [0.1]])
    >>> mean, sd = model.function(np.array([[1.5]]))
    >>> round(float(mean[0]), 3)
    0.25
    """
    import numpy as np

    counts = np.array([len(own) for own in errors], dtype=np.float64)
    means = np.array([sum(own) / len(own) for own in errors])
    within = float(sum((value - mean) ** 2 for own, mean in zip(errors, means, strict=True) for value in own))
    shift, spread = features.mean(axis=0), features.std(axis=0)
    varies = spread > 1e-9 * np.maximum(1.0, np.abs(shift))
    # A scale for each column, and one for all, so that the variance of f is that of STRENGTHS.
    stretch = np.where(varies, 1.0 / np.where(varies, spread, 1.0), 0.0) / np.sqrt(max(1, int(varies.sum())))
    rows = (features - shift) * stretch
    points: list[_Point] = []
    scores: list[float] = []
    frame = None
    for share in _shares():
        variance = share + (1.0 - share) / counts  # of a mean, in units of c
        if frame is None or counts.min() < counts.max():
            frame = _frame(1.0 / variance, rows)
        for score, point in _points(share, variance, frame, rows, means, counts, within):
            scores.append(score)
            points.append(point)
    weights = np.exp(np.array(scores) - max(scores))
    kept = [i for i in range(len(points)) if weights[i] >= LEAST_WEIGHT]
    total = float(sum(weights[i] for i in kept))
    mixture = tuple(replace(points[i], weight=float(weights[i]) / total) for i in kept)
    shares = []
    for point, mean, spread in _functions(mixture, rows):
        explained = float(np.var(mean)) + point.scale * float(spread.mean())
        shares.append((explained / (explained + point.scale), point.weight))
    return ErrorModel(
        mean_errors=means,
        counts=counts,
        noise_sd=float(np.sqrt(sum(p.weight * p.scale * (1.0 - p.share) for p in mixture))),
        noise_sd_high=math.sqrt(_quantile([(p.scale * (1.0 - p.share), p.weight) for p in mixture], 0.9)),
        own_sd=float(np.sqrt(sum(p.weight * p.scale * p.share for p in mixture))),
        signal=sum(share * weight for share, weight in shares),
        signal_low=_quantile(shares, 0.05),
        signal_high=_quantile(shares, 0.95),
        function_sd=float(np.sqrt(sum(p.weight * float(np.var(mean)) for p, mean, _ in _functions(mixture, rows)))),
        _features=rows,
        _points=mixture,
        _shift=shift,
        _stretch=stretch,
    )


def _shares() -> tuple[float, ...]:
    return tuple((number + 0.5) / NUM_SHARES for number in range(NUM_SHARES))


def _quantile(values: Sequence[tuple[float, float]], probability: float) -> float:
    """Return the least of values with weights that is not exceeded with this probability."""
    passed = 0.0
    for value, weight in sorted(values):
        passed += weight
        if passed >= probability:
            return value
    return max(values)[0]


def _frame(precision: NDArray[np.float64], rows: NDArray[np.float64]) -> _Frame:
    import numpy as np

    place = precision @ rows / precision.sum()
    away = rows - place
    _, axes = np.linalg.eigh(away.T @ (precision[:, None] * away))
    return _Frame(place=place, axes=axes)


def _points(
    share: float,
    variance: NDArray[np.float64],
    frame: _Frame,
    rows: NDArray[np.float64],
    means: NDArray[np.float64],
    counts: NDArray[np.float64],
    within: float,
) -> list[tuple[float, _Point]]:
    """Return logarithm of the marginal likelihood and posterior at each strength of f for one ρ."""
    import numpy as np

    precision = 1.0 / variance
    centre = float(precision @ means / precision.sum())
    away, left = frame.along(rows), means - centre
    sizes = precision @ away**2
    along = away.T @ (precision * left)
    squares = float(precision @ left**2) + within / (1.0 - share) + PRIOR_WEIGHT * PRIOR_SD**2
    num_trainings = float(counts.sum())
    degrees = num_trainings - 1.0 + PRIOR_WEIGHT
    constant = -0.5 * float(np.log(variance).sum() + np.log(precision.sum()))
    constant -= 0.5 * (num_trainings - len(counts)) * float(np.log(1.0 - share))
    found = []
    for strength in STRENGTHS:
        spreads = strength / (1.0 + strength * sizes)
        rest = max(squares - float(spreads @ along**2), PRIOR_WEIGHT * PRIOR_SD**2)
        score = constant - 0.5 * float(np.log1p(strength * sizes).sum()) - 0.5 * degrees * float(np.log(rest))
        point = _Point(
            weight=1.0,
            share=share,
            strength=strength,
            scale=rest / degrees,
            degrees=degrees,
            centre=centre,
            centre_variance=1.0 / float(precision.sum()),
            frame=frame,
            slopes=spreads * along,
            spreads=spreads,
        )
        found.append((score, point))
    return found


def _functions(
    points: Sequence[_Point], rows: NDArray[np.float64]
) -> Iterator[tuple[_Point, NDArray[np.float64], NDArray[np.float64]]]:
    """Yield each point with mean of f there, and its variance in units of c."""
    frame, along, squares = None, rows, rows
    for point in points:
        if point.frame is not frame:
            frame, along = point.frame, point.frame.along(rows)
            squares = along**2
        yield point, point.centre + along @ point.slopes, point.centre_variance + squares @ point.spreads


def _shrinkage(point: _Point, counts: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the weight of the mean of own trainings, and the variance of u given f and them, in units of c."""
    luck = (1.0 - point.share) / counts
    weight = point.share / (point.share + luck)
    return weight, weight * luck
