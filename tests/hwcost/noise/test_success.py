"""ESP and the paper's model: hand-worked numbers, an independent calculation, and laws."""

from __future__ import annotations

import math
from decimal import Decimal, getcontext

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hwcost.isa.columns import IsaCircuit, Kind
from hwcost.isa.schedule import schedule_alap
from hwcost.noise.success import idle_survival, paper_cost, success_probability

US = 1e-6


def isa_of(*operations, num_qubits=4):
    """An ISA circuit from (kind, qubits, duration, error)."""
    return IsaCircuit(
        num_qubits=num_qubits,
        num_clbits=0,
        names=[kind.name.lower() for kind, *_ in operations],
        kinds=[kind for kind, *_ in operations],
        qubits=[qubits for _, qubits, *_ in operations],
        clbits=[()] * len(operations),
        params=[()] * len(operations),
        durations_s=[duration for *_, duration, _ in operations],
        errors=[error for *_, error in operations],
    )


def test_paper_model_reproduces_the_worked_reference_case():
    # T_gate 10 µs, T2 100 µs, 50 one-qubit gates of 3e-4, 20 two-qubit gates of 1e-2, 4 readouts of 2e-2.
    operations = [(Kind.ONE_QUBIT, (0,), 0.05 * US, 3e-4)] * 50
    operations += [(Kind.TWO_QUBIT, (0, 1), 0.2 * US, 1e-2)] * 20
    operations += [(Kind.MEASURE, (0,), 0.875 * US, 2e-2)] * 4
    cost = paper_cost(isa_of(*operations), [100 * US, 250 * US, 1 * US, None])
    assert cost is not None
    assert cost.t_gate_s == pytest.approx(10 * US, rel=1e-12)
    assert cost.p_gate == pytest.approx(0.2568220767, abs=1e-10)
    assert cost.p_decoherence == pytest.approx(0.0951625820, abs=1e-10)
    assert cost.p_fail == pytest.approx(0.3275448067, abs=1e-10)
    assert cost.effective_time_s == pytest.approx(14.870879278867564 * US, rel=1e-14)
    assert cost.log10_effective_time == pytest.approx(math.log10(14.870879278867564e-6), rel=1e-14)
    assert math.exp(cost.log_survival) == pytest.approx(1.0 - cost.p_fail, rel=1e-12)


def test_paper_model_takes_the_smallest_t2_of_active_qubits_only():
    gate = (Kind.ONE_QUBIT, (1,), 1 * US, 0.0)
    cost = paper_cost(isa_of(gate), [1 * US, 50 * US, 2 * US, 3 * US])
    assert cost is not None
    assert cost.p_decoherence == pytest.approx(1.0 - math.exp(-1.0 / 50.0), rel=1e-12)


def test_paper_model_stays_finite_in_log_space_where_the_time_overflows():
    # 60,000 gates of error 0.1: survival 0.9^60000 = 10^-2745.6; against 50-digit decimals.
    getcontext().prec = 50
    cost = paper_cost(isa_of(*[(Kind.TWO_QUBIT, (0, 1), 1 * US, 0.1)] * 60_000), [1.0] * 4)
    assert cost is not None
    exact = Decimal("0.06").log10() - 60_000 * Decimal("0.9").log10() + (Decimal("0.06") / Decimal(10).ln())
    assert cost.log10_effective_time == pytest.approx(float(exact), rel=1e-12)
    assert cost.effective_time_s is None
    assert cost.p_fail == 1.0


def test_paper_model_skips_delays_and_resets():
    gate = (Kind.ONE_QUBIT, (0,), 1 * US, 0.01)
    padded = isa_of(gate, (Kind.DELAY, (0,), 9 * US, 0.0), (Kind.RESET, (0,), 9 * US, None))
    assert paper_cost(padded, [10 * US] * 4) == paper_cost(isa_of(gate), [10 * US] * 4)


def test_paper_model_is_undefined_without_time_or_t2():
    assert paper_cost(isa_of((Kind.ONE_QUBIT, (0,), 0.0, 0.0)), [1.0] * 4) is None
    assert paper_cost(isa_of((Kind.ONE_QUBIT, (0,), 1.0, 0.0)), [None] * 4) is None


def test_esp_of_a_hand_worked_circuit():
    # 0.99 · 0.9 · 0.98 · 0.97 = 0.84701…; gates 0.99 · 0.9 = 0.891, readout 0.98 · 0.97 = 0.9506.
    isa = isa_of(
        (Kind.ONE_QUBIT, (0,), 0.0, 0.01),
        (Kind.TWO_QUBIT, (0, 1), 0.0, 0.1),
        (Kind.MEASURE, (0,), 0.0, 0.02),
        (Kind.MEASURE, (1,), 0.0, 0.03),
    )
    result = success_probability(isa, schedule_alap(isa), [None] * 4, [None] * 4)
    assert result.esp == pytest.approx(0.99 * 0.9 * 0.98 * 0.97, rel=1e-14)
    assert result.gate_error == pytest.approx(0.109, rel=1e-13)
    assert result.readout_error == pytest.approx(1 - 0.9506, rel=1e-13)
    assert result.decoherence == 0.0
    assert result.failure_probability == pytest.approx(1 - 0.891 * 0.9506, rel=1e-13)


