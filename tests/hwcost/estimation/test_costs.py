"""One compilation and what it costs: a tiny circuit worked by hand, and the laws that its numbers obey."""

from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from qiskit import QuantumCircuit
from qiskit.circuit import Parameter

from hwcost.circuits.measurement_bases import plan_measurement
from hwcost.circuits.pauli_sums import read_pauli_sums
from hwcost.core.errors import CircuitError, OptionError
from isa_conditions import conditions, costed, flip_and_entangle
from make import small_calibration

# x: 50 ns, error 0.001; cx: 300 ns, 0.01; measurement: 1 µs, 0.02, and 0.02 either way; T2: 80 µs; wait: 250 µs.
SHOT_TIME_S = 250e-6 + 50e-9 + 300e-9 + 1e-6
ESP = 0.999 * 0.99 * 0.98**2
KEPT = 0.999 * 0.99 * 0.96  # light cone of either qubit: both gates, and its own readout


def test_free_angles_cost_what_mean_field_says():
    circuit = QuantumCircuit(2, 2)
    circuit.rz(Parameter("a"), 0)
    circuit.sx(0)
    circuit.cx(0, 1)
    circuit.measure([0, 1], [0, 1])
    auto, averaged = (costed(circuit, conditions(attenuation=method)) for method in ("auto", "mean-field"))
    assert (auto.shots, auto.rank_key) == (averaged.shots, averaged.rank_key)
    assert auto.shots.method == "mean-field"
    assert costed(flip_and_entangle(), conditions(attenuation="auto")).shots.method == "pauli-propagation"


def test_time_by_hand():
    time = costed(flip_and_entangle(), conditions()).time
    assert time.circuit_duration_s == pytest.approx(1.35e-6, rel=1e-12)
    assert time.sum_of_durations_s == pytest.approx(2.35e-6, rel=1e-12)
    assert time.readout_s == 1e-6
    assert time.rep_delay_s == 250e-6
    assert time.shot_time_s == pytest.approx(SHOT_TIME_S, rel=1e-12)


def test_size_by_hand():
    gates = costed(flip_and_entangle(), conditions()).gates
    assert (gates.num_1q, gates.num_2q, gates.num_measure, gates.num_instructions) == (1, 1, 2, 4)
    assert (gates.depth, gates.depth_2q) == (3, 1)


def test_success_by_hand():
    candidate = costed(flip_and_entangle(), conditions())
    assert candidate.success is not None
    assert candidate.success.esp == pytest.approx(ESP, rel=1e-12)
    assert candidate.success.gate_error == pytest.approx(1 - 0.999 * 0.99, rel=1e-12)
    assert candidate.success.readout_error == pytest.approx(1 - 0.98**2, rel=1e-12)
    assert candidate.success.decoherence == 0.0  # nobody waits
    assert candidate.paper is not None
    # Serial time 2.35 µs against T2 of 80 µs.
    assert candidate.paper.p_fail == pytest.approx(1 - ESP * math.exp(-2.35 / 80), rel=1e-12)
    assert candidate.paper.effective_time_s == pytest.approx(2.35e-6 / (ESP * math.exp(-2.35 / 80)), rel=1e-12)


def test_shots_by_hand():
    candidate = costed(flip_and_entangle(), conditions())
    assert [row.value for row in candidate.shots.attenuation] == pytest.approx([KEPT, KEPT], rel=1e-12)
    # 1000 / 0.949450² = 1109.32.
    assert candidate.shots.inflation_worst == pytest.approx(1.10932, abs=1e-5)
    assert candidate.shots.needed == 1110
    assert candidate.time.qpu_time_s == pytest.approx(1110 * SHOT_TIME_S, rel=1e-12)
    assert candidate.rank_key == pytest.approx(math.log(SHOT_TIME_S / KEPT**2), rel=1e-12)


def test_precision_by_hand():
    # ε = 0.1 needs 100 noiseless shots: 110.93.
    assert costed(flip_and_entangle(), conditions(precision=0.1)).shots.needed == 111


def test_job_time_by_hand():
    # 0.5 s + 0.1 s for the circuit + 10 µs for each of 4 instructions + the time of the shots.
    time = costed(flip_and_entangle(), conditions()).time
    assert time.job_time_s is not None
    assert time.job_time_s.value_s == pytest.approx(0.5 + 0.1 + 4e-5 + 1110 * SHOT_TIME_S, rel=1e-12)


def test_sampling_by_hand():
    candidate = costed(flip_and_entangle(), conditions(task="sampling"))
    assert candidate.shots.needed == math.ceil(1000 / ESP) == 1053
    assert candidate.rank_key == pytest.approx(math.log(SHOT_TIME_S / ESP), rel=1e-12)


def test_durations_only():
    candidate = costed(flip_and_entangle(), conditions(durations_only=True))
    assert (candidate.success, candidate.paper) == (None, None)
    assert (candidate.shots.method, candidate.shots.attenuation, candidate.shots.needed) == (None, (), 1000)
    assert candidate.time.qpu_time_s == pytest.approx(1000 * SHOT_TIME_S, rel=1e-12)
    assert candidate.rank_key == pytest.approx(math.log(SHOT_TIME_S), rel=1e-12)
    assert not candidate.is_empty


