"""Pareto fronts of candidates: their members, their hypervolume, and which member to take."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, TypeAlias

from nas.runs.objectives import Objective
from nas.runs.record import Evaluation

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Vector: TypeAlias = tuple[float, ...]
"""Objectives of one candidate, each so that less is better."""

REFERENCE = 1.1
"""Reference point of hypervolumes, in units in which the worst value of an objective is 1 and the best is 0."""


def vector(evaluation: Evaluation, objectives: Sequence[Objective]) -> Vector:
    """Return the objectives of a COMPLETE evaluation as dominance compares them: minimised, times with three digits."""
    return tuple(objective.compared(evaluation.objectives[objective.name]) for objective in objectives)


def ranks(evaluations: Sequence[Evaluation], objectives: Sequence[Objective]) -> list[int | None]:
    """Rank each evaluation: 0 on the front, 1 on the front of the others, …; None for what has failed.

    Equal vectors have equal ranks: neither dominates the other.
    """
    import moocore
    import numpy as np

    complete = [i for i, one in enumerate(evaluations) if one.state == "COMPLETE"]
    by_evaluation: list[int | None] = [None] * len(evaluations)
    if complete:
        values = np.array([vector(evaluations[i], objectives) for i in complete])
        for i, rank in zip(complete, moocore.pareto_rank(values), strict=True):
            by_evaluation[i] = int(rank)
    return by_evaluation


def front_of(vectors: Sequence[Vector]) -> list[int]:
    """Return the positions of vectors that no other dominates; of equal ones all."""
    import moocore
    import numpy as np

    if not vectors:
        return []
    return [int(i) for i in np.flatnonzero(moocore.is_nondominated(np.array(vectors), keep_weakly=True))]


def front(evaluations: Sequence[Evaluation], objectives: Sequence[Objective]) -> tuple[Evaluation, ...]:
    """Return the COMPLETE evaluations that no other dominates, sorted by their objectives, then by hash."""
    ranked = zip(evaluations, ranks(evaluations, objectives), strict=True)
    members = [evaluation for evaluation, rank in ranked if rank == 0]
    return tuple(sorted(members, key=lambda one: (vector(one, objectives), one.architecture_hash)))


def compromise_norms(members: Sequence[Evaluation], objectives: Sequence[Objective]) -> list[float]:
    """Measure the distance of each member from the origin, each objective divided by its largest absolute value.

    FAQNAS's compromise is the member with the smallest. Of an objective that is maximised, what is missing to the best
    member counts.
    """
    if not members:
        return []
    columns = []
    for objective in objectives:
        values = [one.objectives[objective.name] for one in members]
        column = values if objective.direction == "minimize" else [max(values) - value for value in values]
        largest = max(map(abs, column))
        columns.append([value / largest if largest else 0.0 for value in column])
    return [math.sqrt(sum(value * value for value in row)) for row in zip(*columns, strict=True)]


def compromise(members: Sequence[Evaluation], objectives: Sequence[Objective]) -> Evaluation | None:
    """Return the member with the smallest `compromise_norms`; the first of several; None of an empty front."""
    norms = compromise_norms(members, objectives)
    return members[norms.index(min(norms))] if norms else None


def bounds(evaluations: Sequence[Evaluation], objectives: Sequence[Objective]) -> NDArray[np.float64] | None:
    """Return the best and worst of each objective on its axis, (2, objectives); None without COMPLETE evaluations."""
    import numpy as np

    values = axes(_complete(evaluations), objectives)
    return None if not len(values) else np.array([values.min(axis=0), values.max(axis=0)])


def hypervolume(
    evaluations: Sequence[Evaluation], objectives: Sequence[Objective], limits: NDArray[np.float64]
) -> float:
    """Compute the share of the box of these limits that the evaluations dominate.

    Axes are those of `Objective.axis` (times, FLOPs and counts as logarithms), shifted and scaled so that the limits
    are 0 and 1; the reference point is 1.1 on each axis, so that extremes count. The value is divided by that of a
    point that is best in everything, 1.1 to the number of objectives: better than the limits can give more than 1.

    Args:
        evaluations: Candidates; those that failed do not count.
        objectives: Objectives.
        limits: Best and worst value of each, as of `bounds`.
    """
    return box_share(axes(_complete(evaluations), objectives), limits[0], limits[1])


def front_volume(
    evaluations: Sequence[Evaluation],
    judged: Sequence[Evaluation],
    objectives: Sequence[Objective],
    within: Sequence[Evaluation] | None = None,
) -> float:
    """Compute the hypervolume of a front: the one that pages, JSON and pictures mean.

    It is the share that the members of the front, at their estimated errors, dominate of the box between the best and
    the worst observed value of each objective; see `hypervolume` for axes and reference point. 0 without members.

    Args:
        evaluations: What was evaluated, as it was observed.
        judged: The same with estimated errors.
        objectives: Objectives.
        within: What spans the box, to compare parts of a run. [default: `evaluations`]
    """
    limits = bounds(evaluations if within is None else within, objectives)
    return 0.0 if limits is None else hypervolume(front(judged, objectives), objectives, limits)


def box_share(values: NDArray[np.float64], low: NDArray[np.float64], high: NDArray[np.float64]) -> float:
    """Compute the share of the box from `low` to `high` that points (points, axes) dominate; see `hypervolume`."""
    import moocore

    scaled = (values - low) / span_of(low, high)
    scaled = scaled[(scaled < REFERENCE).all(axis=1)]
    if not len(scaled):
        return 0.0
    num_axes = values.shape[1]
    return float(moocore.hypervolume(scaled, ref=[REFERENCE] * num_axes) / REFERENCE**num_axes)


def span_of(low: NDArray[np.float64], high: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return what an axis is divided by: its range, 1 where all values are equal."""
    import numpy as np

    return np.where(high > low, high - low, 1.0)


def axes(evaluations: Sequence[Evaluation], objectives: Sequence[Objective]) -> NDArray[np.float64]:
    """Return the objectives of COMPLETE evaluations on their axes, (evaluations, objectives)."""
    import numpy as np

    rows = [[objective.axis(one.objectives[objective.name]) for objective in objectives] for one in evaluations]
    return np.array(rows, dtype=np.float64).reshape(len(rows), len(objectives))


def _complete(evaluations: Sequence[Evaluation]) -> list[Evaluation]:
    return [one for one in evaluations if one.state == "COMPLETE"]
