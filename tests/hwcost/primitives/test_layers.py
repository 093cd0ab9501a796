"""Layers of two-qubit gates, and the noise in them."""

from __future__ import annotations

import math

import pytest
from qiskit import QuantumCircuit

from hwcost.isa.read import read_isa
from hwcost.primitives.layers import distinct_layers, layers_of, sampling_overhead
from primitive_jobs import conditions


def isa_of(gates, *, barrier_after=None):
    circuit = QuantumCircuit(5)
    for position, gate in enumerate(gates):
        circuit.cx(*gate)
        if position == barrier_after:
            circuit.barrier()
    return read_isa(circuit, conditions().device.audited)


def test_gates_side_by_side_are_one_layer():
    layers = layers_of(isa_of([(0, 1), (2, 3), (1, 2), (3, 4), (0, 1)]))
    assert layers == [
        frozenset({("cx", (0, 1)), ("cx", (2, 3))}),
        frozenset({("cx", (1, 2)), ("cx", (3, 4))}),
        frozenset({("cx", (0, 1))}),
    ]
    # A barrier keeps what is after it in later layers.
    assert len(layers_of(isa_of([(0, 1), (2, 3)], barrier_after=0))) == 2
    assert layers_of(isa_of([])) == []


def test_layers_of_several_circuits_count_once():
    found = distinct_layers([isa_of([(0, 1), (1, 2), (0, 1)]), isa_of([(1, 2), (3, 4)])])
    audited = conditions().device.audited
    pair = frozenset({("cx", (1, 2)), ("cx", (3, 4))})
    assert set(found) == {frozenset({("cx", (0, 1))}), frozenset({("cx", (1, 2))}), pair}
    assert found[pair] == max(audited.duration_s("cx", (1, 2)), audited.duration_s("cx", (3, 4)))


def test_sampling_overhead_by_hand():
    audited = conditions().device.audited
    errors = audited.error("cx", (0, 1)) + 2 * audited.error("cx", (1, 2))
    overhead, known = sampling_overhead(isa_of([(0, 1), (1, 2), (1, 2)]))
    assert (overhead, known) == (pytest.approx(math.exp(5 * errors), rel=1e-12), True)
    assert sampling_overhead(isa_of([])) == (1.0, True)


def test_unknown_errors_are_told():
    circuit = QuantumCircuit(2)
    circuit.cx(0, 1)
    isa = read_isa(circuit, conditions(durations_only=True).device.audited)
    assert sampling_overhead(isa) == (1.0, False)
