"""The backward plan: what waiting and gate errors leave, segments by hand, and what lies outside the cones."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hwcost.core.errors import NotNativeError
from hwcost.isa.schedule import schedule_alap
from hwcost.noise.methods.backward import plan_backward, relaxation_factors, residual_depolarizing
from hwcost.noise.observables import NoisyCircuit, track_observables
from noisy_circuits import NATIVE_OPS, NOISES, US, Op, isa_of, noise_of


def plan(isa, noise, observables=None):
    return plan_backward(NoisyCircuit(isa, schedule_alap(isa), noise), track_observables(isa, noise, observables))


def test_relaxation_by_hand():
    # 10 µs at T1 100 µs and T2 50 µs.
    kept = relaxation_factors(np.array([0.0, 10 * US]), np.array([1e4, 2e4]))
    assert kept == pytest.approx(np.array([[1, 1, 1, 1], [1, math.exp(-0.2), math.exp(-0.2), math.exp(-0.1)]]))


ERRORS = st.floats(0.0, 1.0)
TIMES = st.floats(0.0, 1e-3)


@pytest.mark.parametrize(
    ("dimension", "error", "kept"), [(2, 0.0, 1.0), (2, 0.25, 0.5), (4, 0.15, 0.8), (4, 0.75, 0.0)]
)
def test_depolarizing_by_hand_without_relaxation(dimension, error, kept):
    # 1 − e·d/(d − 1): 1 − 0.25·2 and 1 − 0.15·4/3.
    assert residual_depolarizing(np.array(error), np.array(1.0), dimension) == pytest.approx(kept)


@given(ERRORS, TIMES, st.floats(0.1, 2.0), st.sampled_from([2, 4]))
def test_a_gate_keeps_what_its_error_says_or_what_relaxation_leaves_if_that_is_less(error, time_s, ratio, dimension):
    """The average error of relaxation and the rest together is the reported one, wherever that is possible."""
    rates = np.array([1e4, 1e4 / ratio])
    factors = relaxation_factors(np.array(time_s), rates)
    if dimension == 4:
        factors = np.kron(factors, factors)
    alone = factors.mean()
    factors[1:] *= residual_depolarizing(np.array(error), np.array(alone), dimension)
    average = (dimension * factors.mean() + 1.0) / (dimension + 1.0)
    relaxed = (dimension * alone + 1.0) / (dimension + 1.0)
    # Nothing is worse than complete depolarizing, of average fidelity 1/d.
    assert average == pytest.approx(max(1.0 / dimension, min(1.0 - error, relaxed)), abs=1e-12)


def test_a_segment_by_hand():
    # Backwards from Z: the wait of 10 µs, then sx, which turns Z into Y, at error 0.25 (half is left) and no time.
    isa = isa_of(Op("sx", (0,), error=0.25), Op("delay", (0,), duration_s=10 * US), measure=[0], num_qubits=1)
    made = plan(isa, noise_of(1, t1_s=100 * US, t2_s=50 * US))
    assert (made.qubits, made.num_observables, made.starts) == ((0,), 1, ())
    (level,) = made.levels
    (event,) = level.events
    assert (event.qubit, event.starts) == (0, ((0, 3),))
    segment = made.last_segments[0]
    assert made.ideal_segments[segment][3] == pytest.approx([0, 0, 1, 0])
    assert made.noisy_segments[segment][3] == pytest.approx([0, 0, 0.5 * math.exp(-0.1), 0])


def test_what_lies_outside_every_cone_is_left_out():
    isa = isa_of(Op("cx", (0, 1)), Op("cx", (1, 2)), measure=[0], num_qubits=3)
    made = plan(isa, noise_of(3))
    assert made.qubits == (0, 1)
    assert made.gate_qubits.tolist() == [[0, 1]]
    assert plan(isa, noise_of(3), [{2: "Z"}]).qubits == (2, 1, 0)


def test_gates_on_disjoint_qubits_share_a_level_and_equal_gates_a_rule():
    noise = noise_of(4)
    isa = isa_of(Op("cx", (0, 1)), Op("cx", (2, 3)), Op("cx", (1, 2)), Op("cx", (0, 1)), measure=[], num_qubits=4)
    made = plan(isa, noise, [dict.fromkeys(range(4), "Z")])
    assert [level.gates for level in made.levels] == [slice(0, 1), slice(1, 2), slice(2, 4)]
    assert len(made.rule_transfer) == 3
    assert made.gate_rules[0] in made.gate_rules[2:]


def test_a_gate_on_three_qubits_is_refused():
    with pytest.raises(NotNativeError, match="ccx acts on 3 qubits"):
        plan(isa_of(Op("ccx", (0, 1, 2))), noise_of(3))


@given(NATIVE_OPS, NOISES)
def test_segments_are_distributions_and_noise_only_takes_away(operations, noise):
    isa = isa_of(*operations, measure=[0, 1, 2])
    made = plan(isa, noise)
    assert made.ideal_segments.sum(axis=2) == pytest.approx(1.0)
    assert made.rule_transfer.sum(axis=2) == pytest.approx(1.0)
    assert (made.noisy_segments >= 0.0).all()
    assert (made.noisy_segments <= made.ideal_segments + 1e-12).all()
    assert ((made.rule_noise >= 0.0) & (made.rule_noise <= 1.0 + 1e-12)).all()
    # The identity is untouched.
    assert made.noisy_segments[:, 0, 0] == pytest.approx(1.0)


@given(NATIVE_OPS)
def test_without_noise_both_are_the_same(operations):
    isa = isa_of(*(Op(op.name, op.qubits, op.params, op.duration_s, 0.0) for op in operations), measure=[0, 1, 2])
    made = plan(isa, noise_of(3))
    assert made.noisy_segments == pytest.approx(made.ideal_segments)
    assert made.rule_noise == pytest.approx(1.0)
