"""A PennyLane QNode as a `QuantumLayer`: its tape read once, its angles sorted, its circuits written in Qiskit.

Which angles change from run to run is found by building the tape again with other weights and with other data: an angle
that differs comes from there. That needs no knowledge of how the QNode computes its angles.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from hwcost.circuits.layers import GateAngle, MeasuredCircuit, QuantumLayer, Source, light_cone, measured_in_basis
from hwcost.core.errors import CircuitError, OptionError
from hwcost.core.text import error_text, one_line

if TYPE_CHECKING:
    from pennylane import QNode
    from pennylane.operation import Operator
    from pennylane.tape import QuantumScript
    from qiskit import QuantumCircuit

DATA_ARGUMENT = "inputs"
"""The argument that carries data, as `qml.qnn.TorchLayer` has it."""

_GATES: dict[str, str] = {
    "PauliX": "x", "PauliY": "y", "PauliZ": "z", "Hadamard": "h", "S": "s", "T": "t", "SX": "sx", "Identity": "id",
    "Adjoint(S)": "sdg", "Adjoint(T)": "tdg", "Adjoint(SX)": "sxdg",
    "RX": "rx", "RY": "ry", "RZ": "rz", "PhaseShift": "p", "U1": "p", "U3": "u",
    "CNOT": "cx", "CY": "cy", "CZ": "cz", "CH": "ch", "SWAP": "swap", "ISWAP": "iswap", "ECR": "ecr",
    "CRX": "crx", "CRY": "cry", "CRZ": "crz", "ControlledPhaseShift": "cp",
    "IsingXX": "rxx", "IsingYY": "ryy", "IsingZZ": "rzz",
    "Toffoli": "ccx", "CSWAP": "cswap", "CCZ": "ccz",
}  # fmt: skip
"""PennyLane gates that Qiskit has, with the same convention of angles and of the order of qubits."""

_NOTHING = frozenset({"Barrier", "Snapshot", "GlobalPhase", "WireCut"})
_STATES = frozenset({"StatePrep", "QubitStateVector", "AmplitudeEmbedding"})
_KEPT = frozenset({"QubitUnitary"})
MAX_STATE_WIRES = 14
"""Widest arbitrary state that is compiled: 2^14 amplitudes are some 16,000 two-qubit gates."""


MAX_MATRIX_WIRES = 6
"""Widest gate that is compiled from its matrix."""


def layer_from_qnode(
    qnode: QNode,
    args: Sequence[Any] = (),
    kwargs: Mapping[str, Any] | None = None,
    *,
    name: str | None = None,
    input_needs_gradient: bool = False,
) -> QuantumLayer:
    """Make a QNode a layer. Nothing is simulated; the QNode's function is called to record its operations.

    The argument named `inputs` carries data. Of the others, those marked trainable (torch or PennyLane tensors with
    `requires_grad`) are weights; where none is marked, all are.

    Args:
        qnode: The QNode; its device's wires and shots are used, its gradient method only noted.
        args: Arguments of one call.
        kwargs: Keyword arguments of one call.
        name: Name for reports; default that of its function.
        input_needs_gradient: Whether the gradient with respect to the data is needed.

    Raises:
        CircuitError: The QNode fails, or has something that no device of a calibration can run.
        OptionError: The arguments do not fit.
    """
    label = one_line(name or str(getattr(qnode.func, "__name__", "QNode")))
    bound = _bind(qnode, args, kwargs or {}, label)
    trained, notes = _weight_arguments(bound, label)
    data = {DATA_ARGUMENT} & set(bound)
    tapes = [
        _record(qnode, _marked(arguments, trained | (data if input_needs_gradient else set())), label)
        for arguments in (bound, _moved(bound, set(bound) - data), _moved(bound, data))
    ]
    layer = layer_from_tapes(qnode, tapes, name=label, input_needs_gradient=input_needs_gradient)
    return replace(layer, notes=tuple(dict.fromkeys([*notes, *layer.notes])))


def layer_from_tapes(
    qnode: QNode, tapes: Sequence[QuantumScript], *, name: str, input_needs_gradient: bool
) -> QuantumLayer:
    """Make what a QNode executes a layer.

    Args:
        qnode: The QNode.
        tapes: Three: as it was called, with other weights, with other data. Of a batch, the first row is taken.
        name: Name for reports.
        input_needs_gradient: Whether the gradient with respect to the data is needed.

    Raises:
        CircuitError: It has something that no device of a calibration can run.
    """
    import pennylane as qml

    label = one_line(name)
    rows = [_first_row(_checked(tape, label)) for tape in tapes]
    _check_measurements(rows[0], label)
    circuits, notes = _circuits(rows, _wire_order(rows[0], qnode), label)
    if any(op.name in _STATES for op in rows[0].operations):
        notes.append(
            f"{label}: a state is prepared by rotations; those that are zero for the sample given are left out"
        )
    return QuantumLayer(
        name=label,
        circuits=circuits,
        angles=_angles(rows, label),
        input_needs_gradient=input_needs_gradient,
        has_variance=any(isinstance(m, qml.measurements.VarianceMP) for m in rows[0].measurements),
        shots=rows[0].shots.total_shots,
        diff_method=qnode.diff_method if isinstance(qnode.diff_method, str) else None,
        notes=tuple(dict.fromkeys(notes)),
    )


def _first_row(tape: QuantumScript) -> QuantumScript:
    import pennylane as qml

    if tape.batch_size is None:
        return tape
    (first, *_), _ = qml.transforms.broadcast_expand(tape)
    return first


def _bind(qnode: QNode, args: Sequence[Any], kwargs: Mapping[str, Any], label: str) -> dict[str, Any]:
    """Return arguments by name."""
    import inspect

    signature = inspect.signature(qnode.func)
    for parameter in signature.parameters.values():
        if parameter.kind in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD, parameter.POSITIONAL_ONLY):
            raise OptionError(f"QNode {label}: argument {parameter.name!r} has no name of its own; give it one")
    try:
        bound = signature.bind(*args, **kwargs)
    except TypeError as error:
        needed = ", ".join(signature.parameters) or "none"
        raise OptionError(f"QNode {label}: {one_line(str(error))}; its arguments are: {needed}") from error
    bound.apply_defaults()
    return dict(bound.arguments)


def _weight_arguments(bound: Mapping[str, Any], label: str) -> tuple[set[str], list[str]]:
    """Return the names of the arguments that are trained, and what had to be assumed for that."""
    numeric = {name for name, value in bound.items() if name != DATA_ARGUMENT and _is_real(value)}
    marked = {name for name in numeric if getattr(bound[name], "requires_grad", False)}
    if marked or not numeric:
        return marked, []
    return numeric, [
        f"{label}: no argument is marked as trainable (requires_grad); counted as trained: {', '.join(sorted(numeric))}"
    ]


def _is_real(value: object) -> bool:
    import numpy as np

    try:
        array = np.asarray(value.detach().cpu() if hasattr(value, "detach") else value)
    except (TypeError, ValueError):
        return False
    return array.dtype.kind == "f" and array.size > 0


def _moved(bound: Mapping[str, Any], names: set[str]) -> dict[str, Any]:
    """Return the arguments with other generic values in place of the named ones."""
    import numpy as np

    def other(value: Any) -> Any:
        delta = np.random.default_rng(7).uniform(0.05, 0.5, size=tuple(np.shape(value)))
        if hasattr(value, "detach"):
            return value.detach() + value.new_tensor(delta)
        return np.asarray(value) + delta

    return {name: other(value) if name in names and _is_real(value) else value for name, value in bound.items()}


def _marked(bound: Mapping[str, Any], trained: set[str]) -> dict[str, Any]:
    """Return the arguments as tensors that know whether their gradient is needed; PennyLane reads it from them."""
    from pennylane import numpy as qnp

    def mark(name: str, value: Any) -> Any:
        if not _is_real(value):
            return value
        if hasattr(value, "detach"):
            return value.detach().clone().requires_grad_(name in trained)
        return qnp.array(value, requires_grad=name in trained)

    return {name: mark(name, value) for name, value in bound.items()}


def _record(qnode: QNode, arguments: Mapping[str, Any], label: str) -> Any:
    """Record the tape as the QNode's function writes it, the user's own transforms applied."""
    from pennylane.workflow import construct_tape

    try:
        tape = construct_tape(qnode, level="user")(**arguments)
    except Exception as error:
        raise CircuitError(
            f"QNode {label} fails: {type(error).__name__}: {one_line(error_text(error))}; does the sample fit?"
        ) from error
    if tape.batch_size not in (None, 1):
        raise OptionError(f"QNode {label}: the arguments hold a batch of {tape.batch_size}; give one sample")
    return tape


def _checked(tape: QuantumScript, label: str) -> QuantumScript:
    for operation in tape.operations:
        if type(operation).__name__ in _CLASSICAL:
            raise CircuitError(
                f"QNode {label} has a mid-circuit measurement or a condition on wires {list(operation.wires)}; write "
                "such a circuit in Qiskit and cost it with `hwcost estimate`"
            )
        if operation.name in _STATES and len(operation.wires) > MAX_STATE_WIRES:
            raise CircuitError(
                f"QNode {label} prepares an arbitrary state of {len(operation.wires)} qubits, some "
                f"{2 ** len(operation.wires):,} two-qubit gates; up to {MAX_STATE_WIRES} qubits are compiled"
            )
    return tape


_CLASSICAL = frozenset({"MidMeasure", "MidMeasureMP", "Conditional", "PauliMeasure", "ForLoop", "WhileLoop", "Cond"})


def _angles(tapes: Sequence[Any], label: str) -> tuple[GateAngle, ...]:
    """Return the trained angles, expanded as PennyLane's parameter-shift rule expands them."""
    import pennylane as qml

    def stop(operation: Operator) -> bool:
        if not operation.has_decomposition or not any(map(qml.math.requires_grad, operation.data)):
            return True
        return operation.grad_method is not None

    expanded = [
        qml.transforms.decompose(
            tape, gate_set=qml.gate_sets.ROTATIONS_PLUS_CNOT, stopping_condition=stop, strict=False
        )[0][0]
        for tape in tapes
    ]
    base = expanded[0]
    reaching = light_cone([op.wires if op.name not in _NOTHING else () for op in base.operations], _observed(base))
    angles = []
    for operation, sources, reaches in zip(base.operations, _sources(expanded, label), reaching, strict=True):
        for index, (value, source) in enumerate(zip(operation.data, sources, strict=True)):
            if source is not None and qml.math.requires_grad(value):
                shifts = _num_shifts(operation, index, label) if reaches else 0
                angles.append(GateAngle(gate=operation.name, source=source, num_shifts=shifts, reaches_output=reaches))
    return tuple(angles)


