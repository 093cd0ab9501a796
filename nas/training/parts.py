"""Parts of a training: tensors, order of samples, curves, time, failures, records."""

from __future__ import annotations

import math
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

import numpy as np

from hwcost.core.errors import MissingDependencyError
from hwcost.core.text import error_text, one_line
from hwcost.core.version import __version__
from nas.architectures.record import num_parameters
from nas.core.checks import whole
from nas.core.errors import MemoryLimitError, SettingError
from nas.training.record import MAX_SEED, TrainRecord, TrainSettings

if TYPE_CHECKING:
    from torch import Tensor

    from nas.architectures.record import Architecture
    from nas.datasets.dataset import Dataset

VALIDATION_AMPLITUDES = 2**18
"""Amplitudes that are simulated at once in validation: 4 MB in double precision, about a core's cache."""

_OUT_OF_MEMORY = ("not enough memory", "can't allocate memory", "out of memory", "cannot allocate memory")


class TrainingFailedError(Exception):
    """A training has failed for the reason in the message; ends in a record, never leaves `nas`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingSeeds:
    """What follows from the seed of a training.

    Attributes:
        weights: Seed of the initial weights, the `seed` of `build_model`.
        order: Seed of the order in which samples are seen.
    """

    weights: int
    order: int


def training_seeds(seed: int) -> TrainingSeeds:
    """Derive the seeds of weights and order, independent of each other (NumPy's SeedSequence).

    >>> training_seeds(0)
    TrainingSeeds(weights=2968811710, order=3677149159)
    """
    weights, order = np.random.SeedSequence(seed).generate_state(2)
    return TrainingSeeds(weights=int(weights), order=int(order))


def require_torch() -> Any:
    """Import the package torch.

    Raises:
        MissingDependencyError: It is not installed.
    """
    try:
        import torch
    except ImportError:
        raise MissingDependencyError(
            'training needs torch, which is not installed; run: pip install "hwcost[nas]"'
        ) from None
    return torch


@contextmanager
def one_thread() -> Iterator[None]:
    """Compute with one thread; the caller's number comes back at the end.

    Sums over more threads round differently, and batches as small as these gain nothing from them.
    """
    torch = require_torch()
    # Asking first makes this Python thread take the setting over now and not in the midst of the work.
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Parts:
    """Training and validation part as tensors: scaled features and labels."""

    x_training: Tensor
    y_training: Tensor
    x_validation: Tensor
    y_validation: Tensor


# A search trains thousands of networks on one data set: its tensors are made once, and go when it goes.
_PARTS: WeakKeyDictionary[Dataset, tuple[str, str, Parts]] = WeakKeyDictionary()


def load_parts(data: Dataset, settings: TrainSettings) -> Parts:
    """Load training and validation part in the precision and on the device of the settings.

    Raises:
        SettingError: The device is not there.
    """
    torch = require_torch()
    if settings.device != "cpu" and not _has_device(settings.device):
        raise SettingError(f"device is {settings.device!r}, but torch finds no such device; use cpu")
    dtype, device, parts = _PARTS.get(data, ("", "", None))
    if parts is None or (dtype, device) != (settings.dtype, settings.device):
        x_training, y_training = data.training_part()
        x_validation, y_validation = data.validation_part()
        floats = {"dtype": getattr(torch, settings.dtype), "device": settings.device}
        parts = Parts(
            x_training=torch.as_tensor(x_training, **floats),
            y_training=torch.as_tensor(y_training, device=settings.device),
            x_validation=torch.as_tensor(x_validation, **floats),
            y_validation=torch.as_tensor(y_validation, device=settings.device),
        )
        _PARTS[data] = (settings.dtype, settings.device, parts)
    return parts


def _has_device(device: str) -> bool:
    torch = require_torch()
    number = int(device.partition(":")[2] or 0)
    return bool(torch.cuda.is_available()) and number < torch.cuda.device_count()


class BatchOrder:
    """The order in which samples are seen, epoch by epoch: a permutation of its own for each.

    Args:
        num_samples: Samples of an epoch.
        seed: Seed of the order.
    """

    def __init__(self, num_samples: int, seed: int) -> None:
        # The stream of a bit generator never changes between versions of NumPy; that of its methods may.
        self._bits = np.random.PCG64(np.random.SeedSequence(seed))
        self._num_samples = num_samples

    def next_epoch(self) -> Tensor:
        """Return the rows in the order of the next epoch."""
        rows = np.argsort(self._bits.random_raw(self._num_samples), kind="stable")
        permutation: Tensor = require_torch().from_numpy(rows)
        return permutation


def validation_chunk(num_qubits: int, num_networks: int, batch_size: int) -> int:
    """Choose how many samples are validated at once: many where a sample is small, never fewer than a batch."""
    return max(batch_size, (VALIDATION_AMPLITUDES >> num_qubits) // num_networks)


@dataclass(slots=True, kw_only=True)
class Curves:
    """Figures by epoch, as they come; ends the training when they are no longer finite."""

    train_loss: list[float] = field(default_factory=list)
    validation_loss: list[float] = field(default_factory=list)
    validation_accuracy: list[float] = field(default_factory=list)
    best_epoch: int = 0

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
        if accuracy > self.best_accuracy:
            self.best_epoch = self.num_epochs

    @property
    def num_epochs(self) -> int:
        """Return the number of epochs so far."""
        return len(self.train_loss)

    @property
    def best_accuracy(self) -> float:
        """Return the best accuracy so far; below 0 before the first epoch."""
        return self.validation_accuracy[self.best_epoch - 1] if self.best_epoch else -1.0

    def out_of_patience(self, patience: int | None) -> bool:
        """Return whether the accuracy has not become better for N epochs."""
        return patience is not None and self.num_epochs - self.best_epoch >= patience


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """The time limit of a training.

    Attributes:
        started_s: When it began, on the performance counter.
        limit_s: Longest time of a network, None without a limit.
        num_networks: Networks that share the time.
    """

    started_s: float
    limit_s: float | None
    num_networks: int = 1

    def elapsed_s(self) -> float:
        """Return the seconds of each network since the beginning."""
        return (time.perf_counter() - self.started_s) / self.num_networks

    def check(self, epoch: int) -> None:
        """Raises `TrainingFailedError` once the limit has passed."""
        if self.limit_s is not None and self.elapsed_s() > self.limit_s:
            raise TrainingFailedError(f"the time limit of {self.limit_s:g} s passed in epoch {epoch}")


def memory_failure(error: BaseException) -> str:
    """Say why a training failed for lack of memory; any other error is raised again."""
    text = one_line(error_text(error)) if isinstance(error, Exception) else ""
    if isinstance(error, MemoryLimitError):
        return text
    if isinstance(error, MemoryError) or any(phrase in text.lower() for phrase in _OUT_OF_MEMORY):
        return f"out of memory: {text}" if text else "out of memory"
    raise error


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


def finished_record(begun: TrainRecord, curves: Curves, reason: str | None, duration_s: float) -> TrainRecord:
    """Complete the record with what came of the training; `reason` says why it failed, if it did."""
    complete = reason is None
    return replace(
        begun,
        state="COMPLETE" if complete else "FAILED",
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


def _versions(settings: TrainSettings) -> dict[str, str]:
    """Return the versions of what takes part in the numbers."""
    versions = {
        "python": ".".join(map(str, sys.version_info[:3])),
        "hwcost": __version__,
        "numpy": np.__version__,
        "torch": str(require_torch().__version__),
    }
    if settings.engine == "pennylane":
        try:
            versions["pennylane"] = version("pennylane")
        except PackageNotFoundError:
            raise MissingDependencyError(
                'the engine "pennylane" needs PennyLane, which is not installed; run: pip install "hwcost[nas]"'
            ) from None
    return versions
