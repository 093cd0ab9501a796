"""Observables as users write them, on the qubits where a compiled circuit ends."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from qiskit import QuantumCircuit, transpile
from qiskit.quantum_info import Pauli, PauliList, SparsePauliOp, Statevector
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
    assert physical_observables("ZIX", QuantumCircuit(3), None) == [{0: "X", 2: "Z"}]


def test_a_component_moves_each_qubit():
    assert physical_observables("ZIX", QuantumCircuit(3), [4, 7, 9]) == [{4: "X", 9: "Z"}]


@pytest.mark.parametrize(
    ("observable", "maps"),
    [
        ("ZX", [{0: "X", 1: "Z"}]),
        (["ZX", "IY"], [{0: "X", 1: "Z"}, {0: "Y"}]),
        (("ZX",), [{0: "X", 1: "Z"}]),
        (Pauli("ZX"), [{0: "X", 1: "Z"}]),
        (Pauli("-iZX"), [{0: "X", 1: "Z"}]),
        ([Pauli("-IX"), "YI"], [{0: "X"}, {1: "Y"}]),
        (PauliList(["XI", "-ZZ"]), [{1: "X"}, {0: "Z", 1: "Z"}]),
        (SparsePauliOp.from_list([("II", 0.5), ("IZ", -2.0), ("XX", 1j)]), [{0: "Z"}, {0: "X", 1: "X"}]),
        pytest.param(iter(["IZ"]), [{0: "Z"}], id="iterator"),
    ],
    ids=str,
)
def test_every_way_to_write_one(observable, maps):
    assert physical_observables(observable, QuantumCircuit(2), None) == maps


@pytest.mark.parametrize(
    ("observable", "message"),
    [
        ("ZW", "'ZW' is not a Pauli label"),
        ("zz", "'zz' is not a Pauli label"),
        ("", "'' is not a Pauli label"),
        ([3], "3 is not a Pauli label"),
        (3, "an observable of type int is not known"),
        (None, "an observable of type NoneType is not known"),
        ("II", "the observable is the identity"),
        ([], "the observable is the identity"),
        (["II", "II"], "the observable is the identity"),
        ("Z", "the observable Z is for 1 qubits, but the circuit has 2"),
        (["ZZ", "ZZZ"], "the observable ZZZ is for 3 qubits, but the circuit has 2"),
    ],
)
def test_what_is_no_observable_of_the_circuit_is_refused(observable, message):
    with pytest.raises(OptionError, match=message):
        physical_observables(observable, QuantumCircuit(2), None)


@settings(max_examples=40)
@given(LABELS.filter(lambda label: set(label) != {"I"}), st.integers(0, 5))
def test_the_compiled_circuit_has_the_value_of_the_circuit_as_it_was_given(label, seed):
    """Through layout and swaps: the Pauli on the physical qubits has the same expectation value."""
    circuit = ghz_like()
    compiled = on_line(circuit, seed)
    (support,) = physical_observables(label, compiled, range(5))
    moved = "".join(support.get(q, "I") for q in reversed(range(5)))
    wanted = Statevector(circuit).expectation_value(Pauli(label))
    assert np.isclose(Statevector(compiled).expectation_value(Pauli(moved)), wanted, atol=1e-9)


def test_labels_as_long_as_the_isa_circuit_are_on_its_own_qubits_where_it_came_as_one():
    compiled = on_line(ghz_like(), 1)
    assert compiled.num_qubits == 5
    places = compiled.layout.final_index_layout(filter_ancillas=True)
    assert physical_observables("IIIIZ", compiled, None) == [{0: "Z"}]
    assert physical_observables("IIZ", compiled, None) == [{places[0]: "Z"}]
    with pytest.raises(OptionError, match="IIIIZ is for 5 qubits, but the circuit has 3"):
        physical_observables("IIIIZ", compiled, range(5))
    with pytest.raises(OptionError, match="IIIIZ is for 5 qubits, but the circuit has 3"):
        physical_observables(["IIIIZ", "IIZ"], compiled, None)