def _num_shifts(operation: Operator, index: int, label: str) -> int:
    """Count the circuits of one angle: two for each frequency, or those of the gate's own recipe."""
    try:
        return 2 * len(operation.parameter_frequencies[index])
    except Exception:  # not defined, or PennyLane fails to find them for some controlled gates
        pass
    recipe = (operation.grad_recipe or [None])[index]
    if recipe is None:
        raise CircuitError(
            f"QNode {label}: gate {operation.name} on wires {list(operation.wires)} has no parameter-shift rule; "
            "write it with rotations"
        )
    # Terms (factor, multiple of the angle, shift); the one without a shift needs no circuit of its own.
    return sum(1 for _, _, shift in recipe if shift != 0)


def _sources(tapes: Sequence[Any], label: str) -> list[tuple[Source | None, ...]]:
    """Return where each gate parameter comes from: it moves with the weights (and maybe data), data alone, or none."""
    import numpy as np
    import pennylane as qml

    base, by_weights, by_data = tapes
    shapes = [[(op.name, tuple(op.wires)) for op in tape.operations] for tape in tapes]
    if not shapes[0] == shapes[1] == shapes[2]:
        raise CircuitError(
            f"QNode {label}: its gates depend on the values of its arguments; each value would be another circuit"
        )

    def differs(a: Any, b: Any) -> bool:
        return not np.array_equal(qml.math.toarray(qml.math.detach(a)), qml.math.toarray(qml.math.detach(b)))

    return [
        tuple(
            # What no argument moves and is trained comes from outside of the function: a closure, an attribute.
            "weight" if differs(v, w) else "input" if differs(v, d) else "weight" if qml.math.requires_grad(v) else None
            for v, w, d in zip(one.data, two.data, three.data, strict=True)
        )
        for one, two, three in zip(base.operations, by_weights.operations, by_data.operations, strict=True)
    ]


