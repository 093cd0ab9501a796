"""The noise simulation against hand-worked values, Aer's own noise models and an independent density matrix."""

from __future__ import annotations

import math
import sys

import numpy as np
import pytest

pytest.importorskip("qiskit_aer")

from qiskit.circuit.library.standard_gates import get_standard_gate_name_mapping
from qiskit.quantum_info import Choi, DensityMatrix, Kraus, Operator, SuperOp, average_gate_fidelity
from qiskit_aer.noise import NoiseModel
from scipy.optimize import brentq

from hwcost.calibration.audit import audit
from hwcost.calibration.sources.ibm_fake import load_fake_backend
from hwcost.core.errors import CircuitError, MissingDependencyError
from hwcost.isa.columns import Kind
from hwcost.isa.schedule import schedule_alap
from hwcost.validation.channels import (
    confusion_matrix,
    depolarizing_probability,
    gate_noise,
    read_out,
    relaxation_noise,
    relaxation_process_fidelity,
    relaxation_times_s,
)
from hwcost.validation.simulation import TRAJECTORY_MAX_QUBITS, simulate, simulation_method
from noisy_circuits import US, Op, isa_of, noise_of


def run(*operations, noise=None, num_qubits=3, measure=(0,), **options):
    isa = isa_of(*operations, num_qubits=num_qubits, measure=measure)
    return simulate([isa], schedule_alap(isa), noise or noise_of(num_qubits), **options)


def as_superop(channels, num_qubits):
    total = SuperOp(np.eye(4**num_qubits))
    for channel, positions in channels:
        total = total.compose(SuperOp(channel), qargs=list(positions))
    return total


def test_a_qubit_that_a_result_does_not_depend_on_changes_nothing():
    """Aer leaves such qubits out, and then confuses the others, unless it is told not to."""
    bell = [Op("cx", (0, 1)), Op("cx", (0, 3)), Op("h", (0,)), Op("cx", (0, 1))]
    values = run(*bell, Op("x", (2,)), num_qubits=4, measure=[1])
    assert (values.ideal[0, 0], values.noisy[0, 0]) == (pytest.approx(0.0), pytest.approx(0.0))


# --- hand-worked values -------------------------------------------------------------------------------------------


def test_depolarizing_probability_without_relaxation_is_e_d_over_d_minus_1():
    assert depolarizing_probability(0.001, 1.0, 1) == pytest.approx(0.002)
    assert depolarizing_probability(0.03, 1.0, 2) == pytest.approx(0.04)


def test_relaxation_beyond_the_reported_error_leaves_nothing_to_depolarize():
    # t = T1 = T2: F_p = (1 + 3/e)/4 = 0.526, average fidelity (2·0.526 + 1)/3 = 0.684, infidelity 0.316.
    fidelity = relaxation_process_fidelity(1.0, 1.0, 1.0)
    assert fidelity == pytest.approx((1 + 3 / math.e) / 4)
    assert depolarizing_probability(0.3, fidelity, 1) == 0.0
    assert depolarizing_probability(0.33, fidelity, 1) > 0.0
    assert depolarizing_probability(0.9, 1.0, 1) == 1.0


@pytest.mark.parametrize(("error", "time_s", "num_qubits"), [(0.002, 0.05, 1), (0.02, 0.4, 2), (0.1, 1.0, 2)])
def test_gate_noise_has_the_reported_average_error(error, time_s, num_qubits):
    noise = noise_of(2, t1_s=[100 * US, 150 * US], t2_s=[80 * US, 220 * US])
    channels = gate_noise(noise, tuple(range(num_qubits)), time_s * US, error)
    assert 1 - average_gate_fidelity(as_superop(channels, num_qubits)) == pytest.approx(error, rel=1e-6)


def test_a_waiting_qubit_loses_z_with_t1_and_x_with_t2():
    noise = noise_of(1, t1_s=100 * US, t2_s=60 * US)
    wait = Op("delay", (0,), duration_s=30 * US)
    z = run(Op("x", (0,)), wait, noise=noise, num_qubits=1).noisy[0, 0]
    x = run(Op("h", (0,)), wait, Op("h", (0,)), noise=noise, num_qubits=1).noisy[0, 0]
    assert z == pytest.approx(1 - 2 * math.exp(-0.3))
    assert x == pytest.approx(math.exp(-0.5))


