"""Helpers for compilers that are not Qiskit's."""

from __future__ import annotations

from qiskit import QuantumCircuit

import hwcost
from hwcost.comparison.foreign import layout_of, native, two_qubit_pairs
from make import small_calibration


def test_pairs_have_the_direction_of_the_device():
    target = hwcost.prepare_device(small_calibration(3, two_qubit_gate="ecr", both_directions=False)).target
    pairs = two_qubit_pairs(target)
    assert len(pairs) == 2
    assert {frozenset(pair) for pair in pairs} == {frozenset((0, 1)), frozenset((1, 2))}
    one, two = pairs[0]
    circuit = QuantumCircuit(3)
    circuit.ecr(two, one)
    isa = native(circuit, target)
    placed = [(i.name, tuple(isa.find_bit(q).index for q in i.qubits)) for i in isa.data]
    assert ("ecr", (one, two)) in placed
    assert all(target.instruction_supported(name, qubits) for name, qubits in placed)


def test_a_layout_says_where_qubits_start_and_end():
    circuit, isa = QuantumCircuit(2), QuantumCircuit(4)
    layout = layout_of(circuit, isa, [3, 1], [1, 0])
    assert layout.initial_index_layout(filter_ancillas=True) == [3, 1]
    assert layout.final_index_layout(filter_ancillas=True) == [1, 0]
