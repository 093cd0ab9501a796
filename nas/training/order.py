"""What follows from the seed of a training: `training_seeds`, and the order of the samples, `BatchOrder`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from nas.training.parts import require_torch

if TYPE_CHECKING:
    from torch import Tensor


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingSeeds:
    """What follows from the seed of a training.

    Attributes:
        weights: Seed of the initial weights, the `seed` of `build_model`.
        order: Seed of the order in which samples are seen.
        shots: Seed of the shots, where expectation values are measured.
    """

    weights: int
    order: int
    shots: int


def training_seeds(seed: int) -> TrainingSeeds:
    """Derive the seeds of weights, order and shots, independent of each other (NumPy's SeedSequence).

    >>> training_seeds(0)
    TrainingSeeds(weights=2968811710, order=3677149159, shots=745650761)
    """
    weights, order, shots = np.random.SeedSequence(seed).generate_state(3)
    return TrainingSeeds(weights=int(weights), order=int(order), shots=int(shots))


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