def _observed(tape: QuantumScript) -> set[Any]:
    return {wire for measurement in tape.measurements for wire in (measurement.wires or tape.wires)}


def _wire_order(tape: QuantumScript, qnode: QNode) -> list[Any]:
    """Return the wires in use, in the order of the device where it has one."""
    order = list(qnode.device.wires) if qnode.device is not None and qnode.device.wires is not None else []
    used = list(tape.wires)
    return sorted(used, key=order.index) if set(used) <= set(order) else used


def _check_measurements(tape: QuantumScript, label: str) -> None:
    import pennylane as qml

    if not tape.measurements:
        raise CircuitError(f"QNode {label} returns no measurement; return expectation values, probabilities or samples")
    supported = (qml.measurements.ExpectationMP, qml.measurements.VarianceMP)
    raw = (qml.measurements.ProbabilityMP, qml.measurements.SampleMP, qml.measurements.CountsMP)
    for measurement in tape.measurements:
        name = type(measurement).__name__.removesuffix("MP")
        if not isinstance(measurement, (*supported, *raw)):
            raise CircuitError(f"QNode {label} returns {name}, which no device can measure; return expectation values")
        observable = measurement.obs
        words = None if observable is None else observable.pauli_rep
        if words is not None and not len(words):
            raise CircuitError(f"QNode {label} measures {one_line(str(observable))}, which is zero")
        several = len(words) > 1 if words is not None else observable is not None and observable.name != "Hadamard"
        if isinstance(measurement, qml.measurements.VarianceMP) and several:
            raise CircuitError(
                f"QNode {label} measures the variance of a sum, {one_line(str(observable))}; only that of one "
                "Pauli word has a rule"
            )


