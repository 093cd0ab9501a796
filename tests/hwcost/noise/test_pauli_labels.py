"""Observables as users write them, on the qubits where a compiled circuit ends."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from qiskit import QuantumCircuit, transpile
from qiskit.quantum_info import Pauli, Statevector
from qiskit.transpiler import CouplingMap

from hwcost.core.errors import OptionError
from hwcost.noise.pauli_labels import physical_observables

LABELS = st.text("IXYZ", min_size=3, max_size=3)


def on_line(circuit, seed):
    """Compiled for five qubits in a line, with swaps."""
    return transpile(
        circuit, coupling_map=CouplingMap.from_line(5), basis_gates=["rz", "sx", "cx"], seed_transpiler=seed
    )


def ghz_like():
    circuit = QuantumCircuit(3)
    circuit.ry(0.3, 0)
    circuit.rx(1.1, 1)
    circuit.ry(2.0, 2)
    for a, b in ((0, 1), (1, 2), (0, 2)):
        circuit.cx(a, b)
        circuit.rx(0.4, b)
    return circuit


def test_the_rightmost_letter_is_qubit_0():
    assert physical_observables(["ZIX"], QuantumCircuit(3), None) == [{0: "X", 2: "Z"}]


def test_a_component_moves_each_qubit():
    assert physical_observables(["ZIX"], QuantumCircuit(3), [4, 7, 9]) == [{4: "X", 9: "Z"}]


def test_labels_stay_in_their_order_and_the_identity_reads_no_qubit():
    assert physical_observables(["ZX", "II", "IY"], QuantumCircuit(2), None) == [{0: "X", 1: "Z"}, {}, {0: "Y"}]


def test_a_label_of_another_width_is_refused():
    with pytest.raises(OptionError, match="the observable ZZZ is for 3 qubits, but the circuit has 2"):
        physical_observables(["ZZ", "ZZZ"], QuantumCircuit(2), None)


@settings(max_examples=40)
@given(LABELS.filter(lambda label: set(label) != {"I"}), st.integers(0, 5))
def test_the_compiled_circuit_has_the_value_of_the_circuit_as_it_was_given(label, seed):
    """Through layout and swaps: the Pauli on the physical qubits has the same expectation value."""
    circuit = ghz_like()
    compiled = on_line(circuit, seed)
    (support,) = physical_observables([label], compiled, range(5))
    moved = "".join(support.get(q, "I") for q in reversed(range(5)))
    wanted = Statevector(circuit).expectation_value(Pauli(label))
    assert np.isclose(Statevector(compiled).expectation_value(Pauli(moved)), wanted, atol=1e-9)


def test_labels_as_long_as_the_isa_circuit_are_on_its_own_qubits_where_it_came_as_one():
    compiled = on_line(ghz_like(), 1)
    assert compiled.num_qubits == 5
    places = compiled.layout.final_index_layout(filter_ancillas=True)
    assert physical_observables(["IIIIZ"], compiled, None) == [{0: "Z"}]
    assert physical_observables(["IIZ"], compiled, None) == [{places[0]: "Z"}]
    with pytest.raises(OptionError, match="IIIIZ is for 5 qubits, but the circuit has 3"):
        physical_observables(["IIIIZ"], compiled, range(5))
    with pytest.raises(OptionError, match="IIIIZ is for 5 qubits, but the circuit has 3"):
        physical_observables(["IIIIZ", "IIZ"], compiled, None)
