"""Circuits with definitions in definitions and blocks in blocks, and what is said when they are refused."""

from __future__ import annotations

import pytest
from qiskit import QuantumCircuit, qasm2
from qiskit.circuit import ForLoopOp, Gate, IfElseOp, SwitchCaseOp

from hwcost.circuits.check import check_circuit
from hwcost.core.errors import CircuitError


def measured(num_qubits: int = 2, name: str = "c") -> QuantumCircuit:
    """A circuit that passes without a warning."""
    circuit = QuantumCircuit(num_qubits, num_qubits, name=name)
    circuit.h(0)
    circuit.measure(range(num_qubits), range(num_qubits))
    return circuit


def custom(name: str, definition: QuantumCircuit) -> Gate:
    gate = Gate(name, definition.num_qubits, [])
    gate.definition = definition
    return gate


def doublings(levels: int) -> QuantumCircuit:
    """Gates within gates, each twice the one below; every definition exists once in memory."""
    body = QuantumCircuit(1)
    body.h(0)
    for level in range(levels):
        gate = custom(f"double_{level}", body)
        body = QuantumCircuit(1)
        body.append(gate, [0], copy=False)
        body.append(gate, [0], copy=False)
    return body


def refusal(circuit: object) -> str:
    with pytest.raises(CircuitError) as caught:
        check_circuit(circuit)
    message = str(caught.value)
    assert message.isprintable()
    return message


def doublings_in_qasm2(levels: int) -> QuantumCircuit:
    definitions = ["gate g0 a { h a; }", *(f"gate g{n} a {{ g{n - 1} a; g{n - 1} a; }}" for n in range(1, levels + 1))]
    text = 'OPENQASM 2.0; include "qelib1.inc"; qreg q[1];' + "\n".join(definitions) + f"g{levels} q[0];"
    return qasm2.loads(text, include_path=())


def blocks(kind: str, levels: int) -> QuantumCircuit:
    """A gate in as many blocks."""
    body = QuantumCircuit(1, 1)
    body.x(0)
    for _ in range(levels):
        outer = QuantumCircuit(1, 1)
        operation = {
            "if": lambda: IfElseOp((outer.clbits[0], 1), body),  # noqa: B023
            "for": lambda: ForLoopOp(range(1), None, body),  # noqa: B023
            "switch": lambda: SwitchCaseOp(outer.clbits[0], [(0, body)]),  # noqa: B023
        }[kind]()
        outer.append(operation, [0], [0])
        body = outer
    body.measure(0, 0)
    return body
