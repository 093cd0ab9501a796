"""From signal attenuation to shots: how many repetitions a noisy device needs.

A measured ⟨Z⟩ is the ideal one times an attenuation λ. Dividing by λ multiplies the standard error by 1/λ, so the
number of shots for the same precision grows by I = 1/λ². Where λ exceeds 1, relaxation pushes a value towards the ideal
one; that is no signal and saves no shots, so λ counts as 1 here.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from typing import Any, Literal, TypeAlias

from hwcost.noise.attenuation import SIGNED, SMALLEST_ATTENUATION, QubitAttenuation
from hwcost.noise.hardware import CircuitKind, HardwareError, hardware_error

Inflation: TypeAlias = Literal["worst", "mean"]
Task: TypeAlias = Literal["expectation", "sampling"]

ORDER_OF_MAGNITUDE_INFLATION = 10.0
"""Above this inflation, predictions checked against exact noise simulation keep only their order of magnitude."""

SIGNAL_GONE_ATTENUATION = 1e-3
"""Below this attenuation a million times the shots would be needed; drift and bias dominate long before that."""


_ROUNDING = 1e-9


@dataclass(frozen=True, slots=True)
class WeightedSum:
    """An observable as (row of the attenuations, coefficient) of each Pauli string in it."""

    name: str
    terms: tuple[tuple[int, float], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ObservableCost:
    """One number that is wanted: ⟨Z⟩ of a measured qubit, a Pauli string, or a sum of Pauli strings.

    Attributes:
        name: What it is, empty for ⟨Z⟩ of a measured qubit.
        num_terms: Pauli strings in it.
        inflation: Factor on the shots of every basis for the same standard error as without noise; None if unbounded.
        variance: Variance of the rescaled estimate times the shots of each basis, in the observable's unit squared;
            None if unbounded.
        state_known: Whether `variance` is that of the circuit's own state; otherwise ⟨P⟩ = 0 is taken for each Pauli
            string, and no correlation between strings of one basis.
    """

    name: str
    num_terms: int
    inflation: float | None
    variance: float | None
    state_known: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ShotCost:
    """Shots that a circuit needs on the noisy device.

    Attributes:
        requested: Shots per basis that a noiseless device would need; None if a precision was asked for.
        precision: Wanted standard error of each observable; None if shots were asked for.
        task: `expectation` (signal is rescaled by 1/λ) or `sampling` (a shot counts if nothing failed: 1/ESP).
        method: Attenuation method, None where noise is not costed.
        attenuation: λ of each measured qubit or Pauli string, readout included.
        inflation_mean: Mean inflation over the observables, None if unbounded or not costed.
        inflation_worst: Largest inflation, None if unbounded or not costed.
        rule: Which of the two `needed` uses.
        needed: Shots to run in each basis; None where the signal is gone.
        num_bases: Circuits that are measured, one per basis.
        observables: What is wanted, one by one; empty where no noise is costed or samples are wanted.
        hardware: How far hardware was from such predictions; None where no signal is predicted, no noise costed, or
            samples are wanted, of which there are no runs.
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
    num_bases: int = 1
    observables: tuple[ObservableCost, ...] = ()
    hardware: HardwareError | None = None

    @property
    def needed_low(self) -> int | None:
        """Shots in each basis if noise costs less by the error seen on hardware; at least the noiseless ones."""
        if self.needed is None or self.hardware is None:
            return None
        fewest = min(self.noiseless, self.needed)
        return max(fewest, math.ceil(self.needed / self.hardware.factor * (1.0 - _ROUNDING)))

    @property
    def needed_high(self) -> int | None:
        """Shots in each basis if noise costs more by that error; None where the signal may be gone then."""
        if self.needed is None or self.hardware is None:
            return None
        if self.hardware.inflation_high > 1.0 / SIGNAL_GONE_ATTENUATION**2:
            return None
        return math.ceil(self.needed * self.hardware.factor * (1.0 - _ROUNDING))

    @property
    def executions(self) -> int | None:
        """Shots to run in all bases together."""
        return None if self.needed is None else self.needed * self.num_bases

    @property
    def noiseless(self) -> int:
        """Shots per basis of the job as requested: those given, or 1/ε², as the primitives take a precision."""
        return math.ceil(_noiseless(self.requested, self.precision) * (1.0 - _ROUNDING))

    def standard_error(self, shots: int, rule: Inflation = "worst") -> float | None:
        """Return the worst or mean standard error over the observables with so many shots in each basis, if bounded.

        Values are rescaled by 1/λ, as always here; without that they would be biased instead.
        """
        known = [each.variance for each in self.observables if each.variance is not None]
        if not known or len(known) < len(self.observables):
            return None
        return math.sqrt((max(known) if rule == "worst" else math.fsum(known) / len(known)) / shots)

    def plain(self) -> dict[str, Any]:
        """Return the fields, with the executions, and the observables that were asked for by name."""
        own = {f.name: getattr(self, f.name) for f in fields(self)}
        # What is wanted of each measured qubit is in its attenuation already.
        named = [each for each in self.observables if each.name]
        ends = {"needed_low": self.needed_low, "needed_high": self.needed_high}
        return {**own, **ends, "executions": self.executions, "observables": named}


