"""A SuperCircuit: weights that all networks of a space share, trained once over sampled networks. `SuperCircuit`.

One step draws some networks, each with samples of its own, and moves the weights that they have along their mean loss
(single paths with uniform sampling: Guo et al., ECCV 2020; the sandwich rule, which always takes the largest and the
smallest: Yu et al., ICCV 2019; for circuits: QuantumNAS, HPCA 2022). A network then has weights without a training of
its own, and can be scored with them, or trained further from them.
"""

from __future__ import annotations

import io
import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, TypeAlias, get_args

import numpy as np

from nas.architectures.shapes import stack_key
from nas.core.checks import choice, whole
from nas.core.errors import SettingError
from nas.spaces.build import Reader
from nas.spaces.genes import GeneName
from nas.training.limits import TrainingFailedError
from nas.training.loop import means, sums_of_scores
from nas.training.parts import load_parts, one_thread, require_torch, validation_chunk
from nas.training.shared import SharedWeights, Sharing

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from torch import Tensor

    from nas.architectures.record import Architecture
    from nas.datasets.dataset import Dataset
    from nas.spaces.record import Genome, SearchSpace
    from nas.training.record import TrainSettings

Sampling: TypeAlias = Literal["uniform", "sandwich"]

MAX_STEPS = 10**8
MAX_DRAWS = 10_000
"""How often a network is drawn before it is said that none is allowed."""

