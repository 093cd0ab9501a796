"""From simulated expectation values to a measured attenuation, and from shots to the precision that they reach."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from hwcost.noise.transfer import Floats

FLAT_SD = 0.05
"""Standard deviation of the ideal ⟨Z⟩ over the draws below which a slope cannot be measured."""

_NUM_EXPERIMENTS = 500  # repetitions of each draw's shots: 20 draws give the reached standard error to about 1 %
_MOST_SHOTS_SAMPLED = 10**9


@dataclass(frozen=True, slots=True, kw_only=True)
class Slope:
    """A straight line through noisy over ideal expectation values.

    Attributes:
        value: The slope λ.
        intercept: The noisy value where the ideal one is 0.
        standard_error: Of the slope, from the scatter around the line; None for two points.
        residual: Standard deviation of (noisy − intercept)/λ − ideal: what rescaling leaves.
    """

    value: float
    intercept: float
    standard_error: float | None
    residual: float


def fit_slope(ideal: Floats, noisy: Floats) -> Slope | None:
    """Fit a least-squares line of `noisy` on `ideal`; None where `ideal` is flat (standard deviation below `FLAT_SD`).

    λ = Σ (x − x̄)(y − ȳ) / Σ (x − x̄)²; its variance is Σ r² / ((n − 2)·Σ (x − x̄)²) with residuals r. The intercept
    takes up what does not depend on the ideal value: relaxation towards |0⟩ and asymmetric readout. Assumes draws
    that are independent of each other; the scatter includes the error of sampled trajectories.

    Example:
        >>> line = fit_slope(np.array([-1.0, 0.0, 1.0]), np.array([-0.7, 0.1, 0.9]))
        >>> round(line.value, 12), round(line.intercept, 12)
        (0.8, 0.1)
    """
    if len(ideal) < 2 or ideal.std() < FLAT_SD:
        return None
    deviation = ideal - ideal.mean()
    sum_of_squares = float(deviation @ deviation)
    value = float(deviation @ noisy) / sum_of_squares
    intercept = float(noisy.mean() - value * ideal.mean())
    scatter = noisy - intercept - value * ideal
    error = math.sqrt(float(scatter @ scatter) / ((len(ideal) - 2) * sum_of_squares)) if len(ideal) > 2 else None
    residual = float(scatter.std()) / abs(value) if value else math.inf
    return Slope(value=value, intercept=intercept, standard_error=error, residual=residual)


def noiseless_standard_error(ideal: Floats, shots: int) -> float:
    """Return the standard error √(mean(1 − ⟨Z⟩²)/N) that N shots of a noiseless device reach, over all draws."""
    return math.sqrt(float(np.mean(np.clip(1.0 - ideal**2, 0.0, 1.0))) / shots)


def reached_standard_error(noisy: Floats, slope: float, shots: int, rng: np.random.Generator) -> float:
    """Return the standard error of the rescaled ⟨Z⟩ of a number of shots: root mean square over draws and repetitions.

    For every draw the number of 1s is sampled from the binomial distribution of `shots` shots with P(1) =
    (1 − noisy)/2, repeatedly, and (⟨Z⟩ − noisy)/λ is the error of the rescaled value. It contains no bias: rescaling
    uses the true slope.

    Args:
        noisy: `[draw]`, exact expectation values as read out.
        slope: λ.
        shots: Number of shots N. Above 10^9 fewer are sampled, and the result scaled by 1/√N, which is exact.
        rng: Source of randomness.
    """
    sampled = min(shots, _MOST_SHOTS_SAMPLED)
    probability = np.clip((1.0 - noisy) / 2.0, 0.0, 1.0)
    ones = rng.binomial(sampled, probability, size=(_NUM_EXPERIMENTS, len(noisy)))
    errors = 1.0 - 2.0 * ones / sampled - noisy
    return math.sqrt(float(np.mean(errors**2)) * sampled / shots) / abs(slope)