def _is_signed(attenuations: Sequence[QubitAttenuation], rule: Inflation) -> bool:
    """Return whether the λ that sets the shots, or one of those in a mean, is one at bound angles."""
    deciding = attenuations if rule == "mean" else [min(attenuations, key=lambda row: row.value)]
    return any(row.method == SIGNED for row in deciding)


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
    observables: Sequence[WeightedSum] | None = None,
    num_bases: int = 1,
    kind: CircuitKind = "chosen",
) -> ShotCost:
    """Return the shots needed in each basis for the requested shots or precision.

    An observable Σ c·P has, with N shots in each basis, a variance of Σ c²/(λ²·N), where nothing is known of the
    state: ⟨P⟩ = 0 and strings of one basis are not correlated (`with_variances` replaces that where the state is
    known). Its inflation is Σ c²/λ² over Σ c².

    Args:
        attenuations: λ of each measured qubit or Pauli string, at least one.
        method: Name of the attenuation method.
        requested: Noiseless shots per basis, or None with a precision.
        precision: Standard error of each observable, or None with shots.
        rule: Use the worst or the mean inflation.
        task: `sampling` replaces 1/λ² by 1/ESP.
        log10_esp: log10 of the estimated success probability, for `sampling`.
        observables: What is wanted; default each row of `attenuations` by itself.
        num_bases: Circuits that are measured, one per basis.
        kind: Whose error on hardware it is.
    """
    if observables is None:
        observables = [WeightedSum("", ((row, 1.0),)) for row in range(len(attenuations))]
    costs = [_observable_cost(each, attenuations) for each in observables]
    if task == "sampling":
        factors = [10.0**-log10_esp if log10_esp > -300 else math.inf]
    else:
        factors = [math.inf if cost.inflation is None else cost.inflation for cost in costs]
    mean, worst = math.fsum(factors) / len(factors), max(factors)
    used = worst if rule == "worst" else mean
    return ShotCost(
        requested=requested,
        precision=precision,
        task=task,
        method=method,
        attenuation=tuple(attenuations),
        inflation_mean=finite(mean),
        inflation_worst=finite(worst),
        rule=rule,
        needed=_needed(requested, precision, used, [] if task == "sampling" else costs, rule),
        num_bases=num_bases,
        observables=() if task == "sampling" else tuple(costs),
        hardware=None
        if task == "sampling"
        else hardware_error(
            worst=finite(worst), mean=finite(mean), rule=rule, kind=kind, signed=_is_signed(attenuations, rule)
        ),
    )


def with_variances(shots: ShotCost, variances: Sequence[float | None]) -> ShotCost:
    """Return the shots for observables of which the variance in the circuit's own state is known.

    For a wanted precision they decide about the shots. Shots that are asked for by number stay those that make up
    for noise in a state of which nothing is known: an eigenstate would ask for no shots at all.

    Args:
        shots: Where nothing is known of the state.
        variances: Variance times shots per basis, of each observable; None leaves it as it is.
    """
    costs = tuple(
        cost if variance is None else replace(cost, variance=finite(variance), state_known=True)
        for cost, variance in zip(shots.observables, variances, strict=True)
    )
    used = shots.inflation_worst if shots.rule == "worst" else shots.inflation_mean
    return replace(
        shots,
        observables=costs,
        needed=_needed(shots.requested, shots.precision, math.inf if used is None else used, costs, shots.rule),
    )


def _observable_cost(each: WeightedSum, attenuations: Sequence[QubitAttenuation]) -> ObservableCost:
    noiseless = math.fsum(coefficient**2 for _, coefficient in each.terms)
    # Above 1 there is a shift towards the ideal value beside the signal.
    left = [min(1.0, attenuations[row].value) for row, _ in each.terms]
    noisy = math.fsum(c**2 * inflation(value) for (_, c), value in zip(each.terms, left, strict=True))
    return ObservableCost(
        name=each.name,
        num_terms=len(each.terms),
        inflation=finite(noisy / noiseless),
        variance=finite(noisy),
        state_known=False,
    )


def _needed(
    requested: int | None, precision: float | None, used: float, costs: Sequence[ObservableCost], rule: Inflation
) -> int | None:
    """Return the shots to run in each basis, None where the signal is gone."""
    if used > 1.0 / SIGNAL_GONE_ATTENUATION**2:
        return None
    shots = _noiseless(requested, precision) * used
    if requested is None and costs:
        variances = [math.inf if cost.variance is None else cost.variance for cost in costs]
        wanted = max(variances) if rule == "worst" else math.fsum(variances) / len(variances)
        shots = _noiseless(None, precision) * wanted
    # One part in 10^9 keeps rounding noise from asking for one shot more.
    return max(1, math.ceil(shots * (1.0 - _ROUNDING)))


def noiseless_shots(*, requested: int | None, precision: float | None, num_bases: int = 1) -> ShotCost:
    """Return the shots of a noiseless device, for estimates of durations only."""
    return ShotCost(
        requested=requested,
        precision=precision,
        num_bases=num_bases,
        task="expectation",
        method=None,
        attenuation=(),
        inflation_mean=None,
        inflation_worst=None,
        rule="worst",
        needed=math.ceil(_noiseless(requested, precision)),
    )
