"""Error mitigation: hand-worked factors, Monte Carlo of the extrapolations, explicit inverses of the noise."""

from __future__ import annotations

import dataclasses
import itertools
import math
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from qiskit import QuantumCircuit
from qiskit.circuit.library import real_amplitudes
from qiskit.quantum_info import PTM, Pauli, SuperOp

from hwcost.backend.prepared import Device, prepare_device
from hwcost.calibration.audit import audit
from hwcost.core.errors import CircuitError, OptionError
from hwcost.estimation.estimate import estimate
from hwcost.isa.read import read_isa
from hwcost.isa.schedule import schedule_alap
from hwcost.models.estimate import estimate_model
from hwcost.models.mitigation.cost import mitigation_cost, split_attenuations
from hwcost.models.mitigation.extrapolation import extrapolation_bias, extrapolation_inflation, extrapolation_weights
from hwcost.models.mitigation.methods import MitigationMethod, parse_mitigation
from hwcost.models.mitigation.overhead import SplitAttenuation, mitigation_overhead, readout_calibration_circuits
from hwcost.models.mitigation.quasi_probability import circuit_gamma, depolarizing_gamma, idle_gamma, two_qubit_layers
from make import small_calibration

FITS = ("exponential", "linear", "richardson")


def small_device(num_qubits=3, **fields):
    return Device(audit(small_calibration(num_qubits, **fields)))


def bell(device, num_measured=2, **options):
    """x, cx on a line of three qubits, as ISA circuit."""
    circuit = QuantumCircuit(3, num_measured)
    circuit.sx(0)
    circuit.cx(0, 1)
    circuit.measure(range(num_measured), range(num_measured))
    return estimate(circuit, device, transpile=False, **{"shots": 1000, **options})


# ------------------------------------------------------------------------------------------------------- arithmetic


def test_weights_by_hand():
    # Line through c = 1, 3, 5: mean 3, Σ(c − 3)² = 8; w = 1/3 − 3·(c − 3)/8.
    assert extrapolation_weights((1.0, 3.0, 5.0), "linear") == pytest.approx((1 / 3 + 0.75, 1 / 3, 1 / 3 - 0.75))
    assert extrapolation_weights((1.0, 3.0, 5.0), "exponential") == extrapolation_weights((1.0, 3.0, 5.0), "linear")
    # 3·5/(2·4), 1·5/(−2·2), 1·3/(−4·−2).
    assert extrapolation_weights((1.0, 3.0, 5.0), "richardson") == pytest.approx((15 / 8, -5 / 4, 3 / 8))
    # Through two points all fits are the same line.
    assert extrapolation_weights((1.0, 3.0), "richardson") == pytest.approx((1.5, -0.5))
    assert extrapolation_weights((1.0, 3.0), "linear") == pytest.approx((1.5, -0.5))


def test_inflation_and_bias_by_hand():
    # Richardson 1, 3, 5: 3·(225 + 100 + 9)/64.
    assert extrapolation_inflation(0.3, (1.0, 3.0, 5.0), "richardson") == pytest.approx(3 * 334 / 64)
    # Exponential 1, 3 at L = 1/2: 2·(9/4·4 + 1/4·64).
    assert extrapolation_inflation(0.5, (1.0, 3.0), "exponential") == pytest.approx(50)
    assert extrapolation_inflation(0.0, (1.0, 3.0), "exponential") == math.inf
    assert extrapolation_inflation(1e-200, (1.0, 3.0), "exponential") == math.inf
    assert extrapolation_inflation(0.0, (1.0, 3.0), "linear") == pytest.approx(5)
    assert extrapolation_bias(0.5, (1.0, 3.0), "linear") == pytest.approx(1 - (0.75 - 0.0625))
    assert extrapolation_bias(0.5, (1.0, 3.0), "exponential") == 0.0
    assert extrapolation_bias(0.0, (1.0, 3.0), "richardson") == 1.0


