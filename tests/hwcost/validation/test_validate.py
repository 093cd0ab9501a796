"""`validate`: the measured side by hand, the predicted side equal to the estimate's, and what is refused."""

from __future__ import annotations

import json
import math
import re

import numpy as np
import pytest

pytest.importorskip("qiskit_aer")

from qiskit import QuantumCircuit
from qiskit.circuit import Parameter
from qiskit.circuit.library import real_amplitudes

import hwcost
from hwcost.core.errors import CircuitError, MissingDependencyError, OptionError
from hwcost.validation import simulation as noise_simulation
from hwcost.validation.record import STATEMENT
from hwcost.validation.statistics import fit_slope, noiseless_standard_error, reached_standard_error
from hwcost.validation.validate import validate
from make import small_calibration

# Two compilations are compared at level 1 only: at level 2, Qiskit 2.3 chooses anew between equivalent layouts.
LEVEL_1 = {"optimization_level": 1, "num_seeds": 1}


def ansatz(num_qubits=3, reps=2):
    circuit = real_amplitudes(num_qubits, reps=reps, entanglement="linear")
    circuit.name = "ansatz"
    circuit.measure_all()
    return circuit


def bound(num_qubits=3, seed=0):
    circuit = ansatz(num_qubits)
    return circuit.assign_parameters(np.random.default_rng(seed).uniform(0, 6, circuit.num_parameters))


def perfect(num_qubits=3):
    """A device without any noise."""
    quiet = {"t1_s": 1e9, "t2_s": 1e9, "readout_error": 0.0, "prob_meas0_prep1": 0.0, "prob_meas1_prep0": 0.0}
    pairs = [(a, b) for a in range(num_qubits) for b in (a - 1, a + 1) if 0 <= b < num_qubits]
    no_error = {("cx", pair): {"error": 0.0} for pair in pairs}
    no_error |= {(name, (q,)): {"error": 0.0} for name in ("sx", "x") for q in range(num_qubits)}
    return small_calibration(num_qubits, qubits=dict.fromkeys(range(num_qubits), quiet), gates=no_error)


# --- statistics ---------------------------------------------------------------------------------------------------


def test_slope_by_hand():
    # x̄ = 0, Σx² = 2, Σxy = 1.6: λ = 0.8, ȳ = 0.1. Residuals 0.1·(1, −2, 1)/… are exactly 0 here.
    line = fit_slope(np.array([-1.0, 0.0, 1.0]), np.array([-0.7, 0.1, 0.9]))
    assert (line.value, line.intercept) == (pytest.approx(0.8), pytest.approx(0.1))
    assert line.standard_error == pytest.approx(0.0, abs=1e-12)
    # One point off by 0.3: ȳ = 0.2, residuals −0.1, 0.2, −0.1, Σr² = 0.06, error = √(0.06/(1·2)).
    off = fit_slope(np.array([-1.0, 0.0, 1.0]), np.array([-0.7, 0.4, 0.9]))
    assert off.standard_error == pytest.approx(math.sqrt(0.03))
    assert off.residual == pytest.approx(math.sqrt(0.06 / 3) / 0.8)
    assert fit_slope(np.array([0.5, 0.52, 0.49]), np.array([0.1, 0.9, 0.3])) is None
    assert fit_slope(np.array([1.0, -1.0]), np.array([0.8, -0.6])).standard_error is None


def test_reached_standard_error_is_the_binomial_one():
    rng = np.random.default_rng(0)
    noisy = np.linspace(-0.6, 0.6, 20)
    exact = math.sqrt(np.mean(1 - noisy**2) / 4000) / 0.5
    assert reached_standard_error(noisy, 0.5, 4000, rng) == pytest.approx(exact, rel=0.03)
    assert reached_standard_error(noisy, 0.5, 4 * 10**15, rng) == pytest.approx(exact * 1e-6, rel=0.03)
    assert noiseless_standard_error(np.array([0.6, -0.6]), 100) == pytest.approx(0.08)


