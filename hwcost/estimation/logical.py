"""The circuit as it was given, ready to be compiled: `LogicalCircuit`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from os import PathLike
from typing import TYPE_CHECKING, Any

from hwcost.circuits.boxes import inline_boxes
from hwcost.circuits.check import NO_MEASUREMENT, check_circuit
from hwcost.circuits.digest import content_sha256
from hwcost.circuits.load import LoadedCircuit, read_circuit_file
from hwcost.circuits.measurement_bases import MeasurementPlan, plan_measurement
from hwcost.circuits.own_gates import name_own_gates
from hwcost.circuits.pauli_sums import read_pauli_sums
from hwcost.circuits.qnode import is_qnode
from hwcost.core.caveat import Caveat
from hwcost.core.errors import CircuitError, OptionError
from hwcost.estimation.record import CircuitInfo

if TYPE_CHECKING:
    from qiskit import QuantumCircuit


@dataclass(frozen=True, slots=True, kw_only=True)
class LogicalCircuit:
    """A circuit before compilation.

    Attributes:
        circuit: The circuit, with the measurements that were asked for.
        source: File that it came from, None for an object.
        sha256: Of the file's bytes, or of the content of an object as it was given.
        plan: What is measured instead of Z on each measured qubit, None for that.
        caveats: What to know about the circuit.
    """

    circuit: QuantumCircuit
    source: str | None
    sha256: str
    plan: MeasurementPlan | None
    caveats: tuple[Caveat, ...]

    def info(self) -> CircuitInfo:
        """Return what a report says of it."""
        return CircuitInfo(
            name=self.circuit.name,
            source=self.source,
            sha256=self.sha256,
            num_qubits=self.circuit.num_qubits,
            num_parameters=self.circuit.num_parameters,
            depth=self.circuit.depth(),
            ops=dict(self.circuit.count_ops()),
        )


def read_logical(
    circuit: Any, *, arguments: Sequence[Any] = (), observable: Any = None, measure_all: bool = False
) -> LogicalCircuit:
    """Read a circuit, a circuit file or a QNode, check it, and add measurements if it has none and they are asked for.

    Args:
        circuit: A Qiskit circuit, a `LoadedCircuit`, the path of a file with exactly one circuit, or a PennyLane QNode.
        arguments: Arguments of one call of a QNode.
        observable: As in `hwcost.estimate`.
        measure_all: Measure every qubit of a circuit without measurements.

    Raises:
        CircuitError: The circuit cannot be read or costed.
        OptionError: It is something else, or an option does not belong to it.
    """
    if is_qnode(circuit):
        circuit, observable = _qnode_circuit(circuit, arguments, observable)
    elif arguments:
        raise OptionError("arguments belong to a PennyLane QNode; a circuit has none")
    loaded = _load(circuit)
    plan = None if observable is None else plan_measurement(read_pauli_sums(observable))
    logical, warnings = checked(loaded.circuit, measure_all=measure_all)
    if plan is not None and NO_MEASUREMENT in warnings:
        logical = _measured(logical, plan)
        warnings = tuple(line for line in warnings if line != NO_MEASUREMENT)
    return LogicalCircuit(
        circuit=logical,
        source=loaded.source,
        sha256=loaded.sha256,
        plan=plan,
        caveats=tuple(Caveat("circuit", line) for line in warnings),
    )


def _measured(circuit: QuantumCircuit, plan: MeasurementPlan) -> QuantumCircuit:
    """Measure the qubits that the observables act on, as the primitives do with a circuit without measurements."""
    from qiskit import ClassicalRegister

    width = len(plan.labels[0])
    qubits: Sequence[int] = plan.support()
    if width != circuit.num_qubits:
        # An ISA circuit with labels on the qubits before compilation; without a layout they fit nothing.
        places = [] if circuit.layout is None else circuit.layout.final_index_layout(filter_ancillas=True)
        if len(places) != width:
            raise OptionError(
                f"the observable {plan.labels[0]} is for {width} qubits, but the circuit has {circuit.num_qubits}; "
                "give one letter for each qubit, qubit 0 on the right"
            )
        qubits = sorted(places[qubit] for qubit in qubits)
    measured = circuit.copy()
    name = "observed"
    while any(register.name == name for register in (*circuit.qregs, *circuit.cregs)):
        name += "_"
    register = ClassicalRegister(len(qubits), name)
    measured.add_register(register)
    measured.barrier(qubits)
    measured.measure(qubits, register)
    return measured


def checked(circuit: QuantumCircuit, *, measure_all: bool) -> tuple[QuantumCircuit, tuple[str, ...]]:
    """Check a circuit, and measure all its qubits if it measures none and that is asked for.

    Returns:
        The circuit and what to know about it.

    Raises:
        CircuitError: It cannot be costed.
    """
    circuit = inline_boxes(circuit)
    warnings = check_circuit(circuit)
    circuit = name_own_gates(circuit)
    if measure_all and NO_MEASUREMENT in warnings:
        circuit = circuit.measure_all(inplace=False)
        warnings = check_circuit(circuit)
    return circuit, tuple(warnings)


def _qnode_circuit(qnode: Any, arguments: Sequence[Any], observable: Any) -> tuple[QuantumCircuit, Any]:
    """Return the circuit of a QNode and its observables."""
    if observable is not None:
        raise OptionError("a QNode has its observables; observable belongs to Qiskit circuits")
    from hwcost.circuits.pennylane import layer_from_qnode

    layer = layer_from_qnode(qnode, tuple(arguments))
    if len(layer.circuits) > 1:
        raise CircuitError(
            f"the QNode {layer.name} is {len(layer.circuits)} circuits, because its observables do not commute; "
            "estimate_model costs them together"
        )
    return layer.circuits[0].circuit, list(layer.circuits[0].observables)


def _load(circuit: Any) -> LoadedCircuit:
    from qiskit import QuantumCircuit

    if isinstance(circuit, LoadedCircuit):
        return circuit
    if isinstance(circuit, QuantumCircuit):
        return LoadedCircuit(
            circuit=circuit, source=None, sha256=content_sha256(circuit), index=0, num_in_file=1, file_format=None
        )
    if isinstance(circuit, (str, PathLike)):
        circuits = read_circuit_file(circuit)
        if len(circuits) > 1:
            raise CircuitError(
                f"{circuit}: the file has {len(circuits)} circuits; load them with load_circuits and estimate each"
            )
        return circuits[0]
    raise OptionError(f"a circuit of type {type(circuit).__name__} cannot be costed; give a QuantumCircuit or a file")
