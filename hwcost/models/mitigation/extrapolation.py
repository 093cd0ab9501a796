"""What extrapolating an expectation value to zero noise costs in shots, and what it leaves of the noise.

Circuits run at noise factors c_k ≥ 1, where the gate noise leaves L^c_k of the ideal value (L at c = 1), and a fit is
read off at c = 0. All fits here are weighted sums of what was measured, or of its logarithm.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from hwcost.models.mitigation.methods import ExtrapolationFit


def extrapolation_weights(noise_factors: Sequence[float], fit: ExtrapolationFit) -> tuple[float, ...]:
    """Return the weights w_k of the extrapolated value Σ w_k·y_k of the measured y (`exponential`: their logarithms).

    - `linear`, `exponential`: the least-squares line through (c_k, y_k), unweighted, at c = 0:
      w_k = 1/K − c̄·(c_k − c̄)/Σ_j (c_j − c̄)², with c̄ the mean of the K factors.
    - `richardson`: the polynomial of degree K − 1 through all points at c = 0: w_k = Π_{j≠k} c_j/(c_j − c_k)
      (Temme, Bravyi, Gambetta, arXiv:1612.02058).

    Their sum is 1, and Σ w_k·c_k = 0.

    Example:
        >>> extrapolation_weights((1.0, 3.0, 5.0), "richardson")
        (1.875, -1.25, 0.375)
    """
    if fit == "richardson":
        return tuple(
            math.prod(other / (other - factor) for j, other in enumerate(noise_factors) if j != k)
            for k, factor in enumerate(noise_factors)
        )
    mean = math.fsum(noise_factors) / len(noise_factors)
    spread = math.fsum((factor - mean) ** 2 for factor in noise_factors)
    return tuple(1.0 / len(noise_factors) - mean * (factor - mean) / spread for factor in noise_factors)


def extrapolation_inflation(attenuation: float, noise_factors: Sequence[float], fit: ExtrapolationFit) -> float:
    """Return the shots of all K circuits together, over those of one noiseless circuit, for the same standard error.

    With the shots split evenly and the variance of one shot at most 1:

    - `linear`, `richardson`: K·Σ w_k². The weights are constants, so noise does not enter: it biases the result
      instead (`extrapolation_bias`).
    - `exponential`, A·e^(−b·c) fitted to the logarithms: K·Σ w_k²·L^(−2·c_k), by propagation of small errors through
      the logarithm; A drops out. It holds while the signal L^c_k at each factor is well above its standard error.

    Args:
        attenuation: L in [0, 1], what the gate noise leaves at factor 1, readout apart.
        noise_factors: c_k.
        fit: The fit.

    Returns:
        The factor; infinite where `exponential` has no signal left.

    Example:
        >>> extrapolation_inflation(0.5, (1.0, 3.0), "linear")  # w = 3/2, −1/2: 2·(9/4 + 1/4)
        5.0
        >>> round(extrapolation_inflation(0.5, (1.0, 3.0), "exponential"), 9)  # 2·(9/4·4 + 1/4·64)
        50.0
    """
    weights = extrapolation_weights(noise_factors, fit)
    if fit != "exponential":
        return len(weights) * math.fsum(weight**2 for weight in weights)
    if attenuation <= 0.0:
        return math.inf
    log_attenuation = math.log(attenuation)
    # A weight of 0 makes its point irrelevant, however little is left of it.
    used = [(w, -2.0 * c * log_attenuation) for w, c in zip(weights, noise_factors, strict=True) if abs(w) > 1e-12]
    if max(exponent for _, exponent in used) > 600.0:
        return math.inf
    return len(weights) * math.fsum(w**2 * math.exp(exponent) for w, exponent in used)


def extrapolation_bias(attenuation: float, noise_factors: Sequence[float], fit: ExtrapolationFit) -> float:
    """Share of the ideal value that the extrapolated value lacks (negative: exceeds) if noise leaves exactly L^c.

    1 − Σ w_k·L^c_k; 0 for `exponential`, whose model that is.

    Example:
        >>> extrapolation_bias(0.5, (1.0, 3.0), "linear")  # 1 − (3/2·1/2 − 1/2·1/8)
        0.3125
    """
    if fit == "exponential":
        return 0.0
    weights = extrapolation_weights(noise_factors, fit)
    return 1.0 - math.fsum(w * attenuation**c for w, c in zip(weights, noise_factors, strict=True))
