"""The variance of Hamiltonians: by hand, and against shots of Qiskit Aer under the device's noise."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from qiskit import QuantumCircuit
from qiskit.circuit import Parameter
from qiskit.circuit.library import efficient_su2
from qiskit.quantum_info import Pauli, SparsePauliOp, Statevector

import hwcost
from hwcost.circuits.measurement_bases import plan_measurement
from hwcost.circuits.pauli_sums import read_pauli_sums
from hwcost.estimation.variances import _products, _variance, ideal_values, product_label

ghz = QuantumCircuit(3)
ghz.h(0)
ghz.cx(0, 1)
ghz.cx(1, 2)


def cost_of(circuit, observable, **options):
    options = {"num_seeds": 1, "optimization_level": 1} | options
    return hwcost.estimate(circuit, "fake_manila", observable=observable, **options)


def test_products_of_strings_by_hand():
    assert product_label("ZZI", "IZZ") == "ZIZ"
    assert product_label("XYI", "XYI") == "III"


LABELS = st.text("IXYZ", min_size=3, max_size=3)


@given(LABELS, LABELS)
def test_a_product_is_the_product_of_the_operators(first, second):
    if all(a == b or "I" in (a, b) for a, b in zip(first, second, strict=True)):
        assert Pauli(first).dot(Pauli(second)) == Pauli(product_label(first, second))


def test_strings_measured_together_are_correlated():
    # ⟨Z_i Z_j⟩ = 1 in a GHZ state: Σ Z of three qubits has the variance (1 + 1 + 1)² = 9 in a shot, not 3.
    cost = cost_of(ghz, SparsePauliOp(["IIZ", "IZI", "ZII"], [1.0] * 3), shots=1000)
    (total,) = cost.shots.observables
    assert total.state_known
    assert 9.0 < total.variance < 9.0 * total.inflation * 1.1
    free = QuantumCircuit(3)
    free.rx(Parameter("a"), 0)
    unknown = cost_of(free.compose(ghz), SparsePauliOp(["IIZ", "IZI", "ZII"], [1.0] * 3), shots=1000)
    (total,) = unknown.shots.observables
    assert not total.state_known
    assert total.variance == pytest.approx(sum(1.0 / row.value**2 for row in unknown.shots.attenuation))
    assert any("up to" in line and "times as large" in line for line in unknown.backend.assumptions)


def test_an_eigenstate_needs_shots_only_for_its_noise():
    # Each of the stabilizers of a GHZ state is 1 in every noiseless shot.
    observable = SparsePauliOp(["IZZ", "ZZI", "XXX"], [1.0, 1.0, 1.0])
    cost = cost_of(ghz, observable, precision=0.01)
    assert cost.shots.num_bases == 2
    assert 0.0 < cost.shots.observables[0].variance < 3.0
    assert cost.shots.needed == np.ceil(cost.shots.observables[0].variance / 0.01**2 * (1 - 1e-9))
    # By number, shots make up for noise in a state of which nothing is known.
    assert cost_of(ghz, observable, shots=10_000).shots.needed == pytest.approx(
        10_000 * cost.shots.inflation_worst, abs=1.0
    )


def test_the_precision_of_the_job_as_requested():
    observable = SparsePauliOp(["IZZ", "ZZI", "XXX"], [0.5, 1.0, 2.0])
    cost = cost_of(ghz, observable, precision=0.02)
    assert cost.time.requested.shots == 2500
    assert (cost.time.requested.num_bases, cost.time.requested.executions) == (2, 5000)
    assert cost.time.requested.standard_error == pytest.approx((cost.shots.observables[0].variance / 2500) ** 0.5)
    assert cost.time.requested.qpu_time_s == pytest.approx(5000 * cost.time.shot_time_s)
    assert cost.time.qpu_time_s == pytest.approx(cost.shots.executions * cost.time.shot_time_s)


def test_ideal_values_are_those_of_the_state():
    circuit = ghz.copy()
    circuit.measure_all()
    assert ideal_values(circuit, ["IZZ", "XXX", "IIZ"]) == pytest.approx({"IZZ": 1.0, "XXX": 1.0, "IIZ": 0.0})
    middle = QuantumCircuit(1, 1)
    middle.h(0)
    middle.measure(0, 0)
    middle.h(0)
    assert ideal_values(middle, ["Z"]) is None
    assert ideal_values(QuantumCircuit(13), ["Z" * 13]) is None


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 10**6), st.integers(1, 6))
def test_without_noise_the_variance_is_that_of_the_operator_in_each_basis(seed, num_terms):
    """One basis holds all: then the variance of a shot is ⟨H²⟩ − ⟨H⟩², by Qiskit's operators."""
    rng = np.random.default_rng(seed)
    labels = sorted({"".join(rng.choice(["I", "Z"], 3)) for _ in range(num_terms)} - {"III"})
    if len(labels) < 2:
        return
    operator = SparsePauliOp(labels, rng.normal(size=len(labels)))
    circuit = efficient_su2(3, reps=1)
    bound = circuit.assign_parameters(rng.uniform(-3, 3, circuit.num_parameters))
    plan = plan_measurement(read_pauli_sums(operator))
    names = [*plan.labels, *_products(plan)]
    perfect = dict.fromkeys(names, 1.0)
    found = _variance(plan.observables[0], plan.groups, perfect, ideal_values(bound, names))
    state = Statevector(bound)
    wanted = state.expectation_value(operator @ operator).real - state.expectation_value(operator).real ** 2
    assert found == pytest.approx(wanted, abs=1e-9)