def test_t2_above_t1_and_t2_unknown():
    wait = [Op("h", (0,)), Op("delay", (0,), duration_s=30 * US), Op("h", (0,))]
    assert run(*wait, noise=noise_of(1, t1_s=100 * US, t2_s=150 * US), num_qubits=1).noisy[0, 0] == pytest.approx(
        math.exp(-0.2)
    )
    unknown = noise_of(1, t1_s=100 * US)
    assert relaxation_times_s(unknown, 0) == (pytest.approx(100 * US), pytest.approx(200 * US))
    assert run(*wait, noise=unknown, num_qubits=1).noisy[0, 0] == pytest.approx(math.exp(-0.15))
    assert relaxation_noise(noise_of(1), 0, 1.0) is None


def test_waiting_before_the_first_operation_does_not_count():
    noise = noise_of(2, t1_s=100 * US, t2_s=60 * US)
    values = run(
        Op("x", (0,)), Op("delay", (0,), duration_s=50 * US), Op("cx", (0, 1)), noise=noise, num_qubits=2, measure=(1,)
    )
    # Qubit 1 waits in |0⟩ for nothing; qubit 0 decays to P(1) = e^(−0.5) and hands that on.
    assert values.noisy[0, 0] == pytest.approx(1 - 2 * math.exp(-0.5))


def test_readout_by_hand():
    noise = noise_of(1, readout=(0.1, 0.03))  # P(0|1) = 0.1, P(1|0) = 0.03
    assert run(Op("id", (0,)), noise=noise, num_qubits=1).measured[0, 0] == pytest.approx(1 - 2 * 0.03)
    assert run(Op("x", (0,)), noise=noise, num_qubits=1).measured[0, 0] == pytest.approx(-(1 - 2 * 0.1))
    assert confusion_matrix(noise, 0).sum(axis=0) == pytest.approx([1, 1])
    # Slope 1 − 0.1 − 0.03, intercept 0.1 − 0.03.
    assert read_out(np.array([0.4]), confusion_matrix(noise, 0)) == pytest.approx(0.87 * 0.4 + 0.07)


def test_depolarizing_by_hand():
    # One X with error 0.01: p = 0.02, so ⟨Z⟩ = −(1 − 0.02).
    assert run(Op("x", (0,), error=0.01), num_qubits=1).noisy[0, 0] == pytest.approx(-0.98)


def test_without_noise_ideal_and_measured_are_equal():
    values = run(Op("rx", (0,), (0.7,)), Op("cx", (0, 1)), Op("rz", (1,), (0.3,)), Op("sx", (1,)), measure=(1, 0))
    assert values.measured == pytest.approx(values.ideal, abs=1e-12)
    assert values.ideal[0, 1] == pytest.approx(math.cos(0.7))
    assert values.clbits == (0, 1)
    assert values.qubits == (1, 0)


def test_inputs_are_prepared_without_error_and_after_a_first_reset():
    isa = isa_of(Op("reset", (0,)), Op("id", (0,)), Op("id", (1,)), num_qubits=2, measure=(0, 1))
    values = simulate([isa] * 3, schedule_alap(isa), noise_of(2), inputs=[(), (0,), (0, 1)])
    assert values.ideal == pytest.approx(np.array([[1, 1], [-1, 1], [-1, -1]]))
    assert values.measured == pytest.approx(values.ideal)


def test_measurement_and_reset_in_mid_circuit():
    # Measuring |+⟩ leaves a mixture: H after it gives ⟨Z⟩ = 0, not 1. The first bit is read before.
    measured = run(Op("h", (0,)), Op("measure", (0,), clbit=1), Op("h", (0,)), num_qubits=1)
    assert measured.ideal == pytest.approx(np.array([[0.0, 0.0]]), abs=1e-12)
    assert run(Op("h", (0,)), Op("h", (0,)), num_qubits=1).ideal == pytest.approx(1.0)
    assert run(Op("x", (0,), error=0.1), Op("reset", (0,)), num_qubits=1).noisy == pytest.approx(1.0)
    # A qubit relaxes while it is read: |1⟩ for 20 µs of readout at T1 = 100 µs, then read again.
    slow = run(
        Op("x", (0,)),
        Op("measure", (0,), clbit=1, duration_s=20 * US),
        noise=noise_of(1, t1_s=100 * US, t2_s=100 * US),
        num_qubits=1,
    )
    assert slow.noisy[0] == pytest.approx([1 - 2 * math.exp(-0.2), -1.0])


