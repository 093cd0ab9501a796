"""Values without noise: bits and labels, ISA circuits on wide devices, and what cannot be computed."""

from __future__ import annotations

import pytest
from qiskit import QuantumCircuit, transpile

import hwcost
from hwcost.validation.ideal import ideal_of


def flip(num_qubits=2):
    circuit = QuantumCircuit(num_qubits, num_qubits, name="flip")
    circuit.x(0)
    circuit.cx(0, 1)
    circuit.measure(range(num_qubits), range(num_qubits))
    return circuit


def test_values_without_noise():
    assert ideal_of(flip(), [0, 1]) == {0: pytest.approx(-1.0), 1: pytest.approx(-1.0)}
    assert ideal_of(flip(), ["ZZ", "IZ", "XI"]) == {
        "ZZ": pytest.approx(1.0),
        "IZ": pytest.approx(-1.0),
        "XI": pytest.approx(0.0),
    }
    # An ISA circuit on a wide device counts by the qubits in use; bits keep their numbers.
    isa = transpile(flip(), target=hwcost.target("fake_sherbrooke"), initial_layout=[4, 3], optimization_level=1)
    assert isa.num_qubits == 127
    assert ideal_of(isa, [0, 1]) == {0: pytest.approx(-1.0), 1: pytest.approx(-1.0)}
    wide = QuantumCircuit(13, 1)
    wide.x(range(13))
    wide.measure(0, 0)
    assert ideal_of(wide, [0]) is None
    again = flip()
    again.x(0)
    assert ideal_of(again, [0]) is None  # a gate after a measurement
    assert ideal_of(flip(), [7]) is None
    assert ideal_of(flip(), ["ZZZ"]) is None