def test_esp_is_never_a_bare_zero():
    isa = isa_of(*[(Kind.TWO_QUBIT, (0, 1), 0.0, 0.4)] * 5000)
    result = success_probability(isa, schedule_alap(isa), [None] * 4, [None] * 4)
    assert result.esp is None
    assert result.log10_esp == pytest.approx(5000 * math.log10(0.6), rel=1e-12)


def test_waiting_counts_by_t1_and_t2():
    # Qubit 1 waits 1 µs between its two gates: survival (1 + e^{-1/10} + 2 e^{-1/8}) / 4.
    isa = isa_of(
        (Kind.TWO_QUBIT, (0, 1), 1 * US, 0.0),
        (Kind.TWO_QUBIT, (0, 2), 1 * US, 0.0),
        (Kind.TWO_QUBIT, (0, 1), 1 * US, 0.0),
    )
    result = success_probability(isa, schedule_alap(isa), [10 * US] * 4, [8 * US] * 4)
    assert 1.0 - result.decoherence == pytest.approx((1 + math.exp(-0.1) + 2 * math.exp(-0.125)) / 4, rel=1e-13)


@given(
    st.floats(0.0, 1e-3),
    st.floats(1e-6, 1e-3),
    st.floats(0.01, 1.0),
)
def test_idle_survival_is_a_probability_that_falls_with_time(duration_s, t1_s, ratio):
    t2_s = 2.0 * t1_s * ratio
    now = idle_survival(duration_s, t1_s, t2_s)
    assert 0.25 <= now <= 1.0
    assert idle_survival(duration_s * 1.5, t1_s, t2_s) <= now
    # No waiting time, no loss; no relaxation times, no loss that we could know of.
    assert idle_survival(0.0, t1_s, t2_s) == idle_survival(duration_s, None, None) == 1.0
    # An unknown T2 is at its physical limit.
    assert idle_survival(duration_s, t1_s, None) == pytest.approx(idle_survival(duration_s, t1_s, 2 * t1_s))


error_lists = st.lists(st.floats(0.0, 0.49), min_size=1, max_size=30)


@given(error_lists, st.floats(0.0, 0.49))
def test_esp_lies_in_the_unit_interval_and_never_rises_with_another_gate(errors, extra):
    def esp(values):
        isa = isa_of(*[(Kind.ONE_QUBIT, (0,), 0.0, e) for e in values])
        return success_probability(isa, schedule_alap(isa), [None] * 4, [None] * 4)

    assert 0.0 < esp(errors).esp <= 1.0
    assert esp([*errors, extra]).log10_esp <= esp(errors).log10_esp
    assert esp(errors).esp == pytest.approx(math.prod(1.0 - e for e in errors), rel=1e-12)


@given(
    st.lists(
        st.tuples(st.sampled_from([Kind.ONE_QUBIT, Kind.TWO_QUBIT, Kind.MEASURE]), st.floats(0.0, 0.4)),
        min_size=1,
        max_size=40,
    )
)
def test_paper_numbers_equal_a_direct_product(operations):
    isa = isa_of(*[(k, (0, 1) if k is Kind.TWO_QUBIT else (0,), 1 * US, e) for k, e in operations])
    cost = paper_cost(isa, [70 * US, 90 * US, None, None])
    survival = 1.0
    for kind in (Kind.ONE_QUBIT, Kind.TWO_QUBIT, Kind.MEASURE):
        errors = [e for k, e in operations if k is kind]
        if errors:
            survival *= (1.0 - sum(errors) / len(errors)) ** len(errors)
    # T2 of qubit 1 counts only if a two-qubit gate touches it, and it is the longer one anyway.
    decay = math.exp(-len(operations) * 1 * US / (70 * US))
    assert cost.p_gate == pytest.approx(1.0 - survival, abs=1e-12)
    assert cost.p_fail == pytest.approx(1.0 - survival * decay, abs=1e-12)
    assert cost.effective_time_s == pytest.approx(len(operations) * US / (survival * decay), rel=1e-10)


def test_paper_time_is_finite_where_the_survival_alone_is_not():
    # Survival 10^-309.5, T_gate 10^-3 s: the effective time 10^306.5 s fits into a float, 1/survival does not.
    errors = -math.expm1(-309.5 * math.log(10.0) / 1000)
    cost = paper_cost(isa_of(*[(Kind.TWO_QUBIT, (0, 1), 1 * US, errors)] * 1000), [1e9] * 4)
    assert cost.log10_effective_time == pytest.approx(306.5, rel=1e-6)
    assert math.log10(cost.effective_time_s) == pytest.approx(306.5, rel=1e-6)