# --- against Aer's own noise model --------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["lima", "lagos"])
def test_gate_noise_equals_aers_noise_model_of_the_fake_backend(name):
    fake_provider = pytest.importorskip("qiskit_ibm_runtime.fake_provider")
    backend = getattr(fake_provider, f"Fake{name.capitalize()}V2")()
    model = NoiseModel.from_backend(backend)
    audited = audit(load_fake_backend(f"fake_{name}"))
    compared = 0
    for gate in audited.calibration.gates:
        if gate.name not in ("sx", "x", "cx") or audited.is_dead(gate.name, gate.qubits):
            continue
        theirs = SuperOp(model._local_quantum_errors[gate.name][gate.qubits])
        ours = as_superop(gate_noise(audited, gate.qubits, gate.duration_s, gate.error), len(gate.qubits))
        assert np.abs(ours.data - theirs.data).max() < 1e-7, gate
        compared += 1
    assert compared > 15


# --- against an independent density matrix ------------------------------------------------------------------------


def own_relaxation(time_s, t1_s, t2_s):
    """Amplitude damping γ = 1 − e^(−t/T1), then phase damping so that coherence falls to e^(−t/T2)."""
    gamma = 1 - math.exp(-time_s / t1_s)
    keep = math.exp(-time_s / t2_s) / math.sqrt(1 - gamma)
    amplitude = Kraus([np.diag([1, math.sqrt(1 - gamma)]), np.array([[0, math.sqrt(gamma)], [0, 0]])])
    phase = Kraus([math.sqrt((1 + keep) / 2) * np.eye(2), math.sqrt((1 - keep) / 2) * np.diag([1, -1])])
    return SuperOp(amplitude).compose(SuperOp(phase))


def own_depolarizing(probability, num_qubits):
    dimension = 2**num_qubits
    mixed = SuperOp(Choi(np.eye(dimension**2) / dimension))
    return SuperOp((1 - probability) * np.eye(dimension**2) + probability * mixed.data)


def own_gate_noise(error, time_s, qubits, t1_s, t2_s):
    relaxation = own_relaxation(time_s, t1_s[qubits[0]], t2_s[qubits[0]])
    for qubit in qubits[1:]:
        relaxation = own_relaxation(time_s, t1_s[qubit], t2_s[qubit]).tensor(relaxation)

    def channel(probability):
        return own_depolarizing(probability, len(qubits)).compose(relaxation)

    if 1 - average_gate_fidelity(relaxation) >= error:
        return relaxation
    return channel(brentq(lambda p: 1 - average_gate_fidelity(channel(p)) - error, 0.0, 1.0, xtol=1e-14))


@pytest.mark.parametrize("seed", range(3))
def test_random_circuits_equal_an_independent_density_matrix(seed):
    rng = np.random.default_rng(seed)
    t1_s = rng.uniform(20, 200, 3) * US
    t2_s = t1_s * rng.uniform(0.3, 2.0, 3)
    operations = []
    for _ in range(25):
        a, b = (int(q) for q in rng.permutation(3)[:2])
        name = str(rng.choice(["sx", "rx", "rz", "cx", "ecr", "cz", "rzz", "u3", "delay", "reset"]))
        qubits = (a, b) if name in ("cx", "ecr", "cz", "rzz") else (a,)
        params = tuple(rng.uniform(0, 6, {"rx": 1, "rz": 1, "rzz": 1, "u3": 3}.get(name, 0)).tolist())
        error = None if name in ("delay", "reset") else float(rng.uniform(0, 0.05))
        operations.append(Op(name, qubits, params, float(rng.uniform(0, 2)) * US, error))
    isa = isa_of(*operations, measure=(2, 0, 1))
    schedule = schedule_alap(isa)
    noise = noise_of(3, t1_s=t1_s.tolist(), t2_s=t2_s.tolist())
    values = simulate([isa], schedule, noise)

    state = DensityMatrix.from_label("000")
    expected = {}
    for i, kind in enumerate(isa.kinds):
        if kind in (Kind.DELAY, Kind.BARRIER):
            continue
        qubits = isa.qubits[i]
        for qubit, idle_s in zip(qubits, schedule.idle_before_s[i], strict=True):
            state = state.evolve(own_relaxation(idle_s, t1_s[qubit], t2_s[qubit]), qargs=[qubit])
        if kind is Kind.MEASURE:
            expected[isa.clbits[i][0]] = state.expectation_value(Operator.from_label("Z"), [qubits[0]]).real
        elif kind is Kind.RESET:
            state = state.evolve(
                SuperOp(Kraus([np.array([[1, 0], [0, 0]]), np.array([[0, 1], [0, 0]])])), qargs=list(qubits)
            )
        else:
            gate = get_standard_gate_name_mapping()[isa.names[i]].base_class(*isa.params[i])
            state = state.evolve(Operator(gate), qargs=list(qubits))
            state = state.evolve(
                own_gate_noise(isa.errors[i], isa.durations_s[i], qubits, t1_s, t2_s), qargs=list(qubits)
            )
    assert values.noisy[0] == pytest.approx([expected[c] for c in values.clbits], abs=1e-7)


