"""What errors the evaluated networks have, apart from the luck of their seeds: `fit_evaluations`, `Estimates`.

The error of each network is estimated from its own trainings and from the model of its neighbours
(`nas.runs.error_model`), with an interval. The front is that of the estimates; whether a network belongs to it is a
probability. All follows from the evaluations alone, and is the same each time.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING

from nas.runs.error_model import ErrorModel, fit_errors
from nas.runs.features import gene_features
from nas.runs.fronts import Vector, axes, box_share, front_of, vector
from nas.runs.objectives import Objective
from nas.runs.part_effects import without_part_effects
from nas.runs.record import Evaluation
from nas.spaces.record import SearchSpace

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

LEVEL = 0.90
"""Probability that intervals are meant to hold."""

Z = 1.6448536269514722
"""Half the width of such an interval of a normal distribution, in standard deviations."""

MIN_SIGNAL = 0.1
"""Least lower limit of the share of signal with which a front claims anything."""

MAX_DOUBT = 0.1
"""Most doubt, summed over the members that are claimed: the probability that one of them is not on the front."""

DRAWS = 400
"""Draws of all errors for probabilities and for the hypervolume: a probability is known to 0.025 at worst."""

MAX_DRAWN = 400
"""Networks that take part in the draws; those whose estimates are furthest from the front are left out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """The error of one network as it is estimated.

    Attributes:
        architecture_hash: The network.
        num_trainings: Trainings that it had.
        observed: Mean error of these.
        error: Estimated error: what trainings with other seeds have on average.
        sd: Standard deviation of the estimate.
        low: Lower end of its 90 % interval, at least 0.
        high: Upper end, at most 1.
        retrained_low: Lower end of the 90 % interval of the error of one training with another seed, at least 0.
        retrained_high: Upper end, at most 1.
        on_front: Probability to be on the front of the evaluated networks.
        by_cost: Whether its costs alone keep it on the front, whatever its error.
    """

    architecture_hash: str
    num_trainings: int
    observed: float
    error: float
    sd: float
    low: float
    high: float
    retrained_low: float
    retrained_high: float
    on_front: float
    by_cost: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class FrontVolume:
    """The hypervolume of the returned front, as a share of the box of the limits of all evaluated networks.

    Attributes:
        value: At the estimated errors, `nas.runs.fronts.front_volume`.
        low: Lower end of the 90 % interval over what the errors may be.
        high: Upper end.
    """

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Fitted:
    """Evaluations, and the model of their errors.

    Attributes:
        complete: The evaluations that are COMPLETE, sorted by hash.
        objectives: The objectives; one of them needs trainings.
        model: The model, its architectures in the order of `complete`.
        error: Estimated error of each.
        sd: Its standard deviation.
    """

    complete: tuple[Evaluation, ...]
    objectives: tuple[Objective, ...]
    model: ErrorModel
    error: NDArray[np.float64]
    sd: NDArray[np.float64]

    def vectors(self, errors: Sequence[float] | NDArray[np.float64] | None = None) -> list[Vector]:
        """Return the objectives of each network, minimised, with these errors in place of those that were observed.

        Args:
            errors: An error of each. [default: the estimates]
        """
        # Within 0 and 1 as pages show them, so that the front is that of the numbers that one sees.
        values = self.error.clip(0.0, 1.0) if errors is None else errors
        where = trained_position(self.objectives)
        rows = []
        for one, error in zip(self.complete, values, strict=True):
            row = list(vector(one, self.objectives))
            row[where] = float(error)
            rows.append(tuple(row))
        return rows

    def judged(self) -> tuple[Evaluation, ...]:
        """Return the evaluations with the estimated errors in place of those that were observed."""
        name = self.objectives[trained_position(self.objectives)].name
        return tuple(
            replace(one, objectives={**one.objectives, name: _clipped(float(error))})
            for one, error in zip(self.complete, self.error, strict=True)
        )

    def front(self) -> tuple[Evaluation, ...]:
        """Return the networks that no other dominates at the estimated errors, sorted by these objectives."""
        vectors = self.vectors()
        members = sorted(front_of(vectors), key=lambda i: (vectors[i], self.complete[i].architecture_hash))
        return tuple(self.complete[i] for i in members)


def trained_position(objectives: Sequence[Objective]) -> int:
    """Return the position of the objective that needs trainings."""
    return next(i for i, objective in enumerate(objectives) if objective.trained)


