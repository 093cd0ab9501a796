"""Values of objectives as people read them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hwcost.core.units import format_seconds
from nas.results.picks import words

if TYPE_CHECKING:
    from nas.runs.estimates import Estimate
    from nas.runs.objectives import Objective
    from nas.runs.run import Run


def interval_text(known: Estimate) -> str:
    """Format an estimated error with its interval."""
    return f"{known.error:.3f} ({known.low:.3f}–{known.high:.3f})"


def observed_texts(known: Estimate) -> tuple[str, str]:
    """Format the mean error of a network's trainings with their number, and its probability to be on the front."""
    probability = "by cost" if known.by_cost else f"{known.on_front:.0%}"
    return f"{known.observed:.3f} in {known.num_trainings}", probability


def objective_title(objective: Objective) -> str:
    """Return the name and the unit of an objective as the head of a column; times have their units with them."""
    name = words(objective)
    return f"{name} ({objective.unit})" if objective.unit not in ("", "s") and objective.unit not in name else name


def value_text(objective: Objective, value: float) -> str:
    """Format a value for people, times in a unit of their size.

    >>> from nas.runs.objectives import OBJECTIVES
    >>> value_text(OBJECTIVES["qpu_time_s"], 33989.0), value_text(OBJECTIVES["parameters"], 2079)
    ('9.44 h', '2,079')
    """
    if objective.unit == "s":
        return format_seconds(value)
    if float(value).is_integer() and abs(value) < 1e9:
        return f"{int(value):,}"
    return f"{value:.4g}"


def parts_note(run: Run) -> str:
    """Say that trainings validated on several parts of the data; nothing where they did not."""
    several = len({part for one in run.evaluations for part in one.validation_parts}) > 1
    return f", trainings of one network on {run.context.num_folds} parts in turn" if several else ""