def test_gamma_by_hand():
    # One qubit, e = 0.01: f = 0.98, γ = 1 + 3/2·(1/0.98 − 1). Two: f = 1 − 0.04/3, γ = 1 + 15/8·(1/f − 1).
    assert depolarizing_gamma(0.01, 1) == pytest.approx(1 + 1.5 * (1 / 0.98 - 1))
    assert depolarizing_gamma(0.01, 2) == pytest.approx(1 + 15 / 8 * (1 / (1 - 0.04 / 3) - 1))
    assert depolarizing_gamma(0.0, 2) == 1.0
    assert depolarizing_gamma(0.5, 1) == math.inf
    assert depolarizing_gamma(0.75, 2) == math.inf
    assert idle_gamma(0.0, 1e4, 1e4) == 1.0
    assert idle_gamma(1.0, 1e4, 1e4) == math.inf


def test_readout_calibration_circuits():
    tensored, full = (MitigationMethod(name="readout", calibration=c) for c in ("tensored", "full"))
    assert readout_calibration_circuits(tensored, 7) == 2
    assert readout_calibration_circuits(full, 7) == 128


def test_factors_of_one_observable_by_hand():
    # L = 0.8, r = 0.9, 1000 noiseless shots.
    def shots(text, **options):
        overhead = mitigation_overhead(
            parse_mitigation(text),
            attenuations=[SplitAttenuation(gates=0.8, readout=0.9)],
            noiseless_shots=1000,
            num_measured=4,
            **options,
        )
        return overhead.shots, overhead.circuit_factor, overhead.extra_circuits

    assert shots("") == (1930, 1, 0)  # 1000/(0.64·0.81) = 1929.01
    assert shots("readout") == (1930, 1, 2)  # 1/r² is in there already
    assert shots("readout:full") == (1930, 1, 16)
    # 2·(9/4/0.8² + 1/4/0.8⁶) = 8.938…/0.81 → 11034.6 shots, 5518 in each of two circuits.
    assert shots("zne:1:3") == (11036, 2, 0)
    assert shots("zne:linear:1:3,readout") == (6174, 2, 2)  # 5/0.81
    # γ = 1.5: 2.25/0.81·1000 = 2777.8 shots, 64 in each.
    assert shots("pec", log_gamma=math.log(1.5)) == (2778, 44, 0)
    assert shots("pec:1000", log_gamma=math.log(1.5)) == (2778, 3, 0)


def test_worst_and_mean_observable():
    attenuations = [SplitAttenuation(gates=g, readout=1.0) for g in (0.5, 1.0)]
    for rule, expected in (("worst", 4.0), ("mean", 2.5)):
        overhead = mitigation_overhead((), attenuations=attenuations, noiseless_shots=100, num_measured=2, rule=rule)
        assert overhead.inflation == pytest.approx(expected)
        assert overhead.shot_factor == 1.0


def test_no_number_of_shots_is_enough():
    one = [SplitAttenuation(gates=1e-2, readout=1.0)]
    gone = mitigation_overhead(parse_mitigation("zne"), attenuations=one, noiseless_shots=100, num_measured=1)
    # L^(−10) = 10^20 at noise factor 5.
    assert gone.shots is gone.circuit_factor is None
    assert gone.inflation > 1e18
    assert "not run" in gone.notes[-1]
    hopeless = mitigation_overhead(
        parse_mitigation("pec"), attenuations=one, noiseless_shots=100, num_measured=1, log_gamma=1000.0
    )
    assert (hopeless.shots, hopeless.gamma, hopeless.shot_factor) == (None, None, None)
    assert hopeless.log10_gamma == pytest.approx(1000 / math.log(10))
    endless = mitigation_overhead(
        parse_mitigation("pec"), attenuations=one, noiseless_shots=100, num_measured=1, log_gamma=math.inf
    )
    assert endless.log10_gamma is None
    dead = mitigation_overhead(
        (), attenuations=[SplitAttenuation(gates=0.0, readout=0.0)], noiseless_shots=1, num_measured=1
    )
    assert (dead.shots, dead.inflation, dead.shot_factor) == (None, None, None)


# ------------------------------------------------------------------------------------------------------------- laws


_FACTORS = st.lists(st.floats(1.0, 9.0), min_size=2, max_size=5, unique_by=lambda c: round(c, 1)).map(sorted)


