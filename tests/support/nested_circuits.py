"""Circuits with definitions in definitions."""

from __future__ import annotations

from qiskit import QuantumCircuit
from qiskit.circuit import (
    Gate,
)


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
