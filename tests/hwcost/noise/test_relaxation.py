"""Decay rates and the wait at the end of a circuit, by hand and as laws."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hwcost.isa.schedule import schedule_alap
from hwcost.noise.relaxation import final_idle_s, relaxation_rates_per_s
from noisy_circuits import NATIVE_OPS, US, Op, isa_of, noise_of


@pytest.mark.parametrize(
    ("t1_s", "t2_s", "rates"),
    [
        (100 * US, 50 * US, (1e4, 2e4)),
        (100 * US, 200 * US, (1e4, 5e3)),
        (100 * US, 500 * US, (1e4, 5e3)),  # T2 is at most 2·T1
        (100 * US, None, (1e4, 5e3)),  # only T2 unknown: no pure dephasing
        (None, 50 * US, (0.0, 2e4)),
        (None, None, (0.0, 0.0)),
        (0.0, 0.0, (1e30, 1e30)),  # everything decays at once, and nothing divides by 0
        (100 * US, 0.0, (1e4, 1e30)),
    ],
)
def test_rates_by_hand(t1_s, t2_s, rates):
    assert relaxation_rates_per_s(noise_of(1, t1_s=t1_s, t2_s=t2_s), 0) == pytest.approx(rates, rel=1e-12)


def test_each_qubit_has_its_own():
    noise = noise_of(2, t1_s=[100 * US, 200 * US], t2_s=[None, 100 * US])
    assert [relaxation_rates_per_s(noise, q) for q in (0, 1)] == [
        pytest.approx((1e4, 5e3)),
        pytest.approx((5e3, 1e4)),
    ]


TIMES = st.none() | st.floats(0.0, 1.0)


@given(TIMES, TIMES)
def test_coherence_never_outlives_twice_the_relaxation(t1_s, t2_s):
    rate_1, rate_2 = relaxation_rates_per_s(noise_of(1, t1_s=t1_s, t2_s=t2_s), 0)
    assert 0.0 <= rate_1 / 2.0 <= rate_2 < float("inf")


def test_the_wait_at_the_end_by_hand():
    # Unmeasured qubits end as late as possible: qubit 1 waits for the last gate of qubit 0, the delay is waiting too.
    isa = isa_of(
        Op("cx", (0, 1), duration_s=2 * US),
        Op("sx", (0,), duration_s=1 * US),
        Op("delay", (0,), duration_s=4 * US),
        Op("delay", (2,), duration_s=1 * US),
    )
    waits = final_idle_s(isa, schedule_alap(isa))
    assert waits == {0: pytest.approx(4 * US), 1: pytest.approx(5 * US)}


@given(NATIVE_OPS)
def test_what_happens_last_ends_the_circuit_for_its_qubits(operations):
    isa = isa_of(*operations)
    schedule = schedule_alap(isa)
    waits = final_idle_s(isa, schedule)
    assert set(waits) == {q for op in operations if op.name != "delay" for q in op.qubits}
    # Starts are differences of long sums, so that the first may lie a rounding before 0.
    assert all(0.0 <= wait <= schedule.duration_s + 1e-15 for wait in waits.values())
    for qubit, wait in waits.items():
        last = max(i for i, op in enumerate(operations) if qubit in op.qubits and op.name != "delay")
        later = sum(op.duration_s for op in operations[last + 1 :] if op.qubits == (qubit,))
        assert wait >= later - 1e-12  # at least its own delays
