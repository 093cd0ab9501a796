"""Compiled kernels of the rotations about y of a level, in pieces that stay in the first cache. Needs Numba.

States and derivatives are flat here: N amplitudes, each of them a row of numbers. A state of ten qubits is larger than
the cache next to a core, and reading it takes longer than to rotate it. So the qubits are parted: a *block* is a run of
amplitudes that differ in the last qubits alone, and is carried through all their rotations; what differs in the first
qubits alone is carried through theirs, some rows of each block at a time. Two qubits are rotated at once.
"""

from __future__ import annotations

from typing import NamedTuple

from nas.engine.jit import inner, summed, wide_vectors
from nas.engine.program import Array

_BLOCK = 4096
"""Numbers of a block at most: 16 or 32 KiB."""


class Parting(NamedTuple):
    """How the qubits of a state are parted.

    Attributes:
        num_first: Qubits that are not within a block.
        num_rows: Amplitudes of a block.
        at_once: Rows of each block that are carried through the rotations of the first qubits together.
    """

    num_first: int
    num_rows: int
    at_once: int


@inner
def part(num_qubits: int, row: int) -> Parting:
    """Part the qubits of a state whose amplitudes have `row` numbers each."""
    wide_vectors()
    last = 0
    while last < num_qubits and row << (last + 1) <= _BLOCK:
        last += 1
    at_once, first = 1, num_qubits - last
    while at_once < 1 << last and 2 * at_once * (row << first) <= _BLOCK:
        at_once *= 2
    return Parting(first, 1 << last, at_once)


@inner
def _rotate(state: Array, stride: int, c: float, s: float, piece: int, begin: int, length: int) -> None:
    """Rotate a qubit in place.

    Args:
        state: Numbers, all or those of a block.
        stride: Distance of the qubit's two amplitudes.
        c: Cosine of half the angle.
        s: Its sine.
        piece: A divisor of the stride; of each run of so many numbers only some are rotated.
        begin: The first of them.
        length: How many.
    """
    wide_vectors()
    for start in range(0, state.size, 2 * stride):
        for at in range(start + begin, start + stride, piece):
            zero, one = state[at : at + length], state[at + stride : at + stride + length]
            for i in range(length):
                u, v = zero[i], one[i]
                zero[i] = c * u - s * v
                one[i] = s * u + c * v


@inner
def _rotate_two(
    state: Array, wide: int, c: float, s: float, narrow: int, other_c: float, other_s: float,
    piece: int, begin: int, length: int,
) -> None:  # fmt: skip
    """Rotate two qubits in place, that with the larger stride and that with the smaller one; the rest as `_rotate`."""
    wide_vectors()
    for block in range(0, state.size, 2 * wide):
        for start in range(block, block + wide, 2 * narrow):
            for at in range(start + begin, start + narrow, piece):
                far = at + wide
                zero, one = state[at : at + length], state[at + narrow : at + narrow + length]
                two, three = state[far : far + length], state[far + narrow : far + narrow + length]
                for i in range(length):
                    p, q, r, t = zero[i], one[i], two[i], three[i]
                    u, v = other_c * p - other_s * q, other_s * p + other_c * q
                    w, x = other_c * r - other_s * t, other_s * r + other_c * t
                    zero[i] = c * u - s * w
                    one[i] = c * v - s * x
                    two[i] = s * u + c * w
                    three[i] = s * v + c * x


@summed
def _overlap(derivative: Array, state: Array, stride: int, piece: int, begin: int, length: int) -> float:
    """Compute ½·Im⟨λ|Y|ψ⟩ of a qubit; the rest as `_rotate`."""
    wide_vectors()
    total = 0.0
    for start in range(0, state.size, 2 * stride):
        for at in range(start + begin, start + stride, piece):
            far = at + stride
            zero, one, by_zero, by_one = (
                state[at : at + length], state[far : far + length],
                derivative[at : at + length], derivative[far : far + length],
            )  # fmt: skip
            some = by_one[0] * zero[0] - by_zero[0] * one[0]
            for i in range(1, length):
                some += by_one[i] * zero[i] - by_zero[i] * one[i]
            total += some
    return 0.5 * total


