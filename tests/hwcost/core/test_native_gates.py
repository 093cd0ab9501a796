"""Native gates: the matrices that their makers print, and translations that do what Qiskit's gates do."""

from __future__ import annotations

import copy
import pickle

import numpy as np
import pytest
from qiskit import QuantumCircuit, transpile
from qiskit.quantum_info import Operator
from qiskit.transpiler import Target

from hwcost.core.gates import GATES
from hwcost.core.native_gates import NATIVE_GATES, gate_template, make_gate, teach_transpiler, translations

PI = np.pi


def turn(angle):
    return np.exp(2j * PI * angle)


def gpi(phi):
    return np.array([[0, turn(-phi)], [turn(phi), 0]])


def gpi2(phi):
    return np.array([[1, -1j * turn(-phi)], [-1j * turn(phi), 1]]) / np.sqrt(2)


def ms(phi0, phi1, theta):
    # IonQ's documentation, its qubit 0 as the more significant one.
    cos, sin = np.cos(PI * theta), -1j * np.sin(PI * theta)
    matrix = np.diag([cos] * 4).astype(complex)
    matrix[0, 3], matrix[3, 0] = sin * turn(-phi0 - phi1), sin * turn(phi0 + phi1)
    matrix[1, 2], matrix[2, 1] = sin * turn(phi1 - phi0), sin * turn(phi0 - phi1)
    return matrix


def xy(theta):
    cos, sin = np.cos(theta / 2), 1j * np.sin(theta / 2)
    return np.array([[1, 0, 0, 0], [0, cos, sin, 0], [0, sin, cos, 0], [0, 0, 0, 1]])


def rotation_x(angle):
    return np.array([[np.cos(angle / 2), -1j * np.sin(angle / 2)], [-1j * np.sin(angle / 2), np.cos(angle / 2)]])


def u1q(theta, phi):
    cos, sin = np.cos(theta / 2), -1j * np.sin(theta / 2)
    return np.array([[cos, sin * np.exp(-1j * phi)], [sin * np.exp(1j * phi), cos]])


PRINTED = {
    "gpi": (gpi, (0.13,)),
    "gpi2": (gpi2, (0.13,)),
    "ms": (ms, (0.13, -0.31, 0.17)),
    "zz": (lambda a: np.diag(np.exp([-1j * PI * a, 1j * PI * a, 1j * PI * a, -1j * PI * a])), (0.13,)),
    "u1q": (u1q, (0.7, 0.3)),
    "rxpi": (lambda: rotation_x(PI), ()),
    "rxpi2": (lambda: rotation_x(PI / 2), ()),
    "rxpi2dg": (lambda: rotation_x(-PI / 2), ()),
    "xy": (xy, (0.7,)),
}


def first_qubit_most_significant(gate):
    return Operator(gate).reverse_qargs()


@pytest.mark.parametrize("name", sorted(NATIVE_GATES))
def test_unitary_is_the_one_that_the_maker_prints(name):
    matrix, angles = PRINTED[name]
    assert first_qubit_most_significant(make_gate(name, angles)).equiv(Operator(matrix(*angles)))


@pytest.mark.parametrize("index", range(len(translations())), ids=lambda i: f"{i}-{translations()[i][0].name}")
def test_translation_is_the_gate(index):
    gate, circuit = translations()[index]
    values = dict(zip(gate.params, (0.37, -1.1, 2.3), strict=False))
    bound = circuit.assign_parameters({p: v for p, v in values.items() if p in circuit.parameters})
    assert Operator(bound).equiv(Operator(make_gate(gate.name, list(values.values()))))


@pytest.mark.parametrize("name", sorted(NATIVE_GATES))
def test_size_is_that_of_the_table_and_of_the_template(name):
    assert GATES[name].num_qubits == NATIVE_GATES[name].num_qubits == gate_template(name).num_qubits
    assert NATIVE_GATES[name].num_params == len(gate_template(name).params)


@pytest.mark.parametrize("name", [name for name, gate in GATES.items() if gate.symmetric])
def test_symmetric_gates_act_alike_both_ways(name):
    gate = make_gate(name, [0.3] * len(gate_template(name).params))
    assert Operator(gate).reverse_qargs() == Operator(gate)


def test_angles_that_may_be_left_out_and_those_that_may_not():
    assert make_gate("ms", [0.1, 0.2]).params == [0.1, 0.2, 0.25]
    assert make_gate("rxpi", [PI]).params == []
    with pytest.raises(KeyError, match="mine"):
        make_gate("mine")
    with pytest.raises(TypeError, match="the gate gpi takes 1 angles, not 2"):
        make_gate("gpi", [0.1, 0.2])


def test_a_gate_survives_copies_and_other_processes():
    gate = make_gate("ms", [0.1, 0.2, 0.05])
    for other in (copy.deepcopy(gate), pickle.loads(pickle.dumps(gate)), gate.copy()):
        assert (other.name, other.params) == (gate.name, gate.params)
        assert Operator(other) == Operator(gate)
    assert Operator(gate.inverse()).equiv(Operator(gate).adjoint())


@pytest.mark.parametrize(
    "basis",
    [
        ("gpi", "gpi2", "ms"),
        ("gpi", "gpi2", "rz", "zz"),
        ("u1q", "rz", "rzz"),
        ("rx", "ry", "rz", "rzz"),
        ("rxpi", "rxpi2", "rxpi2dg", "rz", "iswap"),
        ("rxpi", "rxpi2", "rxpi2dg", "rz", "xy"),
        ("r", "cz"),
        ("r", "rz", "rxx"),
    ],
    ids="-".join,
)
def test_qiskit_compiles_into_each_native_set(basis):
    teach_transpiler()
    target = Target(num_qubits=3)
    for name in basis:
        target.add_instruction(gate_template(name))
    circuit = QuantumCircuit(3)
    circuit.h(0)
    circuit.cx(0, 1)
    circuit.ry(0.3, 1)
    circuit.sx(2)
    circuit.cp(0.7, 1, 2)
    isa = transpile(circuit, target=target, optimization_level=1, seed_transpiler=0)
    assert set(isa.count_ops()) <= set(basis)
    assert Operator.from_circuit(isa).equiv(Operator(circuit))
