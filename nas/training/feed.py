"""Batches of samples in the order of an epoch: `batches`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from torch import Tensor

    from nas.training.parts import Parts

FEED_BYTES = 2**19
"""Features that are gathered at once: a part of a core's cache, and of a small data set a whole epoch."""


def batches(parts: Parts, permutations: Tensor, size: int) -> Iterator[tuple[Tensor, Tensor]]:
    """Yield features (K, batch, features) and labels (K, batch) of each batch of an epoch in turn.

    The rows of several batches are gathered at once, for beginning to gather takes longer than a small batch.

    Args:
        parts: The samples.
        permutations: Rows in the order of the epoch for each network, (K, samples), where the parts are.
        size: Samples of a batch; the last one has what is left.
    """
    num_networks, num_samples = permutations.shape
    x, y = parts.x_training, parts.y_training
    per_batch = num_networks * size * x.shape[1] * x.element_size()
    num_whole = num_samples // size
    at_once = min(num_whole, max(1, FEED_BYTES // per_batch))
    for first in range(0, num_whole, at_once or 1):
        count = min(at_once, num_whole - first)
        rows = permutations[:, first * size : (first + count) * size]
        # Batches in front, so that each lies in one piece.
        rows = rows.reshape(num_networks, count, size).transpose(0, 1).reshape(-1)
        yield from zip(
            x.index_select(0, rows).view(count, num_networks, size, -1),
            y.index_select(0, rows).view(count, num_networks, size),
            strict=True,
        )
    if num_whole * size < num_samples:
        rows = permutations[:, num_whole * size :].reshape(-1)
        yield x.index_select(0, rows).view(num_networks, -1, x.shape[1]), y.index_select(0, rows).view(num_networks, -1)