def _circuits(tapes: Sequence[Any], wires: list[Any], label: str) -> tuple[tuple[MeasuredCircuit, ...], list[str]]:
    """Return one measured Qiskit circuit for each group of measurements that PennyLane runs together."""
    import pennylane as qml

    notes: list[str] = []
    flat = [_flattened(tape, label) for tape in tapes]
    bare = _written(flat[0], _sources(flat, label), wires, label, notes)
    groups, _ = qml.transforms.split_non_commuting(tapes[0])
    circuits = []
    for group in groups:
        labels: list[str] = []
        rotated = bare
        for measurement in group.measurements:
            observable = measurement.obs
            if observable is None:
                measured = measurement.wires or qml.wires.Wires(wires)
                labels += [_label({wire: "Z"}, wires) for wire in measured]
            elif observable.pauli_rep is None:
                rotated = rotated.compose(_eigenbasis(observable, wires, label))
                labels += [_label({wire: "Z"}, wires) for wire in observable.wires]
            else:
                labels += [_label(dict(word), wires) for word in observable.pauli_rep if len(word)]
        if labels:
            circuits.append(measured_in_basis(rotated, labels))
    if not circuits:
        raise CircuitError(f"QNode {label} measures the identity only; there is nothing to run")
    return tuple(circuits), notes