@given(_FACTORS, st.sampled_from(FITS))
def test_weights_recover_a_straight_line_at_zero(factors, fit):
    weights = extrapolation_weights(factors, fit)
    scale = sum(map(abs, weights))
    assert sum(w * (2.0 - 0.3 * c) for w, c in zip(weights, factors, strict=True)) == pytest.approx(
        2.0, abs=1e-9 * scale
    )


@given(st.floats(0.05, 1.0), st.floats(0.5, 1.0), _FACTORS, st.floats(1.0, 2.0))
def test_no_unbiased_method_needs_fewer_shots_than_rescaling(gates, readout, factors, margin):
    methods = [
        ((), None),
        ((MitigationMethod(name="readout"),), None),
        ((MitigationMethod(name="zne", noise_factors=tuple(factors)),), None),
        ((MitigationMethod(name="pec"),), -math.log(gates) * margin),
    ]
    for chosen, log_gamma in methods:
        overhead = mitigation_overhead(
            chosen,
            attenuations=[SplitAttenuation(gates=gates, readout=readout)],
            noiseless_shots=1000,
            num_measured=1,
            log_gamma=log_gamma,
        )
        assert overhead.inflation >= (1 - 1e-9) / (gates * readout) ** 2
        if chosen and chosen[0].name == "zne":
            assert overhead.inflation >= 1.9 / (gates * readout) ** 2  # two circuits at the least


@given(st.lists(st.floats(0.0, 0.45), min_size=2, max_size=2).map(sorted), st.sampled_from([1, 2]))
def test_gamma_grows_with_the_error_and_exceeds_the_attenuation(errors, num_qubits):
    small, large = (depolarizing_gamma(error, num_qubits) for error in errors)
    assert 1.0 <= small <= large
    dimension = 2**num_qubits
    assert large >= 1.0 / (1.0 - errors[1] * dimension / (dimension - 1)) - 1e-12


# ------------------------------------------------------------------------------------------------ independent routes


@pytest.mark.parametrize("fit", FITS)
@pytest.mark.parametrize("factors", [(1.0, 3.0), (1.0, 3.0, 5.0), (1.0, 1.5, 2.0, 3.0)])
def test_extrapolation_against_monte_carlo(fit, factors):
    """Binomial shots at each noise factor, fitted with NumPy, many times over."""
    rng = np.random.default_rng(7)
    ideal, attenuation, shots, repeats = 0.3, 0.85, 400_000, 4000
    each = shots // len(factors)
    means = ideal * attenuation ** np.array(factors)
    measured = 2 * rng.binomial(each, (1 + means) / 2, size=(repeats, len(factors))) / each - 1
    degree = len(factors) - 1 if fit == "richardson" else 1
    values = np.log(measured) if fit == "exponential" else measured
    found = np.polyfit(factors, values.T, degree)[-1]
    if fit == "exponential":
        found = np.exp(found)
    inflation = extrapolation_inflation(attenuation, factors, fit)
    # The variance of one shot is 1 − m² with m ≤ 0.3·0.85: up to 7 % below the bound of 1; 4000 repeats know a
    # variance to 2.2 %, so to 7 % at three standard errors.
    assert 0.86 * inflation < found.var() * shots < 1.07 * inflation
    bias = extrapolation_bias(attenuation, factors, fit)
    assert found.mean() == pytest.approx(ideal * (1 - bias), abs=4 * math.sqrt(inflation / shots / repeats) + 1e-4)


def pauli_mixture(ptm: np.ndarray) -> np.ndarray:
    """Coefficients η_P of the mixture Σ η_P P·P with this diagonal Pauli transfer matrix."""
    num_qubits = round(math.log(len(ptm), 4))
    labels = ["".join(letters) for letters in itertools.product("IXYZ", repeat=num_qubits)]
    signs = np.array([[1 if Pauli(a).commutes(Pauli(b)) else -1 for b in labels] for a in labels])
    return np.linalg.solve(signs, np.diag(ptm))


