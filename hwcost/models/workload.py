"""How much a model is run: one inference, one training step, one epoch or a whole training, as batches: `Workload`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias, get_args

from hwcost.core.checks import choice, whole
from hwcost.core.errors import OptionError

Scope: TypeAlias = Literal["inference", "step", "epoch", "training"]

MAX_COUNT = 10**12
"""Upper bound of samples, epochs and circuits in a job; larger values are typing errors."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """Equal passes through the model.

    Attributes:
        size: Samples in one pass.
        count: Number of such passes.
        training: Whether a gradient and an optimizer step follow.
    """

    size: int
    count: int
    training: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Workload:
    """What is run, as the user asked for it.

    Attributes:
        scope: One of inference, step, epoch, training.
        samples: Samples of one pass over the data (for `inference`: how many inferences).
        batch_size: Samples that go through the model together.
        epochs: Passes over the training data.
        validation_samples: Samples that are evaluated, without gradients, after each epoch.
    """

    scope: Scope
    samples: int
    batch_size: int
    epochs: int
    validation_samples: int

    @property
    def batches(self) -> tuple[Batch, ...]:
        """The passes, full batches and remainders apart.

        Example:
            >>> work = workload("training", samples=150, batch_size=64, epochs=5)
            >>> [(b.size, b.count) for b in work.batches]  # 150 = 2 · 64 + 22, five times
            [(64, 10), (22, 5)]
        """
        training = self.scope != "inference"
        passes = [*_split(self.samples, self.batch_size, self.epochs, training)]
        if self.validation_samples:
            passes += _split(self.validation_samples, self.batch_size, self.epochs, False)
        return tuple(passes)

    @property
    def num_steps(self) -> int:
        """Optimizer steps."""
        return sum(batch.count for batch in self.batches if batch.training)

    @property
    def num_training_samples(self) -> int:
        """Samples that go forward and backward, each as often as it does."""
        return sum(batch.size * batch.count for batch in self.batches if batch.training)

    @property
    def num_inference_samples(self) -> int:
        """Samples that only go forward."""
        return sum(batch.size * batch.count for batch in self.batches if not batch.training)


def _split(samples: int, batch_size: int, times: int, training: bool) -> list[Batch]:
    full, rest = divmod(samples, batch_size)
    batches = [Batch(size=batch_size, count=full * times, training=training)] if full else []
    if rest:
        batches.append(Batch(size=rest, count=times, training=training))
    return batches


def workload(
    scope: Scope,
    *,
    samples: int | None = None,
    batch_size: int | None = None,
    epochs: int | None = None,
    validation_samples: int = 0,
) -> Workload:
    """Check the settings of a workload and return it.

    Args:
        scope: `inference` (default 1 sample), `step` (one batch), `epoch` (all samples once) or `training`.
        samples: Samples of one pass; needed for `epoch` and `training`.
        batch_size: Samples of one step; default 1.
        epochs: Passes over the data; needed for `training`, not allowed in other scopes.
        validation_samples: Evaluated after each epoch.

    Raises:
        OptionError: A number is missing, invalid, or belongs to another scope.
    """
    choice("scope", scope, get_args(Scope))
    batch = check_count("batch_size", 1 if batch_size is None else batch_size)
    validation = check_count("validation_samples", validation_samples, low=0)
    if scope != "training" and epochs is not None:
        raise OptionError(f"epochs is {epochs}, but the scope is {scope}; epochs belong to the scope training")
    if scope in ("inference", "step") and validation:
        raise OptionError(f"validation_samples belong to the scopes epoch and training, not to {scope}")
    if scope == "step" and samples is not None:
        raise OptionError("samples belong to the scopes inference, epoch and training; a step has batch_size samples")
    if scope in ("epoch", "training") and samples is None:
        raise OptionError(f"the scope {scope} needs the number of training samples (samples, --samples)")
    if scope == "training" and epochs is None:
        raise OptionError("the scope training needs the number of epochs (epochs, --epochs)")
    asked = batch if scope == "step" else 1 if samples is None else check_count("samples", samples)
    return Workload(
        scope=scope,
        samples=asked,
        batch_size=min(batch, asked),
        epochs=1 if epochs is None else check_count("epochs", epochs),
        validation_samples=validation,
    )


def check_count(name: str, value: object, *, low: int = 1) -> int:
    """Return a whole number of at least `low` (NumPy's too) as int.

    Raises:
        OptionError: It is something else.
    """
    return whole(name, value, low, MAX_COUNT, high_text=f"{MAX_COUNT:.0e}")