@summed
def _overlap_two(
    derivative: Array, state: Array, wide: int, narrow: int, piece: int, begin: int, length: int
) -> tuple[float, float]:
    """Compute the same of two qubits, that with the larger stride and that with the smaller one."""
    wide_vectors()
    total, other_total = 0.0, 0.0
    for block in range(0, state.size, 2 * wide):
        for start in range(block, block + wide, 2 * narrow):
            for at in range(start + begin, start + narrow, piece):
                near, far = at + narrow, at + wide
                end = far + narrow
                zero, one, two, three = (
                    state[at : at + length], state[near : near + length],
                    state[far : far + length], state[end : end + length],
                )  # fmt: skip
                by_zero, by_one, by_two, by_three = (
                    derivative[at : at + length], derivative[near : near + length],
                    derivative[far : far + length], derivative[end : end + length],
                )  # fmt: skip
                some, other = state.dtype.type(0.0), state.dtype.type(0.0)
                for i in range(length):
                    some += (by_two[i] * zero[i] - by_zero[i] * two[i]) + (by_three[i] * one[i] - by_one[i] * three[i])
                    other += (by_one[i] * zero[i] - by_zero[i] * one[i]) + (by_three[i] * two[i] - by_two[i] * three[i])
                total += some
                other_total += other
    return 0.5 * total, 0.5 * other_total


@inner
def rotate_some(
    state: Array, row: int, rotated: Array, cosines: Array, sines: Array, direction: float,
    first: int, last: int, piece: int, begin: int, length: int,
) -> None:  # fmt: skip
    """Rotate the qubits from `first` up to `last` in place, or turn them back if the direction is −1.

    Args:
        state: Numbers, all or those of a block.
        row: Numbers of an amplitude.
        rotated: Which qubits are rotated, (n).
        cosines: Of their halved angles, (n).
        sines: The same.
        direction: 1 or −1.
        first: The first qubit.
        last: The first one that is not.
        piece: Numbers of a block. Of each run of so many only some are rotated; within a block all are.
        begin: The first of them, 0 within a block.
        length: How many, those of the block within one.
    """
    wide_vectors()
    t, n, waiting = state.dtype.type, rotated.size, -1
    for qubit in range(first, last):
        if not rotated[qubit]:
            continue
        if waiting < 0:
            waiting = qubit
            continue
        narrow = row << (n - 1 - qubit)
        _rotate_two(
            state,
            row << (n - 1 - waiting), t(cosines[waiting]), t(direction * sines[waiting]),
            narrow, t(cosines[qubit]), t(direction * sines[qubit]),
            min(piece, narrow), begin, min(length, narrow),
        )  # fmt: skip
        waiting = -1
    if waiting >= 0:
        stride = row << (n - 1 - waiting)
        c, s = t(cosines[waiting]), t(direction * sines[waiting])
        _rotate(state, stride, c, s, min(piece, stride), begin, min(length, stride))


@inner
def add_overlaps(
    derivative: Array, state: Array, row: int, rotated: Array, overlaps: Array,
    first: int, last: int, piece: int, begin: int, length: int,
) -> None:  # fmt: skip
    """Add ½·Im⟨λ|Y|ψ⟩ of the rotated qubits to `overlaps` (n), with λ and ψ after their rotations.

    Other arguments are those of `rotate_some`.
    """
    wide_vectors()
    n, waiting = rotated.size, -1
    for qubit in range(first, last):
        if not rotated[qubit]:
            continue
        if waiting < 0:
            waiting = qubit
            continue
        narrow = row << (n - 1 - qubit)
        one, other = _overlap_two(
            derivative, state, row << (n - 1 - waiting), narrow,
            min(piece, narrow), begin, min(length, narrow),
        )  # fmt: skip
        overlaps[waiting] += one
        overlaps[qubit] += other
        waiting = -1
    if waiting >= 0:
        stride = row << (n - 1 - waiting)
        overlaps[waiting] += _overlap(derivative, state, stride, min(piece, stride), begin, min(length, stride))