@pytest.mark.parametrize("num_qubits", [1, 2])
@pytest.mark.parametrize("error", [1e-4, 0.01, 0.2])
def test_gamma_of_a_gate_against_the_explicit_inverse(num_qubits, error):
    d = 2**num_qubits
    # Depolarizing channel whose average gate fidelity is 1 − e: F = (d·F_process + 1)/(d + 1).
    process_fidelity = ((1 - error) * (d + 1) - 1) / d
    kept = (process_fidelity * d**2 - 1) / (d**2 - 1)
    identity = np.eye(d).reshape(-1, order="F")
    channel = SuperOp(kept * np.eye(d**2) + (1 - kept) / d * np.outer(identity, identity))
    inverse = PTM(SuperOp(np.linalg.inv(channel.data))).data.real
    assert np.allclose(inverse, np.diag(np.diag(inverse)))
    mixture = pauli_mixture(inverse)
    assert mixture.sum() == pytest.approx(1.0)
    assert np.abs(mixture).sum() == pytest.approx(depolarizing_gamma(error, num_qubits), rel=1e-9)


@pytest.mark.parametrize(("t1", "t2"), [(100e-6, 80e-6), (100e-6, 200e-6), (50e-6, 5e-6)])
def test_gamma_of_a_wait_against_the_explicit_inverse(t1, t2):
    time = 3e-6
    x, z = math.exp(-time / t2), math.exp(-time / t1)
    mixture = pauli_mixture(np.diag([1.0, 1 / x, 1 / x, 1 / z]))
    assert np.abs(mixture).sum() == pytest.approx(idle_gamma(time, 1 / t1, 1 / t2))


def test_pec_by_sampling_quasi_probabilities():
    """One gate with a depolarizing error: signs times γ average to the ideal value with variance γ² − ⟨Z⟩²."""
    rng = np.random.default_rng(3)
    ideal, error, shots = 0.6, 0.05, 400_000
    kept = 1 - 2 * error
    gamma = depolarizing_gamma(error, 1)
    negative = (1 / kept - 1) / 4  # |η| of X, Y and Z
    probabilities = np.array([gamma - 3 * negative, negative, negative, negative]) / gamma
    pauli = rng.choice(4, size=shots, p=probabilities)
    signs = np.where(pauli == 0, 1, -1)
    value = kept * ideal * np.where((pauli == 1) | (pauli == 2), -1, 1)  # X and Y flip Z
    outcomes = gamma * signs * np.where(rng.random(shots) < (1 + value) / 2, 1, -1)
    assert outcomes.mean() == pytest.approx(ideal, abs=5 * gamma / math.sqrt(shots))
    assert outcomes.var() == pytest.approx(gamma**2 - ideal**2, rel=0.01)


def test_readout_inflation_against_the_explicit_matrix():
    """Inverting the full matrix of two qubits gives ⟨Z_0⟩ with 1/r² times the variance, whatever the other qubit."""
    rng = np.random.default_rng(5)
    p01, p10, shots, repeats = 0.08, 0.03, 2000, 4000
    one = np.array([[1 - p10, p01], [p10, 1 - p01]])  # [read, prepared]
    other = np.array([[0.9, 0.2], [0.1, 0.8]])
    full = np.kron(other, one)
    state = np.array([0.1, 0.4, 0.2, 0.3])  # over (qubit 1, qubit 0) = 00, 01, 10, 11
    z0 = np.array([1, -1, 1, -1])
    counts = rng.multinomial(shots, full @ state, size=repeats) / shots
    values = (z0 @ np.linalg.inv(full)) @ counts.T
    assert values.mean() == pytest.approx(z0 @ state, abs=0.005)
    read = z0 @ full @ state
    assert values.var() * shots == pytest.approx((1 - read**2) / (1 - p01 - p10) ** 2, rel=0.08)


# --------------------------------------------------------------------------------------------- estimated circuits