# --- whole validations --------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def free():
    return validate(ansatz(4), "fake_lagos", shots=1000, **LEVEL_1)


def test_predictions_hold_on_a_free_circuit(free):
    scores = {score.method: score for score in free.methods}
    assert list(scores) == ["mean-field", "pauli-path", "light-cone", "paper"]
    assert scores["mean-field"].median_error < 0.05
    assert scores["pauli-path"].median_error < 0.03
    assert scores["mean-field"].inflation_mean == pytest.approx(free.inflation_mean, rel=0.05)
    for qubit in free.qubits:
        predicted = qubit.predicted["pauli-path"]
        assert abs(predicted.attenuation - qubit.attenuation) < 4 * math.hypot(
            qubit.standard_error, predicted.standard_error
        )
        assert qubit.note is None
        assert qubit.ideal_value is None


def test_shots_of_a_right_prediction_reach_the_target(free):
    scores = {score.method: score for score in free.methods}
    assert scores["mean-field"].median_precision_ratio == pytest.approx(1.0, abs=0.08)
    assert scores["mean-field"].precision_ratio == pytest.approx(1.0, abs=0.12)
    # The paper gives this circuit half of the shots that its worst qubit needs.
    assert scores["paper"].precision_ratio > 1.3


def test_predictions_are_those_of_the_estimate(free):
    for method in ("mean-field", "pauli-path"):
        cost = hwcost.estimate(ansatz(4), "fake_lagos", shots=1000, attenuation=method, **LEVEL_1)
        for qubit, row in zip(free.qubits, cost.shots.attenuation, strict=True):
            assert (qubit.qubit, qubit.clbit) == (row.qubit, row.clbit)
            assert qubit.predicted[method].attenuation == row.value
        assert next(s.shots_needed for s in free.methods if s.method == method) == cost.shots.needed


def test_record_as_json_and_text(free):
    plain = json.loads(free.to_json())
    assert plain["schema"] == "hwcost.validation/1"
    assert plain["statement"] == STATEMENT
    assert {"circuit", "backend", "transpile", "simulation", "qubits", "methods"} <= set(plain)
    assert plain["simulation"]["method"] == "density-matrix"
    assert plain["qubits"][0]["predicted"]["paper"]["attenuation"] > 0
    for text in (str(free), free._repr_html_()):
        for expected in ("against hardware", "mean-field", "reached", "20 draws of all free angles"):
            assert expected in text


def test_second_validation_is_byte_identical_and_seeds_differ():
    options = {"num_draws": 6, "methods": ("mean-field",), **LEVEL_1}
    first, again, other = (validate(ansatz(2), "manila", seed=seed, **options).to_json() for seed in (1, 1, 2))
    assert first == again
    assert first != other


@pytest.mark.parametrize("circuit", [ansatz(), bound()], ids=["free", "bound"])
def test_without_noise_everything_is_one(circuit):
    result = validate(circuit, perfect(), shots=1000, methods=("mean-field", "light-cone"))
    for qubit in result.qubits:
        assert qubit.attenuation == pytest.approx(1.0, abs=1e-9)
        assert qubit.value_ratio in (None, pytest.approx(1.0, abs=1e-9))
        assert qubit.predicted["mean-field"].attenuation == pytest.approx(1.0)
        assert qubit.predicted["mean-field"].precision_ratio == pytest.approx(1.0, abs=0.05)
    assert result.inflation_worst == pytest.approx(1.0)
    assert result.methods[0].shots_needed == 1000


