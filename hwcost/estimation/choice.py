"""Which of several compilations is reported: `ranking_conditions`, `choose`, `spread_over`."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from hwcost.circuits.measurement_bases import MeasurementPlan
from hwcost.estimation.conditions import Conditions
from hwcost.estimation.costs import CostedCandidate, with_method
from hwcost.estimation.record import Spread
from hwcost.estimation.seeds import best_by_seed, further_gain
from hwcost.noise.methods import AUTO
from hwcost.noise.shots import finite

RANKED_BY = "mean-field"
"""How compilations are ranked with `auto`, whose values at bound angles take longer than to compile a circuit."""

SHORTLISTED = 4
"""One compilation in so many, the best ranked ones and at least two, is costed as the request asks for."""

CLOSE = 1.5
"""Ratio to the cost of the best ranked one, up to which another is among them: the order was never seen to turn by more
than 1.35 at the angles (`tests/benchmarks/shortlist.py`)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """The compilation that is reported.

    Attributes:
        ranked: As it was ranked.
        costed: As the request asks for it.
    """

    ranked: CostedCandidate
    costed: CostedCandidate


def ranking_conditions(conditions: Conditions) -> Conditions:
    """Return the conditions under which several compilations are ranked: with `auto` by the average over angles."""
    request = conditions.request
    if request.attenuation != AUTO or not request.transpile or request.num_seeds == 1:
        return conditions
    return replace(conditions, request=replace(request, attenuation=RANKED_BY))


def choose(candidates: Sequence[CostedCandidate], conditions: Conditions, plan: MeasurementPlan | None) -> Chosen:
    """Return the cheapest compilation; with `auto` the cheapest at its angles of those that rank best on average.

    Args:
        candidates: As costed under `ranking_conditions`.
        conditions: Those of the request.
        plan: What is measured, on the qubits before compilation.

    Raises:
        CircuitError: The attenuation method cannot answer for the circuit.
    """
    ranked = sorted(candidates, key=_rank_key)  # of equal ones the first seed
    if ranking_conditions(conditions) is conditions:
        return Chosen(ranked=ranked[0], costed=ranked[0])
    distinct = [next(same) for _, same in groupby(ranked, key=_rank_key)]  # several seeds find the same circuit
    close = [each for each in distinct if each.rank_key <= distinct[0].rank_key + math.log(CLOSE)]
    shortlist = close[: max(2, len(ranked) // SHORTLISTED)]
    chosen = [Chosen(ranked=each, costed=with_method(each, conditions, plan)) for each in shortlist]
    return min(chosen, key=lambda each: each.costed.rank_key)


def _rank_key(candidate: CostedCandidate) -> float:
    return candidate.rank_key


def spread_over(candidates: Sequence[CostedCandidate]) -> Spread:
    """Return what compilations differ in, as they were ranked."""
    durations = [c.schedule.duration_s for c in candidates]
    gates = [c.gates.num_2q for c in candidates]
    made = [(c.compiled.transpiled, c.rank_key) for c in candidates if c.compiled.transpiled is not None]
    swaps = [len(transpiled.swaps) for transpiled, _ in made]
    by_seed = best_by_seed([(transpiled.seed, rank_key) for transpiled, rank_key in made])
    return Spread(
        num_seeds=len(by_seed) if made else 1,
        levels=tuple(sorted({transpiled.optimization_level for transpiled, _ in made})),
        further_gain=further_gain(by_seed),
        circuit_duration_s=(min(durations), max(durations)),
        num_2q=(min(gates), max(gates)),
        num_swaps=(min(swaps), max(swaps)) if swaps else None,
        inflation_worst=_inflation_spread(candidates),
        inflation_method=candidates[0].shots.method,
    )


def _inflation_spread(candidates: Sequence[CostedCandidate]) -> tuple[float | None, float | None] | None:
    """Return the smallest and largest worst inflation; None in place of one that is unbounded."""
    worst = [c.shots.inflation_worst for c in candidates if c.success is not None]
    if not worst:
        return None
    bounded = [value for value in worst if value is not None]
    return finite(min(bounded, default=math.inf)), max(bounded) if len(bounded) == len(worst) else None
