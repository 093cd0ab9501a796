"""When a candidate's training is given up: `EarlyStop`, from what the generations before it found.

A candidate is stopped only if even its optimistic predicted error is dominated, given its costs, which are known before
the training. Errors of those that dominate it are taken as the larger of what was observed and what is estimated, so
that a lucky training stops nobody.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from hwcost.core.checks import is_finite
from nas.core.errors import RunError
from nas.runs.estimates import fit_evaluations
from nas.runs.fronts import front_of
from nas.runs.objectives import OBJECTIVES, TRAINED, Objective
from nas.runs.record import Evaluation
from nas.spaces.record import SearchSpace
from nas.training.curves import CurveModel, fit_curves

GiveUp = Callable[[Sequence[float]], bool]
"""Says after an epoch, from the validation accuracies so far, whether to stop."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EarlyStop:
    """What decides whether a training is given up. It follows from complete generations alone.

    Attributes:
        confidence: With which a prediction must not be exceeded.
        models: Predictions by epoch.
        costs: Names of the objectives that are known before a training.
        known: Costs, as they are compared, and error of each network that may dominate.
    """

    confidence: float
    models: tuple[CurveModel, ...]
    costs: tuple[str, ...]
    known: tuple[tuple[tuple[float, ...], float], ...]

    def rule(self, values: Mapping[str, float]) -> GiveUp | None:
        """Return when to give up a candidate; None for never: nothing is as cheap, or a cost is not known.

        Args:
            values: Its objectives by name, without the error.
        """
        if not all(name in values for name in self.costs):
            return None
        own = tuple(OBJECTIVES[name].compared(values[name]) for name in self.costs)
        errors = [error for costs, error in self.known if all(a <= b for a, b in zip(costs, own, strict=True))]
        return _Rule(least_error=min(errors), confidence=self.confidence, models=self.models) if errors else None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Rule:
    """The rule for one candidate: its error would have to be below that of something as cheap."""

    least_error: float
    confidence: float
    models: tuple[CurveModel, ...]

    def __call__(self, accuracies: Sequence[float]) -> bool:
        model = next((model for model in self.models if model.epoch == len(accuracies)), None)
        best = None if model is None else model.optimistic(accuracies, self.confidence)
        return best is not None and 1.0 - best > self.least_error


def curve_of(evaluation: Evaluation, number: int = 0) -> tuple[float, ...]:
    """Return the validation accuracies by epoch of one of the trainings of a COMPLETE evaluation.

    Raises:
        RunError: The record has none.
    """
    curve = evaluation.trainings[number].get("validation_accuracy")
    if not isinstance(curve, (list, tuple)) or not curve or not all(is_finite(value) for value in curve):
        raise RunError(
            f"training {number} of {evaluation.architecture_hash[:12]}… has no accuracies by epoch; the run is damaged"
        )
    return tuple(map(float, curve))


def early_stop(
    evaluations: Sequence[Evaluation],
    space: SearchSpace,
    objectives: Sequence[Objective],
    epochs: int,
    confidence: float,
) -> EarlyStop | None:
    """Make the rule from what complete generations found; None while they say nothing.

    Args:
        evaluations: Their evaluations, each with all its trainings so far.
        space: The search space.
        objectives: Objectives of the search, one of them `validation_error`.
        epochs: Epochs of a training.
        confidence: With which a prediction must not be exceeded.
    """
    complete = [one for one in evaluations if one.state == "COMPLETE"]
    curves = [curve_of(one) for one in complete]
    models = [fit_curves(curves, epoch) for epoch in range(1, epochs)]
    if not complete or not any(models):
        return None
    costs = tuple(objective for objective in objectives if not objective.trained)
    fitted = fit_evaluations(complete, space, objectives)
    pairs = [] if fitted is None else zip(fitted.complete, fitted.error, strict=True)
    estimated = {one.architecture_hash: float(error) for one, error in pairs}
    vectors = []
    for one in complete:
        error = max(one.objectives[TRAINED], estimated.get(one.architecture_hash, 0.0))
        vectors.append((*(objective.compared(one.objectives[objective.name]) for objective in costs), error))
    best = sorted({vectors[i] for i in front_of(vectors)})
    return EarlyStop(
        confidence=confidence,
        models=tuple(model for model in models if model is not None),
        costs=tuple(objective.name for objective in costs),
        known=tuple((vector[:-1], vector[-1]) for vector in best),
    )