def test_bound_circuit_runs_on_all_basis_states_and_reports_its_own_value():
    circuit = QuantumCircuit(1, name="turn")
    circuit.rx(1.0, 0)
    circuit.measure_all()
    readout = {0: {"prob_meas0_prep1": 0.1, "prob_meas1_prep0": 0.04, "t1_s": 1e3, "t2_s": 1e3}}
    result = validate(circuit, small_calibration(1, qubits=readout), precision=0.01)
    assert result.simulation.draws == "inputs"
    assert result.simulation.num_draws == 2
    (qubit,) = result.qubits
    # rx is two sx with rz around: each keeps 1 − 2·0.001. Readout: slope 0.86, intercept 0.1 − 0.04.
    kept = (1 - 0.002) ** 2
    assert qubit.ideal_value == pytest.approx(math.cos(1.0))
    assert qubit.measured_value == pytest.approx(0.86 * kept * math.cos(1.0) + 0.06, abs=1e-6)
    assert qubit.value_ratio == pytest.approx(qubit.measured_value / qubit.ideal_value)
    assert qubit.attenuation == pytest.approx(0.86 * kept, abs=1e-6)
    assert qubit.predicted["mean-field"].attenuation == pytest.approx(0.86 * kept, abs=1e-6)
    # N = 1/(λ·ε)² because ⟨Z⟩ is taken as 0, so the error reached is smaller by √(1 − ⟨Z⟩²).
    assert qubit.predicted["mean-field"].precision_ratio == pytest.approx(
        math.sqrt(1 - (0.86 * kept * math.cos(1.0)) ** 2), abs=0.1
    )
    assert "basis states as input" in str(result)


def test_predictions_hold_on_bound_circuits():
    errors = []
    for seed in range(3):
        result = validate(bound(4, seed), "fake_lagos", methods=("mean-field",), num_seeds=1)
        errors.append(result.methods[0].median_error)
    assert np.median(errors) < 0.08


def test_at_bound_angles_the_signed_sum_is_right_at_the_circuits_own_input():
    result = validate(bound(4, 1), "fake_lagos", num_draws=4, **LEVEL_1)
    scores = {score.method: score for score in result.methods}
    assert list(scores) == ["mean-field", "pauli-propagation", "pauli-path", "light-cone", "paper"]
    compared = [qubit for qubit in result.qubits if qubit.own_attenuation is not None]
    assert len(compared) >= 2
    for qubit in compared:
        assert qubit.predicted["pauli-propagation"].attenuation == pytest.approx(qubit.own_attenuation, rel=1e-5)
        # Readout shifts the value too, which is no part of λ.
        assert qubit.value_ratio != pytest.approx(qubit.own_attenuation, rel=1e-5)
    assert scores["pauli-propagation"].median_error < 1e-4
    assert scores["pauli-propagation"].median_precision_ratio == pytest.approx(1.0, abs=0.15)
    text = str(result)
    assert re.search(r"^  pauli-propagation +× ", text, re.MULTILINE)
    assert "λ: noisy over ideal ⟨Z⟩ at the input |0…0⟩" in text
    plain = json.loads(result.to_json())
    assert plain["qubits"][0]["own_attenuation"] == result.qubits[0].own_attenuation


def test_the_signed_sum_alone_is_refused_with_free_angles():
    with pytest.raises(CircuitError, match="is free"):
        validate(ansatz(2), "fake_lagos", methods=("pauli-propagation",), **LEVEL_1)


def test_flat_qubits_are_reported_as_not_measurable():
    ghz = QuantumCircuit(2, name="ghz")
    ghz.h(0)
    ghz.cx(0, 1)
    ghz.measure_all()
    result = validate(ghz, "manila")
    assert all(qubit.attenuation is None and "not measurable" in qubit.note for qubit in result.qubits)
    assert result.inflation_mean is None
    assert result.methods[0].median_error is None
    assert "flat" in str(result)
    json.loads(result.to_json())


def test_a_lost_signal_is_no_inflation():
    lost = {0: {"prob_meas0_prep1": 0.5, "prob_meas1_prep0": 0.4999, "readout_error": 0.49995}}
    circuit = QuantumCircuit(1)
    circuit.ry(Parameter("a"), 0)
    circuit.measure_all()
    result = validate(circuit, small_calibration(1, qubits=lost), methods=("mean-field",), keep_dead_readout=True)
    assert "no signal" in result.qubits[0].note
    assert result.inflation_mean is None
    assert result.methods[0].shots_needed is None
    assert "no number" in str(result)


