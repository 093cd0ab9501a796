"""Calibrations of Qiskit `Target`s, and of backend objects that have nothing but a Target.

A Target says which gates a device has where, and may say how long they take, how often they fail, and T1 and T2 of its
qubits. What it does not say stays unknown: nothing is assumed but that rz, p and u1 are virtual where they have no
values. It never says how long a device waits between shots.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeAlias

from hwcost.calibration.record import Calibration, GateCalibration, QubitCalibration, Qubits, TimingConstraints
from hwcost.calibration.sources.target_gates import Meaning, meaning_of
from hwcost.core.errors import CalibrationError
from hwcost.core.gates import CONTROL_FLOW, VIRTUAL_GATES
from hwcost.core.text import one_line, printable
from hwcost.core.user_code import load_object, names_object

if TYPE_CHECKING:
    from qiskit.transpiler import Target

_Foreign: TypeAlias = Any  # an object of Qiskit's or of a maker's package

MAX_QUBITS = 10_000
"""More than any device has; a Target without places for its gates has a record for each pair of qubits."""

_MAX_RECORDS = 2_000_000
_NOT_COSTED = frozenset({"barrier", "store", "box"})
_VIRTUAL_NOTE = "{} taken as virtual where the Target has no values: no error and no duration"


def claims(given: object) -> bool:
    """Return whether it is a Target, has one, or is text that names such an object: `file.py:name`, `module:name`."""
    if isinstance(given, str):
        return names_object(given)
    return _target_of(given) is not None


def read(given: _Foreign) -> Calibration:
    """Read what the Target reports.

    Raises:
        CalibrationError: The Target has no number of qubits, or a value in it is impossible.
        InputError: Text names no object, or what it names is no backend.
    """
    if isinstance(given, str):
        # Imported here, because it looks through all origins, this one among them.
        from hwcost.calibration.load import load_calibration

        return load_calibration(load_object(given))
    target = _target_of(given)
    name = _name_of(given, target)
    kind = f"{type(given).__module__}.{type(given).__name__}"
    origin = f"{kind} object" if given is target else f"Target of the {kind} object"
    return _Reader(target, name, origin).calibration()


def _target_of(given: object) -> _Foreign:
    if not any(base.__module__.startswith("qiskit") for base in type(given).__mro__):
        return None
    from qiskit.transpiler import Target

    if isinstance(given, Target):
        return given
    target = getattr(given, "target", None)
    return target if isinstance(target, Target) else None


def _name_of(given: _Foreign, target: _Foreign) -> str:
    names = (None if given is target else getattr(given, "name", None), target.description, "target")
    return next(printable(one_line(name))[:100] for name in names if isinstance(name, str) and name.strip())


class _Reader:
    """Collects what a Target says, gate by gate."""

    def __init__(self, target: Target, name: str, origin: str) -> None:
        self.target, self.name, self.origin = target, name, origin
        if not target.num_qubits:
            raise CalibrationError(
                f"{name}: the Target does not say how many qubits it has; make it with Target(num_qubits=…)"
            )
        if target.num_qubits > MAX_QUBITS:
            raise CalibrationError(f"{name}: the Target has {target.num_qubits:,} qubits, at most {MAX_QUBITS:,} do")
        self.num_qubits: int = target.num_qubits
        self.gates: list[GateCalibration] = []
        self.meanings: dict[str, Meaning] = {}
        self.operations: list[str] = []
        self.readouts: dict[int, Any] = {}
        self.notes: list[str] = []

    def calibration(self) -> Calibration:
        for name in self.target.operation_names:
            self._read(name, self.target.operation_from_name(name))
        virtual = sorted(name for name in self.meanings if name in VIRTUAL_GATES and self._fill_virtual(name))
        notes = [_VIRTUAL_NOTE.format(", ".join(virtual))] if virtual else []
        timing = {
            field: getattr(self.target, field) or 1
            for field in ("granularity", "min_length", "pulse_alignment", "acquire_alignment")
        }
        return Calibration(
            name=self.name,
            source="target",
            origin=self.origin,
            num_qubits=self.num_qubits,
            basis_gates=tuple(self.meanings),
            supported_operations=tuple(dict.fromkeys(self.operations)),
            qubits=tuple(self._qubit(qubit) for qubit in range(self.num_qubits)),
            gates=tuple(self.gates),
            definitions={name: m.definition for name, m in self.meanings.items() if m.definition is not None},
            dt_s=self.target.dt,
            timing_constraints=TimingConstraints(**timing),
            assumptions=(*self.notes, *notes),
        )

    def _read(self, name: str, operation: _Foreign) -> None:
        from qiskit.circuit import Delay, Gate, Measure, Reset

        if isinstance(operation, type):  # control flow and other operations on any number of qubits
            if name in CONTROL_FLOW:
                self.operations.append(name)
        elif isinstance(operation, Delay):
            self.operations.append("delay")
        elif isinstance(operation, Measure):
            # A second kind of measurement (measure_2 of IBM) is not what a circuit's `measure` is.
            if name == "measure":
                self.operations.append("measure")
                self.readouts = {qubits[0]: values for qubits, values in self._places(name, 1)}
        elif isinstance(operation, Reset):
            self.operations.append("reset")
            self.gates += [
                GateCalibration(name="reset", qubits=qubits, duration_s=getattr(values, "duration", None))
                for qubits, values in self._places(name, 1)
            ]
        elif isinstance(operation, Gate):
            self._read_gate(name, operation)
        elif name not in _NOT_COSTED:
            self.notes.append(f"{one_line(name)} of the Target is no gate and is not used")

    def _read_gate(self, name: str, gate: _Foreign) -> None:
        meaning = meaning_of(name, gate)
        if meaning.problem is not None:
            self.notes.append(f"gate {one_line(name)} of the Target is not used: {meaning.problem}")
            return
        self.meanings[name] = meaning
        for qubits, values in self._places(name, gate.num_qubits):
            self.gates.append(
                GateCalibration(
                    name=name,
                    qubits=qubits,
                    error=getattr(values, "error", None),
                    duration_s=getattr(values, "duration", None),
                )
            )

    def _places(self, name: str, num_qubits: int) -> Iterator[tuple[Qubits, Any]]:
        """Yield where an operation can be used, with its values; one without places can be used anywhere."""
        values: Mapping[Any, Any] = self.target[name]
        if None not in values:
            yield from values.items()
            return
        if len(self.gates) + self.num_qubits**num_qubits > _MAX_RECORDS:
            raise CalibrationError(
                f"{self.name}: {one_line(name)} acts between any of {self.num_qubits:,} qubits, too many to list; "
                "give a Target with fewer qubits"
            )
        for qubits in itertools.permutations(range(self.num_qubits), num_qubits):
            yield qubits, values[None]

    def _fill_virtual(self, name: str) -> bool:
        """Take a phase gate as virtual where it has no duration or no error; return whether a value was missing."""
        before = self.gates
        self.gates = [
            replace(
                gate,
                error=0.0 if gate.error is None else gate.error,
                duration_s=0.0 if gate.duration_s is None else gate.duration_s,
            )
            if gate.name == name and (gate.error is None or gate.duration_s is None)
            else gate
            for gate in before
        ]
        return any(new is not old for new, old in zip(self.gates, before, strict=True))

    def _qubit(self, qubit: int) -> QubitCalibration:
        properties = self.target.qubit_properties
        values = properties[qubit] if properties is not None and qubit < len(properties) else None
        readout = self.readouts.get(qubit)
        can_be_read = not self.readouts or qubit in self.readouts
        return QubitCalibration(
            qubit=qubit,
            t1_s=getattr(values, "t1", None),
            t2_s=getattr(values, "t2", None),
            readout_error=getattr(readout, "error", None) if can_be_read else 1.0,
            readout_duration_s=getattr(readout, "duration", None),
        )