@pytest.mark.parametrize("seed", range(10))
def test_the_variance_of_ten_hamiltonians_under_noise_and_shots(seed):
    """Aer's shots of each basis, with the noise model of the device: variance as predicted, within 10 %."""
    aer = pytest.importorskip("qiskit_aer")
    from qiskit_ibm_runtime.fake_provider import FakeManilaV2

    rng = np.random.default_rng(seed)
    labels = sorted({"".join(rng.choice(list("IXYZ"), 4, p=[0.4, 0.2, 0.2, 0.2])) for _ in range(8)} - {"IIII"})
    operator = SparsePauliOp(labels, rng.normal(size=len(labels)))
    circuit = efficient_su2(4, reps=1 + seed % 2)
    bound = circuit.assign_parameters(rng.uniform(-3, 3, circuit.num_parameters))
    cost = cost_of(bound, operator, shots=1000)
    (total,) = cost.shots.observables
    assert total.state_known
    simulator = aer.AerSimulator.from_backend(FakeManilaV2())
    measured = 0.0
    plan = plan_measurement(read_pauli_sums(operator))
    attenuation = {label: row.value for label, row in zip(plan.labels, cost.shots.attenuation, strict=True)}
    coefficients = dict(plan.observables[0].terms)
    places = cost.isa_circuit.layout.final_index_layout(filter_ancillas=True)
    for group in plan.groups:
        values = _values_of_shots(simulator, cost.isa_circuit, places, group, shots=12_000, seed=seed)
        measured += np.var(sum(coefficients[label] / attenuation[label] * values[label] for label in group))
    assert measured == pytest.approx(total.variance, rel=0.10)


def _values_of_shots(simulator, isa, places, group, *, shots, seed):
    """±1 of each label of a group in each shot, in one basis."""
    width = len(group[0])
    basis = {q: label[width - 1 - q] for label in group for q in range(width) if label[width - 1 - q] != "I"}
    out = QuantumCircuit(isa.num_qubits, width)
    for instruction in isa.data:
        if instruction.operation.name not in ("measure", "barrier"):
            out.append(instruction.operation, [isa.find_bit(bit).index for bit in instruction.qubits])
    for qubit, letter in basis.items():
        if letter == "Y":
            out.rz(-np.pi / 2, places[qubit])
        if letter in "XY":
            out.rz(np.pi / 2, places[qubit])
            out.sx(places[qubit])
            out.rz(np.pi / 2, places[qubit])
    for qubit in basis:
        out.measure(places[qubit], qubit)
    memory = simulator.run(out, shots=shots, seed_simulator=seed, memory=True).result().get_memory()
    bits = np.array([[int(bit) for bit in reversed(shot)] for shot in memory])
    signs = 1 - 2 * bits
    return {
        label: np.prod([signs[:, q] for q in range(width) if label[width - 1 - q] != "I"], axis=0) for label in group
    }