# --- trajectories -------------------------------------------------------------------------------------------------

LAYERS = [
    op
    for angle in (0.4, 1.1)
    for op in (
        *(Op("rx", (q,), (angle + q,), 0.1 * US, 0.01) for q in range(3)),
        Op("cx", (0, 1), (), 0.5 * US, 0.05),
        Op("cx", (1, 2), (), 0.5 * US, 0.05),
    )
]
NOISE = noise_of(3, t1_s=50 * US, t2_s=[30 * US, 80 * US, 100 * US], readout=(0.04, 0.02))


def test_trajectories_agree_with_the_density_matrix_within_their_standard_error():
    exact = run(*LAYERS, noise=NOISE, measure=(0, 1, 2))
    sampled = run(*LAYERS, noise=NOISE, measure=(0, 1, 2), method="trajectories", num_trajectories=4000, seed=3)
    assert exact.standard_error is None
    assert exact.num_trajectories is None
    assert sampled.num_trajectories == 4000
    assert sampled.standard_error is not None
    assert np.all(sampled.standard_error < 0.02)
    assert np.all(np.abs(sampled.noisy - exact.noisy) < 4 * sampled.standard_error)
    assert sampled.ideal == pytest.approx(exact.ideal)


def test_trajectories_repeat_with_their_seed_and_differ_between_circuits():
    isa = isa_of(*LAYERS, measure=(0, 1))
    options = {"method": "trajectories", "num_trajectories": 50}
    first, again, other = (
        simulate([isa] * 7, schedule_alap(isa), NOISE, seed=seed, **options).noisy for seed in (1, 1, 2)
    )
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)
    assert len({tuple(row) for row in first.tolist()}) == 7


def test_progress_counts_circuits():
    isa = isa_of(*LAYERS, measure=(0,))
    seen = []
    simulate([isa] * 7, schedule_alap(isa), NOISE, progress=lambda done, total: seen.append((done, total)))
    assert seen == [(5, 7), (7, 7)]


# --- refusals -----------------------------------------------------------------------------------------------------


def test_what_cannot_be_simulated_is_refused():
    with pytest.raises(CircuitError, match="measures nothing"):
        run(Op("x", (0,)), measure=())
    with pytest.raises(CircuitError, match="angle without a value"):
        run(Op("rz", (0,), (None,)))
    with pytest.raises(CircuitError, match="no known unitary"):
        run(Op("mystery", (0,)))
    with pytest.raises(CircuitError, match="in mid-circuit"):
        run(Op("x", (0,)), Op("reset", (0,)), method="trajectories")
    assert simulation_method(10) == "density-matrix"
    assert simulation_method(11) == "trajectories"
    with pytest.raises(CircuitError, match="validate a smaller circuit"):
        simulation_method(TRAJECTORY_MAX_QUBITS + 1)


def test_a_gate_that_aer_does_not_know_is_simulated_by_its_matrix():
    values = run(Op("x", (0,)), Op("iswap", (0, 1)), num_qubits=2, measure=(0, 1))
    assert values.ideal[0] == pytest.approx([1.0, -1.0])


def test_a_missing_aer_names_the_extra(monkeypatch):
    monkeypatch.setitem(sys.modules, "qiskit_aer", None)
    with pytest.raises(MissingDependencyError, match=r'pip install "hwcost\[noise\]"'):
        run(Op("x", (0,)))
