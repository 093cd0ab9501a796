"""From whatever names a backend to a device that circuits can be costed on: `prepare_device`, `Device`."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Any

from hwcost.backend.compiler import Compiler
from hwcost.backend.target import build_all_to_all_target, build_device_target, build_target, median_values
from hwcost.calibration.assumed import AssumedValues, fill_unknown
from hwcost.calibration.audit import AuditedCalibration, audit
from hwcost.calibration.fractional import (
    basis_fractional_gates,
    usable_fractional_gates,
    with_fractional_gates,
    without_fractional_gates,
)
from hwcost.calibration.load import load_calibration
from hwcost.calibration.readout import MeasuredReadout
from hwcost.calibration.record import Calibration
from hwcost.core.defined_gates import know
from hwcost.core.errors import OptionError
from hwcost.core.gates import GATES
from hwcost.core.text import listing

if TYPE_CHECKING:
    from qiskit.transpiler import Target


@dataclass(frozen=True, slots=True)
class MedianTable:
    """Durations and errors by gate name alone: the median over the healthy part of a device."""

    values: dict[str, tuple[float | None, float | None]]
    dt_s: float | None
    resources: Mapping[str, str] = field(default_factory=dict)

    def duration_s(self, name: str, qubits: tuple[int, ...]) -> float | None:
        """Return the median duration of gate `name` in seconds, None if the device has no such gate."""
        return self.values.get(name, (None, None))[0]

    def error(self, name: str, qubits: tuple[int, ...]) -> float | None:
        """Return the median error of gate `name`, None if unknown."""
        return self.values.get(name, (None, None))[1]

    def resource(self, name: str, qubits: tuple[int, ...]) -> str | None:
        """Return what all gates `name` of the device need for themselves; None for nothing, or not the same."""
        return self.resources.get(name)

    def is_dead(self, name: str, qubits: tuple[int, ...]) -> bool:
        """Return False: dead gates are not in the medians."""
        return False


@dataclass(frozen=True)
class Device:
    """An audited calibration with the Targets to compile for, each built once, on first use."""

    audited: AuditedCalibration

    def __post_init__(self) -> None:
        know(self.audited.calibration.definitions)

    @cached_property
    def sha256(self) -> str:
        """Hash of the values and of how they were audited."""
        audited, calibration = self.audited, self.audited.calibration
        parts = (
            calibration.name, calibration.basis_gates, calibration.supported_operations, calibration.qubits,
            calibration.gates, calibration.dt_s, calibration.rep_delay_s, calibration.timing_constraints,
            audited.component, audited.excluded_qubits, audited.excluded_edges, audited.durations_only,
            *(() if audited.readout is None else (audited.readout.groups,)),
        )  # fmt: skip
        return hashlib.sha256(repr(parts).encode()).hexdigest()

    @cached_property
    def fractional_gates(self) -> tuple[str, ...]:
        """The fractional gates (rx, rzz) that circuits are compiled into; none by default."""
        return basis_fractional_gates(self.audited.calibration)

    @cached_property
    def other_gate_set(self) -> Device | None:
        """The same device with fractional gates, or without them if it has them; None where there is no other way."""
        calibration, durations_only = self.audited.calibration, self.audited.durations_only
        if self.fractional_gates:
            other = without_fractional_gates(calibration)
        elif usable_fractional_gates(calibration, durations_only=durations_only):
            other = with_fractional_gates(calibration, durations_only=durations_only)
        else:
            return None
        kept = self.audited.keeps_dead_readout
        readout = self.audited.readout
        audited = audit(other, durations_only=durations_only, keep_dead_readout=kept, readout=readout)
        return Device(audited) if audited.component else None

    @cached_property
    def target(self) -> Target:
        """Target of the largest healthy component; its qubit i is physical qubit `audited.component[i]`."""
        return build_target(self.audited)

    @cached_property
    def medians(self) -> MedianTable:
        """Median durations and errors of the healthy component."""
        return MedianTable(median_values(self.audited), self.audited.dt_s, _common_resources(self.audited.calibration))

    @cached_property
    def compiler(self) -> Compiler:
        """Compiler for `target`."""
        return Compiler(self.target, fold_angles=self._folds_angles)

    @cached_property
    def all_to_all_compiler(self) -> Compiler:
        """Compiler for the same gates without connectivity limits, as wide as the device."""
        target = build_all_to_all_target(self.audited, self.audited.calibration.num_qubits)
        return Compiler(target, fold_angles=self._folds_angles)

    @property
    def _folds_angles(self) -> bool:
        return any(GATES[name].angle_limits is not None for name in self.fractional_gates)

    def __reduce__(self) -> tuple[type[Device], tuple[AuditedCalibration]]:
        """Pickle the device without what is built on use: another process builds its own."""
        return Device, (self.audited,)


def _common_resources(calibration: Calibration) -> dict[str, str]:
    """Return what a gate needs for itself, by name, where all gates of that name need the same."""
    needed: dict[str, set[str | None]] = {}
    for gate in calibration.gates:
        needed.setdefault(gate.name, set()).add(gate.resource)
    common = {name: next(iter(found)) for name, found in needed.items() if len(found) == 1}
    return {name: resource for name, resource in common.items() if resource is not None}


def prepare_device(
    backend: Any,
    *,
    durations_only: bool = False,
    keep_dead_readout: bool = False,
    fractional_gates: bool = False,
    assumed: AssumedValues | None = None,
) -> Device:
    """Load, audit and index a backend. A fake backend is prepared once, files and live backends each time.

    Args:
        backend: What `load_calibration` takes, or a `Device`, which is returned as it is.
        durations_only: Ignore errors: nothing is excluded for them and no noise is costed.
        keep_dead_readout: Keep qubits whose readout error is 0.5 or more.
        fractional_gates: Compile into IBM's fractional gates rx and rzz where the device has them.
        assumed: Values for where the calibration has none, as `calibration_from_target` takes them.

    Raises:
        CalibrationError: The backend has no calibration, or none of the fractional gates asked for.
        OptionError: The options contradict those that a given `Device` was prepared with, or a value is given that the
            calibration has everywhere.
    """
    if isinstance(backend, Device):
        if (durations_only and not backend.audited.durations_only) or keep_dead_readout:
            raise OptionError(
                "durations_only and keep_dead_readout belong to prepare_device when a prepared Device is given"
            )
        if fractional_gates and not backend.fractional_gates:
            raise OptionError("fractional_gates belongs to prepare_device when a prepared Device is given")
        if assumed is not None and assumed.given():
            given = listing(sorted(assumed.given()))
            raise OptionError(f"{given} belongs to prepare_device (assumed=…) when a prepared Device is given")
        return backend
    calibration = load_calibration(backend)
    if assumed is not None:
        calibration = fill_unknown(calibration, assumed)
    is_fake = isinstance(backend, str) and calibration.source == "fake"
    if fractional_gates:
        calibration = with_fractional_gates(calibration, durations_only=durations_only)
    if is_fake:
        return _prepare(calibration, durations_only, keep_dead_readout)
    return Device(audit(calibration, durations_only=durations_only, keep_dead_readout=keep_dead_readout))


def with_measured_readout(device: Device, readout: MeasuredReadout) -> Device:
    """Return the device with readout that was measured, in place of the calibrated one of the same qubits.

    Raises:
        OptionError: The readout is of another device, or of qubits that this one does not have.
    """
    audited = device.audited
    name, num_qubits = audited.calibration.name, audited.calibration.num_qubits
    if readout.backend is not None and _bare(readout.backend) != _bare(name):
        raise OptionError(
            f"readout_from: {readout.origin} was measured on {readout.backend}, not on {name}; give that of this device"
        )
    if readout.qubits[-1] >= num_qubits:
        raise OptionError(
            f"readout_from: {readout.origin} has qubit {readout.qubits[-1]}, but {name} has {num_qubits} qubits, "
            "counted from 0; give that of this device"
        )
    return Device(
        audit(
            audited.calibration,
            durations_only=audited.durations_only,
            keep_dead_readout=audited.keeps_dead_readout,
            readout=readout,
        )
    )


def _bare(name: str) -> str:
    return name.strip().lower().removeprefix("fake_").removeprefix("ibm_").removeprefix("ibmq_")


def target(
    backend: Any, *, durations_only: bool = False, keep_dead_readout: bool = False, fractional_gates: bool = False
) -> Target:
    """Return the Target of a device's healthy part, for a `transpile` of one's own.

    Dead gates and qubits, and those that are not connected to the largest healthy part, are not in it. The numbers are
    the device's own, so the result runs on the device, and `estimate(…, transpile=False)` costs it. Qiskit's levels 0
    and 1 may put qubit i of a circuit on qubit i of the device, healthy or not, and then say that it cannot be done:
    use level 2 or 3 (2 is Qiskit's default), or give an `initial_layout`.

    Args:
        backend: As in `prepare_device`.
        durations_only: As in `prepare_device`.
        keep_dead_readout: As in `prepare_device`.
        fractional_gates: As in `prepare_device`.

    Raises:
        CalibrationError: The backend has no calibration, or nothing on it is healthy.

    Example:
        >>> from qiskit import QuantumCircuit, transpile
        >>> bell = QuantumCircuit(2)
        >>> _ = bell.h(0), bell.cx(0, 1), bell.measure_all()
        >>> isa = transpile(bell, target=target("fake_sherbrooke"), seed_transpiler=1)
        >>> isa.num_qubits, isa.count_ops()["ecr"]
        (127, 1)
    """
    device = prepare_device(
        backend,
        durations_only=durations_only,
        keep_dead_readout=keep_dead_readout,
        fractional_gates=fractional_gates,
    )
    device.audited.require_qubits(1)
    return build_device_target(device.audited)


@lru_cache(maxsize=16)
def _prepare(calibration: Calibration, durations_only: bool, keep_dead_readout: bool) -> Device:
    return Device(audit(calibration, durations_only=durations_only, keep_dead_readout=keep_dead_readout))