def test_gamma_of_a_circuit_is_the_product_over_gates_and_waits():
    device = small_device()
    circuit = QuantumCircuit(3, 2)
    circuit.sx(0)
    circuit.cx(0, 1)
    circuit.cx(1, 2)
    circuit.x(0)
    circuit.delay(1000, 0, "ns")
    circuit.measure([0, 2], [0, 1])
    isa = read_isa(circuit, device.audited)
    gamma = circuit_gamma(isa, schedule_alap(isa), device.audited)
    # Errors 0.001 (sx, x) and 0.01 (cx, twice); qubit 0 waits 1000 ns, and while cx(1, 2) takes 300 ns and its x 50 ns
    # it has time to spare only if the delay does not fill it: it does.
    expected = 2 * math.log(depolarizing_gamma(0.001, 1)) + 2 * math.log(depolarizing_gamma(0.01, 2))
    assert gamma.log_gates == pytest.approx(expected)
    waits = sum(w for row in schedule_alap(isa).idle_before_s for w in row)
    assert waits >= 1e-6
    assert gamma.log_idle > 0
    assert gamma.log_gamma == gamma.log_gates + gamma.log_idle
    # The layers cx(0, 1) and cx(1, 2).
    assert [sorted(layer) for layer in two_qubit_layers(isa)] == [[("cx", (0, 1))], [("cx", (1, 2))]]


def test_layers_are_distinct_and_end_at_barriers():
    device = small_device(4)
    circuit = QuantumCircuit(4)
    for _ in range(3):
        circuit.cx(0, 1)
        circuit.cx(2, 3)
        circuit.cx(1, 2)
    isa = read_isa(circuit, device.audited)
    assert [len(layer) for layer in two_qubit_layers(isa)] == [2, 1]
    apart = QuantumCircuit(4)
    apart.cx(0, 1)
    apart.barrier()
    apart.cx(2, 3)
    assert [len(layer) for layer in two_qubit_layers(read_isa(apart, device.audited))] == [1, 1]


def test_cost_of_a_small_circuit_by_hand():
    # sx 50 ns, cx 300 ns, readout 1 µs, repetition delay 250 µs; readout errors 2 % each way, so r = 0.96.
    device = small_device()
    cost = bell(device)
    none = mitigation_cost(cost, device, ())
    assert (none.num_circuits, none.shots) == (1, cost.shots.needed)
    assert none.qpu_time_s == pytest.approx(cost.time.qpu_time_s)

    zne = mitigation_cost(cost, device, parse_mitigation("zne:linear:1:3"))
    # K·Σ w² = 5, over r² = 0.9216: 5425.3, so 2713 shots in each of two circuits.
    assert (zne.num_circuits, zne.shots) == (2, 5426)
    assert [run.duration_s for run in zne.runs] == pytest.approx([1.35e-6, 3 * 0.35e-6 + 1e-6])
    assert [run.num_instructions for run in zne.runs] == [4, 8]
    assert [run.depth for run in zne.runs] == [3, 7]
    assert zne.qpu_time_s == pytest.approx(2713 * (251.35e-6 + 252.05e-6))
    assert zne.shot_factor == pytest.approx(5 / 0.9216 / cost.shots.inflation_worst)

    pec = mitigation_cost(cost, device, parse_mitigation("readout,pec"))
    gamma = depolarizing_gamma(0.001, 1) * depolarizing_gamma(0.01, 2)
    assert pec.gamma == pytest.approx(gamma)
    assert pec.shots == math.ceil(1000 * gamma**2 / 0.9216)
    assert pec.num_circuits == math.ceil(pec.shots / 64)
    assert pec.qpu_time_s == pytest.approx(pec.shots * 251.35e-6)
    readout, learning = pec.calibrations
    # Two circuits of 1000 shots, an x of 50 ns and the readout.
    assert (readout.num_circuits, readout.shots) == (2, 2000)
    assert readout.time_s == pytest.approx(2000 * 251.05e-6)
    # One layer: 9 bases · 6 depths · 32 circuits of 128 shots; the layer 0, 2, 4, 8, 32, 64 times.
    assert (learning.num_circuits, learning.shots) == (1728, 1728 * 128)
    per_depth = 9 * 32 * 128
    assert learning.time_s == pytest.approx(per_depth * (6 * 251e-6 + 110 * 300e-9))


