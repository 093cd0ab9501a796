"""The published model as an attenuation: hand-worked P_fail, one value for all, and where it is undefined."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hwcost.core.errors import CircuitError, OptionError
from hwcost.isa.schedule import schedule_alap
from hwcost.noise.attenuation import attenuate
from hwcost.noise.methods.paper import attenuation_of_failure, paper_attenuation
from hwcost.noise.observables import NoisyCircuit, track_observables
from noisy_circuits import US, Op, isa_of, noise_of


def paper(isa, noise, observables=None):
    circuit = NoisyCircuit(isa, schedule_alap(isa), noise)
    return paper_attenuation(circuit, track_observables(isa, noise, observables))


def test_by_hand():
    # One-qubit gates with errors 0.01 and 0.03: (1 − 0.02)². Two-qubit: 0.9. Measurement: 0.96.
    # T_gate = 1 + 1 + 2 + 4 = 8 µs against the smallest T2, 40 µs: e^(−0.2).
    isa = isa_of(
        Op("sx", (0,), duration_s=1 * US, error=0.01),
        Op("sx", (1,), duration_s=1 * US, error=0.03),
        Op("cx", (0, 1), duration_s=2 * US, error=0.1),
        Op("measure", (0,), duration_s=4 * US, error=0.04, clbit=0),
        num_qubits=2,
    )
    survival = 0.98**2 * 0.9 * 0.96 * math.exp(-0.2)
    (row,) = paper(isa, noise_of(2, t2_s=[40 * US, 80 * US]))
    assert row.value == pytest.approx(math.sqrt(survival), rel=1e-12)
    assert row.value == pytest.approx(0.824239, abs=1e-6)
    assert row.log_value == pytest.approx(math.log(survival) / 2.0, rel=1e-12)
    assert row.includes_readout


def test_every_observable_has_the_same_value_and_readout_is_not_counted_twice():
    isa = isa_of(Op("sx", (0,), duration_s=US, error=0.1), measure=[0, 1, 2])
    noise = noise_of(3, t2_s=1.0, readout=(0.2, 0.2))
    first, *others = attenuate(NoisyCircuit(isa, schedule_alap(isa), noise), method="paper")
    assert first.value == pytest.approx(math.sqrt(0.9), abs=1e-6)
    assert {row.value for row in others} == {first.value}


@pytest.mark.parametrize(
    ("operation", "t2_s"), [(Op("sx", (0,), duration_s=US), None), (Op("rz", (0,), (0.5,)), 50 * US)]
)
def test_without_time_or_t2_the_model_is_undefined(operation, t2_s):
    with pytest.raises(CircuitError, match="undefined for a circuit that takes no time or has no known T2"):
        paper(isa_of(operation), noise_of(3, t2_s=t2_s))


def test_the_logarithm_ranks_where_the_value_is_no_float():
    def long(count):
        return isa_of(*[Op("sx", (0,), duration_s=US, error=0.5)] * count)

    short, longer = (paper(long(count), noise_of(3, t2_s=1.0))[0] for count in (3000, 4000))
    assert short.value == longer.value == 0.0
    assert short.log_value == pytest.approx(1500 * math.log(0.5), rel=1e-3)
    assert longer.log_value < short.log_value


@given(st.floats(0.0, 1.0))
def test_its_square_is_the_published_survival(p_fail):
    assert attenuation_of_failure(p_fail) ** 2 == pytest.approx(1.0 - p_fail, abs=1e-15)


@pytest.mark.parametrize("p_fail", [-1e-9, 1.0 + 1e-9, math.nan, math.inf])
def test_what_is_no_probability_is_refused(p_fail):
    with pytest.raises(OptionError, match="p_fail is .*; a probability must lie between 0 and 1"):
        attenuation_of_failure(p_fail)


def survival_of(errors):
    isa = isa_of(*(Op("sx", (0,), duration_s=US, error=error) for error in errors))
    return paper(isa, noise_of(3, t2_s=100 * US))[0].value ** 2


@given(st.lists(st.floats(0.0, 0.9), min_size=1, max_size=6))
def test_the_mean_error_of_a_class_is_kinder_than_the_errors_themselves(errors):
    # (1 − mean e)^n ≥ Π (1 − e), the inequality of the means; equal where all errors are.
    waited = math.exp(-len(errors) / 100)
    assert survival_of(errors) >= math.prod(1.0 - e for e in errors) * waited * (1.0 - 1e-9)
    assert survival_of(errors[:1] * 3) == pytest.approx((1.0 - errors[0]) ** 3 * math.exp(-0.03), rel=1e-9)


def test_so_that_a_perfect_gate_may_add_signal():
    # By the paper's own formula: 1 − 0.5 against (1 − 0.25)².
    assert survival_of([0.5]) == pytest.approx(0.5 * math.exp(-0.01))
    assert survival_of([0.5, 0.0]) == pytest.approx(0.5625 * math.exp(-0.02))
