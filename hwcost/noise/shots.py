"""From signal attenuation to shots: how many repetitions a noisy device needs.

A measured ⟨Z⟩ is the ideal one times an attenuation λ. Dividing by λ multiplies the standard error by 1/λ, so the
number of shots for the same precision grows by I = 1/λ².
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from hwcost.noise.attenuation import SMALLEST_ATTENUATION, QubitAttenuation

Inflation: TypeAlias = Literal["worst", "mean"]
Task: TypeAlias = Literal["expectation", "sampling"]

ORDER_OF_MAGNITUDE_INFLATION = 10.0
"""Above this inflation, predictions checked against exact noise simulation keep only their order of magnitude."""

SIGNAL_GONE_ATTENUATION = 1e-3
"""Below this attenuation a million times the shots would be needed; drift and bias dominate long before that."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShotCost:
    """Shots that a circuit needs on the noisy device.

    Attributes:
        requested: Shots that a noiseless device would need; None if a precision was asked for.
        precision: Wanted standard error of each expectation value; None if shots were asked for.
        task: `expectation` (signal is rescaled by 1/λ) or `sampling` (a shot counts if nothing failed: 1/ESP).
        method: Attenuation method, None where noise is not costed.
        attenuation: λ of each measured qubit or observable, readout included.
        inflation_mean: Mean of 1/λ², None if unbounded or not costed.
        inflation_worst: Largest 1/λ², None if unbounded or not costed.
        rule: Which of the two `needed` uses.
        needed: Shots to run; None where the signal is gone.
    """

    requested: int | None
    precision: float | None
    task: Task
    method: str | None
    attenuation: tuple[QubitAttenuation, ...]
    inflation_mean: float | None
    inflation_worst: float | None
    rule: Inflation
    needed: int | None

    @property
    def noiseless(self) -> int:
        """Shots that a noiseless device would need: those requested, or those for the precision."""
        return math.ceil(_noiseless(self.requested, self.precision) * (1.0 - 1e-9))


def inflation(attenuation: float) -> float:
    """Return the shot inflation 1/λ²; infinite for λ = 0."""
    return math.inf if attenuation < SMALLEST_ATTENUATION else 1.0 / attenuation**2


def shots_for_precision(attenuation: float, standard_error: float, mean_z_squared: float = 0.0) -> float:
    """Return the shots N = (1/λ² − ⟨Z²⟩)/ε² for a standard error ε of the rescaled expectation value.

    Args:
        attenuation: λ in (0, 1].
        standard_error: Wanted ε, same unit as the observable (dimensionless for Paulis).
        mean_z_squared: Square of the ideal expectation value if known; 0 gives the most shots.
    """
    return (inflation(attenuation) - mean_z_squared) / standard_error**2


def _noiseless(requested: int | None, precision: float | None) -> float:
    """Return the shots without noise: as requested, or for the precision with λ = 1."""
    return float(requested) if requested is not None else shots_for_precision(1.0, precision or 1.0)


def finite(value: float) -> float | None:
    """Return the value, or None where it is infinite or not a number (JSON has no word for those)."""
    return value if math.isfinite(value) else None


def shot_cost(
    attenuations: Sequence[QubitAttenuation],
    *,
    method: str,
    requested: int | None,
    precision: float | None,
    rule: Inflation = "worst",
    task: Task = "expectation",
    log10_esp: float = 0.0,
) -> ShotCost:
    """Return the shots needed for the requested shots or precision.

    Args:
        attenuations: λ of each measured qubit or observable, at least one.
        method: Name of the attenuation method.
        requested: Noiseless shots, or None with a precision.
        precision: Standard error of each expectation value, or None with shots.
        rule: Use the worst or the mean inflation.
        task: `sampling` replaces 1/λ² by 1/ESP.
        log10_esp: log10 of the estimated success probability, for `sampling`.
    """
    if task == "sampling":
        factors = [10.0**-log10_esp if log10_esp > -300 else math.inf]
    else:
        factors = [inflation(a.value) for a in attenuations]
    mean, worst = math.fsum(factors) / len(factors), max(factors)
    used = worst if rule == "worst" else mean
    noiseless = _noiseless(requested, precision)
    gone = used > 1.0 / SIGNAL_GONE_ATTENUATION**2
    return ShotCost(
        requested=requested,
        precision=precision,
        task=task,
        method=method,
        attenuation=tuple(attenuations),
        inflation_mean=finite(mean),
        inflation_worst=finite(worst),
        rule=rule,
        # One part in 10^9 keeps rounding noise from asking for one shot more.
        needed=None if gone else math.ceil(noiseless * used * (1.0 - 1e-9)),
    )


def noiseless_shots(*, requested: int | None, precision: float | None) -> ShotCost:
    """Return the shots of a noiseless device, for estimates of durations only."""
    return ShotCost(
        requested=requested,
        precision=precision,
        task="expectation",
        method=None,
        attenuation=(),
        inflation_mean=None,
        inflation_worst=None,
        rule="worst",
        needed=math.ceil(_noiseless(requested, precision)),
    )
