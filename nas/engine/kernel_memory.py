"""The memory of the compiled kernels: allocated once in Python, and cut into arrays by circuit and tile. Needs Numba.

Kernels make no arrays of their own (`nas.engine.jit.inner`). What they write to lies one after the other in a few flat
arrays that are large enough for each circuit of a program and for the widest tile.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from nas.engine.jit import inner, wide_vectors
from nas.engine.program import Array, Program

_LINE = 64
"""Bytes of a line of the cache."""


class Angles(NamedTuple):
    """Everything that follows from the weights of one circuit.

    Halved angles, their cosines and sines (levels, 3, n); phases (levels, 2, N); prefix (n, 2, 2, 2); memory for the
    phases before and after entanglers, (2, 2, N).
    """

    halves: Array
    cosines: Array
    sines: Array
    phases: Array
    prefix: Array
    spread: Array


class Found(NamedTuple):
    """Sums over samples for the derivatives of one circuit's angles.

    By level, slot and qubit (levels, 3, n); of phases by level and basis state before its entanglers (levels, N), and
    memory for those after them (N); overlaps of X, Y and Z after the prefix (n, 3).
    """

    by_angle: Array
    by_phase: Array
    after: Array
    by_prefix: Array


class Tile(NamedTuple):
    """Memory of a circuit for W samples; written anew for each tile."""

    halves: Array
    cosines: Array
    sines: Array
    factors: Array
    by_factor: Array
    product: Array
    states: Array
    derivatives: Array
    turn_factors: Array
    turns: Array
    by_turn: Array
    norms: Array
    squares: Array


class Memory(NamedTuple):
    """Memory of any of some circuits for tiles of up to W samples, flat: what a circuit needs is cut from it.

    Its angles and sums in double precision, its phases, a tile.
    """

    sums: Array
    phases: Array
    tile: Array


def make_memory(program: Program, encoded: int, width: int, dtype: npt.DTypeLike) -> Memory:
    """Allocate memory for the circuits of a program. Not compiled: kernels are given all memory that they need."""
    n, size, levels = program.num_qubits, program.sources.shape[1], int(np.diff(program.starts).max())
    turned = size if program.reuploads.any() else 0
    of_state = 2 * (4 * n + 2 * size - 1 + (levels + 2) * size)
    rows = 3 * encoded + of_state + 4 * n + 2 * max(1, 2 * turned - 1) + turned + 5
    return Memory(
        np.empty(12 * levels * n + (levels + 5) * size + 11 * n),
        np.empty(2 * levels * size, dtype),
        lined_up(rows * width, dtype),
    )


def lined_up(size: int, dtype: npt.DTypeLike) -> Array:
    """Allocate numbers that begin with a line of the cache, as rows of samples then mostly do."""
    item = np.dtype(dtype).itemsize
    memory = np.empty(size + _LINE // item, dtype)
    start = -memory.ctypes.data % _LINE // item
    return memory[start : start + size]


@inner
def cut_angles(memory: Memory, program: Program, k: int) -> Angles:
    """Cut memory for the angles of circuit k."""
    n, size, levels = program.num_qubits, program.sources.shape[1], num_levels(program, k)
    a, b, c = 3 * levels * n, 6 * levels * n, 9 * levels * n
    d = c + 8 * n
    return Angles(
        memory.sums[:a].reshape(levels, 3, n),
        memory.sums[a:b].reshape(levels, 3, n),
        memory.sums[b:c].reshape(levels, 3, n),
        memory.phases[: 2 * levels * size].reshape(levels, 2, size),
        memory.sums[c:d].reshape(n, 2, 2, 2),
        memory.sums[d : d + 4 * size].reshape(2, 2, size),
    )


@inner
def cut_found(memory: Memory, program: Program, k: int) -> Found:
    """Cut memory for the sums of circuit k, which are set to zero."""
    wide_vectors()
    n, size, levels = program.num_qubits, program.sources.shape[1], num_levels(program, k)
    a = 9 * levels * n + 8 * n + 4 * size
    b = a + 3 * levels * n
    c = b + levels * size
    d = c + 3 * n
    memory.sums[a:d] = 0.0
    return Found(
        memory.sums[a:b].reshape(levels, 3, n),
        memory.sums[b:c].reshape(levels, size),
        memory.sums[d : d + size],
        memory.sums[c:d].reshape(n, 3),
    )


@inner
def cut_tile(memory: Memory, program: Program, k: int, encoded: int, width: int) -> Tile:
    """Cut memory for W samples of circuit k."""
    n, size, turned, levels, parts = (
        program.num_qubits, program.sources.shape[1], _turned(program), num_levels(program, k), num_parts(program, k)
    )  # fmt: skip
    values, factors, state, turns = encoded * width, 2 * n * parts * width, size * parts * width, max(1, 2 * turned - 1)
    a, b, c = values, 2 * values, 3 * values
    d, e = c + factors, c + 2 * factors
    f = e + (2 * size - 1) * parts * width
    g = f + levels * state
    h = g + 2 * state
    i = h + 4 * n * width
    j = i + 2 * turns * width
    end = j + turned * width
    return Tile(
        memory.tile[:a].reshape(encoded, width),
        memory.tile[a:b].reshape(encoded, width),
        memory.tile[b:c].reshape(encoded, width),
        memory.tile[c:d].reshape(n, 2, parts, width),
        memory.tile[d:e].reshape(n, 2, parts, width),
        memory.tile[e:f].reshape(2 * size - 1, parts, width),
        memory.tile[f:g].reshape(levels, size, parts, width),
        memory.tile[g:h].reshape(2, size, parts, width),
        memory.tile[h:i].reshape(n, 2, 2, width),
        memory.tile[i:j].reshape(turns, 2, width),
        memory.tile[j:end].reshape(turned, width),
        memory.tile[end : end + width],
        memory.tile[end + width : end + 5 * width].reshape(4, width),
    )


@inner
def num_levels(program: Program, k: int) -> int:
    """Return the number of levels of circuit k."""
    levels: int = program.starts[k + 1] - program.starts[k]
    return levels


@inner
def num_parts(program: Program, k: int) -> int:
    """Return 1 if all amplitudes of circuit k are real, 2 if not."""
    return 1 if program.real[k] else 2


@inner
def _turned(program: Program) -> int:
    """Return the number of basis states that embedded values give phases to."""
    return program.sources.shape[1] if program.reuploads.any() else 0