def _eigenbasis(observable: Operator, wires: list[Any], label: str) -> QuantumCircuit:
    """Return the gates that turn an observable's eigenbasis into that of the measurement."""
    from pennylane.tape import QuantumScript

    try:
        gates = observable.diagonalizing_gates()
    except Exception as error:
        raise CircuitError(
            f"QNode {label} measures {one_line(str(observable))}; give it as Pauli words (qml.pauli_decompose)"
        ) from error
    flat = _flattened(QuantumScript(gates), label)
    return _written(flat, [(None,) * len(gate.data) for gate in flat.operations], wires, label, [])


def _label(word: Mapping[Any, str], wires: list[Any]) -> str:
    """Return a Pauli word as a label in Qiskit's order, the first wire right."""
    return "".join(word.get(wire, "I") for wire in reversed(wires))


def _flattened(tape: QuantumScript, label: str) -> Any:
    """Write the tape in gates that Qiskit has."""
    import pennylane as qml

    def stop(operation: Operator) -> bool:
        known = operation.name in _GATES or operation.name in _NOTHING or operation.name in _KEPT
        return known or not operation.has_decomposition

    def taken_apart(written: QuantumScript) -> QuantumScript:
        (flat,), _ = qml.transforms.decompose(
            written, gate_set=set(_GATES) | _NOTHING | _KEPT, stopping_condition=stop, strict=False
        )
        return flat

    try:
        return taken_apart(tape)
    except Exception:  # some decompositions know only NumPy's arrays
        (values,), _ = qml.transforms.convert_to_numpy_parameters(tape)
    try:
        return taken_apart(values)
    except Exception as error:
        raise CircuitError(
            f"QNode {label}: its gates cannot be taken apart: {one_line(error_text(error))}; write it with rotations"
        ) from error


def _matrix(operation: Operator, label: str) -> Any:
    """Return the matrix of a gate that cannot be taken apart."""
    import numpy as np
    import pennylane as qml

    if not operation.has_matrix or len(operation.wires) > MAX_MATRIX_WIRES:
        raise CircuitError(
            f"QNode {label}: gate {one_line(operation.name)} on wires {list(operation.wires)} cannot be taken apart "
            "into gates; write it with rotations"
        )
    return np.asarray(qml.math.toarray(qml.math.detach(qml.matrix(operation))))


def _written(
    tape: QuantumScript, sources: list[tuple[Source | None, ...]], wires: list[Any], label: str, notes: list[str]
) -> QuantumCircuit:
    """Write a flat tape in Qiskit; angles that change from run to run are free parameters, one per occurrence."""
    import numpy as np
    import pennylane as qml
    from qiskit import QuantumCircuit
    from qiskit.circuit import Parameter
    from qiskit.circuit.library import UnitaryGate

    circuit = QuantumCircuit(len(wires), name=label)
    position = {wire: index for index, wire in enumerate(wires)}
    counts = {"weight": 0, "input": 0}
    for operation, operation_sources in zip(tape.operations, sources, strict=True):
        qubits = [position[wire] for wire in operation.wires]
        values = [np.asarray(qml.math.toarray(qml.math.detach(value))) for value in operation.data]
        if operation.name in _NOTHING:
            continue
        if operation.name not in _GATES:
            if any(operation_sources):
                notes.append(f"{label}: {operation.name} is compiled for the values of the sample given")
            # PennyLane's first wire is the most significant bit, Qiskit's the least.
            circuit.append(UnitaryGate(_matrix(operation, label)), qubits[::-1])
            continue
        angles: list[Any] = []
        for value, source in zip(values, operation_sources, strict=True):
            if source is None:
                angles.append(float(value))
            else:
                angles.append(Parameter(f"{source}_{counts[source]}"))
                counts[source] += 1
        getattr(circuit, _GATES[operation.name])(*angles, *qubits)
    return circuit
