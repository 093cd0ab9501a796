"""The light-cone product: hand-worked cases and laws."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hwcost.isa.schedule import schedule_alap
from hwcost.noise.methods.light_cone import light_cone_attenuation
from hwcost.noise.observables import NoisyCircuit, track_observables
from noisy_circuits import NATIVE_OPS, NOISES, US, Op, isa_of, noise_of


def light_cone(isa, noise, observables=None):
    circuit = NoisyCircuit(isa, schedule_alap(isa), noise)
    return [e.value for e in light_cone_attenuation(circuit, track_observables(isa, noise, observables))]


def test_product_over_the_gates_of_the_cone_only():
    # Backwards from qubit 0: sx(0) and cx(0,1) count, then sx on both; the sx on qubit 1 after cx does not, nor
    # anything on qubit 2. Qubit 1: cx, its own two sx and the first sx of qubit 0.
    isa = isa_of(
        Op("sx", (0,), error=0.01),
        Op("sx", (1,), error=0.02),
        Op("sx", (2,), error=0.3),
        Op("cx", (0, 1), error=0.1),
        Op("sx", (0,), error=0.03),
        Op("sx", (1,), error=0.04),
        measure=[0, 1, 2],
    )
    expected = [0.99 * 0.98 * 0.9 * 0.97, 0.99 * 0.98 * 0.9 * 0.96, 0.7]
    assert light_cone(isa, noise_of(3)) == pytest.approx(expected, rel=1e-12)


def test_waiting_keeps_the_mean_over_x_y_and_z():
    # 10 µs at T1 100 µs, T2 50 µs: (e^-0.1 + 2 e^-0.2)/3 = (0.904837 + 2·0.818731)/3 = 0.847433.
    isa = isa_of(Op("sx", (0,)), Op("delay", (0,), duration_s=10 * US), measure=[0], num_qubits=1)
    noise = noise_of(1, t1_s=100 * US, t2_s=50 * US)
    assert light_cone(isa, noise) == pytest.approx([(math.exp(-0.1) + 2 * math.exp(-0.2)) / 3], rel=1e-12)
    assert light_cone(isa, noise)[0] == pytest.approx(0.847433, abs=1e-6)


def test_waiting_in_the_initial_state_costs_nothing():
    isa = isa_of(Op("delay", (0,), duration_s=10 * US), Op("sx", (0,)), measure=[0], num_qubits=1)
    assert light_cone(isa, noise_of(1, t1_s=100 * US, t2_s=50 * US)) == [1.0]


def test_a_reset_ends_the_cone():
    before = [Op("sx", (0,), error=0.2), Op("cx", (0, 1), error=0.1)]
    isa = isa_of(*before, Op("reset", (0,), error=None), Op("sx", (0,), error=0.01), measure=[0, 1], num_qubits=2)
    assert light_cone(isa, noise_of(2)) == pytest.approx([0.99, 0.8 * 0.9], rel=1e-12)


def test_a_measurement_on_the_way_starts_its_own_observable():
    isa = isa_of(
        Op("sx", (0,), error=0.1),
        Op("measure", (0,), clbit=0, error=0.3),
        Op("sx", (0,), error=0.2),
        Op("measure", (0,), clbit=1, error=0.3),
        num_qubits=1,
    )
    # Readout errors are not in the cone: they belong to the readout factor.
    assert light_cone(isa, noise_of(1)) == pytest.approx([0.9, 0.9 * 0.8], rel=1e-12)


def test_total_loss_is_zero_and_stays_inside_its_cone():
    isa = isa_of(Op("sx", (0,), error=1.0), Op("sx", (1,), error=0.1), measure=[0, 1], num_qubits=2)
    assert light_cone(isa, noise_of(2)) == pytest.approx([0.0, 0.9], rel=1e-12)


def test_more_observables_than_bits_in_a_word():
    num_qubits = 130
    ops = [Op("sx", (q,), error=q / 1000) for q in range(num_qubits)]
    isa = isa_of(*ops, num_qubits=num_qubits, measure=range(num_qubits))
    assert light_cone(isa, noise_of(num_qubits)) == pytest.approx([1 - q / 1000 for q in range(num_qubits)], rel=1e-12)


def test_a_gate_can_move_a_wait_to_a_better_qubit():
    # ALAP: cx(0, 2) stands at the end and qubit 2 (T1 = T2 = 20 µs) waits for it while sx(1) takes 0.5 µs; a cx(1, 2)
    # before sx(1) forces cx(0, 2) to the start, and qubit 0 (60 µs) waits at the end instead.
    slow = Op("sx", (1,), duration_s=0.5e-6, error=0.0)
    first = [Op("cz", (1, 2), duration_s=0.0, error=0.0), Op("cx", (0, 2), duration_s=0.0, error=0.0)]
    noise = noise_of(3, t1_s=[60e-6, 40e-6, 20e-6], t2_s=[60e-6, 40e-6, 20e-6])
    without = light_cone(isa_of(*first, slow, measure=[0, 1, 2]), noise)
    more = light_cone(isa_of(*first, Op("cx", (1, 2), duration_s=0.0, error=0.0), slow, measure=[0, 1, 2]), noise)
    assert without[0] == pytest.approx(math.exp(-0.5 / 20), rel=1e-12)
    assert more[0] == pytest.approx(math.exp(-0.5 / 60), rel=1e-12)


@settings(max_examples=60, deadline=None)
@given(NATIVE_OPS, NOISES, st.data())
def test_never_rises_with_an_error_or_a_gate(ops, noise, data):
    isa = isa_of(*ops, measure=[0, 1, 2])
    base = light_cone(isa, noise)
    assert all(0.0 <= value <= 1.0 for value in base)
    at = data.draw(st.integers(0, len(ops)))
    new = data.draw(st.sampled_from([Op("x", (1,), error=0.01), Op("cx", (1, 2), error=0.02)]))
    more = [*ops[:at], new, *ops[at:]]
    # Without decoherence: a gate can move a wait from one qubit to another that keeps its state for longer.
    lasting = noise_of(3)
    without = light_cone(isa, lasting)
    assert all(
        a <= b * (1 + 1e-12)
        for a, b in zip(light_cone(isa_of(*more, measure=[0, 1, 2]), lasting), without, strict=True)
    )
    if ops:
        at = min(at, len(ops) - 1)
        worse = [*ops]
        worse[at] = replace(ops[at], error=(ops[at].error or 0.0) + 0.05)
        values = light_cone(isa_of(*worse, measure=[0, 1, 2]), noise)
        assert all(a <= b * (1 + 1e-12) for a, b in zip(values, base, strict=True))