def test_without_two_qubit_gates_there_is_no_noise_to_learn():
    device = small_device()
    circuit = QuantumCircuit(1, 1)
    circuit.sx(0)
    circuit.measure(0, 0)
    cost = estimate(circuit, device, shots=1000, transpile=False)
    pec = mitigation_cost(cost, device, parse_mitigation("readout,pec"))
    assert [run.method for run in pec.calibrations] == ["readout"]
    model = estimate_model(circuit, backend="fake_manila", shots=1000, num_seeds=1, mitigation="pec")
    assert model.quantum.num_jobs == 1


def test_precision_sets_the_shots_as_in_the_estimate():
    device = small_device()
    cost = bell(device, shots=None, precision=0.02)
    zne = mitigation_cost(cost, device, parse_mitigation("zne:linear:1:3"))
    assert zne.shots == 2 * math.ceil(2500 * 5 / 0.9216 / 2)
    assert mitigation_cost(cost, device, parse_mitigation("readout")).calibrations[0].shots == 2 * 2500


def test_attenuation_is_split_into_gates_and_readout():
    device = small_device()
    cost = bell(device)
    split = split_attenuations(cost, device.audited, [0, 1])
    assert [s.readout for s in split] == pytest.approx([0.96, 0.96])
    assert [s.gates * s.readout for s in split] == pytest.approx([a.value for a in cost.shots.attenuation])
    joint = bell(device, observable="IZZ")
    (product,) = split_attenuations(joint, device.audited, [0, 1])
    assert product.readout == pytest.approx(0.96**2)
    assert product.gates * product.readout == pytest.approx(joint.shots.attenuation[0].value)
    noted = mitigation_cost(joint, device, parse_mitigation("pec"))
    assert any("several qubits" in note for note in noted.notes)


def test_on_a_real_calibration_pec_costs_more_than_rescaling():
    device = prepare_device("fake_sherbrooke")
    circuit = real_amplitudes(6, reps=2).assign_parameters(np.linspace(0.1, 3, 18))
    circuit.measure_all()
    cost = estimate(circuit, device, shots=1000, num_seeds=1)
    pec = mitigation_cost(cost, device, parse_mitigation("pec"))
    assert pec.shots > cost.shots.needed
    assert pec.shot_factor > 1
    for text in ("readout", "zne", "zne:richardson", "readout:full,pec"):
        mitigated = mitigation_cost(cost, device, parse_mitigation(text))
        assert mitigated.shots == sum(run.shots for run in mitigated.runs)
        assert mitigated.num_circuits == sum(run.num_circuits for run in mitigated.runs)
        assert [part.method for part in mitigated.parts] == [m.split(":")[0] for m in text.split(",")]
        assert isinstance(mitigated.calibrations, Sequence)
        assert dataclasses.replace(mitigated) == mitigated


def test_without_a_readout_duration_everything_is_folded():
    device = small_device(qubits={q: {"readout_duration_s": None} for q in range(3)})
    circuit = QuantumCircuit(3, 1)
    circuit.sx(0)
    circuit.measure(0, 0)
    cost = estimate(circuit, device, transpile=False, shots=100)
    zne = mitigation_cost(cost, device, parse_mitigation("zne:linear:1:3"))
    assert [run.duration_s for run in zne.runs] == pytest.approx([50e-9, 150e-9])


