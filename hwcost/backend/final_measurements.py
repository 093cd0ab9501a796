"""Circuits of gates with measurements at the end: `final_measurements`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hwcost.backend.statevector import is_silent
from hwcost.core.text import one_line

if TYPE_CHECKING:
    from qiskit import QuantumCircuit


class NotFinalError(Exception):
    """The circuit is of another kind; the message says what it has, such as `a reset`."""


def final_measurements(circuit: QuantumCircuit) -> dict[int, int]:
    """Return the qubit that is measured into each bit of a circuit of gates with measurements at the end.

    Raises:
        NotFinalError: It is another kind of circuit.

    Example:
        >>> from qiskit import QuantumCircuit
        >>> circuit = QuantumCircuit(2, 3)
        >>> _ = circuit.h(1), circuit.measure(1, 2)
        >>> final_measurements(circuit)
        {2: 1}
    """
    from qiskit.circuit import Gate, Measure

    qubits = {bit: k for k, bit in enumerate(circuit.qubits)}
    clbits = {bit: k for k, bit in enumerate(circuit.clbits)}
    measured: dict[int, int] = {}
    done: set[int] = set()
    for instruction in circuit.data:
        if is_silent(instruction):
            continue
        if not done.isdisjoint(qubits[bit] for bit in instruction.qubits):
            raise NotFinalError("a qubit that is used after its measurement")
        if instruction.is_standard_gate():
            continue
        operation = instruction.operation
        if isinstance(operation, Measure):
            qubit, clbit = qubits[instruction.qubits[0]], clbits[instruction.clbits[0]]
            if clbit in measured:
                raise NotFinalError("a bit that is measured into twice")
            measured[clbit] = qubit
            done.add(qubit)
        elif not isinstance(operation, Gate):
            raise NotFinalError(f"{one_line(instruction.name)!r}, which is not a gate")
    return measured
