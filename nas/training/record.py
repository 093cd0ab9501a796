"""What to train with, and what came of it: `TrainSettings` and `TrainRecord`, plain data without torch."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias, get_args

from hwcost.core.json_text import json_text
from hwcost.core.plain import to_plain
from hwcost.core.text import one_line
from nas.core.checks import choice, positive, whole
from nas.core.errors import SettingError

Engine: TypeAlias = Literal["fast", "compiled", "pennylane"]
Precision: TypeAlias = Literal["float32", "float64"]
STACKED_ENGINES = ("fast", "compiled")
"""Engines that train several networks at once."""

TrainGradient: TypeAlias = Literal["backprop", "parameter-shift", "spsa"]
"""The exact derivatives of the simulation, or derivatives that a device could measure."""

BestBy: TypeAlias = Literal["accuracy", "loss"]
State: TypeAlias = Literal["COMPLETE", "FAILED", "STOPPED"]

SCHEMA = "nas.train/1"

FAQNAS_LEARNING_RATE = 3e-3
"""FAQNAS trains with Adam at 0.003 in its results section and names 0.001 as an example elsewhere."""

MAX_EPOCHS = 1_000_000
MAX_SEED = 2**128 - 1
MAX_SHOTS = 10**9
MAX_DIRECTIONS = 10**6
_DEVICE = re.compile(r"cpu|cuda(:\d{1,2})?", re.ASCII)


def is_train_device(name: object) -> bool:
    """Return whether the name is one of a device that can train, here or elsewhere.

    >>> is_train_device("cuda:1"), is_train_device("auto")
    (True, False)
    """
    return isinstance(name, str) and _DEVICE.fullmatch(name) is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainSettings:
    """How a network is trained. Adam, batches and epochs are those of FAQNAS; loss is the negative log-likelihood.

    Attributes:
        epochs: Passes over the training part.
        batch_size: Samples of a step; the last step of an epoch has what is left.
        learning_rate: Of Adam (β 0.9 and 0.999, ε 1e-8); an architecture that has its own comes first.
        engine: `fast`, `compiled` (the same numbers to rounding by compiled kernels, on the CPU; needs Numba), or
            `pennylane` for the reference.
        dtype: Precision of parameters, data and simulation.
        device: `cpu`, `cuda` or `cuda:1`.
        patience: Stop after N epochs without a better one; None never does.
        time_limit_s: Training that takes longer has failed; looked at after each step, or, with the engine `compiled`,
            after those of about a tenth of a second. None sets no limit.
        best_by: What makes an epoch better: a higher validation accuracy, or a lower validation loss, which goes on
            falling where few samples leave the accuracy as it is.
        gradient: `backprop`, the exact derivatives of the simulation; or as on a device, from further circuits
            (`nas.engine.measured`), by the engine `fast` on the CPU: `parameter-shift`, or `spsa`.
        shots: Shots of each circuit of a training step, where the gradient is measured; None for exact expectation
            values. Validation is always exact.
        spsa_directions: Random directions of one SPSA gradient.

    Raises:
        SettingError: A value is invalid; the message names the setting, the value and what would do.

    >>> TrainSettings(epochs=2).batch_size
    64
    """

    epochs: int = 5
    batch_size: int = 64
    learning_rate: float = FAQNAS_LEARNING_RATE
    engine: Engine = "fast"
    dtype: Precision = "float32"
    device: str = "cpu"
    patience: int | None = None
    time_limit_s: float | None = None
    best_by: BestBy = "accuracy"
    gradient: TrainGradient = "backprop"
    shots: int | None = None
    spsa_directions: int = 1

    def __post_init__(self) -> None:
        object.__setattr__(self, "epochs", whole("epochs", self.epochs, 1, MAX_EPOCHS))
        object.__setattr__(self, "batch_size", whole("batch_size", self.batch_size, 1, 2**31 - 1))
        object.__setattr__(self, "learning_rate", positive("learning_rate", self.learning_rate))
        if self.patience is not None:
            object.__setattr__(self, "patience", whole("patience", self.patience, 1, MAX_EPOCHS))
        if self.time_limit_s is not None:
            object.__setattr__(self, "time_limit_s", positive("time_limit_s", self.time_limit_s))
        for name, allowed in (("engine", Engine), ("dtype", Precision), ("best_by", BestBy)):
            choice(name, getattr(self, name), get_args(allowed))
        if not is_train_device(self.device):
            raise SettingError(f"device is {one_line(repr(self.device))}; give cpu, cuda or cuda:1")
        if self.engine == "compiled" and self.device != "cpu":
            raise SettingError(f"device is {self.device!r}; the engine compiled computes on cpu, use the engine fast")
        self._check_gradient()

    def _check_gradient(self) -> None:
        choice("gradient", self.gradient, get_args(TrainGradient))
        directions = whole("spsa_directions", self.spsa_directions, 1, MAX_DIRECTIONS)
        object.__setattr__(self, "spsa_directions", directions)
        if directions > 1 and self.gradient != "spsa":
            raise SettingError(
                f"spsa_directions is {directions}, but gradient is {self.gradient}; give gradient spsa, or leave it out"
            )
        if self.shots is not None:
            object.__setattr__(self, "shots", whole("shots", self.shots, 1, MAX_SHOTS))
        if self.gradient == "backprop":
            if self.shots is not None:
                raise SettingError(
                    f"shots is {self.shots}, but backprop takes exact expectation values; give gradient "
                    "parameter-shift or spsa, or leave shots out"
                )
            return
        for name, needed in (("engine", "fast"), ("device", "cpu")):
            if getattr(self, name) != needed:
                raise SettingError(
                    f"{name} is {getattr(self, name)}; gradient {self.gradient} is computed with {name} {needed}"
                )

    def to_dict(self) -> dict[str, Any]:
        """Return the settings as plain data; how gradients are measured only where they are."""
        plain = dataclasses.asdict(self)
        if self.gradient == "backprop":  # as before there was a choice: digests of what was trained are the same
            return {name: value for name, value in plain.items() if name not in _OF_GRADIENT}
        return plain


_OF_GRADIENT = frozenset({"gradient", "shots", "spsa_directions"})


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainRecord:
    """What came of a training. Records of the same training are equal; the time it took is not compared.

    Accuracies and losses are those of the validation part, except `train_loss`, the mean over the samples of an epoch
    of the loss before the step that they took part in. The test part is not used.

    Attributes:
        state: COMPLETE; FAILED; or STOPPED, which was given up before its last epoch. Only what is complete is ranked.
        reason: Why it failed or was stopped.
        best_validation_accuracy: Share of right answers after the best epoch, by default the highest of all; None if
            it is not complete.
        best_epoch: First epoch, counted from 1, that is the best by `settings.best_by`.
        final_validation_accuracy: Accuracy after the last epoch; None if it is not complete.
        train_loss: By epoch; of a failed training the epochs before it failed.
        validation_loss: By epoch.
        validation_accuracy: By epoch.
        num_epochs: Epochs that were finished.
        num_parameters: Trainable parameters.
        learning_rate: The one used.
        seed: The seed; see `nas.training.order.training_seeds` for what follows from it.
        settings: The settings.
        dataset: Name of the data set.
        dataset_sha256: Digest of its content.
        split_sha256: Digest of the rows of its parts.
        duration_s: Wall time in seconds, building of the network included.
        versions: Versions of the packages that took part.
        num_circuits: Circuits that the training steps ran, each with `settings.shots` shots; None where the gradient is
            that of the simulation. Validation is not counted.
        circuits_per_sample: Circuits of one sample in a step, forward pass and gradient; None likewise.
    """

    state: State
    reason: str | None = None
    best_validation_accuracy: float | None = None
    best_epoch: int | None = None
    final_validation_accuracy: float | None = None
    train_loss: tuple[float, ...] = ()
    validation_loss: tuple[float, ...] = ()
    validation_accuracy: tuple[float, ...] = ()
    num_epochs: int
    num_parameters: int
    learning_rate: float
    seed: int
    settings: TrainSettings
    dataset: str
    dataset_sha256: str
    split_sha256: str
    duration_s: float = field(compare=False)
    versions: Mapping[str, str] = field(hash=False)
    num_circuits: int | None = None
    circuits_per_sample: int | None = None

    def to_dict(self) -> dict[str, Any]:
        """Return the record as plain data, times in seconds."""
        plain = {f.name: to_plain(getattr(self, f.name)) for f in dataclasses.fields(self)}
        return {"schema": SCHEMA, **plain, "settings": self.settings.to_dict()}

    def to_json(self) -> str:
        """Return the record as JSON text."""
        return json_text(self.to_dict()) + "\n"

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> TrainRecord:
        """Read the record that `to_dict` made the data of.

        Raises:
            SettingError: The data are none.
        """
        try:
            if data["schema"] != SCHEMA:
                raise SettingError(f"schema is {one_line(repr(data['schema']))}; this version reads {SCHEMA}")
            data = {"num_circuits": None, "circuits_per_sample": None, **data}
            values = {f.name: data[f.name] for f in dataclasses.fields(cls)}
            for name in ("train_loss", "validation_loss", "validation_accuracy"):
                values[name] = tuple(float(value) for value in values[name])
            values["settings"] = TrainSettings(**values["settings"])
            values["versions"] = {str(name): str(version) for name, version in values["versions"].items()}
            if values["state"] not in get_args(State):
                found = one_line(repr(values["state"]))
                raise SettingError(f"state is {found}; it must be COMPLETE, FAILED or STOPPED")
            for name, kinds in _KINDS.items():
                if not isinstance(values[name], kinds) or isinstance(values[name], bool):
                    raise SettingError(f"{name} is {one_line(repr(values[name]))}")
            return cls(**values)
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            if isinstance(error, SettingError):
                raise
            raise SettingError(f"no record of a training ({type(error).__name__}: {one_line(str(error))})") from None


_NONE: Any = type(None)
_KINDS: Mapping[str, Any] = {
    **dict.fromkeys(("dataset", "dataset_sha256", "split_sha256"), str),
    **dict.fromkeys(("best_validation_accuracy", "final_validation_accuracy"), (float, int, _NONE)),
    **dict.fromkeys(("learning_rate", "duration_s"), (float, int)),
    **dict.fromkeys(("num_epochs", "num_parameters", "seed"), int),
    **dict.fromkeys(("best_epoch", "num_circuits", "circuits_per_sample"), (int, _NONE)),
    "reason": (str, _NONE),
}
