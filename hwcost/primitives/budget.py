"""What of a job fits into a budget of time: the shots of each configuration."""

from __future__ import annotations

from collections.abc import Callable

from hwcost.jobs.budget import most_within
from hwcost.primitives.options import MAX_SHOTS
from hwcost.primitives.record import JobBudget, JobSeconds


def job_budget(
    budget_s: float | None, seconds_of: Callable[[int], tuple[JobSeconds, int]], *, has_precision: bool
) -> JobBudget | None:
    """Return how many shots of each configuration fit into a budget, None without one.

    Rounding to whole randomizations makes the time a staircase of the shots; it never falls.

    Args:
        budget_s: Seconds there are for the job, its overhead included.
        seconds_of: Seconds and executions of the job with so many shots of each configuration of every PUB.
        has_precision: Whether shots are a precision 1/√shots, as the Estimator takes it.
    """
    if budget_s is None:
        return None
    shots = most_within(budget_s, MAX_SHOTS, lambda number: 0.0 if number == 0 else seconds_of(number)[0].value_s)
    slow = most_within(budget_s, shots, lambda number: 0.0 if number == 0 else seconds_of(number)[0].high_s)
    time, executions = seconds_of(shots) if shots else (None, 0)
    return JobBudget(
        budget_s=budget_s,
        shots=shots,
        shots_if_slow=slow,
        executions=executions,
        precision=shots**-0.5 if shots and has_precision else None,
        time_s=None if time is None else time.value_s,
        least_s=seconds_of(1)[0].value_s,
    )
