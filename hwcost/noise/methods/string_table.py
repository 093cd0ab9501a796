"""Many signed sums of Pauli strings as one table of bit masks and coefficients: `StringTable`.

A string is two bits per qubit (I, X, Y, Z = 0 … 3) in words of 64, behind the number of the sum that it belongs to.
Each string has two coefficients, those without and with noise. A linear map of one or two qubits works on all strings
at once that agree everywhere else.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from hwcost.noise.transfer import Floats

_Words = npt.NDArray[np.uint64]
_SLOTS = 32  # of two bits in a word
_NEGLIGIBLE = 1e-11
"""Coefficients below this are dropped: far below what any value is needed to."""
MAP_WORK = 400
"""Strings that are mapped in the time that a map takes besides, about 50 µs."""

_ROWS_AT_ONCE = 1024
# Odd constants; a word of a wide string counts with its own in the key that strings are sorted by.
_MIX = np.array([0x9E3779B97F4A7C15, 0xBF58476D1CE4E5B9, 0x94D049BB133111EB, 0xD6E8FEB86659FD93], dtype=np.uint64)


class StringTable:
    """Signed sums of Pauli strings, one per observable.

    Args:
        num_sums: Number of sums; each begins as the identity with coefficient 1.
        num_qubits: Number of qubits.
        most: Strings of a sum that are kept, the largest ones.
        num_noises: Coefficients of a string: the first without noise.

    Attributes:
        dropped: `[sum]`, squares of the coefficients without noise that were dropped, of 1 in all.
        work: Strings that were mapped, summed over the maps; each map counts `MAP_WORK` more.
    """

    def __init__(self, num_sums: int, num_qubits: int, most: int, *, num_noises: int = 2) -> None:
        self.num_sums, self.most = num_sums, most
        bits = max(1, (num_sums - 1).bit_length())
        self._first_slot = (bits + 1) // 2
        self._sum_mask = np.uint64(4**self._first_slot - 1)
        num_words = -(-(self._first_slot + num_qubits) // _SLOTS)
        self._words: _Words = np.zeros((num_words, num_sums), dtype=np.uint64)
        self._words[0] = np.arange(num_sums, dtype=np.uint64)
        self._values: Floats = np.ones((num_noises, num_sums))
        self.dropped: Floats = np.zeros(num_sums)
        self.work = 0
        self._doubled = False
        self._merge_at = 2 * num_sums + 64

    def __len__(self) -> int:
        return int(self._words.shape[1])

    def multiply(self, number: int, qubit: int, code: int) -> None:
        """Put a Pauli on a qubit on which all strings of a sum are the identity."""
        word, shift = self._place(qubit)
        own = self._sums() == number
        self._words[word, own] |= np.uint64(code) << shift

    def apply(self, qubits: Sequence[int], matrices: Floats) -> None:
        """Map the Pauli operators on some qubits.

        Args:
            qubits: One or two of them.
            matrices: `[noises, 4**k, 4**k]`, row: Pauli before the map, column: after it; the first qubit counts most.
        """
        self.work += MAP_WORK + len(self)
        places = [self._place(qubit) for qubit in qubits]
        codes = np.zeros(len(self), dtype=np.uint64)
        for word, shift in places:
            codes = (codes << np.uint64(2)) | ((self._words[word] >> shift) & np.uint64(3))
        active = np.flatnonzero(codes)
        if not len(active):
            return
        if 2 * len(active) > len(self):  # with all of them, none is there twice afterwards
            active = np.arange(len(self))
        words: _Words = self._words[:, active]
        for word, shift in places:
            words[word] &= ~(np.uint64(3) << shift)
        size = matrices.shape[1]
        order, group = _groups(words)
        first = order[np.flatnonzero(np.diff(group, prepend=-1))]
        slot = group * size + codes[active][order].astype(np.int64)
        values: Floats = np.empty((len(matrices), len(first) * size))
        for k in range(len(matrices)):
            sums = np.bincount(slot, weights=self._values[k, active][order], minlength=len(first) * size)
            before: Floats = sums.astype(np.float64, copy=False).reshape(-1, size)
            values[k] = _product(before, matrices[k]).ravel()
        kept = np.flatnonzero((np.abs(values) > _NEGLIGIBLE).any(axis=0))
        source, code = np.divmod(kept, size)
        words = words[:, first[source]]
        for place, (word, shift) in enumerate(reversed(places)):
            words[word] |= (code.astype(np.uint64) >> np.uint64(2 * place) & np.uint64(3)) << shift
        values = values[:, kept]
        self._doubled = len(active) < len(self)
        if self._doubled:
            rest = np.flatnonzero(codes == 0)
            words = np.concatenate([self._words[:, rest], words], axis=1)
            values = np.concatenate([self._values[:, rest], values], axis=1)
        self._words, self._values = words, values
        self._bound()

    def totals(self) -> Floats:
        """Return the sum of all coefficients of each sum, `[noise, sum]`."""
        sums = self._sums()
        return np.stack([np.bincount(sums, weights=each, minlength=self.num_sums) for each in self._values])

    def _place(self, qubit: int) -> tuple[int, np.uint64]:
        word, slot = divmod(self._first_slot + qubit, _SLOTS)
        return word, np.uint64(2 * slot)

    def _sums(self) -> npt.NDArray[np.int64]:
        sums: npt.NDArray[np.int64] = (self._words[0] & self._sum_mask).astype(np.int64)
        return sums

    def _bound(self) -> None:
        """Merge strings that are there twice, and keep the largest of each sum that has grown too long."""
        if self._doubled and (len(self) > self._merge_at or len(self) > self.most):
            self._merge()
        if len(self) <= self.most:
            return
        sums = self._sums()
        lengths = np.bincount(sums, minlength=self.num_sums)
        if lengths.max() <= self.most:
            return
        squares = self._values**2
        norms = np.stack([np.bincount(sums, weights=each, minlength=self.num_sums) for each in squares])
        shares = (squares / np.where(norms > 0.0, norms, 1.0)[:, sums]).max(axis=0)
        order = np.argsort(2.0 * sums - shares)  # the sums one after the other, the largest shares of each first
        rank = np.arange(len(self)) - np.repeat(np.cumsum(lengths) - lengths, lengths)
        gone = order[rank >= self.most]
        self.dropped += np.bincount(sums[gone], weights=squares[0, gone], minlength=self.num_sums)
        keep = np.ones(len(self), dtype=bool)
        keep[gone] = False
        self._words, self._values = self._words[:, keep], self._values[:, keep]

    def _merge(self) -> None:
        order, group = _groups(self._words)
        first = order[np.flatnonzero(np.diff(group, prepend=-1))]
        self._words = self._words[:, first]
        self._values = np.stack([np.bincount(group, weights=each[order]) for each in self._values])
        self._merge_at = 2 * len(self) + 64


def _product(rows: Floats, matrix: Floats) -> Floats:
    """Return `rows @ matrix`, in pieces that stay on one thread: more gain nothing here, and lose on a busy machine."""
    result = np.empty_like(rows)
    for first in range(0, len(rows), _ROWS_AT_ONCE):
        part = slice(first, first + _ROWS_AT_ONCE)
        np.matmul(rows[part], matrix, out=result[part])
    return result


def _groups(words: _Words) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.int64]]:
    """Return an order of the columns in which equal ones are neighbours, and the group of each in that order."""
    if len(words) == 1:
        key = words[0]
    else:
        key = words[0] * _MIX[0]
        for i, word in enumerate(words[1:], start=1):
            key = (key ^ (key >> np.uint64(29))) * _MIX[i % len(_MIX)] + word
    order = np.argsort(key)
    ordered = words[:, order]
    # Two strings with the same key and nothing else in common stay apart here.
    changes = (ordered[:, 1:] != ordered[:, :-1]).any(axis=0)
    group = np.zeros(len(order), dtype=np.int64)
    np.cumsum(changes, out=group[1:])
    return order, group
