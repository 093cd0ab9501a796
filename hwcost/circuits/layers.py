"""The quantum layers of a model as circuits for a device: `QuantumLayer`; and how a Qiskit circuit becomes one."""

from __future__ import annotations

from collections.abc import Collection, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from hwcost.circuits.check import check_circuit
from hwcost.circuits.measurement_bases import plan_measurement
from hwcost.circuits.own_gates import name_own_gates
from hwcost.circuits.pauli_sums import read_pauli_sums
from hwcost.core.errors import CircuitError, OptionError
from hwcost.core.text import one_line

if TYPE_CHECKING:
    from qiskit import QuantumCircuit
    from qiskit.circuit import Parameter

Source: TypeAlias = Literal["weight", "input"]

SHIFTS: dict[str, int] = {
    **dict.fromkeys(
        ("rx", "ry", "rz", "p", "u1", "u2", "u3", "u", "rxx", "ryy", "rzz", "rzx", "cp", "cu1", "mcphase"), 2
    ),
    **dict.fromkeys(("crx", "cry", "crz"), 4),
}
"""Circuits of the parameter-shift rule for each parameter of a Qiskit gate: 2 for each positive difference between
eigenvalues of its generator. Rotations have one, controlled rotations two (1/2 and 1). Gates that are not listed are
expanded by their definition. General rule: Wierichs et al., Quantum 6, 677 (2022)."""

