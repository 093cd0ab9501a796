"""Qiskit `Target`s built from an `AuditedCalibration`.

The transpiler avoids a broken gate only if the gate is not in the Target and its qubit is not either, so the Target
holds the largest connected set of healthy qubits and nothing else, numbered from 0.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from statistics import median
from typing import TYPE_CHECKING, Any

from hwcost.calibration.audit import AuditedCalibration
from hwcost.calibration.record import Qubits, TimingConstraints
from hwcost.core.gates import ALIASES, BOUNDED_CONTROL_FLOW, NON_GATES
from hwcost.core.native_gates import NATIVE_GATES, gate_template, teach_transpiler

if TYPE_CHECKING:
    from qiskit.circuit import Delay
    from qiskit.transpiler import Target


def build_target(audited: AuditedCalibration) -> Target:
    """Build the Target of the healthy component; its qubit i is the physical qubit `audited.component[i]`.

    It holds the usable basis gates, `measure` (also where the device lists none), `reset` (if the device can), `delay`,
    and the control flow that the device lists, with T1, T2, durations and errors in the place of each. A basis gate
    whose unitary is not known is left out, since the transpiler could not translate into it. Unknown durations and
    errors are None; with `durations_only` all errors are None.

    Example:
        >>> from hwcost.calibration.audit import audit
        >>> from hwcost.calibration.sources.ibm_fake import load_fake_backend
        >>> target = build_target(audit(load_fake_backend("fake_sherbrooke")))
        >>> target.num_qubits, sorted(target.operation_names)[:3]
        (122, ['delay', 'ecr', 'for_loop'])
    """
    return _with_values(audited, audited.component)


def build_device_target(audited: AuditedCalibration) -> Target:
    """Build the same Target on the device's own qubit numbers; nothing is possible on qubits outside the component.

    Example:
        >>> from hwcost.calibration.audit import audit
        >>> from hwcost.calibration.sources.ibm_fake import load_fake_backend
        >>> target = build_device_target(audit(load_fake_backend("fake_sherbrooke")))
        >>> target.num_qubits, len(target["measure"])
        (127, 122)
    """
    return _with_values(audited, range(audited.calibration.num_qubits))


def _with_values(audited: AuditedCalibration, numbering: Sequence[int]) -> Target:
    """Build the Target of the component; qubit i is physical qubit `numbering[i]`."""
    from qiskit.circuit.library import Measure, Reset
    from qiskit.providers import QubitProperties
    from qiskit.transpiler import InstructionProperties

    def properties(name: str, places: Iterable[Qubits]) -> dict[Qubits, Any]:
        return {
            tuple(index[qubit] for qubit in qubits): InstructionProperties(
                duration=audited.duration_s(name, qubits), error=audited.error(name, qubits)
            )
            for qubits in places
        }

    calibration = audited.calibration
    index = {qubit: i for i, qubit in enumerate(numbering)}
    target = _empty_target(
        audited,
        len(numbering),
        [QubitProperties(t1=calibration.qubits[qubit].t1_s, t2=audited.t2_s[qubit]) for qubit in numbering],
    )
    places = _live_places(audited)
    for name, gate in _native_gates(audited, places).items():
        target.add_instruction(gate, properties(name, places[name]), name=name)
    target.add_instruction(Measure(), properties("measure", places["measure"]))
    if places["reset"]:
        target.add_instruction(Reset(), properties("reset", places["reset"]))
    target.add_instruction(_delay(), {(index[qubit],): None for qubit in audited.component})
    _add_control_flow(target, audited)
    return target


def build_all_to_all_target(audited: AuditedCalibration, num_qubits: int) -> Target:
    """Build a Target with the same native gates between any of `num_qubits` qubits, to cost a circuit unrouted.

    Its instructions are global and carry no values: cost them with `median_values`. Gates that Qiskit has no standard
    gate for are left out, as in `build_target`.

    Example:
        >>> from hwcost.calibration.audit import audit
        >>> from hwcost.calibration.sources.ibm_fake import load_fake_backend
        >>> target = build_all_to_all_target(audit(load_fake_backend("fake_sherbrooke")), 8)
        >>> target.num_qubits, target.build_coupling_map() is None
        (8, True)
    """
    from qiskit.circuit.library import Measure, Reset

    target = _empty_target(audited, num_qubits, None)
    # Without durations Qiskit cannot align delays to the device's time grid, so there is none.
    target.granularity = target.min_length = target.pulse_alignment = target.acquire_alignment = 1
    places = _live_places(audited)
    for name, gate in _native_gates(audited, places).items():
        target.add_instruction(gate, name=name)
    target.add_instruction(Measure())
    if places["reset"]:
        target.add_instruction(Reset())
    target.add_instruction(_delay())
    _add_control_flow(target, audited)
    return target


def median_values(audited: AuditedCalibration) -> dict[str, tuple[float | None, float | None]]:
    """Return the median duration in seconds and median error of each operation, over its usable places.

    Native and other reported gates, `measure` and `reset` are in it. A value is None where no place reports one.

    Example:
        >>> from hwcost.calibration.audit import audit
        >>> from hwcost.calibration.sources.ibm_fake import load_fake_backend
        >>> median_values(audit(load_fake_backend("fake_sherbrooke")))["rz"]
        (0.0, 0.0)
    """
    return {
        name: (
            _median(audited.duration_s(name, qubits) for qubits in where),
            _median(audited.error(name, qubits) for qubits in where),
        )
        for name, where in _live_places(audited).items()
        if where
    }


def _median(values: Iterable[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return median(known) if known else None


def _live_places(audited: AuditedCalibration) -> dict[str, list[Qubits]]:
    """Return where in the component each operation can be used, as physical qubits."""
    calibration, inside = audited.calibration, frozenset(audited.component)
    places: dict[str, list[Qubits]] = defaultdict(list)
    for gate in calibration.gates:
        usable = gate.name not in NON_GATES and not audited.is_dead(gate.name, gate.qubits)
        if usable and inside.issuperset(gate.qubits):
            places[gate.name].append(gate.qubits)
    operations = calibration.supported_operations
    each = [(qubit,) for qubit in audited.component]
    places["measure"] = [qubits for qubits in each if not audited.is_dead("measure", qubits)]
    places["reset"] = [
        qubits
        for qubits in each
        if (operations is None or "reset" in operations)
        and not audited.is_dead("reset", qubits)
        and audited.duration_s("reset", qubits) is not None
    ]
    return places


def _native_gates(audited: AuditedCalibration, places: Mapping[str, list[Qubits]]) -> dict[str, Any]:
    """Return a gate for each basis gate that is usable somewhere and whose unitary is known."""
    templates = {name: gate_template(name) for name in audited.calibration.basis_gates if places.get(name)}
    if any(name in NATIVE_GATES for name in templates):
        teach_transpiler()
    return {name: gate for name, gate in templates.items() if gate is not None and name not in ALIASES}


def _empty_target(audited: AuditedCalibration, num_qubits: int, qubit_properties: list[Any] | None) -> Target:
    from qiskit.transpiler import Target

    timing = audited.calibration.timing_constraints or TimingConstraints()
    return Target(
        description=audited.calibration.name,
        num_qubits=num_qubits,
        dt=audited.dt_s,
        qubit_properties=qubit_properties,
        granularity=timing.granularity,
        min_length=timing.min_length,
        pulse_alignment=timing.pulse_alignment,
        acquire_alignment=timing.acquire_alignment,
    )


def _delay() -> Delay:
    from qiskit.circuit import Delay, Parameter

    return Delay(Parameter("t"))


def _add_control_flow(target: Target, audited: AuditedCalibration) -> None:
    from qiskit.circuit import ForLoopOp, IfElseOp, SwitchCaseOp

    operations = {"if_else": IfElseOp, "for_loop": ForLoopOp, "switch_case": SwitchCaseOp}
    for name in BOUNDED_CONTROL_FLOW:  # the transpiler is offered no other
        if name in (audited.calibration.supported_operations or ()):
            target.add_instruction(operations[name], name=name)
