"""Circuits are counted by structure."""

from __future__ import annotations

import numpy as np
import pytest
from qiskit import QuantumCircuit
from qiskit.circuit import Gate
from qiskit.circuit.library import (
    C3XGate,
    C4XGate,
    DiagonalGate,
    PermutationGate,
    RYGate,
    UCRYGate,
    XGate,
)

from hwcost.circuits.limits import MAX_NESTING
from hwcost.classical.simulation import statevector_flops
from hwcost.core.errors import CircuitError


def test_controlled_and_composite_gates():
    circuit = QuantumCircuit(4)
    circuit.append(RYGate(0.3).control(3, annotated=False), range(4))
    # One pair of amplitudes has all controls set.
    assert statevector_flops(circuit, gradient="none", num_observables=0).gates == 12
    circuit = QuantumCircuit(5)
    circuit.append(C3XGate(), range(4))
    circuit.append(C4XGate(), range(5))
    assert statevector_flops(circuit, gradient="none", num_observables=0).gates == 0
    open_control = QuantumCircuit(2)
    open_control.append(RYGate(0.3).control(1, ctrl_state=0, annotated=False), [0, 1])
    assert statevector_flops(open_control, gradient="none", num_observables=0).gates == 12
    body = QuantumCircuit(2, name="body")
    body.h(0)
    body.rz(0.2, 1)
    whole = QuantumCircuit(4)
    whole.append(body.to_gate(), [0, 1])
    whole.append(body.to_gate().control(2, annotated=False), [3, 2, 0, 1])
    # h and rz on 8 pairs each; the same on a quarter of them under two controls.
    assert statevector_flops(whole, gradient="none", num_observables=0).gates == 8 * 24 + 2 * 24
    annotated = QuantumCircuit(4)
    annotated.append(body.to_gate().control(2, annotated=True), [3, 2, 0, 1])
    annotated.append(body.to_gate().power(3, annotated=True), [0, 1])
    assert statevector_flops(annotated, gradient="none", num_observables=0).gates == 2 * 24 + 3 * 8 * 24


def test_library_gates_by_structure():
    circuit = QuantumCircuit(3)
    circuit.append(DiagonalGate(list(np.exp(1j * np.arange(8)))), range(3))
    circuit.append(PermutationGate([2, 0, 1]), range(3))
    circuit.append(UCRYGate([0.1, 0.2, 0.3, 0.4]), range(3))
    cost = statevector_flops(circuit, gradient="none", num_observables=0)
    assert cost.gates == 6 * 8 + 0 + 4 * 12
    assert cost.num_gates == 3


def test_control_flow():
    circuit = QuantumCircuit(2, 1)
    with circuit.for_loop(range(5)):
        circuit.rx(0.1, 0)
    cost = statevector_flops(circuit, gradient="backprop", num_observables=0)
    assert cost.gates == 5 * 2 * 12
    assert cost.num_derivatives == 5
    branched = QuantumCircuit(2, 1)
    branched.h(0)
    branched.measure(0, 0)
    with branched.if_test((branched.clbits[0], 1)) as otherwise:
        branched.x(1)
    with otherwise:
        branched.h(1)
    # A Hadamard, the measurement that the branch needs, and the dearer branch.
    assert statevector_flops(branched, gradient="none").gates == 2 * 12 + 2 * 6 + 2 * 12


def test_nested_doublings_and_depth_are_refused_quickly():
    gate = XGate()
    for level in range(MAX_NESTING + 5):
        body = QuantumCircuit(1)
        body.append(gate, [0], copy=False)
        gate = Gate(f"g{level}", 1, [])
        gate.definition = body
    circuit = QuantumCircuit(1)
    circuit.append(gate, [0], copy=False)
    with pytest.raises(CircuitError, match="nested"):
        statevector_flops(circuit, gradient="none")
    # Within the limit each definition is counted once, however often it is used.
    gate = RYGate(0.1)
    for level in range(20):
        body = QuantumCircuit(1)
        body.append(gate, [0], copy=False)
        body.append(gate, [0], copy=False)
        gate = Gate(f"g{level}", 1, [])
        gate.definition = body
    cost = statevector_flops(body, gradient="backprop")
    assert cost.num_gates == cost.num_derivatives == 2**20
    assert cost.gates == 12 * 2**20


def test_a_gate_of_ones_own_with_a_standard_name_is_counted_by_its_definition():
    body = QuantumCircuit(1, name="rx")
    body.h(0)
    body.h(0)
    circuit = QuantumCircuit(1)
    circuit.append(body.to_gate(), [0])
    assert statevector_flops(circuit, gradient="none", num_observables=0).gates == 24
