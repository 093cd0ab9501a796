"""What a training will end with, from its first epochs: `fit_curves`, `CurveModel`.

What is predicted is the best validation accuracy, which a search ranks by, from the best one so far and from its last
step up. How far the last step goes on is learnt from other networks' whole trainings, and shrunk towards nothing by as
much as predictions of left-out networks become best by.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

STRENGTHS = (0.1, 1.0, 10.0, 100.0, 1e4, 1e9)
"""Penalties that are tried, in units in which features have the variance 1; the last leaves the mean gain alone."""

MIN_CURVES = 4
"""Fewer trainings fit nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CurveModel:
    """Prediction of the best accuracy of a training after some epochs.

    Attributes:
        epoch: Epochs that are known.
        gain: Mean gain from there to the end.
        value: Mean of the best accuracy so far.
        step: Mean of its last step up.
        by_value: Gain per accuracy above the mean.
        by_step: Gain per last step above the mean.
        residuals: What trainings ended with above their left-out predictions, sorted.
    """

    epoch: int
    gain: float
    value: float
    step: float
    by_value: float
    by_step: float
    residuals: tuple[float, ...]

    def predict(self, accuracies: Sequence[float]) -> float:
        """Predict the best accuracy of a training with these accuracies by epoch, of which the first count."""
        value, step = _features(accuracies, self.epoch)
        gain = self.gain + self.by_value * (value - self.value) + self.by_step * (step - self.step)
        return min(1.0, value + max(0.0, gain))

    def optimistic(self, accuracies: Sequence[float], confidence: float) -> float | None:
        """Return what a training does not exceed with this confidence; None where too few trainings tell.

        The prediction and the quantile of the left-out residuals that makes it hold for one more network of the same
        kind (split-free conformal prediction: Barber et al., Annals of Statistics 49, 486 (2021)); at most 1.
        """
        place = math.ceil(confidence * (len(self.residuals) + 1))
        if place > len(self.residuals):
            return None
        return min(1.0, self.predict(accuracies) + self.residuals[place - 1])


def best_so_far(accuracies: Sequence[float]) -> list[float]:
    """Return the best accuracy after each epoch.

    >>> best_so_far([0.5, 0.4, 0.6])
    [0.5, 0.5, 0.6]
    """
    return list(accumulate(accuracies, max))


def fit_curves(curves: Sequence[Sequence[float]], epoch: int) -> CurveModel | None:
    """Fit the model of one epoch to whole trainings.

    Args:
        curves: Validation accuracies by epoch of each; those that ended before the epoch stay where they ended.
        epoch: Epochs that are known, from 1.

    Returns:
        The model; None of fewer than 4 trainings.
    """
    if len(curves) < MIN_CURVES:
        return None
    features = np.array([_features(curve, epoch) for curve in curves])
    gains = np.array([max(curve) for curve in curves]) - features[:, 0]
    place, spread = features.mean(axis=0), features.std(axis=0)
    rows = np.where(spread > 1e-12, (features - place) / np.where(spread > 1e-12, spread, 1.0), 0.0)
    most = 1.0 - features[:, 0]
    errors = {strength: _left_out(rows, gains, most, strength) for strength in STRENGTHS}
    best = min(STRENGTHS, key=lambda strength: (float(np.round((errors[strength] ** 2).sum(), 12)), -strength))
    slopes = np.linalg.solve(rows.T @ rows + best * np.eye(2), rows.T @ (gains - gains.mean()))
    slopes = np.where(spread > 1e-12, slopes / np.where(spread > 1e-12, spread, 1.0), 0.0)
    return CurveModel(
        epoch=epoch,
        gain=float(gains.mean()),
        value=float(place[0]),
        step=float(place[1]),
        by_value=float(slopes[0]),
        by_step=float(slopes[1]),
        residuals=tuple(sorted(errors[best].tolist())),
    )


def left_out_predictions(curves: Sequence[Sequence[float]], epoch: int) -> list[float]:
    """Predict each training from fits to all others, the penalty chosen by them too.

    Args:
        curves: As of `fit_curves`; at least 5.
        epoch: Epochs that are known.
    """
    found = []
    for number, curve in enumerate(curves):
        model = fit_curves([other for i, other in enumerate(curves) if i != number], epoch)
        found.append(math.nan if model is None else model.predict(curve))
    return found


def left_out_lines(curves: Sequence[Sequence[float]], epoch: int) -> list[float]:
    """Predict each training as QNAS does, by a line through the last accuracies of all others, by least squares.

    Args:
        curves: As of `fit_curves`; at least 3.
        epoch: Epochs that are known.
    """
    x = np.array([curve[min(epoch, len(curve)) - 1] for curve in curves])
    y = np.array([max(curve) for curve in curves])
    found = []
    for number in range(len(curves)):
        rest = np.arange(len(curves)) != number
        away = x[rest] - x[rest].mean()
        total = float(away @ away)
        slope = float(away @ y[rest]) / total if total > 1e-15 else 0.0
        found.append(float(y[rest].mean() + slope * (x[number] - x[rest].mean())))
    return found


def _features(curve: Sequence[float], epoch: int) -> tuple[float, float]:
    """Return the best accuracy so far and its last step up, 0 after the first epoch."""
    best = best_so_far(curve[:epoch])
    return best[-1], best[-1] - best[-2] if len(best) > 1 else 0.0


def _left_out(
    rows: NDArray[np.float64], gains: NDArray[np.float64], most: NDArray[np.float64], strength: float
) -> NDArray[np.float64]:
    """Return the errors of predictions, from no gain to the most possible, that have not seen the network.

    In closed form: residuals grow by 1/(1 − h) (Cook and Weisberg 1982).
    """
    wide = np.column_stack([np.ones(len(rows)), rows])
    penalty = np.diag([0.0, strength, strength])
    hat = wide @ np.linalg.solve(wide.T @ wide + penalty, wide.T)
    predicted = gains - (gains - hat @ gains) / (1.0 - np.minimum(np.diag(hat), 1.0 - 1e-9))
    left: NDArray[np.float64] = gains - np.clip(predicted, 0.0, most)
    return left
