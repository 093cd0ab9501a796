"""The inverse question of one circuit: shots and precision within a budget."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import hwcost
from hwcost.core.errors import OptionError
from hwcost.estimation.budget import budget_fit
from isa_conditions import conditions, costed, flip_and_entangle


def test_shots_by_hand_and_what_they_reach():
    under = conditions(budget_s=60.0, num_seeds=1)
    candidate = costed(flip_and_entangle(), under)
    fit = budget_fit(candidate, under)
    assert fit is not None
    # One job: t0 and what one circuit costs, then shots of 250 µs + 1.35 µs each.
    assert fit.shots == int((60.0 - fit.overhead_s) / 251.35e-6)
    assert fit.job_time_s.value_s <= 60.0 < fit.job_time_s.value_s + 251.35e-6
    assert 0 < fit.shots_if_slow < fit.shots
    worst = candidate.shots.inflation_worst
    assert fit.standard_error_worst == pytest.approx((worst / fit.shots) ** 0.5)
    assert fit.noiseless_shots_worst == int(fit.shots / worst)
    assert fit.standard_error_mean <= fit.standard_error_worst


def test_a_budget_below_the_overhead_fits_nothing_and_says_what_the_overhead_is():
    under = conditions(budget_s=1e-3)
    fit = budget_fit(costed(flip_and_entangle(), under), under)
    assert (fit.shots, fit.executions, fit.job_time_s, fit.standard_error_worst) == (0, 0, None, None)
    assert fit.overhead_s > 1e-3


def test_no_budget_no_answer():
    assert budget_fit(costed(flip_and_entangle(), conditions()), conditions()) is None


@settings(max_examples=15, deadline=None)
@given(st.floats(3.0, 1e4))
def test_asking_for_the_shots_that_fit_gives_the_budget_back(budget):
    under = conditions(budget_s=budget)
    fit = budget_fit(costed(flip_and_entangle(), under), under)
    again = costed(flip_and_entangle(), conditions(shots=fit.shots)).time.requested
    assert again.job_time_s.value_s <= budget * (1 + 1e-9)
    assert again.standard_error == pytest.approx(fit.standard_error_worst)


@pytest.mark.parametrize(
    ("budget", "message"), [("soon", "budget"), (0, "budget"), (-3.0, "budget"), ("nan", "budget")]
)
def test_budgets_that_are_none(budget, message):
    with pytest.raises(OptionError, match=message):
        hwcost.estimate(flip_and_entangle(), "fake_manila", budget=budget)


def test_text_and_seconds_are_the_same_budget():
    costs = [hwcost.estimate(flip_and_entangle(), "fake_manila", budget=b, num_seeds=1) for b in ("10min", 600)]
    assert costs[0].budget == costs[1].budget
    assert costs[0].to_dict()["budget"]["budget_s"] == 600.0
