"""The Pareto front of a comparison: the time of the job as requested against the precision that it reaches.

Both axes are of one and the same job, with the shots as they are requested (for a precision: those that a noiseless
device needs). A place (backend, compiler) has on each circuit the median of its seeds on each axis; several circuits
are put together by geometric means. A place is on the front if no other is at least as good on both axes and better on
one. Places with a circuit that failed, or whose signal is gone, are listed after all others and are on no front.
"""

from __future__ import annotations

import math
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from hwcost.comparison.cell import CellCost
from hwcost.comparison.statistics import Pair


@dataclass(frozen=True, slots=True, kw_only=True)
class FrontPlace:
    """One (backend, compiler) among the Pareto fronts.

    Attributes:
        front: 1 on the Pareto front; 2 on that of the places that are left when it is taken away, and so on; None for a
            place that is on no front.
        backend: Name of the backend.
        compiler: Name of the compiler.
        job_time_s: Time of the job as requested, median over seeds, geometric mean over circuits.
        standard_error: That of its expectation values, likewise; None where the signal is gone.
        num_circuits: Circuits that were costed.
        lower_bound: Whether the time leaves out what the device does not say. Such places are behind all others, and
            `front` is that among themselves.
    """

    front: int | None
    backend: str
    compiler: str
    job_time_s: float
    standard_error: float | None
    num_circuits: int
    lower_bound: bool = False


def fronts(costs: Mapping[Pair, Mapping[str, Sequence[CellCost]]]) -> list[FrontPlace]:
    """Sort the places by front, then by time; those that cost no circuit at all are left out.

    Args:
        costs: Costs of all seeds by (backend, compiler) and circuit; a circuit that failed is missing.
    """
    costed = {pair: by_circuit for pair, by_circuit in costs.items() if by_circuit}
    circuits = {name for by_circuit in costed.values() for name in by_circuit}
    points = {pair: _point(by_circuit) for pair, by_circuit in costed.items()}
    numbers = front_numbers(
        {p: point for p, point in points.items() if math.isfinite(point[1]) and len(costed[p]) == len(circuits)}
    )
    places = [
        FrontPlace(
            front=numbers.get(pair),
            backend=pair[0],
            compiler=pair[1],
            job_time_s=time_s,
            standard_error=error if math.isfinite(error) else None,
            num_circuits=len(costed[pair]),
        )
        for pair, (time_s, error) in points.items()
    ]
    return sorted(places, key=lambda place: (place.front or len(places) + 1, place.job_time_s))


def front_numbers(points: Mapping[Pair, tuple[float, float]]) -> dict[Pair, int]:
    """Return the number of the front of each point, less is better on both axes; equal points share theirs.

    >>> front_numbers({("a", ""): (1.0, 3.0), ("b", ""): (2.0, 1.0), ("c", ""): (2.0, 3.0)})
    {('a', ''): 1, ('b', ''): 1, ('c', ''): 2}
    """
    left, number = dict(points), 0
    numbers: dict[Pair, int] = {}
    while left:
        number += 1
        front = [p for p, point in left.items() if not any(_beats(other, point) for other in left.values())]
        numbers |= dict.fromkeys(front, number)
        for pair in front:
            del left[pair]
    return {pair: numbers[pair] for pair in points}


def _beats(one: tuple[float, float], other: tuple[float, float]) -> bool:
    return one[0] <= other[0] and one[1] <= other[1] and one != other


def _point(by_circuit: Mapping[str, Sequence[CellCost]]) -> tuple[float, float]:
    times_s = [statistics.median(cost.requested_job_time_s for cost in costs) for costs in by_circuit.values()]
    errors = [
        statistics.median(
            math.inf if cost.requested_standard_error is None else cost.requested_standard_error for cost in costs
        )
        for costs in by_circuit.values()
    ]
    return _geometric_mean(times_s), _geometric_mean(errors)


def _geometric_mean(values: Sequence[float]) -> float:
    if len(values) == 1:
        return values[0]
    return math.exp(math.fsum(map(math.log, values)) / len(values)) if min(values) > 0 else 0.0