def fit_evaluations(
    evaluations: Sequence[Evaluation], space: SearchSpace, objectives: Sequence[Objective]
) -> Fitted | None:
    """Fit the model of the errors; None if no objective needs trainings, or nothing is COMPLETE.

    Features are the genes, and the costs that need no device, on their axes. Errors that were measured on several
    validation parts are freed of how hard each part is. The last few fits are kept: the search, its algorithm and its
    report ask for those of the same evaluations.

    Args:
        evaluations: One for each architecture, with all its trainings; those that failed do not count.
        space: The search space.
        objectives: The objectives.
    """
    # Draws and sums must not depend on the order in which networks came up.
    complete = tuple(sorted((e for e in evaluations if e.state == "COMPLETE"), key=lambda e: e.architecture_hash))
    if not complete or not any(objective.trained for objective in objectives):
        return None
    return _fitted(complete, tuple(one.validation_parts for one in complete), space, tuple(objectives))


# Trainings are no part of equal evaluations, but the parts that they validated on are part of a fit.
@lru_cache(maxsize=2)
def _fitted(
    complete: tuple[Evaluation, ...],
    parts: tuple[tuple[str, ...], ...],
    space: SearchSpace,
    objectives: tuple[Objective, ...],
) -> Fitted:
    free = [objective for objective in objectives if is_free(objective)]
    errors = [[1.0 - accuracy for accuracy in one.accuracies] for one in complete]
    model = fit_errors(features_of(complete, space, free), errors)
    names = sorted({part for own in parts for part in own})
    if len(names) > 1:
        numbers = [[names.index(part) for part in own] for own in parts]
        model = fit_errors(features_of(complete, space, free), without_part_effects(model, errors, numbers))
    error, sd = model.estimates()
    return Fitted(complete=complete, objectives=objectives, model=model, error=error, sd=sd)


def is_free(objective: Objective) -> bool:
    """Return whether an objective is computed without a training and without a device."""
    return not objective.trained and not objective.needs


def features_of(
    evaluations: Sequence[Evaluation], space: SearchSpace, costs: Sequence[Objective]
) -> NDArray[np.float64]:
    """Return what the error of COMPLETE networks is predicted from, one row each: genes, and costs on their axes."""
    import numpy as np

    genes = gene_features(space, [dict(one.genome) for one in evaluations])
    return np.column_stack([genes, axes(evaluations, costs)])


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimates:
    """What is known of the evaluated networks and of their front.

    Attributes:
        objective: Name of the objective that is estimated.
        networks: The estimate of each COMPLETE network, by hash.
        front: Hashes of the returned front: what no other dominates at the estimated errors, sorted by the objectives.
        noise_sd: Standard deviation of the error of one training about that of its network.
        between_sd: Standard deviation of the estimated errors of the networks that were evaluated.
        signal: Share of the variance of the error of one training that genes and costs explain: at least so much of an
            error is the network's.
        signal_low: Lower end of its 90 % interval.
        signal_high: Upper end.
        hypervolume: Of the returned front.
        claimed: Members of which it can be said that their errors put them on the front: all of them together with 90 %
            probability. Members that their costs alone keep there are not among them. None where there is no signal.
    """

    objective: str
    networks: dict[str, Estimate]
    front: tuple[str, ...]
    noise_sd: float
    between_sd: float
    signal: float
    signal_low: float
    signal_high: float
    hypervolume: FrontVolume
    claimed: tuple[str, ...]

    def judged(self, evaluation: Evaluation) -> Evaluation:
        """Return an evaluation with its estimated error in place of the one that was observed."""
        known = self.networks.get(evaluation.architecture_hash)
        if known is None or evaluation.state != "COMPLETE":
            return evaluation
        return replace(evaluation, objectives={**evaluation.objectives, self.objective: known.error})

    @property
    def has_signal(self) -> bool:
        """Return whether more than luck is in the errors, as far as can be said."""
        return self.signal_low >= MIN_SIGNAL


def estimate(
    evaluations: Sequence[Evaluation], space: SearchSpace, objectives: Sequence[Objective]
) -> Estimates | None:
    """Estimate the errors of networks, and their front; None if no objective needs trainings, or nothing is COMPLETE.

    Args:
        evaluations: One for each architecture, with all its trainings.
        space: The search space.
        objectives: The objectives.
    """
    import numpy as np

    fitted = fit_evaluations(evaluations, space, objectives)
    if fitted is None:
        return None
    front = fitted.front()
    drawn = draw_errors(fitted)
    on_front, volumes = front_probabilities(fitted, drawn), _volume(fitted, front, drawn)
    noise = fitted.model.noise_sd
    cheapest = _by_cost(fitted)
    networks = {}
    for i, one in enumerate(fitted.complete):
        error, sd = float(fitted.error[i]), float(fitted.sd[i])
        again = math.hypot(sd, fitted.model.noise_sd_high)
        networks[one.architecture_hash] = Estimate(
            architecture_hash=one.architecture_hash,
            num_trainings=len(one.accuracies),
            observed=1.0 - sum(one.accuracies) / len(one.accuracies),
            error=_clipped(error),
            sd=sd,
            low=_clipped(error - Z * sd),
            high=_clipped(error + Z * sd),
            retrained_low=_clipped(error - Z * again),
            retrained_high=_clipped(error + Z * again),
            on_front=float(on_front[i]),
            by_cost=i in cheapest,
        )
    return Estimates(
        objective=objectives[trained_position(objectives)].name,
        networks=networks,
        front=tuple(one.architecture_hash for one in front),
        noise_sd=noise,
        between_sd=float(np.std(fitted.error)),
        signal=fitted.model.signal,
        signal_low=fitted.model.signal_low,
        signal_high=fitted.model.signal_high,
        hypervolume=volumes,
        claimed=_claimed([networks[one.architecture_hash] for one in front], fitted.model.signal_low),
    )


