"""How far predictions of the inflation were from what hardware measured: `HardwareError`, `hardware_error`.

This is the error of the whole chain, calibration included. It is neither the error of an attenuation method against an
exact simulation of the same noise (about 1 %) nor the spread over transpiler seeds.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

CircuitKind: TypeAlias = Literal["chosen", "fixed", "wide"]
"""Whose error it is: of circuits on qubits that a compiler chose by the calibration, on qubits fixed in advance, or of
wide and shallow ones."""

Rule: TypeAlias = Literal["worst", "mean"]

SHARE = 0.9
"""Share of the runs whose measured inflation lay within the factors below."""

SOURCE = (
    "⟨Z⟩ of Grover and QFT circuits of 2 to 10 qubits on ibm_fez, January to June 2026 (xthecapx/qiskit-qward, "
    "Apache-2.0), predicted from the calibration of 2025-02-26"
)

ORDER_OF_MAGNITUDE = 10.0

MAX_QUBITS = 10
"""Most qubits of the circuits behind the table."""


@dataclass(frozen=True, slots=True)
class Band:
    """Runs whose predicted attenuation was alike.

    Attributes:
        lowest: Smallest predicted λ of the band; it ends where the one before begins.
        factor: Measured over predicted inflation, or its inverse, in `SHARE` of the runs.
        num_runs: Runs behind it; 0 where no development data confirm a round number.
    """

    lowest: float
    factor: float
    num_runs: int = 0


_ORDER = Band(0.0, ORDER_OF_MAGNITUDE)

# `chosen` and `fixed` are what tests/benchmarks/hardware_attenuation.py prints from the development data; the mean is
# over the bits of a circuit. Below λ = 0.5 too few runs kept a signal.
BANDS: dict[CircuitKind, dict[Rule, tuple[Band, ...]]] = {
    "chosen": {
        "mean": (Band(0.8, 1.25, 87), Band(0.5, 1.61, 33), _ORDER),
        "worst": (Band(0.8, 1.31, 69), Band(0.5, 6.3, 46), _ORDER),
    },
    # One unlucky qubit decides here, whatever λ was predicted.
    "fixed": {"mean": (Band(0.0, 20.0, 38),), "worst": (Band(0.0, 20.0, 38),)},
    # Bernstein-Vazirani circuits of up to 31 qubits lost several times what was predicted; none are in the table above.
    "wide": {
        "mean": (Band(0.5, 2.0), _ORDER),
        "worst": (Band(0.8, 2.0), Band(0.5, 6.3), _ORDER),
    },
}

# The same runs predicted at their bound angles (`pauli-propagation`): nearer in the median, further off in the tail.
# What averages over angles take too much and what hardware adds partly cancel. The worst bit between 0.5 and 0.8 was
# off by 11.4 in 90 % of 38 runs.
SIGNED_BANDS: dict[CircuitKind, dict[Rule, tuple[Band, ...]]] = {
    "chosen": {
        "mean": (Band(0.8, 1.33, 102), Band(0.5, 1.62, 18), _ORDER),
        "worst": (Band(0.8, 1.5, 81), _ORDER),
    },
    "fixed": {"mean": (Band(0.0, 28.5, 38),), "worst": (Band(0.0, 28.5, 38),)},
    "wide": {
        "mean": (Band(0.5, 2.0), _ORDER),
        "worst": (Band(0.8, 2.0), _ORDER),
    },
}


@dataclass(frozen=True, slots=True, kw_only=True)
class HardwareError:
    """How far hardware was from predictions like this one. It is no statement about this device and day.

    Attributes:
        attenuation: The predicted λ that chose the row of the table: of the worst or the mean observable, as the shots
            are.
        kind: Qubits `chosen` by a compiler that reads the calibration, or `fixed` in advance; or `wide` and shallow.
        share: Share of the runs that lay within the interval.
        factor: Measured over predicted inflation, or its inverse, in that share of the runs.
        factor_mean: The same for the mean over the observables of the circuit, which a single bad qubit moves less.
        inflation_low: Predicted inflation over the factor, at least 1.
        inflation_high: Predicted inflation times the factor.
        num_runs: Runs behind it; 0 for a round number, which no development data confirm.
        source: Where they are from.
    """

    attenuation: float
    kind: CircuitKind
    share: float
    factor: float
    factor_mean: float
    inflation_low: float
    inflation_high: float
    num_runs: int
    source: str = SOURCE

    @property
    def remark(self) -> str:
        """What the factor is, in words."""
        if self.num_runs:
            fixed = ", qubits fixed in advance" if self.kind == "fixed" else ""
            return f"either way, in {100 * self.share:.0f} % of {self.num_runs} runs{fixed}"
        if self.factor >= ORDER_OF_MAGNITUDE:
            return "either way: only the order of magnitude held there"
        return "either way: a round number for wide and shallow circuits"


def hardware_error(
    *,
    worst: float | None,
    mean: float | None,
    rule: Rule = "worst",
    kind: CircuitKind = "chosen",
    signed: bool = False,
) -> HardwareError | None:
    """Return the error that hardware showed for predictions of this size, None where no signal is predicted.

    Args:
        worst: Predicted 1/λ² of the worst observable; None if unbounded.
        mean: Predicted mean of 1/λ² over the observables; None if unbounded.
        rule: Which of the two sets the shots.
        kind: Whose error it is.
        signed: Whether the prediction is one at bound angles (`pauli-propagation`), no average over angles.

    >>> error = hardware_error(worst=1.44, mean=1.21, rule="mean")
    >>> round(error.attenuation, 3), error.factor, round(error.inflation_high, 3), error.inflation_low
    (0.909, 1.25, 1.512, 1.0)
    """
    used = worst if rule == "worst" else mean
    if used is None or not 0.0 < used < math.inf:
        return None
    bands = SIGNED_BANDS if signed else BANDS
    band = _band(used, bands[kind][rule])
    return HardwareError(
        attenuation=1.0 / math.sqrt(used),
        kind=kind,
        share=SHARE,
        factor=band.factor,
        factor_mean=band.factor if mean is None else _band(mean, bands[kind]["mean"]).factor,
        inflation_low=max(1.0, used / band.factor),
        inflation_high=used * band.factor,
        num_runs=band.num_runs,
    )


def _band(inflation: float, bands: Sequence[Band]) -> Band:
    return next(band for band in bands if 1.0 / math.sqrt(inflation) >= band.lowest)
