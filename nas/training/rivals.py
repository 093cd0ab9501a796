"""A network or one of its rivals, trained and tried on the test part: `contest`."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, TypeAlias, get_args

from nas.core.checks import choice
from nas.training.logistic import fit_logistic
from nas.training.order import training_seeds
from nas.training.parts import require_torch
from nas.training.train import predictions_on_test_part, train_module, train_network

if TYPE_CHECKING:
    from nas.architectures.record import Architecture
    from nas.datasets.dataset import Dataset
    from nas.training.loop import Progress
    from nas.training.record import TrainSettings

Contestant: TypeAlias = Literal["network", "logistic", "mlp", "linear-layer", "random-layer", "untrained-circuit"]

CONTESTANTS: tuple[Contestant, ...] = get_args(Contestant)
"""The network itself, and what it is compared with."""

MEANINGS: Mapping[Contestant, str] = {
    "network": "the network",
    "logistic": "logistic regression",
    "mlp": "MLP of as many parameters",
    "linear-layer": "linear layer for the circuit",
    "random-layer": "random layer for the circuit",
    "untrained-circuit": "the circuit, not trained",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What came of one training.

    Attributes:
        num_parameters: Trainable parameters.
        validation_accuracy: In the best epoch; None if the training failed.
        num_epochs: Epochs that were finished; None of a logistic regression.
        converged: Whether it ended by itself: out of patience, or the solver below its limit.
        reason: Why it failed, None if it did not.
        predicted: Class of each test sample by its number; empty if it failed.
        duration_s: Wall time in seconds.
    """

    num_parameters: int
    validation_accuracy: float | None
    num_epochs: int | None
    converged: bool
    reason: str | None
    predicted: tuple[int, ...]
    duration_s: float


def is_seeded(kind: Contestant) -> bool:
    """Return whether trainings with other seeds give other results."""
    return kind != "logistic"


def contest(
    kind: Contestant,
    architecture: Architecture,
    data: Dataset,
    settings: TrainSettings,
    seed: int,
    *,
    progress: Progress | None = None,
) -> Outcome:
    """Train the network or a rival once and predict the test part.

    Args:
        kind: Which.
        architecture: The network.
        data: Data set; what is predicted of its test part must choose nothing.
        settings: How to train; a logistic regression has its own solver.
        seed: Seed of weights and order of samples, the same of one for all contestants.
        progress: As in `nas.train`.

    Raises:
        SettingError: There is no such contestant.
        MissingDependencyError: torch or scikit-learn is not installed.
    """
    choice("contestant", kind, CONTESTANTS)
    started_s = time.perf_counter()
    if kind == "logistic":
        fitted = fit_logistic(data)
        return Outcome(
            num_parameters=fitted.num_parameters,
            validation_accuracy=fitted.validation_accuracy,
            num_epochs=None,
            converged=fitted.converged,
            reason=None,
            predicted=fitted.predicted,
            duration_s=time.perf_counter() - started_s,
        )
    if kind == "network":
        trained = train_network(architecture, data, settings, seed, progress=progress)
    else:
        torch = require_torch()
        from nas.engine.rivals import build_rival

        module = build_rival(
            kind,
            architecture,
            data.num_features,
            data.num_classes,
            seed=training_seeds(seed).weights,
            dtype=getattr(torch, settings.dtype),
        )
        trained = train_module(module, architecture, data, settings, seed, progress=progress)
    record = trained.record
    predicted: tuple[int, ...] = ()
    if trained.model is not None:
        predicted = predictions_on_test_part(trained.model, architecture, data)
    return Outcome(
        num_parameters=record.num_parameters,
        validation_accuracy=record.best_validation_accuracy,
        num_epochs=record.num_epochs,
        converged=record.state == "COMPLETE" and record.num_epochs < settings.epochs,
        reason=record.reason,
        predicted=predicted,
        duration_s=time.perf_counter() - started_s,
    )


def outcome_to_dict(outcome: Outcome) -> dict[str, Any]:
    """Return an outcome as plain data."""
    names = ("num_parameters", "validation_accuracy", "num_epochs", "converged", "reason", "duration_s")
    return {**{name: getattr(outcome, name) for name in names}, "predicted": list(outcome.predicted)}
