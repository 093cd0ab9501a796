"""What comes of a training: figures by epoch (`Curves`), and the record that begins before and ends with them."""

from __future__ import annotations

import math
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING

import numpy as np

from hwcost.core.errors import MissingDependencyError
from hwcost.core.text import one_line
from hwcost.core.version import __version__
from nas.architectures.record import num_parameters
from nas.core.checks import whole
from nas.core.errors import SettingError
from nas.training.limits import TrainingFailedError
from nas.training.parts import require_torch
from nas.training.record import MAX_SEED, BestBy, State, TrainRecord, TrainSettings

if TYPE_CHECKING:
    from nas.architectures.record import Architecture
    from nas.datasets.dataset import Dataset


@dataclass(slots=True, kw_only=True)
class Curves:
    """Figures by epoch, as they come; ends the training when they are no longer finite."""

    train_loss: list[float] = field(default_factory=list)
    validation_loss: list[float] = field(default_factory=list)
    validation_accuracy: list[float] = field(default_factory=list)
    best_epoch: int = 0
    best_by: BestBy = "accuracy"

    def add(self, train_loss: float, validation_loss: float, accuracy: float, sum_of_parameters: float) -> None:
        """Add figures of an epoch. The sum of the parameters is not finite if one of them is not.

        Raises:
            TrainingFailedError: One is infinite or not a number.
        """
        for what, value in (
            ("the training loss", train_loss),
            ("a parameter", sum_of_parameters),
            ("the validation loss", validation_loss),
        ):
            if not math.isfinite(value):
                raise TrainingFailedError(f"{what} is no longer finite in epoch {self.num_epochs + 1}")
        self.train_loss.append(train_loss)
        self.validation_loss.append(validation_loss)
        self.validation_accuracy.append(accuracy)
        if self._is_better(validation_loss, accuracy):
            self.best_epoch = self.num_epochs

    def _is_better(self, validation_loss: float, accuracy: float) -> bool:
        if self.best_by == "accuracy" or not self.best_epoch:
            return accuracy > self.best_accuracy
        return validation_loss < self.validation_loss[self.best_epoch - 1]

    @property
    def num_epochs(self) -> int:
        """Return the number of epochs so far."""
        return len(self.train_loss)

    @property
    def best_accuracy(self) -> float:
        """Return the accuracy of the best epoch so far; below 0 before the first epoch."""
        return self.validation_accuracy[self.best_epoch - 1] if self.best_epoch else -1.0

    def out_of_patience(self, patience: int | None) -> bool:
        """Return whether N epochs have passed since the best one."""
        return patience is not None and self.num_epochs - self.best_epoch >= patience


def new_record(architecture: Architecture, data: Dataset, settings: TrainSettings, seed: int) -> TrainRecord:
    """Make the record of a training that has not begun: what is known beforehand.

    Raises:
        SettingError: The seed or the settings are none.
    """
    if not isinstance(settings, TrainSettings):
        raise SettingError(f"settings is {one_line(repr(settings))}; give TrainSettings")
    return TrainRecord(
        state="FAILED",
        reason="not begun",
        num_epochs=0,
        num_parameters=num_parameters(architecture, data.num_features, data.num_classes),
        learning_rate=settings.learning_rate if architecture.learning_rate is None else architecture.learning_rate,
        seed=whole("seed", seed, 0, MAX_SEED),
        settings=settings,
        dataset=data.name,
        dataset_sha256=data.sha256,
        split_sha256=data.split_sha256,
        duration_s=0.0,
        versions=_versions(settings),
    )


def finished_record(
    begun: TrainRecord, curves: Curves, reason: str | None, duration_s: float, *, stopped: bool = False
) -> TrainRecord:
    """Complete the record with what came of the training; `reason` says why it failed, if it did, or was stopped."""
    complete = reason is None and not stopped
    if stopped and reason is None:
        reason = f"given up after epoch {curves.num_epochs} of {begun.settings.epochs}"
        state: State = "STOPPED"
    else:
        state = "COMPLETE" if complete else "FAILED"
    return replace(
        begun,
        state=state,
        reason=reason,
        best_validation_accuracy=curves.best_accuracy if complete else None,
        best_epoch=curves.best_epoch if complete else None,
        final_validation_accuracy=curves.validation_accuracy[-1] if complete else None,
        train_loss=tuple(curves.train_loss),
        validation_loss=tuple(curves.validation_loss),
        validation_accuracy=tuple(curves.validation_accuracy),
        num_epochs=curves.num_epochs,
        duration_s=duration_s,
    )


def _versions(settings: TrainSettings) -> Mapping[str, str]:
    """Return the versions of what takes part in the numbers."""
    return dict(_versions_of(settings.engine))


@cache
def _versions_of(training_engine: str) -> Mapping[str, str]:
    """Look up the versions; a search makes thousands of records."""
    versions = {
        "python": ".".join(map(str, sys.version_info[:3])),
        "hwcost": __version__,
        "numpy": np.__version__,
        "torch": str(require_torch().__version__),
    }
    for engine, package, name, extra in (
        ("pennylane", "pennylane", "PennyLane", "nas"),
        ("compiled", "numba", "Numba", "fast"),
    ):
        if training_engine == engine:
            try:
                versions[package] = version(package)
            except PackageNotFoundError:
                raise MissingDependencyError(
                    f'the engine "{engine}" needs {name}, which is not installed; run: pip install "hwcost[{extra}]"'
                ) from None
    return versions
