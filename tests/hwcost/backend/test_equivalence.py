"""The check of equivalence: against Qiskit's own operators and Aer-free brute force, and cases that must fail."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from qiskit import ClassicalRegister, QuantumCircuit, QuantumRegister
from qiskit.circuit import Parameter
from qiskit.circuit.random import random_circuit
from qiskit.quantum_info import Operator

import hwcost
from hwcost.backend.equivalence import MAX_QUBITS, EquivalenceCheck, check_equivalence
from hwcost.backend.qcec import qcec_version
from hwcost.core.errors import CircuitError
from make import small_calibration


@pytest.fixture(scope="module")
def device():
    return hwcost.prepare_device(small_calibration(5))


def bell():
    circuit = QuantumCircuit(2)
    circuit.h(0)
    circuit.cx(0, 1)
    return circuit


def test_infidelity_of_a_hand_worked_case():
    wrong = QuantumCircuit(2)
    wrong.h(0)
    wrong.cz(0, 1)  # from |00>: |+0>, overlap with the Bell state 1/2, so that the infidelity is 3/4
    with pytest.raises(CircuitError, match=r"infidelity of 0\.75"):
        check_equivalence(bell(), wrong)


def test_variation_of_a_hand_worked_case():
    right, wrong = QuantumCircuit(1, 1), QuantumCircuit(1, 1)
    right.x(0)
    right.measure(0, 0)
    wrong.h(0)
    wrong.measure(0, 0)  # from |0>: P(1) is 1 before and 1/2 after
    with pytest.raises(CircuitError, match=r"total variation distance 0\.5"):
        check_equivalence(right, wrong)


@given(st.integers(0, 10**6), st.integers(0, 3), st.integers(1, 4))
@settings(max_examples=25, deadline=None)
def test_every_level_of_qiskit_is_accepted(device, seed, level, width):
    circuit = random_circuit(width, 4, max_operands=2, measure=bool(seed % 2), seed=seed)
    isa = device.compiler.compile(circuit, optimization_level=level, seed=seed).circuit
    assert check_equivalence(circuit, isa) in ("equal", "equal from zero")


@given(st.integers(0, 10**6), st.booleans())
@settings(max_examples=25, deadline=None)
def test_it_agrees_with_qiskits_operators(seed, change):
    one = random_circuit(3, 3, max_operands=2, seed=seed)
    two = one.copy()
    if change:
        two.rx(0.01, seed % 3)
    if Operator(one).equiv(Operator(two)):
        assert check_equivalence(one, two) == "equal"
    else:
        try:
            assert check_equivalence(one, two) == "equal from zero"
        except CircuitError:
            return


def test_a_global_phase_is_no_difference():
    circuit = bell()
    turned = bell()
    turned.global_phase = 1.0
    assert check_equivalence(circuit, turned) == "equal"


def test_a_control_on_zero_may_be_dropped_because_devices_start_there():
    circuit = QuantumCircuit(2)
    circuit.cx(0, 1)
    assert check_equivalence(circuit, QuantumCircuit(2)) == "equal from zero"


def test_a_diagonal_gate_before_a_measurement_may_be_dropped():
    circuit, isa = QuantumCircuit(1, 1), QuantumCircuit(1, 1)
    circuit.h(0)
    circuit.t(0)
    circuit.measure(0, 0)
    isa.h(0)
    isa.measure(0, 0)
    assert check_equivalence(circuit, isa) == "equal"


def test_swapped_classical_bits_are_found():
    circuit, isa = QuantumCircuit(2, 2), QuantumCircuit(2, 2)
    for one, order in ((circuit, (0, 1)), (isa, (1, 0))):
        one.x(0)
        one.measure((0, 1), order)
    with pytest.raises(CircuitError, match="total variation"):
        check_equivalence(circuit, isa)


def test_a_measurement_in_the_middle_and_a_reset(device):
    circuit = QuantumCircuit(2, 3)
    circuit.h(0)
    circuit.measure(0, 0)
    circuit.ry(0.7, 0)
    circuit.cx(0, 1)
    circuit.measure(0, 1)
    circuit.reset(0)
    circuit.ry(0.4, 0)
    circuit.cx(1, 0)
    circuit.measure((0, 1), (1, 2))
    isa = device.compiler.compile(circuit, optimization_level=1, seed=0).circuit
    assert check_equivalence(circuit, isa) in ("equal", "equal from zero")
    changed = isa.copy_empty_like()
    for instruction in isa.data:
        if instruction.name != "reset":
            changed.append(instruction)
    with pytest.raises(CircuitError):
        check_equivalence(circuit, changed)


def test_free_parameters_get_the_same_values():
    a, b = Parameter("a"), Parameter("a")
    one, two, three = QuantumCircuit(1), QuantumCircuit(1), QuantumCircuit(1)
    one.rx(a, 0)
    two.rx(b, 0)
    three.rx(-b, 0)
    assert check_equivalence(one, two) == "equal"
    with pytest.raises(CircuitError, match="infidelity"):
        check_equivalence(one, three)
    four = QuantumCircuit(1)
    four.rx(Parameter("unknown"), 0)
    with pytest.raises(CircuitError, match="'unknown' that the circuit has not"):
        check_equivalence(one, four)


def test_what_is_too_large_or_has_control_flow_is_not_checked():
    wide = QuantumCircuit(MAX_QUBITS + 1)
    wide.h(range(MAX_QUBITS + 1))
    assert check_equivalence(wide, wide) == ("not checked" if qcec_version() is None else "equal by mqt.qcec")
    flow = QuantumCircuit(QuantumRegister(1), ClassicalRegister(1))
    flow.measure(0, 0)
    with flow.if_test((flow.clbits[0], 1)):
        flow.x(0)
    assert check_equivalence(flow, flow) == "not checked"


def test_a_final_permutation_is_read_from_the_layout_or_missed():
    from hwcost.comparison.foreign import layout_of

    circuit, isa = QuantumCircuit(2), QuantumCircuit(2)
    circuit.rx(0.3, 0)
    isa.rx(0.3, 1)
    isa.swap(0, 1)
    isa.swap(0, 1)
    with pytest.raises(CircuitError, match="infidelity"):
        check_equivalence(circuit, isa)
    isa._layout = layout_of(circuit, isa, [1, 0], [1, 0])
    assert check_equivalence(circuit, isa) == "equal"
    isa.swap(0, 1)
    isa._layout = layout_of(circuit, isa, [1, 0], [0, 1])
    assert check_equivalence(circuit, isa) == "equal"


def test_one_check_serves_many_compilations(device):
    circuit = random_circuit(4, 3, max_operands=2, measure=True, seed=5)
    check = EquivalenceCheck(circuit)
    for seed in range(3):
        assert check.verdict(device.compiler.compile(circuit, optimization_level=1, seed=seed).circuit) == "equal"


def test_small_differences_are_found_and_rounding_is_not():
    rng = np.random.default_rng(0)
    circuit = QuantumCircuit(2)
    for _ in range(300):
        circuit.rx(rng.uniform(), 0)
        circuit.cx(0, 1)
    assert check_equivalence(circuit, circuit.copy()) == "equal"
    changed = circuit.copy()
    changed.ry(1e-3, 0)
    with pytest.raises(CircuitError, match="infidelity"):
        check_equivalence(circuit, changed)
