"""What a gate of a Target means."""

from __future__ import annotations

import numpy as np
import pytest
from qiskit import QuantumCircuit
from qiskit.circuit import Gate, Parameter
from qiskit.circuit.library import CCXGate, CZGate, RXGate, RZZGate, UnitaryGate
from qiskit.quantum_info import Operator

from hwcost.calibration.sources.target_gates import meaning_of
from hwcost.core.defined_gates import read_definition
from hwcost.core.native_gates import gate_template


def own(name, num_params=0):
    gate = Gate(name, 2, [Parameter(f"x{i}") for i in range(num_params)])
    definition = QuantumCircuit(2)
    definition.rzz(gate.params[0] if num_params else 0.7, 0, 1)
    if num_params > 1:
        definition.rx(gate.params[1], 1)
    gate.definition = definition
    return gate


@pytest.mark.parametrize("gate", [CZGate(), RXGate(Parameter("a")), RZZGate(Parameter("a")), gate_template("ms")])
def test_gates_that_are_known_by_name(gate):
    assert meaning_of(gate.name, gate) == type(meaning_of("cz", CZGate()))()


@pytest.mark.parametrize("num_params", [0, 1, 2])
def test_a_gate_of_its_own_is_its_definition_with_angles_in_order(num_params):
    gate = own("mine", num_params)
    meaning = meaning_of("mine", gate)
    values = [0.3, -1.2][:num_params]
    written = read_definition("mine", meaning.definition).assign_parameters(values)
    expected = gate.definition.assign_parameters(dict(zip(gate.params, values, strict=True)))
    assert Operator(written).equiv(Operator(expected))


def test_a_matrix_will_do():
    class Matrix(Gate):
        def __array__(self, dtype=None, copy=None):
            return np.diag([1, 1, 1, 1j])

    meaning = meaning_of("cs_gate", Matrix("cs_gate", 2, []))
    assert Operator(read_definition("cs_gate", meaning.definition)).equiv(Operator(UnitaryGate(np.diag([1, 1, 1, 1j]))))


@pytest.mark.parametrize(
    ("name", "gate", "problem"),
    [
        ("rx", RXGate(0.3), "fixed angles"),
        ("flip", CZGate(), "the Target calls cz so"),
        ("nothing", Gate("nothing", 1, []), "no definition and no matrix"),
        ("wide", Gate("wide", 3, []), "acts on 3 qubits"),
        ("zz", own("zz", 1), "does something else than zz"),
    ],
)
def test_what_cannot_be_used_says_why(name, gate, problem):
    assert problem in meaning_of(name, gate).problem


def test_a_known_gate_on_three_qubits_stays_known():
    assert meaning_of("ccx", CCXGate()).problem is None
