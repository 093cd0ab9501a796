"""Which precision a device reaches: with the shots as they are requested, and within a budget of time.

With N shots the standard error of a rescaled ⟨Z⟩ is ε = √(I/N), where I = 1/λ² is the shot inflation of the worst (or
the mean) qubit: N = (1/λ² − ⟨Z²⟩)/ε² solved for ε, with the unknown ⟨Z²⟩ taken as 0. A job takes t = a + b·N, so that a
budget B holds N = ⌊(B − a)/b⌋ shots (`hwcost.jobs.predict`: a is what a job takes without a shot, b the time of one).
"""

from __future__ import annotations

import dataclasses
import math
from typing import Literal, TypeAlias

from hwcost.comparison.cell import DEFAULT_METRIC, CellCost, check_metric
from hwcost.core.checks import choice
from hwcost.core.durations import parse_duration_s
from hwcost.core.errors import OptionError
from hwcost.core.units import format_seconds
from hwcost.estimation.options import EstimateRequest
from hwcost.jobs.budget import shots_within
from hwcost.noise.shots import SIGNAL_GONE_ATTENUATION, Inflation

RankBy: TypeAlias = Literal["time", "precision", "both"]
RANKINGS: tuple[RankBy, ...] = ("time", "precision", "both")

PRECISION_METRIC = "budget_standard_error"


@dataclasses.dataclass(frozen=True, slots=True)
class Ranking:
    """How a comparison ranks.

    Attributes:
        rank_by: `time` (the column `sort_by`), `precision` (within the budget) or `both` (a Pareto front).
        sort_by: The column that ranks.
        budget_s: Seconds of one job, None without a budget.
    """

    rank_by: RankBy
    sort_by: str
    budget_s: float | None


def checked_ranking(
    rank_by: RankBy | None, budget: float | str | None, sort_by: str, request: EstimateRequest
) -> Ranking:
    """Return how to rank: by default by precision if a budget is given, by the column `sort_by` if not.

    Raises:
        OptionError: One of them is invalid, or they do not go together.
    """
    budget_s = None if budget is None else parse_duration_s(budget, name="budget")
    metric = check_metric(sort_by)
    by_default: RankBy = "time" if budget_s is None or metric != DEFAULT_METRIC else "precision"
    chosen = by_default if rank_by is None else choice("rank_by", rank_by, RANKINGS)
    if chosen != "time" and metric != DEFAULT_METRIC:
        raise OptionError(f"rank_by is {chosen} and sort_by is {metric}; give one of them")
    if budget_s is None and (chosen == "precision" or metric.startswith("budget_")):
        raise OptionError("a ranking by the precision within a budget needs a budget; give one such as 10min")
    asks_for_precision = chosen != "time" or budget_s is not None or metric == "requested_standard_error"
    if asks_for_precision and request.task == "sampling":
        raise OptionError("a precision is one of expectation values; give task expectation, or rank by time")
    if asks_for_precision and request.durations_only:
        raise OptionError("the precision is not known from durations only; leave durations_only out, or rank by time")
    return Ranking(chosen, PRECISION_METRIC if chosen == "precision" else metric, budget_s)  # type: ignore[arg-type]


def standard_error(inflation: float | None, shots: int) -> float | None:
    """Return ε = √(I/N); None without a shot or where the signal is gone.

    >>> standard_error(4.0, 10_000), standard_error(None, 10_000), standard_error(4.0, 0)
    (0.02, None, None)
    """
    if inflation is None or shots < 1 or inflation > 1.0 / SIGNAL_GONE_ATTENUATION**2:
        return None
    return math.sqrt(inflation / shots)


def within_budget(cost: CellCost, budget_s: float | None, rule: Inflation) -> CellCost:
    """Return a cost with the shots and the precision that a budget holds."""
    if budget_s is None:
        return cost
    shots = shots_within(budget_s, cost.job_fixed_s, cost.job_shot_s)
    inflation = cost.inflation_worst if rule == "worst" else cost.inflation_mean
    return dataclasses.replace(cost, budget_shots=shots, budget_standard_error=standard_error(inflation, shots))


def require_a_shot(costs: list[CellCost], budget_s: float | None) -> None:
    """Raise OptionError if a budget does not hold one shot anywhere."""
    if budget_s is not None and costs and not any(cost.budget_shots for cost in costs):
        least_s = min(cost.job_fixed_s + cost.job_shot_s for cost in costs)
        raise OptionError(
            f"the budget of {format_seconds(budget_s)} holds no shot on any backend: a job of one shot takes "
            f"{format_seconds(least_s)} at least; give more"
        )