def test_an_observable_takes_the_place_of_z():
    candidate = costed(flip_and_entangle(), conditions(), plan=plan_measurement(read_pauli_sums(["ZZ", "XI"])))
    both, one = candidate.shots.attenuation
    assert (both.qubit, both.value) == (None, pytest.approx(0.999 * 0.99 * 0.96**2, rel=1e-12))
    assert (one.qubit, one.value) == (1, pytest.approx(KEPT, rel=1e-12))
    with pytest.raises(OptionError, match="the observable ZZZ is for 3 qubits"):
        costed(flip_and_entangle(), conditions(), plan=plan_measurement(read_pauli_sums("ZZZ")))


def test_an_unknown_readout_time_is_no_number():
    unknown = small_calibration(qubits={q: {"readout_duration_s": None} for q in range(3)})
    time = costed(flip_and_entangle(), conditions(unknown)).time
    assert time.readout_s is None
    assert time.circuit_duration_s == pytest.approx(350e-9, rel=1e-12)


def waiting():
    circuit = QuantumCircuit(1, name="idle\nname")
    circuit.delay(100, 0, unit="ns")
    return circuit


def test_a_circuit_that_only_waits_is_refused_unless_it_may():
    with pytest.raises(CircuitError, match="^idle name: nothing but waiting is left after compilation"):
        costed(waiting(), conditions())
    candidate = costed(waiting(), conditions(), may_be_empty=True)
    assert candidate.is_empty
    assert (candidate.shots.needed, candidate.shots.method, candidate.paper) == (1000, None, None)
    assert candidate.time.shot_time_s == pytest.approx(250.1e-6, rel=1e-12)
    assert candidate.rank_key == pytest.approx(math.log(250.1e-6), rel=1e-12)
    assert not costed(flip_and_entangle(), conditions()).is_empty
    assert not costed(waiting(), conditions(durations_only=True)).is_empty


def uneven():
    """The second qubit is read twice as badly."""
    return small_calibration(qubits={1: {"prob_meas0_prep1": 0.3, "prob_meas1_prep0": 0.1}})


def test_worst_and_mean_by_hand():
    good, bad = 0.999 * 0.99 * 0.96, 0.999 * 0.99 * 0.6
    worst, mean = max(good**-2, bad**-2), (good**-2 + bad**-2) / 2
    for rule, factor in (("worst", worst), ("mean", mean)):
        candidate = costed(flip_and_entangle(), conditions(uneven(), inflation=rule))
        assert candidate.shots.needed == math.ceil(1000 * factor)
        assert candidate.rank_key == pytest.approx(math.log(SHOT_TIME_S * factor), rel=1e-12)


def repeated(count):
    circuit = QuantumCircuit(2, 2)
    for _ in range(count):
        circuit.cx(0, 1)
    circuit.measure([0, 1], [0, 1])
    return circuit


@pytest.mark.parametrize("options", [{"attenuation": "paper"}, {"task": "sampling"}], ids=str)
def test_rank_goes_on_where_no_number_of_shots_is_left(options):
    noisy = small_calibration(gates={("cx", (a, b)): {"error": 0.45} for a, b in ((0, 1), (1, 0))})
    under = conditions(noisy, **options)
    candidates = [costed(repeated(count), under) for count in (1, 100, 1000, 3000)]
    assert [candidate.shots.needed is None for candidate in candidates] == [False, True, True, True]
    assert [candidate.time.qpu_time_s is None for candidate in candidates] == [False, True, True, True]
    keys = [candidate.rank_key for candidate in candidates]
    assert keys == sorted(set(keys))
    assert math.isfinite(keys[-1])


def test_no_signal_at_all_ranks_last():
    blind = small_calibration(qubits={1: {"prob_meas0_prep1": 0.5, "prob_meas1_prep0": 0.5}})
    for rule in ("worst", "mean"):
        candidate = costed(flip_and_entangle(), conditions(blind, inflation=rule))
        assert candidate.rank_key == math.inf
        assert (candidate.shots.needed, candidate.time.job_time_s) == (None, None)


GATES = st.lists(st.sampled_from(["x0", "x1", "sx0", "sx2", "cx01", "cx10", "cx12", "cx21"]), max_size=12)


def built(gates):
    circuit = QuantumCircuit(3, 3)
    for gate in gates:
        name = gate.rstrip("012")
        getattr(circuit, name)(*map(int, gate.removeprefix(name)))
    circuit.measure([0, 1, 2], [0, 1, 2])
    return circuit


@settings(max_examples=40)
@given(GATES, st.sampled_from(["worst", "mean"]), st.sampled_from(["mean-field", "light-cone", "paper"]))
def test_the_key_ranks_by_the_time_of_a_noiseless_shot(gates, rule, method):
    candidate = costed(built(gates), conditions(uneven(), inflation=rule, attenuation=method))
    shots, time = candidate.shots, candidate.time
    used = shots.inflation_worst if rule == "worst" else shots.inflation_mean
    assert used is not None
    assert shots.needed is not None
    assert math.exp(candidate.rank_key) == pytest.approx(used * time.shot_time_s, rel=1e-9)
    assert time.qpu_time_s == pytest.approx(shots.needed * time.shot_time_s, rel=1e-12)
    assert 0 <= shots.needed - 1000 * used < 1
    assert time.shot_time_s == pytest.approx(time.circuit_duration_s + time.rep_delay_s, rel=1e-12)
    assert time.circuit_duration_s <= time.sum_of_durations_s * (1 + 1e-12)


@settings(max_examples=30)
@given(GATES, st.sampled_from(["x0", "cx01", "cx12"]))
def test_one_more_gate_is_never_cheaper(gates, another):
    under = conditions(task="sampling")
    assert costed(built([*gates, another]), under).rank_key > costed(built(gates), under).rank_key
