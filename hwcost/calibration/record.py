"""What a device reported about itself at one moment: the `Calibration` record.

The record holds the values as they were reported, converted to SI units and checked for being possible at all
(errors in [0, 1], times finite and not negative). Whether they are *plausible* is the business of
`hwcost.calibration.audit`, which lists findings and exclusions without changing what was reported.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeAlias

from hwcost.core.checks import is_between, is_finite
from hwcost.core.errors import CalibrationError
from hwcost.core.text import shown

Qubits: TypeAlias = tuple[int, ...]


MAX_TIME_S = 1e300
"""What is larger overflows in sums. Models of perfect devices have very long T1, so that the audit, not this limit,
says of a time from a second on that no superconducting qubit has it."""


def _check_time(value: float | None, what: str) -> None:
    if value is None or is_between(value, 0.0, MAX_TIME_S):
        return
    if is_finite(value) and value > 0.0:
        raise CalibrationError(f"{what} is {shown(value)}; a time is at most {MAX_TIME_S:g} s, check its unit")
    raise CalibrationError(f"{what} is {shown(value)}; a time must be finite and not negative")


def _check_probability(value: float | None, what: str) -> None:
    if value is not None and not is_between(value, 0.0, 1.0):
        raise CalibrationError(f"{what} is {shown(value)}; a probability must lie between 0 and 1")


@dataclass(frozen=True, slots=True, kw_only=True)
class QubitCalibration:
    """Reported values of one qubit. `None` means that the source does not say.

    Attributes:
        qubit: Physical qubit number.
        t1_s: Relaxation time in seconds.
        t2_s: Dephasing time in seconds, as reported (it may exceed 2·T1).
        readout_error: Mean assignment error of a measurement.
        prob_meas0_prep1: P(read 0 | prepared 1).
        prob_meas1_prep0: P(read 1 | prepared 0).
        readout_duration_s: Duration of a measurement in seconds.
        operational: False where the device says that the qubit is out of use.
        dates: When each value was measured (aware), by field name, where the source says so.
    """

    qubit: int
    t1_s: float | None = None
    t2_s: float | None = None
    readout_error: float | None = None
    prob_meas0_prep1: float | None = None
    prob_meas1_prep0: float | None = None
    readout_duration_s: float | None = None
    operational: bool = True
    dates: Mapping[str, datetime] = field(default_factory=dict, hash=False)

    def __post_init__(self) -> None:
        where = f"qubit {self.qubit}"
        for name in ("t1_s", "t2_s", "readout_duration_s"):
            _check_time(getattr(self, name), f"{where}: {name}")
        for name in ("readout_error", "prob_meas0_prep1", "prob_meas1_prep0"):
            _check_probability(getattr(self, name), f"{where}: {name}")


@dataclass(frozen=True, slots=True, kw_only=True)
class GateCalibration:
    """Reported values of one gate on an ordered tuple of qubits. `None` means that the source does not say.

    Attributes:
        name: Gate name as in Qiskit (`sx`, `ecr`, …, also `reset`).
        qubits: Physical qubits in the gate's own order.
        error: Average gate error (1 − average gate fidelity).
        duration_s: Duration in seconds.
        operational: False where the device says that the gate is out of use.
        dates: When each value was measured (aware), by field name, where the source says so.
        resource: What the gate needs for itself beside its qubits, such as a resonator: of the gates with the same one,
            one runs at a time.
    """

    name: str
    qubits: Qubits
    error: float | None = None
    duration_s: float | None = None
    operational: bool = True
    dates: Mapping[str, datetime] = field(default_factory=dict, hash=False)
    resource: str | None = None

    def __post_init__(self) -> None:
        where = f"{self.name} on {self.qubits}"
        _check_time(self.duration_s, f"{where}: duration_s")
        _check_probability(self.error, f"{where}: error")


@dataclass(frozen=True, slots=True, kw_only=True)
class TimingConstraints:
    """Alignment rules of the control electronics, in units of dt."""

    granularity: int = 1
    min_length: int = 1
    pulse_alignment: int = 1
    acquire_alignment: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Calibration:
    """One snapshot of one device, in SI units, as reported.

    Attributes:
        name: Name to report, for example `fake_sherbrooke`.
        source: Kind of origin, the name of one of `hwcost.calibration.sources.registry.SOURCES`.
        origin: Where exactly it came from, in words (package and version, file, service).
        num_qubits: Number of qubits of the device; `qubits` has exactly one entry for each, in order.
        basis_gates: Names of the native gates that a compiler may use.
        supported_operations: Names of non-gate operations that the device lists (`measure`, `reset`, `delay`,
            `if_else`, …), or None where the source has no such list.
        qubits: One record per qubit.
        gates: One record per gate and ordered tuple of qubits.
        dt_s: Time step of the control electronics, None if unknown.
        rep_delay_s: Default repetition delay between shots, None if unknown.
        rep_delay_range_s: Smallest and largest repetition delay that the device accepts.
        timing_constraints: Alignment rules, None if unknown.
        snapshot_date: When the device reported these values (aware), None if unknown.
        oldest_value_date: Date of the oldest single value used (aware).
        newest_value_date: Date of the newest single value used (aware).
        max_shots: Largest number of shots of one circuit.
        processor: Processor family in words, for example `Eagle r3`.
        licence: Licence of the values as an SPDX identifier, None if unknown.
        first_source: Kind of origin before the values went into a snapshot file; None where `source` is that already.
        assumptions: What did not come from the device but was given or derived, one line each.
        definitions: What the gates do that only this device has, by name (`hwcost.core.defined_gates`).
    """

    name: str
    source: str
    origin: str
    num_qubits: int
    basis_gates: tuple[str, ...]
    supported_operations: tuple[str, ...] | None = None
    qubits: tuple[QubitCalibration, ...]
    gates: tuple[GateCalibration, ...]
    dt_s: float | None = None
    rep_delay_s: float | None = None
    rep_delay_range_s: tuple[float, float] | None = None
    timing_constraints: TimingConstraints | None = None
    snapshot_date: datetime | None = None
    oldest_value_date: datetime | None = None
    newest_value_date: datetime | None = None
    max_shots: int | None = None
    processor: str | None = None
    licence: str | None = None
    first_source: str | None = None
    assumptions: tuple[str, ...] = ()
    definitions: Mapping[str, str] = field(default_factory=dict, hash=False)
    _gate_table: dict[tuple[str, Qubits], GateCalibration] = field(init=False, repr=False, compare=False)
    _shares_resources: bool = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if [q.qubit for q in self.qubits] != list(range(self.num_qubits)):
            raise CalibrationError(
                f"{self.name}: the qubit records are not 0 … {self.num_qubits - 1} in order; "
                "each qubit needs exactly one record"
            )
        _check_time(self.dt_s, f"{self.name}: dt_s")
        _check_time(self.rep_delay_s, f"{self.name}: rep_delay_s")
        table: dict[tuple[str, Qubits], GateCalibration] = {}
        for gate in self.gates:
            key = (gate.name, gate.qubits)
            if key in table:
                raise CalibrationError(f"{self.name}: {gate.name} on {gate.qubits} is given twice")
            if len(set(gate.qubits)) != len(gate.qubits) or not all(0 <= q < self.num_qubits for q in gate.qubits):
                raise CalibrationError(
                    f"{self.name}: {gate.name} acts on {gate.qubits}, but the device has {self.num_qubits} qubits"
                )
            table[key] = gate
        object.__setattr__(self, "_gate_table", table)
        object.__setattr__(self, "_shares_resources", any(gate.resource is not None for gate in self.gates))

    def gate(self, name: str, qubits: Qubits) -> GateCalibration | None:
        """Return the record of gate `name` on exactly these ordered `qubits`, or None."""
        return self._gate_table.get((name, qubits))

    def resource(self, name: str, qubits: Qubits) -> str | None:
        """Return what gate `name` on these `qubits` needs for itself beside them, None for nothing."""
        if not self._shares_resources:
            return None
        gate = self._gate_table.get((name, qubits))
        return None if gate is None else gate.resource
