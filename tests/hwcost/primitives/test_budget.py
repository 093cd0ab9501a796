"""The inverse question of a job: the shots of each configuration that fit into a budget."""

from __future__ import annotations

import pytest
from qiskit import QuantumCircuit

from hwcost.primitives.budget import job_budget
from hwcost.primitives.job import estimate_job
from primitive_jobs import all_bases, isa_ansatz, one_term, parameter_sets

ONE = (isa_ansatz(), one_term(), parameter_sets())
MANY = (isa_ansatz(), all_bases(), parameter_sets())


def test_shots_by_hand():
    # Level 0, one basis: 1.8 s and 0.077 s, then shots of 250 µs and the circuit.
    cost = estimate_job([ONE], "fake_manila", resilience_level=0, budget="60s")
    shot_s = cost.pubs[0].circuit_duration_s + 250e-6
    assert cost.budget.shots == int((60.0 - 1.877) / shot_s)
    assert cost.budget.executions == cost.budget.shots
    assert cost.budget.precision == cost.budget.shots**-0.5
    assert 0 < cost.budget.shots_if_slow < cost.budget.shots


@pytest.mark.parametrize("level", [0, 1, 2])
@pytest.mark.parametrize("pub", [ONE, MANY], ids=["one", "many"])
def test_the_job_with_these_shots_fits_and_with_one_randomization_more_does_not(level, pub):
    fit = estimate_job([pub], "fake_manila", resilience_level=level, budget=300.0).budget
    again = estimate_job([pub], "fake_manila", resilience_level=level, shots=fit.shots, count="formula")
    assert again.executions == fit.executions
    assert again.time.value_s == pytest.approx(fit.time_s, rel=1e-12)
    assert fit.time_s <= 300.0
    more = estimate_job([pub], "fake_manila", resilience_level=level, shots=fit.shots + 1, count="formula")
    assert more.time.value_s > 300.0


def test_a_sampler_has_shots_and_no_precision():
    bell = QuantumCircuit(2)
    bell.sx(0)
    bell.cx(0, 1)
    bell.measure_all()
    fit = estimate_job([bell], "fake_manila", primitive="sampler", budget="1min").budget
    assert fit.shots > 0
    assert fit.precision is None


def test_what_does_not_fit_says_how_long_the_least_takes():
    cost = estimate_job([ONE], "fake_manila", budget=0.5)
    assert (cost.budget.shots, cost.budget.executions, cost.budget.time_s) == (0, 0, None)
    assert cost.budget.least_s > 0.5
    assert "Within 500 ms: nothing, one shot of each takes" in str(cost)


def test_no_budget_no_answer():
    assert job_budget(None, lambda shots: (None, shots), has_precision=True) is None
    assert estimate_job([ONE], "fake_manila").budget is None
