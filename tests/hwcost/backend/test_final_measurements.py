"""Which circuits are gates with measurements at the end."""

from __future__ import annotations

import pytest
from qiskit import QuantumCircuit

from hwcost.backend.final_measurements import NotFinalError, final_measurements


def test_bits_and_their_qubits():
    circuit = QuantumCircuit(3, 3)
    circuit.h(0)
    circuit.measure(0, 2)
    circuit.barrier()
    circuit.x(1)
    circuit.measure(1, 0)
    assert final_measurements(circuit) == {2: 0, 0: 1}


@pytest.mark.parametrize("name", ["reset", "initialize"])
def test_what_is_no_gate(name):
    circuit = QuantumCircuit(1, 1)
    getattr(circuit, name)(*{"reset": (0,), "initialize": ([0, 1], 0)}[name])
    with pytest.raises(NotFinalError, match=f"'{name}', which is not a gate"):
        final_measurements(circuit)


def test_a_qubit_is_not_used_and_a_bit_not_written_again():
    used, written = QuantumCircuit(2, 1), QuantumCircuit(2, 1)
    used.measure(0, 0)
    used.cx(1, 0)
    written.measure([0, 1], [0, 0])
    for circuit, message in ((used, "used after its measurement"), (written, "measured into twice")):
        with pytest.raises(NotFinalError, match=message):
            final_measurements(circuit)
