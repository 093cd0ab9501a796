"""Monte Carlo Pauli paths: against brute force over all Paulis and angles, reproducibility, laws."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from hwcost.core.errors import OptionError
from hwcost.isa.schedule import schedule_alap
from hwcost.noise.methods.mean_field import mean_field_attenuation
from hwcost.noise.methods.pauli_path import MIN_EFFECTIVE_PATHS, pauli_path_attenuation
from hwcost.noise.observables import NoisyCircuit, track_observables
from noisy_circuits import CLIFFORD_OPS, NATIVE_OPS, NOISES, US, Op, exact_attenuation, isa_of, noise_of

FREE = (None,)


def paths(isa, noise, observables=None, *, seed=0, num_paths=500):
    tracked = track_observables(isa, noise, observables)
    return pauli_path_attenuation(NoisyCircuit(isa, schedule_alap(isa), noise), tracked, seed=seed, num_paths=num_paths)


def test_only_paths_into_the_initial_state_count():
    # Z is carried back by sx to Y, by the free rz to X or Y (1/2 each), by the next sx to X or Z. On |0⟩ only Z has a
    # value, so only e^(−t/T1) = e^-0.1 of the wait counts. The mean field takes the mean with e^-0.2.
    noise = noise_of(1, t1_s=100 * US, t2_s=50 * US)
    ops = [Op("x", (0,)), Op("delay", (0,), duration_s=10 * US), Op("sx", (0,)), Op("rz", (0,), FREE), Op("sx", (0,))]
    isa = isa_of(*ops, measure=[0], num_qubits=1)
    (estimate,) = paths(isa, noise)
    assert estimate.value == pytest.approx(math.exp(-0.1), rel=1e-12)
    assert estimate.standard_error == pytest.approx(0.0, abs=1e-12)
    assert estimate.note is None


def ansatz(rng, num_qubits, *, num_free):
    """A small HQNN-like circuit: turns by free angles between entangling gates, errors and waits at random."""
    ops = []
    while num_free or rng.random() < 0.7:
        q = int(rng.integers(num_qubits))
        if num_free and rng.random() < 0.4:
            ops += [Op("sx", (q,), (), 0.05 * US, 0.002), Op("rz", (q,), FREE), Op("sx", (q,), (), 0.05 * US, 0.002)]
            num_free -= 1
        else:
            pair = tuple(int(x) for x in rng.permutation(num_qubits)[:2])
            ops.append(Op(str(rng.choice(["cx", "cz", "ecr"])), pair, (), 0.3 * US, 0.02))
        ops.append(Op("delay", (int(rng.integers(num_qubits)),), (), float(rng.uniform(0, 5 * US))))
    return ops


@pytest.mark.parametrize("case", range(6))
def test_agrees_with_the_exact_slope_over_all_angles(case):
    rng = np.random.default_rng(case)
    noise = noise_of(3, t1_s=[80 * US, 120 * US, 60 * US], t2_s=[50 * US, 150 * US, 20 * US])
    isa = isa_of(*ansatz(rng, 3, num_free=4), measure=[0, 1, 2])
    schedule = schedule_alap(isa)
    for qubit, estimate in enumerate(paths(isa, noise, num_paths=20_000)):
        exact = exact_attenuation(isa, schedule, noise, {qubit: "Z"})
        if estimate.note is None:
            assert abs(estimate.value - exact) < 5 * estimate.standard_error + 1e-9


@settings(max_examples=40, deadline=None)
@given(CLIFFORD_OPS, NOISES)
def test_exact_for_clifford_circuits_under_pauli_noise(ops, noise):
    isa = isa_of(*ops, measure=[0, 1, 2])
    for qubit, estimate in enumerate(paths(isa, noise, num_paths=40)):
        exact = exact_attenuation(isa, schedule_alap(isa), noise, {qubit: "Z"})
        assert estimate.value == pytest.approx(exact, rel=1e-9, abs=1e-12)
        assert estimate.standard_error == pytest.approx(0.0, abs=1e-9)


@settings(max_examples=40, deadline=None)
@given(NATIVE_OPS, NOISES)
def test_lies_between_0_and_1_and_is_1_without_noise(ops, noise):
    isa = isa_of(*ops, measure=[0, 1, 2])
    assert all(0.0 <= estimate.value <= 1.0 for estimate in paths(isa, noise, num_paths=50))
    perfect = isa_of(*(replace(op, error=0.0) for op in ops), measure=[0, 1, 2])
    assert [e.value for e in paths(perfect, noise_of(3), num_paths=50)] == pytest.approx([1.0] * 3, abs=1e-12)


@settings(max_examples=40, deadline=None)
@given(NATIVE_OPS, NOISES, st.data())
def test_never_rises_with_an_error_or_a_wait(ops, noise, data):
    # The ideal circuit and the seed are the same, hence so are the paths: the law holds for every sample.
    isa = isa_of(*ops, measure=[0, 1, 2])
    schedule = schedule_alap(isa)
    tracked = track_observables(isa, noise)
    at = data.draw(st.integers(0, len(isa) - 1))
    assume(isa.names[at] != "delay")
    waits = [*schedule.idle_before_s]
    waits[at] = tuple(wait + 5 * US for wait in waits[at])
    errors = [*isa.errors]
    errors[at] += 0.05
    base = pauli_path_attenuation(NoisyCircuit(isa, schedule, noise), tracked, num_paths=100)
    for worse in (
        pauli_path_attenuation(
            NoisyCircuit(isa, replace(schedule, idle_before_s=waits), noise), tracked, num_paths=100
        ),
        pauli_path_attenuation(NoisyCircuit(replace(isa, errors=errors), schedule, noise), tracked, num_paths=100),
    ):
        assert all(a.value <= b.value + 1e-12 for a, b in zip(worse, base, strict=True))


def test_reset_and_measurement_on_the_way():
    noise = noise_of(2, t1_s=100 * US, t2_s=50 * US)
    isa = isa_of(
        Op("x", (0,), error=0.2),
        Op("x", (1,), error=0.01),
        Op("reset", (0,)),
        Op("cx", (0, 1), error=0.03),
        Op("measure", (1,), duration_s=US, clbit=0),
        Op("x", (1,), error=0.02),
        Op("measure", (1,), clbit=1),
        num_qubits=2,
    )
    circuit = NoisyCircuit(isa, schedule_alap(isa), noise)
    expected = [e.value for e in mean_field_attenuation(circuit, track_observables(isa, noise))]
    assert [e.value for e in paths(isa, noise, num_paths=10)] == pytest.approx(expected, rel=1e-12)
    assert expected[1] == pytest.approx(0.96 * 0.98 * 0.96 * math.exp(-0.01), rel=1e-12)


def test_falls_back_to_all_paths_when_none_reaches_the_initial_state():
    # Z comes from Y on |0⟩: its ideal value is 0, no path ends in I or Z.
    noise = noise_of(1, t1_s=100 * US, t2_s=50 * US)
    isa = isa_of(Op("x", (0,)), Op("delay", (0,), duration_s=10 * US), Op("sx", (0,)), measure=[0], num_qubits=1)
    (estimate,) = paths(isa, noise)
    assert estimate.value == pytest.approx(math.exp(-0.2), rel=1e-12)
    assert f"fewer than {MIN_EFFECTIVE_PATHS}" in estimate.note


def test_a_measurement_without_any_ideal_signal_takes_nothing():
    isa = isa_of(Op("measure", (0,), clbit=0), Op("sx", (0,), error=0.01), Op("measure", (0,), clbit=1), num_qubits=1)
    assert [e.value for e in paths(isa, noise_of(1))] == pytest.approx([1.0, 1.0])


def test_same_seed_same_result_and_more_paths_less_error():
    rng = np.random.default_rng(3)
    isa = isa_of(*ansatz(rng, 3, num_free=8), measure=[0, 1, 2])
    noise = noise_of(3, t1_s=80 * US, t2_s=20 * US)
    first, second, other = (paths(isa, noise, seed=seed) for seed in (5, 5, 6))
    assert first == second
    assert first != other
    rough, fine = (max(e.standard_error for e in paths(isa, noise, num_paths=n)) for n in (400, 40_000))
    assert fine == pytest.approx(rough / 10, rel=0.3)


def test_the_standard_error_covers_repetitions():
    rng = np.random.default_rng(3)
    isa = isa_of(*ansatz(rng, 3, num_free=8), measure=[0, 1, 2])
    noise = noise_of(3, t1_s=80 * US, t2_s=20 * US)
    runs = [paths(isa, noise, seed=seed, num_paths=500) for seed in range(60)]
    for row in range(3):
        spread = np.std([run[row].value for run in runs], ddof=1)
        stated = np.mean([run[row].standard_error for run in runs])
        # 60 repetitions know their spread to about 9 %.
        assert spread == pytest.approx(stated, rel=0.35, abs=1e-12)


@pytest.mark.parametrize(("seed", "num_paths"), [(-1, 100), (0, 1)])
def test_impossible_settings_are_refused(seed, num_paths):
    isa = isa_of(Op("x", (0,)), measure=[0])
    with pytest.raises(OptionError, match="at least 2 paths"):
        paths(isa, noise_of(3), seed=seed, num_paths=num_paths)