# ------------------------------------------------------------------------------------------------ wrong and hostile


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ()),
        ("  ", ()),
        ("readout", (MitigationMethod(name="readout"),)),
        ("Readout:Full", (MitigationMethod(name="readout", calibration="full"),)),
        ("zne", (MitigationMethod(name="zne", noise_factors=(1.0, 3.0, 5.0)),)),
        (
            "zne: 1 : 1.5:2 :richardson",
            (MitigationMethod(name="zne", noise_factors=(1.0, 1.5, 2.0), fit="richardson"),),
        ),
        ("pec:32 , readout", (MitigationMethod(name="pec", shots_per_circuit=32), MitigationMethod(name="readout"))),
    ],
)
def test_parsing(text, expected):
    assert parse_mitigation(text) == expected
    assert parse_mitigation(",".join(map(str, expected))) == expected


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("dd", "'dd' is not a method; choose from readout, zne, pec"),
        ("readout,,pec", "'' is not a method"),
        ("readout,readout", "readout is given 2 times"),
        ("zne,pec", "zne and pec both remove the gate noise"),
        ("zne:1", "noise factors 1; give 2 to 20 different ones"),
        ("zne:3:3", "different ones"),
        ("zne:0.5:1", "cannot amplify noise by 0.5"),
        ("zne:-1:3", "cannot amplify noise by -1"),
        ("zne:nan:1", "not 'nan'"),
        ("zne:1e999:1", "not '1e999'"),
        ("zne:1:2000", "cannot amplify noise by 2000"),
        ("zne:cubic:1:3", "not 'cubic'; write zne:1:3:5"),
        ("zne:linear:richardson:1:3", "2 fits"),
        ("zne:1::3", "not ''"),
        ("zne:" + ":".join(map(str, range(1, 30))), "give 2 to 20"),
        ("readout:some", "readout takes one of tensored, full"),
        ("readout:full:full", "readout takes one of"),
        ("pec:0", "pec has 0 shots"),
        ("pec:-3", "pec takes the shots"),
        ("pec:1:2", "pec takes the shots"),
        ("pec:٣", "pec takes the shots"),
        ("pec:" + "9" * 5000, "pec takes the shots"),
        ("\x1b[31mzne\nX", "is not a method"),
    ],
)
def test_refused_texts(text, message):
    with pytest.raises(OptionError) as caught:
        parse_mitigation(text)
    assert message in str(caught.value)
    assert "\x1b" not in str(caught.value)
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 600


def test_refused_settings_and_estimates():
    with pytest.raises(OptionError, match="name is 'dd'"):
        MitigationMethod(name="dd")
    with pytest.raises(OptionError, match="fit is 'cubic'"):
        MitigationMethod(name="zne", fit="cubic")
    device = small_device()
    with pytest.raises(OptionError, match="'zne' is no MitigationMethod"):
        mitigation_cost(bell(device), device, ["zne"])
    with pytest.raises(OptionError, match="needs the gamma"):
        mitigation_overhead(
            parse_mitigation("pec"),
            attenuations=[SplitAttenuation(gates=1.0, readout=1.0)],
            noiseless_shots=1,
            num_measured=1,
        )
    other = small_device(name="other")
    with pytest.raises(OptionError, match="the estimate is for small, the device is other"):
        mitigation_cost(bell(device), other, parse_mitigation("zne"))
    timing = Device(audit(small_calibration(3), durations_only=True))
    with pytest.raises(OptionError, match="durations only"):
        mitigation_cost(bell(timing), timing, parse_mitigation("readout"))
    with pytest.raises(OptionError, match="for samples"):
        mitigation_cost(bell(device, task="sampling"), device, parse_mitigation("pec"))
    with pytest.raises(OptionError, match="measures no qubit"):
        mitigation_cost(bell(device, num_measured=0), device, parse_mitigation("readout"))


def test_gates_after_a_measurement_and_resets_on_the_way_are_refused():
    device = small_device()
    circuit = QuantumCircuit(3, 2)
    circuit.reset(0)  # at the start: only the gates are folded
    circuit.sx(0)
    circuit.measure(0, 0)
    fine = estimate(circuit, device, transpile=False, shots=100)
    assert mitigation_cost(fine, device, parse_mitigation("zne")).num_circuits == 3
    circuit.cx(0, 1)
    circuit.measure(1, 1)
    cost = estimate(circuit, device, transpile=False, shots=100)
    with pytest.raises(CircuitError, match=r"zne cannot be applied to a measure on the way \(qubit 0\)"):
        mitigation_cost(cost, device, parse_mitigation("zne"))
    assert mitigation_cost(cost, device, parse_mitigation("readout")).num_circuits == 1
    reset = QuantumCircuit(3, 1)
    reset.sx(0)
    reset.reset(0)
    reset.sx(0)
    reset.measure(0, 0)
    with pytest.raises(CircuitError, match="pec cannot be applied to a reset on the way"):
        mitigation_cost(estimate(reset, device, transpile=False, shots=100), device, parse_mitigation("pec"))
