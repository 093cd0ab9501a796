"""What of a circuit fits into a budget of time: shots, and the precision that they reach."""

from __future__ import annotations

from hwcost.estimation.conditions import Conditions
from hwcost.estimation.costs import CostedCandidate, predict_job
from hwcost.estimation.record import BudgetFit
from hwcost.jobs.budget import most_within, shots_within


def budget_fit(candidate: CostedCandidate, conditions: Conditions) -> BudgetFit | None:
    """Return what one job within the budget of the request reaches, None without a budget.

    A job takes t = a + b·N for N shots in each basis (`hwcost.jobs.predict`), so that N = ⌊(budget − a)/b⌋.
    """
    budget_s = conditions.request.budget_s
    if budget_s is None:
        return None
    fixed_s = predict_job(candidate, 0, conditions).value_s
    shot_s = predict_job(candidate, 1, conditions).value_s - fixed_s
    # The difference of two large numbers has rounding in it; the slope over many shots has less.
    shot_s = (predict_job(candidate, 10**6, conditions).value_s - fixed_s) / 10**6 if shot_s > 0.0 else shot_s
    shots = shots_within(budget_s, fixed_s, shot_s)
    cost = candidate.shots
    return BudgetFit(
        budget_s=budget_s,
        shots=shots,
        shots_if_slow=most_within(budget_s, shots, lambda number: predict_job(candidate, number, conditions).high_s),
        executions=shots * cost.num_bases,
        job_time_s=predict_job(candidate, shots, conditions) if shots else None,
        overhead_s=fixed_s,
        standard_error_worst=cost.standard_error(shots) if shots else None,
        standard_error_mean=cost.standard_error(shots, "mean") if shots else None,
        noiseless_shots_worst=_noiseless(shots, cost.inflation_worst),
        noiseless_shots_mean=_noiseless(shots, cost.inflation_mean),
    )


def _noiseless(shots: int, inflation: float | None) -> int | None:
    return None if inflation is None else int(shots / inflation)
