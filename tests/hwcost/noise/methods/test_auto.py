"""Which method `auto` takes, what it says of it, and that circuits with free angles are costed as before."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hwcost.core.errors import CircuitError
from hwcost.isa.schedule import schedule_alap
from hwcost.noise.methods.auto import QUICK, SMALLEST_IDEAL_VALUE, auto_attenuation
from hwcost.noise.methods.mean_field import mean_field_attenuation
from hwcost.noise.methods.pauli_propagation import pauli_propagation_attenuation
from hwcost.noise.observables import NoisyCircuit, track_observables
from noisy_circuits import NATIVE_OPS, NOISES, US, Op, bound_ops, isa_of, noise_of, noises, with_clbits


def auto(isa, noise, observables=None):
    return auto_attenuation(NoisyCircuit(isa, schedule_alap(isa), noise), track_observables(isa, noise, observables))


def by(method, isa, noise, observables=None):
    return method(NoisyCircuit(isa, schedule_alap(isa), noise), track_observables(isa, noise, observables))


@settings(max_examples=40, deadline=None)
@given(NATIVE_OPS, NOISES)
def test_with_a_free_angle_it_is_mean_field(ops, noise):
    isa = isa_of(*ops, Op("rz", (0,), (None,)), measure=[0, 1, 2])
    assert auto(isa, noise) == [replace(each, method="mean-field") for each in by(mean_field_attenuation, isa, noise)]


@settings(max_examples=40, deadline=None)
@given(bound_ops(4), noises(4))
def test_at_bound_angles_it_is_the_signed_sum_where_there_is_a_value(ops, noise):
    isa = isa_of(*with_clbits(ops), *[Op("measure", (q,), clbit=100 + q) for q in range(4)], num_qubits=4)
    exact, averaged = (by(each, isa, noise) for each in (pauli_propagation_attenuation, mean_field_attenuation))
    for own, signed, mean in zip(auto(isa, noise), exact, averaged, strict=True):
        if own.method == "pauli-propagation":
            assert (own.value, own.assumption) == (pytest.approx(signed.value), None)
        else:
            assert (own.value, own.method) == (mean.value, "mean-field")
            assert "next to 0 (below 0.1)" in own.assumption or "relaxation towards |0⟩" in own.assumption


def test_the_limit_between_the_two():
    for angle, method in ((1.4706, "pauli-propagation"), (1.4707, "mean-field")):  # cos: 0.1000 and 0.0999
        (signal,) = auto(isa_of(Op("rx", (0,), (angle,)), measure=[0]), noise_of(3))
        assert signal.method == method
    assert SMALLEST_IDEAL_VALUE == 0.1


def relaxed(middle, time_s):
    """⟨Z⟩ = cos(middle), and a wait of a qubit with T1 = T2 = 100 µs."""
    wait = Op("delay", (0,), duration_s=time_s)
    isa = isa_of(Op("rx", (0,), (middle,)), wait, measure=[0], num_qubits=1)
    return auto(isa, noise_of(1, t1_s=100 * US, t2_s=100 * US))[0]


def test_a_small_value_that_is_mostly_relaxation_is_mean_field_and_says_so():
    # ⟨Z⟩ = −0.2: e^-0.1·(−0.2) = −0.181 is left after 10 µs, and the pull towards |0⟩ adds 1 − e^-0.1 = 0.095: −0.086.
    turned = relaxed(math.acos(-0.2), 10 * US)
    assert (turned.value, turned.method) == (pytest.approx(math.exp(-0.1), rel=0.2), "mean-field")
    assert turned.assumption.startswith("relaxation towards |0⟩ makes most of the noisy value")
    # ⟨Z⟩ = −0.11 after 1 µs: −0.1089 + 0.00995, a pull of 9 % of the signal, which may stay.
    kept = relaxed(math.acos(-0.11), 1 * US)
    assert (kept.method, kept.assumption) == ("pauli-propagation", None)
    assert kept.value == pytest.approx(math.exp(-0.01) - (1 - math.exp(-0.01)) / 0.11)
    # A large value is the ratio, whatever made it.
    assert relaxed(math.acos(0.9), 50 * US).method == "pauli-propagation"


def test_a_circuit_that_branches_is_mean_field():
    isa = replace(isa_of(Op("x", (0,), error=0.01), measure=[0]), has_branches=True)
    (signal,) = auto(isa, noise_of(3))
    assert (signal.method, signal.value) == ("mean-field", pytest.approx(0.98))


def hard(num_qubits=20, layers=14):
    rng = np.random.default_rng(0)
    ops = []
    for layer in range(layers):
        ops += [Op("u", (q,), tuple(rng.uniform(-3, 3, 3)), error=1e-4) for q in range(num_qubits)]
        ops += [Op("cz", (q, q + 1), error=1e-3) for q in range(layer % 2, num_qubits - 1, 2)]
    return isa_of(*ops, measure=[9, 10], num_qubits=num_qubits)


def test_what_does_not_converge_is_mean_field_and_says_so():
    isa, noise = hard(), noise_of(20, t1_s=100 * US, t2_s=70 * US)
    averaged = by(mean_field_attenuation, isa, noise)
    found = auto(isa, noise)
    assert [each.value for each in found] == [each.value for each in averaged]
    assert {each.method for each in found} == {"mean-field"}
    (assumption,) = {each.assumption for each in found}
    assert assumption.startswith("pauli-propagation does not converge (1,024 Pauli strings at a time and 3,000,000 in")
    assert "average over angles, by mean-field" in assumption


def test_a_long_circuit_is_mean_field_and_says_so():
    isa = isa_of(Op("x", (0,)), *[Op("cz", (0, 1), error=1e-5)] * (QUICK.gates + 1), measure=[0])
    (signal,) = auto(isa, noise_of(3))
    assert signal.method == "mean-field"
    assert "in up to 5,000 two-qubit gates" in signal.assumption


@given(st.sampled_from([Op("magic", (0,)), Op("ccx", (0, 1, 2))]))
def test_unknown_gates_are_refused_in_the_light_cone_only(gate):
    with pytest.raises(CircuitError):
        auto(isa_of(gate, measure=[0]), noise_of(4))
    (signal,) = auto(isa_of(Op("x", (3,)), gate, measure=[3], num_qubits=4), noise_of(4))
    assert signal.method == "pauli-propagation"


def test_without_observables_there_is_nothing():
    assert auto(isa_of(), noise_of(3)) == []
