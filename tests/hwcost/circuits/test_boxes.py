"""Boxes written out."""

from __future__ import annotations

import pytest
from qiskit import QuantumCircuit
from qiskit.circuit import BoxOp
from qiskit.quantum_info import Operator

from hwcost.circuits.boxes import has_boxes, inline_boxes
from hwcost.core.errors import CircuitError
from hwcost.estimation.logical import read_logical


def boxed():
    circuit = QuantumCircuit(3, 3, name="boxed")
    circuit.h(0)
    with circuit.box():
        circuit.cx(0, 1)
        with circuit.box():
            circuit.cz(1, 2)
        circuit.measure(1, 2)
    circuit.x(0)
    return circuit


def test_boxes_become_barriers_around_their_content():
    flat = inline_boxes(boxed())
    names = [instruction.name for instruction in flat.data]
    assert names == ["h", "barrier", "cx", "barrier", "cz", "barrier", "measure", "barrier", "x"]
    (measure,) = [instruction for instruction in flat.data if instruction.name == "measure"]
    assert flat.find_bit(measure.qubits[0]).index == 1
    assert flat.find_bit(measure.clbits[0]).index == 2
    assert (flat.name, flat.num_qubits, has_boxes(flat)) == ("boxed", 3, False)


def test_content_keeps_its_qubits():
    circuit, plain = QuantumCircuit(3), QuantumCircuit(3)
    inner = QuantumCircuit(2)
    inner.cx(0, 1)
    circuit.append(BoxOp(inner), [2, 0])
    plain.cx(2, 0)
    assert Operator(inline_boxes(circuit)) == Operator(plain)


def test_boxes_inside_control_flow():
    circuit = QuantumCircuit(2, 1)
    circuit.measure(0, 0)
    with circuit.if_test((circuit.clbits[0], True)), circuit.box():
        circuit.x(1)
    assert has_boxes(circuit)
    flat = inline_boxes(circuit)
    assert not has_boxes(flat)
    (block, *_) = flat.data[1].operation.blocks
    assert [instruction.name for instruction in block.data] == ["barrier", "x", "barrier"]


def test_a_circuit_without_boxes_is_the_same_object():
    circuit = QuantumCircuit(2)
    circuit.cx(0, 1)
    assert inline_boxes(circuit) is circuit


def test_a_box_with_a_duration_of_its_own_is_refused():
    circuit = QuantumCircuit(1, name="timed")
    circuit.append(BoxOp(QuantumCircuit(1), duration=100, unit="ns"), [0])
    with pytest.raises(
        CircuitError, match=r"'timed': a box has a duration of its own \(100(.0)? ns\).*leave the duration out"
    ):
        inline_boxes(circuit)


def test_estimates_take_boxes_too():
    logical = read_logical(boxed())
    assert "box" not in logical.circuit.count_ops()
    assert len(logical.sha256) == 64
