"""What of a model fits into a budget of time: steps, epochs or samples; and the shots with which all of it fits."""

from __future__ import annotations

import math
from collections.abc import Sequence

from hwcost.estimation.record import CostEstimate
from hwcost.jobs.budget import shots_within
from hwcost.models.record import ModelBudget, QuantumCost, UnifiedCost
from hwcost.models.workload import Workload

_UNITS = {"inference": "samples", "step": "steps", "epoch": "epochs", "training": "epochs"}
_GROWS_WITH_SHOTS = ("circuits", "repetition delay", "shots for noise", "mitigation and cutting")


def model_budget(
    budget_s: float | None,
    work: Workload,
    quantum: QuantumCost,
    unified: UnifiedCost,
    estimates: Sequence[CostEstimate],
) -> ModelBudget | None:
    """Return what fits into a budget, None without one.

    Time grows in proportion to what is run: what mitigation measures once counts for each share of it, which errs on
    the safe side. Of the parts of the time, those of shots grow in proportion to the shots of each circuit; the others
    stay.

    Args:
        budget_s: Seconds there are for both halves.
        work: What was costed.
        quantum: Its quantum half.
        unified: Both halves.
        estimates: Its circuits, empty where they are simulated.
    """
    if budget_s is None:
        return None
    units = {"inference": work.samples, "training": work.epochs}.get(work.scope, 1)
    shots = None
    if quantum.job_time_s is not None and unified.time_s is not None and estimates:
        growing_s = math.fsum(unified.parts.get(name, 0.0) for name in _GROWS_WITH_SHOTS)
        asked = max(cost.shots.noiseless for cost in estimates)
        shots = shots_within(budget_s, unified.time_s - growing_s, growing_s / asked) if growing_s > 0.0 else None
    return ModelBudget(
        budget_s=budget_s,
        unit=_UNITS[work.scope],
        count=_count(budget_s, units, unified.time_s),
        count_if_slow=_count(budget_s, units, unified.high_s),
        shots_per_circuit=shots,
        standard_error_worst=_standard_error(shots, estimates, "worst"),
        standard_error_mean=_standard_error(shots, estimates, "mean"),
    )


def _count(budget_s: float, units: int, time_s: float | None) -> int | None:
    if time_s is None or time_s <= 0.0:
        return None
    return math.floor(budget_s / time_s * units * (1.0 + 1e-12))


def _standard_error(shots: int | None, estimates: Sequence[CostEstimate], which: str) -> float | None:
    """Return the standard error of the worst observable, or the root mean square over all, over the circuits.

    `shots` are noiseless ones: each circuit runs them times the inflation that its rule uses.
    """
    if not shots:
        return None
    errors = []
    for cost in estimates:
        worst, mean = cost.shots.inflation_worst, cost.shots.inflation_mean
        used = worst if cost.shots.rule == "worst" else mean
        wanted = worst if which == "worst" else mean
        if used is None or wanted is None:
            return None
        errors.append(wanted / used / shots)
    return math.sqrt(max(errors) if which == "worst" else math.fsum(errors) / len(errors))
