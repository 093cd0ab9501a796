"""Matrices of small circuits in NumPy, by the formulas of `nas.engine.chain` and `nas.engine.whole`.

NumPy begins an operation in a third of the time of torch, which is most of what a small matrix costs.
"""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from nas.engine.whole import WholeTables

Array: TypeAlias = npt.NDArray[Any]


class WholeChain:
    """The circuits' matrices from their angles: phases between constants.

    Args:
        tables: The constants, on the CPU.
        single: Whether there is one circuit and K is left out of all arrays.
    """

    def __init__(self, tables: WholeTables, *, single: bool):
        chain = tables.chain
        links: Array = chain.links.numpy()
        factors, candidates, d, _ = links.shape
        self._links = links[:, 0] if single else links
        self._last = chain.last.numpy()[0] if single else chain.last.numpy()
        self._maps = (chain.phases.angles.numpy(), chain.phases.gradients.numpy())
        self._shared = self._maps[0].ndim == 2
        self._real, self._single, self._mm = tables.real, single, np.dot if single else np.matmul
        self._phases = np.empty((candidates, factors, 1, d), links.dtype)
        # Each factor's phases, (d) of the columns of (K, d, d).
        self._diagonals = self._phases[0] if single else self._phases.swapaxes(0, 1)
        self._partial, self._work = np.empty_like(self._links), np.empty_like(self._links)
        self._full = np.empty_like(self._last)
        self._pairs = np.empty((candidates, factors, d), links.dtype)
        self._matrix: Array = np.empty(0)
        if single and not self._shared:
            self._maps, self._shared = (self._maps[0][0], self._maps[1][0]), True

    def matrix(self, weights: Array) -> Array:
        """Compute the matrices from features to amplitudes, (K, N, N or 2·N if complex), of weights (K, C·n)."""
        mm, partial = self._mm, self._partial
        angles = np.dot(weights, self._maps[0]) if self._shared else np.matmul(weights[:, None], self._maps[0])
        angles = angles.reshape(self._phases.shape)
        np.cos(angles, out=self._phases.real)
        np.sin(angles, out=self._phases.imag)
        each = np.multiply(self._links, self._diagonals, out=self._work)
        partial[0] = each[0]
        for number in range(1, len(partial)):
            mm(partial[number - 1], each[number], out=partial[number])
        full = mm(partial[-1], self._last, out=self._full)
        # The matrix of the backward pass is the same.
        self._matrix = np.ascontiguousarray(full.real) if self._real else full.view(full.real.dtype)
        return self._matrix

    def gradients(self, overlaps: Array, out: Array) -> None:
        """Compute the derivatives with respect to the weights of the last call of `matrix`.

        Args:
            overlaps: Σ features·λᵀ over samples with λ the derivatives of the amplitudes, shaped as the matrices.
            out: Where they go, (K, C·n).
        """
        mm, partial = self._mm, self._partial
        if self._real:
            turned = mm(self._matrix, overlaps.swapaxes(-1, -2)).astype(partial.dtype)
        else:
            turned = mm(self._full, overlaps.view(partial.dtype).conj().swapaxes(-1, -2))
        for number in range(len(partial)):
            mm(turned, partial[number], out=self._work[number])
        self._work *= partial.conj()
        pairs = self._pairs[0] if self._single else self._pairs.swapaxes(0, 1)
        np.add.reduce(self._work, axis=-2, out=pairs)
        numbers = self._pairs.view(partial.real.dtype).reshape(len(self._pairs), -1)
        if self._single:
            np.dot(numbers[0], self._maps[1], out=out)
        elif self._shared:
            np.matmul(numbers, self._maps[1], out=out)
        else:
            np.matmul(numbers[:, None], self._maps[1], out=out[:, None])