MAX_EXPANDED = 200_000
"""Operations after expanding definitions; more are no circuit of a model."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasuredCircuit:
    """One circuit that a device runs for a layer.

    Attributes:
        circuit: The circuit with its measurements; angles that change from run to run are free parameters.
        observables: Pauli labels in Qiskit's order that are estimated from it; empty for Z on each measured qubit.
    """

    circuit: QuantumCircuit
    observables: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class GateAngle:
    """One gate parameter that changes from run to run.

    Attributes:
        gate: Name of the gate.
        source: Whether it depends on a trainable weight, or on data alone.
        num_shifts: Circuits that the parameter-shift rule runs for it.
        reaches_output: Whether the gate lies in the light cone of an observable.
    """

    gate: str
    source: Source
    num_shifts: int
    reaches_output: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class QuantumLayer:
    """One quantum circuit in a model, whatever it was written in.

    Attributes:
        name: Where it stands in the model.
        circuits: One for each group of observables that can be measured together.
        angles: Gate parameters from weights and data, one entry per occurrence.
        calls: Evaluations in a forward pass of one sample.
        num_gradients: How often the gradient of each evaluation is asked for; more than once where the model takes
            gradients itself.
        input_needs_gradient: Whether something trainable stands before the layer.
        has_variance: Whether a variance is measured, whose gradient needs the unshifted circuit as well.
        shifts_unseen: Whether its gradient also shifts angles that no observable depends on.
        shots: Shots that the user's own device is set to, None if none.
        diff_method: Gradient method that the user's own layer is set to, None if it has none.
        notes: What was assumed.
    """

    name: str
    circuits: tuple[MeasuredCircuit, ...]
    angles: tuple[GateAngle, ...]
    calls: int = 1
    num_gradients: int = 1
    input_needs_gradient: bool = False
    has_variance: bool = False
    shifts_unseen: bool = False
    shots: int | None = None
    diff_method: str | None = None
    notes: tuple[str, ...] = ()

    @property
    def trained_angles(self) -> tuple[GateAngle, ...]:
        """The angles whose gradient is asked for; by default without those whose gradient is known to be zero."""
        return tuple(
            angle
            for angle in self.angles
            if (angle.reaches_output or self.shifts_unseen) and (angle.source == "weight" or self.input_needs_gradient)
        )

    def called(self, times: int, *, num_gradients: int) -> QuantumLayer:
        """Return the layer evaluated `times` times; without a gradient its angles do not count."""
        return replace(self, calls=times, num_gradients=num_gradients, angles=self.angles if num_gradients else ())


def layer_from_circuit(
    circuit: QuantumCircuit, *, observables: object = None, inputs: Iterable[Any] | None = None
) -> QuantumLayer:
    """Make a circuit a layer whose free parameters are weights, except those named as inputs.

    Args:
        circuit: With measurements, or without any if observables are given.
        observables: As in `hwcost.circuits.pauli_sums.read_pauli_sums`; one circuit for each basis in which their
            Pauli strings are measured.
        inputs: Names, `Parameter`s or `ParameterVector`s (or the vectors' names) that carry data.

    Raises:
        OptionError: An input is not a parameter of the circuit, or the observables do not fit it.
        CircuitError: A free parameter stands in a gate that has no parameter-shift rule.

    Example:
        >>> from qiskit import QuantumCircuit
        >>> from qiskit.circuit import Parameter
        >>> circuit = QuantumCircuit(2)
        >>> x, w = Parameter("x"), Parameter("w")
        >>> _ = circuit.rx(x, 0), circuit.crz(w, 0, 1), circuit.rx(w, 1), circuit.measure_all()
        >>> layer = layer_from_circuit(circuit, inputs=["x"])
        >>> [(angle.gate, angle.source, angle.num_shifts) for angle in layer.angles]
        [('rx', 'input', 2), ('crz', 'weight', 4), ('rx', 'weight', 2)]
    """
    check_circuit(circuit)
    circuit, name = name_own_gates(circuit), one_line(circuit.name)
    data = _data_parameters(circuit, inputs or ())
    measured = measured_circuits(circuit, observables)
    flat = list(_expanded(circuit, name))
    return QuantumLayer(name=name, circuits=measured, angles=tuple(gate_angles(flat, data, measured, circuit)))


def _data_parameters(circuit: QuantumCircuit, inputs: Iterable[Any]) -> set[Any]:
    """Return the circuit's parameters that carry data."""
    items = [inputs] if isinstance(inputs, str) else list(inputs)
    parameters: set[Any] = set()
    for item in items:
        wanted = item if isinstance(item, str) else getattr(item, "name", None)
        matching = {
            p for p in circuit.parameters if wanted in (p.name, getattr(getattr(p, "vector", None), "name", None))
        }
        if not matching:
            names = one_line(", ".join(dict.fromkeys(_vector_name(p) for p in circuit.parameters))) or "none"
            raise OptionError(f"input {one_line(str(wanted))!r} is not a parameter of {circuit.name}; it has: {names}")
        parameters |= matching
    return parameters


def _vector_name(parameter: Parameter) -> str:
    vector = getattr(parameter, "vector", None)
    return str(parameter.name if vector is None else vector.name)


def measured_circuits(circuit: QuantumCircuit, observables: object) -> tuple[MeasuredCircuit, ...]:
    """Return the circuit as it is, or one per group of Pauli strings that agree on the basis of each qubit.

    Args:
        circuit: The circuit.
        observables: As in `hwcost.circuits.pauli_sums.read_pauli_sums`; None or nothing leaves the circuit as it is.

    Raises:
        OptionError: A label does not fit the circuit, or all are the identity.
        CircuitError: The circuit's own measurements cannot be taken off.

    Example:
        >>> from qiskit import QuantumCircuit
        >>> len(measured_circuits(QuantumCircuit(2), ["ZI", "IZ", "XX"]))  # Z on both qubits, X on both
        2
    """
    if observables is None or (isinstance(observables, (list, tuple)) and not observables):
        return (MeasuredCircuit(circuit=circuit, observables=()),)
    plan = plan_measurement(read_pauli_sums(observables))
    width = circuit.num_qubits
    for label in plan.labels:
        if len(label) != width:
            raise OptionError(
                f"observable {one_line(label)!r}: give {width} letters of I, X, Y, Z, the right one for qubit 0"
            )
    bare = circuit.remove_final_measurements(inplace=False)
    if bare is None or bare.num_qubits != width:
        raise CircuitError(f"{one_line(circuit.name)}: its measurements cannot be taken off; leave them out")
    return tuple(measured_in_basis(bare, group) for group in plan.groups)


def measured_in_basis(circuit: QuantumCircuit, labels: Sequence[str]) -> MeasuredCircuit:
    """Add the basis changes and measurements that a group of qubit-wise commuting observables needs.

    Example:
        >>> from qiskit import QuantumCircuit
        >>> group = measured_in_basis(QuantumCircuit(2), ["XI", "XZ"])
        >>> dict(group.circuit.count_ops()), group.observables
        ({'measure': 2, 'h': 1}, ('ZI', 'ZZ'))
    """
    from qiskit import ClassicalRegister

    width = circuit.num_qubits
    basis = {q: label[width - 1 - q] for label in labels for q in range(width) if label[width - 1 - q] != "I"}
    out = circuit.copy()
    for qubit, letter in sorted(basis.items()):
        if letter == "Y":
            out.sdg(qubit)
        if letter in "XY":
            out.h(qubit)
    register = ClassicalRegister(len(basis), "observed")
    out.add_register(register)
    out.measure(sorted(basis), register)
    as_z = tuple(dict.fromkeys("".join("I" if letter == "I" else "Z" for letter in label) for label in labels))
    return MeasuredCircuit(circuit=out, observables=as_z)


def _expanded(circuit: QuantumCircuit, name: str) -> Iterator[tuple[str, tuple[Any, ...], tuple[Any, ...]]]:
    """Yield (gate, parameters, bits) of each operation; gates with free angles but no rule, by their definition."""
    left = [MAX_EXPANDED]

    def walk(
        part: QuantumCircuit, bits: Mapping[Any, Any], depth: int
    ) -> Iterator[tuple[str, tuple[Any, ...], tuple[Any, ...]]]:
        for instruction in part.data:
            left[0] -= 1
            if left[0] < 0:
                raise CircuitError(f"{name}: more than {MAX_EXPANDED:,} operations after expanding its gates")
            operation = instruction.operation
            where = tuple(bits[bit] for bit in (*instruction.qubits, *instruction.clbits))
            free = any(getattr(value, "parameters", None) for value in operation.params)
            if not free or operation.name in SHIFTS:
                yield operation.name, tuple(operation.params), where
                continue
            definition = getattr(operation, "definition", None)
            if definition is None or depth > 50:
                raise CircuitError(
                    f"{name}: gate {one_line(operation.name)!r} has a free parameter, no parameter-shift rule is known "
                    "for it, and it has no definition; write it with rotations"
                )
            inner = (*definition.qubits, *definition.clbits)
            yield from walk(definition, dict(zip(inner, where, strict=True)), depth + 1)

    yield from walk(circuit, {bit: bit for bit in (*circuit.qubits, *circuit.clbits)}, 0)


def _outputs(measured: Sequence[MeasuredCircuit], circuit: QuantumCircuit) -> set[Any]:
    """Return the qubits on which an observable acts; for a circuit as it is, the measured ones."""
    from qiskit.circuit import Measure

    labels = [label for measured_circuit in measured for label in measured_circuit.observables]
    if labels:
        return {circuit.qubits[q] for label in labels for q in range(len(label)) if label[-1 - q] != "I"}
    return {i.qubits[0] for i in circuit.data if isinstance(i.operation, Measure)} or set(circuit.qubits)


def gate_angles(
    operations: Sequence[tuple[str, tuple[Any, ...], tuple[Any, ...]]],
    data: set[Any],
    measured: Sequence[MeasuredCircuit],
    circuit: QuantumCircuit,
) -> Iterator[GateAngle]:
    """Yield the free gate parameters of operations that have a shift rule.

    Args:
        operations: (gate, parameters, bits) of each, in order of time; the bits are those of `circuit`.
        data: Parameters that carry data.
        measured: What is observed.
        circuit: The circuit.
    """
    outputs = _outputs(measured, circuit)
    reaching = light_cone([where if gate not in _NO_EFFECT else () for gate, _, where in operations], outputs)
    for (gate, values, _), reaches in zip(operations, reaching, strict=True):
        for value in values:
            free = set(getattr(value, "parameters", None) or ())
            if not free:
                continue
            # An angle that depends on a weight is trained, whatever data is in it too.
            yield GateAngle(
                gate=gate, source="input" if free <= data else "weight", num_shifts=SHIFTS[gate], reaches_output=reaches
            )


_NO_EFFECT = frozenset({"barrier", "delay", "id"})


def light_cone(wires: Sequence[Collection[Hashable]], outputs: Collection[Hashable]) -> list[bool]:
    """Find which operations can influence the outputs: those on a path of wires to one of them.

    Args:
        wires: What each operation acts on, in order of time.
        outputs: Wires that are observed at the end.

    Example:
        >>> light_cone([[0], [1], [0, 1], [1]], {0})
        [True, True, True, False]
    """
    cone = set(outputs)
    reached = [False] * len(wires)
    for index in range(len(wires) - 1, -1, -1):
        if not cone.isdisjoint(wires[index]):
            cone.update(wires[index])
            reached[index] = True
    return reached