_SHAPE_KINDS = ("qubits", "embedding", "amplitudes", "measurement", "hidden", "width", "activation", "reupload")
"""Kinds of genes that decide which networks can be computed together."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SuperSettings:
    """How a SuperCircuit is trained; batches, learning rate and precision are those of a training.

    Attributes:
        steps: Steps.
        per_step: Networks of a step.
        sampling: `uniform` genomes of one shape at a time, or the `sandwich`: the largest and the smallest network of
            all, and uniform ones of one shape.
        sharing: Which networks share weights, `nas.training.shared.Sharing`.

    Raises:
        SettingError: A value is invalid.
    """

    steps: int = 8000
    per_step: int = 4
    sampling: Sampling = "uniform"
    sharing: Sharing = "width"

    def __post_init__(self) -> None:
        object.__setattr__(self, "steps", whole("steps", self.steps, 1, MAX_STEPS))
        object.__setattr__(self, "per_step", whole("per_step", self.per_step, 1, 1024))
        choice("sampling", self.sampling, get_args(Sampling))
        choice("sharing", self.sharing, get_args(Sharing))
        if self.sampling == "sandwich" and self.per_step < 3:
            raise SettingError(
                f"per_step is {self.per_step}; the sandwich takes the largest, the smallest and others: give at least 3"
            )


class SuperCircuit:
    """Shared weights and their training. Everything follows from the arguments; a step from its number alone.

    Args:
        space: The search space.
        data: Data set; its test part is not used.
        settings: How a step is taken: batch size, learning rate, precision; the engine must be `fast`. Learning rates
            that are genes are those of trainings of their own, not of the shared one.
        super_settings: How the SuperCircuit is trained.
        seed: Seed of weights, networks and samples.
        allowed: Which networks take part. [default: all]

    Attributes:
        weights: The shared weights.
        num_done: Steps taken.

    Raises:
        SettingError: The engine is another one.
        MissingDependencyError: torch is not installed.
    """

    def __init__(
        self,
        space: SearchSpace,
        data: Dataset,
        settings: TrainSettings,
        super_settings: SuperSettings,
        seed: int = 0,
        *,
        allowed: Callable[[Architecture], bool] | None = None,
    ) -> None:
        require_torch()
        if settings.engine != "fast":
            raise SettingError(f"engine is {settings.engine!r}; a SuperCircuit is trained by the engine fast")
        self.space, self.settings, self.super_settings = space, settings, super_settings
        self.weights = SharedWeights(space, data.num_features, data.num_classes, seed, super_settings.sharing)
        self.num_done = 0
        self._data, self._seed, self._reader = data, seed, Reader(space)
        self._allowed = allowed or (lambda built: True)
        self._shape_genes = [g.name for g in space.genes if GeneName.of(g.name).kind in _SHAPE_KINDS]
        self._ends = self._largest_and_smallest() if super_settings.sampling == "sandwich" else []

    def train(self, num_steps: int | None = None) -> None:
        """Take so many more steps. [default: all that are left]

        Raises:
            TrainingFailedError: A loss is no longer finite.
        """
        left = self.super_settings.steps - self.num_done
        with one_thread():
            parts = load_parts(self._data, self.settings)
            for _ in range(left if num_steps is None else min(num_steps, left)):
                self._step(parts.x_training, parts.y_training)
                self.num_done += 1

    def score(self, architecture: Architecture) -> float:
        """Return the validation accuracy of a network with the weights that it inherits."""
        with one_thread():
            parts = load_parts(self._data, self.settings)
            networks = self._networks([architecture])[0]
            chunk = validation_chunk(architecture.num_qubits, 1, self.settings.batch_size)
            found = sums_of_scores(networks.log_probabilities, parts.x_validation, parts.y_validation, chunk)
            scores = found[:, 0].tolist()
        return means(scores, len(parts.y_validation))[1]

    def inherited(self, architecture: Architecture) -> Tensor:
        """Return the parameters that a network inherits, (P), in its own order."""
        torch = require_torch()
        places = self.weights.places(architecture)  # which may add weights
        found: Tensor = torch.as_tensor(self.weights.values[places], dtype=getattr(torch, self.settings.dtype))
        return found

    def to_bytes(self) -> bytes:
        """Return its state as the content of a file."""
        buffer = io.BytesIO()
        arrays: dict[str, Any] = {"num_done": np.array(self.num_done), **self.weights.to_arrays()}
        np.savez(buffer, **arrays)
        return buffer.getvalue()

    def load_bytes(self, content: bytes) -> None:
        """Continue from the state that `to_bytes` returned, of a SuperCircuit with the same arguments.

        Raises:
            ValueError: The content is none.
        """
        try:
            with np.load(io.BytesIO(content), allow_pickle=False) as arrays:
                num_done = int(arrays["num_done"])
                self.weights.load_arrays(arrays)
        except Exception as error:  # whatever NumPy, zipfile and json raise for bytes that they did not write
            raise ValueError(f"no state of a SuperCircuit: {error}") from error
        if not 0 <= num_done <= self.super_settings.steps:
            raise ValueError(f"{num_done} steps were taken of {self.super_settings.steps}")
        self.num_done = num_done

    def _step(self, features: Tensor, labels: Tensor) -> None:
        rng = np.random.default_rng([self._seed, 1, self.num_done])
        places: list[NDArray[np.int64]] = []
        gradients: list[NDArray[np.floating]] = []
        for group in self._drawn(rng):
            networks, found = self._networks(group)
            rows = rng.integers(0, len(labels), size=(len(group), min(self.settings.batch_size, len(labels))))
            index = require_torch().from_numpy(rows)
            losses = networks.losses_and_gradients(features[index], labels[index])
            if not bool(losses.isfinite().all()):
                raise TrainingFailedError(
                    f"the loss of the SuperCircuit is no longer finite in step {self.num_done + 1}"
                )
            places += found
            gradients += list(networks.gradients.numpy())
        # Half a cosine down to 0, so that networks are scored where the weights have come to rest.
        rate = self.settings.learning_rate * 0.5 * (1.0 + math.cos(math.pi * self.num_done / self.super_settings.steps))
        self.weights.step(places, gradients, rate)

    def _networks(self, group: list[Architecture]) -> tuple[Any, list[NDArray[np.int64]]]:
        """Return networks of one shape with the weights that they inherit, and the places of these."""
        from nas.training.stack import StackedNetworks

        torch = require_torch()
        columns = max(built.num_columns for built in group)
        places = [self.weights.places(built, columns) for built in group]
        dtype = getattr(torch, self.settings.dtype)
        values = torch.as_tensor(self.weights.values[np.stack(places)], dtype=dtype)
        sizes = self._data.num_features, self._data.num_classes
        return StackedNetworks(group, *sizes, dtype=dtype, parameters=values), places

    def _drawn(self, rng: np.random.Generator) -> list[list[Architecture]]:
        """Draw the networks of a step, in groups of one shape."""
        group: list[Architecture] = []
        first: Genome | None = None
        for _ in range(MAX_DRAWS):
            genome = self.space.random_genome(rng)
            if first is not None:
                genome |= {name: first[name] for name in self._shape_genes}
            built = self._reader.architecture(genome)
            if not self._allowed(built) or (group and stack_key(built) != stack_key(group[0])):
                continue
            first = genome if first is None else first
            group.append(built)
            if len(group) == self.super_settings.per_step - len(self._ends):
                return [[end] for end in self._ends] + [group]
        if group:
            return [[end] for end in self._ends] + [group]
        raise SettingError(f"{MAX_DRAWS:,} networks of {self.space.name} were drawn, and all break a limit; loosen it")

    def _largest_and_smallest(self) -> list[Architecture]:
        """Return the networks with the most and the fewest parameters, of those that some thousand draws find."""
        from nas.architectures.record import num_parameters

        rng = np.random.default_rng([self._seed, 2])
        drawn = (self._reader.architecture(self.space.random_genome(rng)) for _ in range(MAX_DRAWS))
        sizes = self._data.num_features, self._data.num_classes
        kept = [built for built in drawn if self._allowed(built)]
        if not kept:
            raise SettingError(
                f"{MAX_DRAWS:,} networks of {self.space.name} were drawn, and all break a limit; loosen it"
            )
        by_size = sorted(kept, key=lambda built: (num_parameters(built, *sizes), built.num_columns))
        return [by_size[-1], by_size[0]]