def _claimed(members: Sequence[Estimate], signal_low: float) -> tuple[str, ...]:
    """Return the members, in the order of the front, that are there for their errors with 90 % probability together."""
    if signal_low < MIN_SIGNAL:
        return ()
    doubt, claimed = 0.0, set()
    for one in sorted(members, key=lambda one: (-one.on_front, one.architecture_hash)):
        if not one.by_cost:
            doubt += 1.0 - one.on_front
            if doubt > MAX_DOUBT:
                break
            claimed.add(one.architecture_hash)
    return tuple(one.architecture_hash for one in members if one.architecture_hash in claimed)


def _clipped(error: float) -> float:
    return min(1.0, max(0.0, error))


def _by_cost(fitted: Fitted) -> set[int]:
    """Find the networks that nothing cheaper or equally cheap in all costs could push off the front."""
    where = trained_position(fitted.objectives)
    costs = [one[:where] + one[where + 1 :] for one in fitted.vectors()]
    members = front_of(costs)
    # Of several with the same costs, any may have the least error.
    return {i for i in members if sum(costs[i] == costs[j] for j in members) == 1}


def front_probabilities(fitted: Fitted, drawn: NDArray[np.float64] | None = None) -> NDArray[np.float64]:
    """Return the probability of each network to be on the front of those that were evaluated.

    Args:
        fitted: The evaluations and the model of their errors.
        drawn: Draws of the errors, (draws, networks). [default: `DRAWS`]
    """
    import moocore
    import numpy as np

    if drawn is None:
        drawn = draw_errors(fitted)
    where = trained_position(fitted.objectives)
    exact = np.array(fitted.vectors())
    taking_part = np.flatnonzero(_may_be_on_front(exact, fitted.sd, where))
    count = np.zeros(len(exact))
    for row in drawn:
        now = exact[taking_part].copy()
        now[:, where] = row[taking_part]
        count[taking_part] += moocore.is_nondominated(now, keep_weakly=True)
    return count / len(drawn)


def draw_errors(fitted: Fitted) -> NDArray[np.float64]:
    """Draw the errors of all networks together, (draws, networks); the same for the same evaluations."""
    return fitted.model.draws(DRAWS, len(fitted.complete))


def _volume(fitted: Fitted, front: Sequence[Evaluation], drawn: NDArray[np.float64]) -> FrontVolume:
    import numpy as np

    objectives, where = fitted.objectives, trained_position(fitted.objectives)
    every = axes(fitted.complete, objectives)
    low, high = every.min(axis=0), every.max(axis=0)  # as they were observed
    names = {one.architecture_hash for one in front}
    members = [i for i, one in enumerate(fitted.complete) if one.architecture_hash in names]

    def volume(errors: NDArray[np.float64]) -> float:
        now = every[members].copy()
        now[:, where] = errors
        return box_share(now, low, high)

    volumes = [volume(row[members]) for row in drawn]
    ends = np.quantile(volumes, [(1.0 - LEVEL) / 2.0, (1.0 + LEVEL) / 2.0])
    return FrontVolume(value=volume(fitted.error[members].clip(0.0, 1.0)), low=float(ends[0]), high=float(ends[1]))


def _may_be_on_front(vectors: NDArray[np.float64], sd: NDArray[np.float64], where: int) -> NDArray[np.bool_]:
    """Leave out networks that others dominate by far more than both are uncertain, and of many the least promising."""
    import moocore
    import numpy as np

    best = vectors.copy()
    best[:, where] -= 4.0 * sd
    worst = vectors.copy()
    worst[:, where] += 4.0 * sd
    # A network is out if another, at its worst, dominates it at its best.
    edge = worst[moocore.is_nondominated(worst)]
    kept = np.array([not _dominated(row, edge) for row in best])
    if kept.sum() > MAX_DRAWN:
        ranks = moocore.pareto_rank(vectors)
        order = np.lexsort((vectors[:, where], ranks, ~kept))
        kept = np.isin(np.arange(len(kept)), order[:MAX_DRAWN])
    return kept


def _dominated(row: NDArray[np.float64], others: NDArray[np.float64]) -> bool:
    return bool(((others <= row).all(axis=1) & (others < row).any(axis=1)).any())
