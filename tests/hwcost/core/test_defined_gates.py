"""Gates that a device defines are known by their names, and mean one thing."""

from __future__ import annotations

import pytest
from qiskit import QuantumCircuit, transpile
from qiskit.circuit import Parameter
from qiskit.quantum_info import Operator
from qiskit.transpiler import Target

from hwcost.core.defined_gates import bound_gate, defined_gate, definition_text, know, read_definition
from hwcost.core.errors import CalibrationError
from hwcost.core.native_gates import gate_template, make_gate


def rotation(angle):
    circuit = QuantumCircuit(2)
    circuit.rxx(angle, 0, 1)
    circuit.rz(angle, 0)
    return circuit


def test_a_gate_is_what_its_definition_says():
    know({"test_turn": definition_text(rotation(Parameter("a")))})
    assert len(defined_gate("test_turn").params) == 1
    assert Operator(bound_gate("test_turn", [0.4])).equiv(Operator(rotation(0.4)))
    assert Operator(make_gate("test_turn", [0.4])).equiv(Operator(rotation(0.4)))
    with pytest.raises(TypeError, match="takes 1 angles, not 2"):
        bound_gate("test_turn", [0.1, 0.2])
    assert defined_gate("never heard of") is None


def test_the_same_gate_twice_is_one_and_another_is_refused():
    know({"test_fixed": definition_text(rotation(0.5))})
    know({"test_fixed": definition_text(rotation(0.25 + 0.25))})
    with pytest.raises(CalibrationError, match="two devices define the gate test_fixed differently"):
        know({"test_fixed": definition_text(rotation(0.6))})


def test_what_is_no_definition_is_refused():
    for text in ("%%%", "aGVsbG8="):
        with pytest.raises(CalibrationError, match="the definition of the gate mine cannot be read"):
            read_definition("mine", text)


def test_qiskit_compiles_into_a_gate_that_makes_cx():
    half = QuantumCircuit(2)
    half.iswap(0, 1)
    half.h(0)
    know({"test_entangler": definition_text(half)})
    target = Target(num_qubits=2)
    for name in ("u", "test_entangler"):
        target.add_instruction(gate_template(name))
    circuit = QuantumCircuit(2)
    circuit.h(0)
    circuit.cx(0, 1)
    isa = transpile(circuit, target=target, seed_transpiler=0)
    assert set(isa.count_ops()) <= {"u", "test_entangler"}
    assert Operator.from_circuit(isa).equiv(Operator(circuit))
