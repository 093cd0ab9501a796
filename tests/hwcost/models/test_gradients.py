"""Circuits per sample for Qiskit circuits: by hand, and as PennyLane counts the same circuit."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from qiskit import QuantumCircuit
from qiskit.circuit import Parameter, ParameterVector
from qiskit.circuit.library import real_amplitudes
from qiskit.quantum_info import SparsePauliOp, Statevector

from hwcost.circuits.layers import layer_from_circuit, light_cone, measured_in_basis
from hwcost.core.errors import OptionError
from hwcost.models.gradients import circuits_per_sample


def test_every_occurrence_of_a_parameter_is_shifted():
    a, b = Parameter("a"), Parameter("b")
    circuit = QuantumCircuit(2)
    circuit.rx(2 * a, 0)
    circuit.ry(a + b, 1)
    circuit.crz(b, 0, 1)
    circuit.rzz(a, 0, 1)
    circuit.rz(0.3, 0)
    circuit.h([0, 1])
    circuit.measure_all()
    count = circuits_per_sample(layer_from_circuit(circuit), "parameter-shift")
    assert count.gradient == 2 + 2 + 4 + 2
    assert circuits_per_sample(layer_from_circuit(circuit), "finite-diff").gradient == 4 + 1
    assert circuits_per_sample(layer_from_circuit(circuit), "spsa", num_directions=5).gradient == 10


def test_data_needs_shifts_only_behind_something_trainable():
    x, w = ParameterVector("x", 3), ParameterVector("w", 3)
    circuit = QuantumCircuit(3)
    for qubit in range(3):
        circuit.ry(x[qubit], qubit)
        circuit.ry(w[qubit], qubit)
    circuit.measure_all()
    for inputs in ("x", ["x"], [x], list(x), [f"x[{i}]" for i in range(3)]):
        assert circuits_per_sample(layer_from_circuit(circuit, inputs=inputs), "parameter-shift").total == 1 + 6


def test_composite_gates_are_expanded():
    circuit = QuantumCircuit(3)
    circuit.append(real_amplitudes(3, reps=1).to_gate(), range(3))
    circuit.append(real_amplitudes(2, reps=1, parameter_prefix="φ").to_gate().control(1), range(3))
    layer = layer_from_circuit(circuit)
    # A controlled RY is written as two RY of half the angle and is still one angle of a CRY where Qiskit keeps it.
    assert all(angle.num_shifts in (2, 4) for angle in layer.angles)
    assert sum(angle.gate == "ry" for angle in layer.angles) >= 6


def test_observables_are_grouped_by_basis_and_measured_in_it():
    circuit = real_amplitudes(3, reps=1)
    labels = ["ZZI", "IZZ", "XXX", "IIY"]
    layer = layer_from_circuit(circuit, observables=[*labels, "III"])
    assert len(layer.circuits) >= 2  # ZZI and XXX clash
    values = dict(zip(circuit.parameters, [0.3 * k for k in range(1, 7)], strict=True))
    state, found = Statevector(circuit.assign_parameters(values)), {}
    for one in layer.circuits:
        rotated = Statevector(one.circuit.remove_final_measurements(inplace=False).assign_parameters(values))
        found |= {measured: rotated.expectation_value(SparsePauliOp(measured)).real for measured in one.observables}
    as_z = {label: label.replace("X", "Z").replace("Y", "Z") for label in labels}
    assert found == {as_z[k]: pytest.approx(state.expectation_value(SparsePauliOp(k)).real) for k in labels}


@given(st.lists(st.sets(st.integers(0, 5), min_size=1, max_size=3), max_size=12), st.sets(st.integers(0, 5)))
def test_the_light_cone_is_what_a_search_through_the_graph_finds(wires, outputs):
    def reaches(index):
        alive, frontier = set(wires[index]), index
        for later in range(frontier + 1, len(wires)):
            if alive & wires[later]:
                alive |= wires[later]
        return bool(alive & outputs)

    assert light_cone(wires, outputs) == [reaches(index) for index in range(len(wires))]


def test_what_has_no_rule_is_refused():
    x, w = Parameter("x"), Parameter("w")
    mixed = QuantumCircuit(1)
    mixed.rx(x * w, 0)
    mixed.measure_all()
    # x·w depends on a weight, so it is trained: 1 + 2 shifts.
    assert circuits_per_sample(layer_from_circuit(mixed, inputs=["x"]), "parameter-shift").total == 3
    with pytest.raises(OptionError, match="input 'y' is not a parameter of .*; it has: w, x"):
        layer_from_circuit(mixed, inputs=["y"])
    with pytest.raises(OptionError, match="give 1 letters of I, X, Y, Z"):
        layer_from_circuit(mixed, observables="ZZ")
    with pytest.raises(OptionError, match="identity"):
        layer_from_circuit(mixed, observables="I")
    with pytest.raises(OptionError, match="gradient is 'magic'; choose from parameter-shift"):
        circuits_per_sample(layer_from_circuit(real_amplitudes(2)), "magic")
    with pytest.raises(OptionError, match="spsa_directions is 0"):
        circuits_per_sample(layer_from_circuit(real_amplitudes(2)), "spsa", num_directions=0)


def test_a_basis_change_leaves_the_given_circuit_alone():
    circuit = QuantumCircuit(2)
    measured_in_basis(circuit, ["XY"])
    assert not circuit.data


@pytest.mark.parametrize(
    "gate", ["RX", "RY", "RZ", "PhaseShift", "CRX", "CRY", "CRZ", "ControlledPhaseShift", "IsingXX"]
)
def test_shifts_of_a_gate_are_pennylanes(gate):
    qml = pytest.importorskip("pennylane")
    from hwcost.circuits.layers import SHIFTS
    from hwcost.circuits.pennylane import _GATES

    frequencies = getattr(qml, gate)(0.3, wires=range(getattr(qml, gate).num_wires)).parameter_frequencies
    assert SHIFTS[_GATES[gate]] == 2 * len(frequencies[0])
