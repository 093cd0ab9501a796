"""Rotations of two qubits, found under the names, definitions and branches that hide them."""

from __future__ import annotations

import pytest
from qiskit import QuantumCircuit
from qiskit.circuit import Parameter
from qiskit.circuit.library import PauliEvolutionGate, QFTGate, efficient_su2
from qiskit.quantum_info import SparsePauliOp

from hwcost.circuits.rotations import has_two_qubit_rotation


def holding(inner, num_qubits=3):
    circuit = QuantumCircuit(num_qubits)
    circuit.append(inner, range(inner.num_qubits))
    return circuit


def zz(angle=0.3):
    circuit = QuantumCircuit(2, name="mine")
    circuit.rzz(angle, 0, 1)
    return circuit


def in_a_branch():
    circuit = QuantumCircuit(2, 1)
    with circuit.if_test((circuit.clbits[0], 1)):
        circuit.x(0)
    with circuit.if_test((circuit.clbits[0], 1)):
        circuit.cp(0.3, 0, 1)
    return circuit


def not_in_a_branch():
    circuit = QuantumCircuit(2, 1)
    with circuit.if_test((circuit.clbits[0], 1)):
        circuit.cx(0, 1)
    return circuit


@pytest.mark.parametrize(
    ("circuit", "expected"),
    [
        (zz(), True),
        (zz(Parameter("a")), True),
        (holding(zz().to_gate()), True),
        (holding(holding(zz().to_gate()).to_gate()), True),
        (holding(PauliEvolutionGate(SparsePauliOp(["ZZ", "XI"]), 0.1)), True),
        (holding(QFTGate(3)), True),
        (in_a_branch(), True),
        (not_in_a_branch(), False),
        (efficient_su2(3, reps=1), False),
        (QuantumCircuit(1), False),
    ],
    ids=["rzz", "free", "own gate", "nested", "evolution", "qft", "branch", "plain branch", "cx", "empty"],
)
def test_rotations(circuit, expected):
    assert has_two_qubit_rotation(circuit) is expected