def test_wide_circuits_are_sampled_with_a_standard_error(monkeypatch):
    options = {"num_draws": 10, "methods": ("mean-field",), **LEVEL_1}
    exact = validate(ansatz(3, reps=1), "lagos", **options)
    monkeypatch.setattr(noise_simulation, "DENSITY_MATRIX_MAX_QUBITS", 2)
    sampled = validate(ansatz(3, reps=1), "lagos", num_trajectories=600, **options)
    assert sampled.simulation.method == "trajectories"
    assert "600 trajectories each" in str(sampled)
    for a, b in zip(exact.qubits, sampled.qubits, strict=True):
        assert a.attenuation != b.attenuation
        assert abs(a.attenuation - b.attenuation) < 4 * math.hypot(a.standard_error, b.standard_error)


def test_a_wide_circuit_with_t1_below_t2_does_not_crash_aer():
    # With the relaxations as quantum errors, Aer 0.17 stops on this circuit ("Kraus is empty") or crashes.
    few = {"num_draws": 3, "num_trajectories": 10, "num_seeds": 1, "methods": ("mean-field",)}
    assert validate(ansatz(12, reps=3), "sherbrooke", **few).simulation.num_trajectories == 10


def test_measurement_and_reset_in_mid_circuit_can_be_validated():
    circuit = QuantumCircuit(2, 3, name="reused")
    a, b = Parameter("a"), Parameter("b")
    circuit.ry(a, 0)
    circuit.cx(0, 1)
    circuit.measure(0, 0)
    circuit.reset(0)
    circuit.ry(b, 0)
    circuit.cx(0, 1)
    circuit.measure([0, 1], [1, 2])
    result = validate(circuit, small_calibration(2), methods=("mean-field",), num_draws=30)
    assert [qubit.note for qubit in result.qubits] == [None] * 3
    for qubit in result.qubits:
        assert qubit.predicted["mean-field"].attenuation == pytest.approx(qubit.attenuation, rel=0.03)


# --- refusals -----------------------------------------------------------------------------------------------------


def test_what_cannot_be_validated_is_refused_on_one_line():
    silent = QuantumCircuit(1, 1)
    silent.x(0)
    branching = QuantumCircuit(1, 1, name="branching")
    branching.measure(0, 0)
    with branching.if_test((branching.clbits[0], 1)):
        branching.x(0)
    branching.measure(0, 0)
    for circuit, backend, said in (
        (silent, "manila", "measures nothing"),
        (branching, small_calibration(1), "branches on measured values"),
        (ansatz(18, reps=1), "sherbrooke", "uses 18 qubits"),
        (ansatz(6), "manila", "6 qubits"),
    ):
        with pytest.raises((CircuitError, ValueError), match=said) as refusal:
            validate(circuit, backend, num_seeds=1)
        assert "\n" not in str(refusal.value)
    assert validate(silent, "manila", measure_all=True, num_draws=3).qubits


@pytest.mark.parametrize(
    "options",
    [
        {"num_draws": 2},
        {"num_draws": True},
        {"num_draws": 10**9},
        {"seed": -1},
        {"num_trajectories": 1},
        {"methods": ()},
        {"methods": ("magic",)},
        {"methods": "mean-field"},
        {"methods": ("paper", "paper")},
        {"shots": 10, "precision": 0.1},
        {"precision": 2.0},
        {"optimization_level": 4},
    ],
)
def test_bad_options_are_refused(options):
    with pytest.raises(OptionError):
        validate(ansatz(2), "manila", **options)
    with pytest.raises(OptionError, match="durations only"):
        validate(ansatz(2), hwcost.prepare_device("manila", durations_only=True))


def test_a_missing_aer_is_said_before_anything_is_compiled(monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "qiskit_aer", None)
    with pytest.raises(MissingDependencyError, match="pip install"):
        validate("no such file", "no such backend")
