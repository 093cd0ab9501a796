"""Measured against predicted attenuation: `Validation`, a frozen record with everything that `validate` reports."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from hwcost.core.plain import to_plain
from hwcost.estimation.record import BackendInfo, CircuitInfo, TranspileInfo
from hwcost.noise.shots import Inflation
from hwcost.report.result import Result
from hwcost.validation.simulation import SimulationMethod

SCHEMA = "hwcost.validation/1"
STATEMENT = "checked against Aer's noise model of the same calibration, not against hardware"

Draws: TypeAlias = Literal["angles", "inputs"]


@dataclass(frozen=True, slots=True, kw_only=True)
class MethodPrediction:
    """What one attenuation method says about one qubit, and what comes of its number of shots.

    Attributes:
        attenuation: Predicted λ, readout included.
        standard_error: Statistical error of the prediction (`pauli-path` only).
        shots: Shots that this qubit alone needs for the target, None where the predicted signal is gone.
        reached_standard_error: Standard error of the rescaled ⟨Z⟩ with those shots, None where nothing was measured.
        precision_ratio: Reached over target: 1 is right, less wastes shots, more misses the target.
    """

    attenuation: float
    standard_error: float | None
    shots: int | None
    reached_standard_error: float | None
    precision_ratio: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class QubitValidation:
    """One measured qubit.

    Attributes:
        qubit: Physical qubit.
        clbit: Classical bit.
        ideal_sd: Standard deviation of the ideal ⟨Z⟩ over the draws.
        attenuation: Measured λ: slope of the noisy ⟨Z⟩, as read out, on the ideal one. None where that is flat.
        standard_error: Of the slope.
        residual: What rescaling by the measured slope and intercept leaves: standard deviation of
            (noisy − intercept)/λ − ideal.
        target_standard_error: Standard error that the shots are for.
        ideal_value: ⟨Z⟩ without noise at the angles and the input of the circuit, None with free parameters.
        measured_value: The same as read out on the noisy device.
        value_ratio: measured_value/ideal_value; None where |ideal_value| < 0.1. It contains the shift
            towards |0⟩ by relaxation and readout, so it may exceed λ, and even 1.
        own_attenuation: λ at the angles and the input of the circuit: noisy before readout over ideal ⟨Z⟩, times what
            readout leaves. None with free parameters, and where the ideal value is next to 0.
        predicted: Prediction of each method.
        note: Why nothing could be measured, None if it could.
    """

    qubit: int
    clbit: int
    ideal_sd: float
    attenuation: float | None
    standard_error: float | None
    residual: float | None
    target_standard_error: float
    ideal_value: float | None
    measured_value: float | None
    value_ratio: float | None
    own_attenuation: float | None
    predicted: Mapping[str, MethodPrediction]
    note: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class MethodScore:
    """One attenuation method on the whole circuit; inflations are over the qubits that could be measured.

    Methods that average over angles are held against the slope `attenuation` of each qubit, a prediction by
    `pauli-propagation` against its `own_attenuation`.

    Attributes:
        method: Its name.
        inflation_mean: Predicted mean of 1/λ².
        inflation_worst: Largest predicted 1/λ².
        median_error: Median over the qubits of |predicted/measured − 1| of 1/λ².
        median_precision_ratio: Median over the qubits of reached over target, each with its own shots.
        shots_needed: Shots that `estimate` gives for the circuit with this method, None where the signal is gone.
        precision_ratio: With those shots, reached over target of the qubit with the smallest measured attenuation, the
            one that the shots are for.
    """

    method: str
    inflation_mean: float | None
    inflation_worst: float | None
    median_error: float | None
    median_precision_ratio: float | None
    shots_needed: int | None
    precision_ratio: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SimulationInfo:
    """How the truth was simulated.

    Attributes:
        method: Density matrix (exact) or trajectories (with a standard error).
        num_qubits: Qubits simulated: those that carry an operation.
        num_trajectories: Trajectories per draw, None for a density matrix.
        draws: What was drawn: all free angles uniformly in [0, 2π], or, in a circuit without free angles, basis
            states as inputs.
        num_draws: How many.
        seed: Seed of draws, trajectories and shots.
        qiskit_aer: Version of qiskit-aer.
    """

    method: SimulationMethod
    num_qubits: int
    num_trajectories: int | None
    draws: Draws
    num_draws: int
    seed: int
    qiskit_aer: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Validation(Result):
    """Measured against predicted attenuation of one circuit on one device.

    Attributes:
        circuit: The circuit.
        backend: The calibration.
        transpile: How it was compiled.
        simulation: How the truth was simulated.
        shots_requested: Noiseless shots whose precision is the target, None with `precision`.
        precision: Target standard error, None with `shots_requested`.
        rule: Whether the worst or the mean qubit sets `shots_needed`.
        inflation_mean: Measured mean of 1/λ², over the qubits that could be measured; None if none could.
        inflation_worst: Largest measured 1/λ².
        qubits: One record per measured classical bit.
        methods: One score per method.
        statement: What was checked, and what was not.
    """

    circuit: CircuitInfo
    backend: BackendInfo
    transpile: TranspileInfo
    simulation: SimulationInfo
    shots_requested: int | None
    precision: float | None
    rule: Inflation
    inflation_mean: float | None
    inflation_worst: float | None
    qubits: tuple[QubitValidation, ...]
    methods: tuple[MethodScore, ...]
    statement: str = STATEMENT

    def to_dict(self) -> dict[str, Any]:
        """Return plain dictionaries, lists, text and numbers with the keys of the JSON schema `hwcost.validation/1`."""
        return {"schema": SCHEMA, **{f.name: to_plain(getattr(self, f.name)) for f in dataclasses.fields(self)}}

    def to_rows(self) -> list[dict[str, Any]]:
        """Return one row per measured classical bit and method."""
        return [
            {
                "circuit": self.circuit.name,
                "backend": self.backend.name,
                "qubit": qubit.qubit,
                "clbit": qubit.clbit,
                "attenuation": qubit.attenuation,
                "standard_error": qubit.standard_error,
                "method": method,
                **{f"predicted.{key}": value for key, value in to_plain(prediction).items()},
                "note": qubit.note,
            }
            for qubit in self.qubits
            for method, prediction in qubit.predicted.items()
        ]
