"""Circuits and shots of error mitigation, from attenuations and γ alone: `mitigation_overhead`.

Which factors multiply and which replace each other
---------------------------------------------------
Estimates inflate shots by 1/λ² = 1/(L·r)²: the measured value is divided by a known λ, with L what gate noise leaves
and r = 1 − P(0|1) − P(1|0) what readout leaves. That division is itself a mitigation, the cheapest there is, so a
method that undoes the same noise takes the place of its share of 1/λ² and does not come on top of it:

- `readout` inverts the confusion matrix, which divides by r as well: its 1/r² is already counted. What it adds are
  calibration circuits, which take r from the device of the day instead of from the calibration file.
- `zne` replaces 1/L². Folding amplifies gate noise and not readout, so 1/r² stays.
- `pec` replaces 1/L² by γ², because its average is the ideal value, with nothing left to rescale. 1/r² stays. γ² is
  not less than 1/L²: to undo noise without regard to the observable costs more than to divide by its effect on it.

So no unbiased method needs fewer shots than the estimate's own inflation. What they buy is that λ need not be trusted.
(A linear or Richardson extrapolation can need fewer, because it leaves part of the noise in: see `bias`.)
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from hwcost.core.errors import OptionError
from hwcost.models.mitigation.extrapolation import extrapolation_bias, extrapolation_inflation
from hwcost.models.mitigation.methods import MitigationMethod, MitigationName, check_methods
from hwcost.noise.shots import SIGNAL_GONE_ATTENUATION, Inflation, finite, inflation

MAX_INFLATION = 1.0 / SIGNAL_GONE_ATTENUATION**2
"""Above this no number of shots is called enough, as in estimates without mitigation."""

_LARGEST_EXPONENT = 700.0  # of e, before a float overflows


@dataclass(frozen=True, slots=True, kw_only=True)
class SplitAttenuation:
    """λ = gates · readout of one observable.

    Attributes:
        gates: L in [0, 1], what gates and waiting leave of the ideal value.
        readout: r in [0, 1], what assignment errors leave of the rest.
    """

    gates: float
    readout: float


@dataclass(frozen=True, slots=True, kw_only=True)
class MitigationPart:
    """What one method does to one circuit.

    Attributes:
        method: Its name.
        circuit_factor: Circuits sent in place of one; None where no number of shots is enough.
        shot_factor: Shots in all of them over the shots without mitigation, None where unbounded.
        detail: The same in words.
    """

    method: MitigationName
    circuit_factor: int | None
    shot_factor: float | None
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MitigationOverhead:
    """What mitigation does to one circuit, in circuits and shots.

    Attributes:
        circuit_factor: Circuits sent in place of one, None where no number of shots is enough.
        extra_circuits: Calibration circuits, once for many circuits.
        shots: Shots of all sent circuits together, split evenly; None where no number is enough.
        inflation: Those shots over the shots of a noiseless device, None where unbounded.
        shot_factor: Those shots over the shots without mitigation (inflated by 1/λ²), None where either is unbounded.
        noise_factors: Factor by which the gates of each sent circuit are lengthened; one entry per noise factor.
        gamma: γ of `pec`, None without it and where it exceeds the largest float.
        log10_gamma: Its logarithm.
        bias: Largest share of an ideal value that the extrapolation leaves out, 0 for unbiased methods.
        parts: One record per method.
        notes: What to know about these numbers.
    """

    circuit_factor: int | None
    extra_circuits: int
    shots: int | None
    inflation: float | None
    shot_factor: float | None
    noise_factors: tuple[float, ...]
    gamma: float | None
    log10_gamma: float | None
    bias: float
    parts: tuple[MitigationPart, ...]
    notes: tuple[str, ...]


def readout_calibration_circuits(method: MitigationMethod, num_measured: int) -> int:
    """Count calibration circuits: 2 (all qubits in 0, all in 1), or 2^n for the full matrix of n measured qubits."""
    return 2 if method.calibration == "tensored" else 1 << num_measured


def mitigation_overhead(
    methods: Sequence[MitigationMethod],
    *,
    attenuations: Sequence[SplitAttenuation],
    noiseless_shots: int,
    num_measured: int,
    log_gamma: float | None = None,
    rule: Inflation = "worst",
) -> MitigationOverhead:
    """Return circuits and shots of one circuit under the given methods; see the module for what replaces what.

    For each observable, shots over those of a noiseless device are 1/(L·r)² without `zne` and `pec`,
    (K·Σ w_k²·L^(−2·c_k))/r² or (K·Σ w_k²)/r² with `zne` (`hwcost.models.mitigation.extrapolation`), γ²/r² with `pec`
    (`hwcost.models.mitigation.quasi_probability`). Of several observables the worst or the mean counts, as in the
    estimate.

    Args:
        methods: The methods; none gives the shots without mitigation.
        attenuations: L and r of each observable, at least one.
        noiseless_shots: Shots that a noiseless device would need.
        num_measured: Measured qubits.
        log_gamma: ln γ of the circuit, needed for `pec`.
        rule: Use the worst or the mean observable.

    Raises:
        OptionError: The methods contradict each other, or `pec` has no γ.

    Example:
        >>> pec = MitigationMethod(name="pec")
        >>> one = SplitAttenuation(gates=0.9, readout=0.95)
        >>> cost = mitigation_overhead(
        ...     [pec], attenuations=[one], noiseless_shots=1000, num_measured=1, log_gamma=math.log(1.2)
        ... )
        >>> cost.shots, cost.circuit_factor  # 1000·1.2²/0.95² shots, 64 in each circuit
        (1596, 25)
    """
    check_methods(methods)
    by_name = {method.name: method for method in methods}
    zne, pec = by_name.get("zne"), by_name.get("pec")
    if pec is not None and log_gamma is None:
        raise OptionError("mitigation: pec needs the gamma of the circuit (log_gamma)")

    def inflate(attenuation: SplitAttenuation) -> float:
        readout = inflation(attenuation.readout)
        if zne is not None:
            return readout * extrapolation_inflation(attenuation.gates, zne.noise_factors, zne.fit)
        if pec is not None and log_gamma is not None:
            return math.inf if 2.0 * log_gamma > _LARGEST_EXPONENT else readout * math.exp(2.0 * log_gamma)
        return inflation(attenuation.gates * attenuation.readout)

    mitigated = _over_all([inflate(attenuation) for attenuation in attenuations], rule)
    without = _over_all([inflation(a.gates * a.readout) for a in attenuations], rule)
    noise_factors = zne.noise_factors if zne is not None else (1.0,)
    shots = num_circuits = None
    if mitigated <= MAX_INFLATION:
        # One part in 10^9 keeps rounding noise from asking for one shot more. Each noise factor has whole shots.
        each = math.ceil(noiseless_shots * mitigated * (1.0 - 1e-9) / len(noise_factors))
        shots = each * len(noise_factors)
        num_circuits = len(noise_factors) if pec is None else math.ceil(shots / pec.shots_per_circuit)
    shot_factor = finite(mitigated / without) if math.isfinite(mitigated) and math.isfinite(without) else None
    bias = max((_bias(a, zne) for a in attenuations), key=abs)
    readout = by_name.get("readout")
    num_calibrations = 0 if readout is None else readout_calibration_circuits(readout, num_measured)
    parts = []
    for method in methods:
        alone = method.name == "readout"
        parts.append(
            MitigationPart(
                method=method.name,
                circuit_factor=1 if alone else num_circuits,
                shot_factor=1.0 if alone else shot_factor,
                detail=_detail(method, attenuations, num_calibrations, num_circuits, log_gamma, bias),
            )
        )
    return MitigationOverhead(
        circuit_factor=num_circuits,
        extra_circuits=num_calibrations,
        shots=shots,
        inflation=finite(mitigated),
        shot_factor=shot_factor,
        noise_factors=noise_factors,
        gamma=None if pec is None or log_gamma is None else finite(_exp(log_gamma)),
        log10_gamma=None if pec is None or log_gamma is None else finite(log_gamma / math.log(10.0)),
        bias=bias,
        parts=tuple(parts),
        notes=_notes(zne, pec, bias, shots),
    )


def _over_all(factors: Sequence[float], rule: Inflation) -> float:
    return max(factors) if rule == "worst" else math.fsum(factors) / len(factors)


def _exp(exponent: float) -> float:
    return math.inf if exponent > _LARGEST_EXPONENT else math.exp(exponent)


def _bias(attenuation: SplitAttenuation, zne: MitigationMethod | None) -> float:
    return 0.0 if zne is None else extrapolation_bias(attenuation.gates, zne.noise_factors, zne.fit)


def _notes(
    zne: MitigationMethod | None, pec: MitigationMethod | None, bias: float, shots: int | None
) -> tuple[str, ...]:
    notes = []
    if zne is not None and zne.fit == "exponential":
        notes.append("zne: the exponential fit assumes that the signal decays to 0 as L^c; it is unbiased only then")
    if zne is not None and abs(bias) > 0.01:
        verb = "leaves out" if bias > 0 else "adds"
        notes.append(
            f"zne: the {zne.fit} extrapolation {verb} {abs(bias):.0%} of the worst observable's ideal value if noise "
            "decays exponentially; the shots are for the extrapolated value"
        )
    if pec is not None:
        notes.append("pec: the Paulis that are put in are merged into neighbouring one-qubit gates and take no time")
    if shots is None:
        notes.append(f"mitigation needs more than {MAX_INFLATION:.0e} times the shots of a noiseless device: not run")
    return tuple(notes)


def _detail(
    method: MitigationMethod,
    attenuations: Sequence[SplitAttenuation],
    num_calibrations: int,
    num_circuits: int | None,
    log_gamma: float | None,
    bias: float,
) -> str:
    worst_gates = inflation(min(a.gates for a in attenuations))
    if method.name == "readout":
        worst = inflation(min(a.readout for a in attenuations))
        return (
            f"{num_calibrations} calibration circuits ({method.calibration}); inverting takes up to "
            f"{worst:.3g}× the shots, which the inflation without mitigation holds already"
        )
    if method.name == "zne":
        factors = ", ".join(f"{factor:g}" for factor in method.noise_factors)
        inflations = [extrapolation_inflation(a.gates, method.noise_factors, method.fit) for a in attenuations]
        lost = "" if abs(bias) < 0.005 else f", {bias:.0%} of the value left out"
        return (
            f"noise factors {factors}, {method.fit} fit: up to {max(inflations):.3g}× the shots in place of "
            f"{worst_gates:.3g}×{lost}"
        )
    gamma = math.inf if log_gamma is None else _exp(log_gamma)
    squared = math.inf if log_gamma is None else _exp(2.0 * log_gamma)
    circuits = "" if num_circuits is None else f", in {num_circuits} random circuits"
    return f"γ = {gamma:.4g}: {squared:.3g}× the shots in place of up to {worst_gates:.3g}×{circuits}"
