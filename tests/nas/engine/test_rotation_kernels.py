"""Rotations of a level in parts, against dense matrices."""

from __future__ import annotations

import functools

import numpy as np
import pytest

pytest.importorskip("torch")
pytest.importorskip("numba")

from plain_kernels import plain_kernels

N = 5
RNG = np.random.default_rng(0)
ANGLES = RNG.uniform(0.0, 2.0 * np.pi, N)
ROTATED = [np.array(bits, bool) for bits in ([1] * N, [0, 1, 0, 0, 1], [1, 0, 1, 1, 0], [0] * N, [0, 0, 1, 0, 0])]


def dense(rotated, direction):
    def one(qubit):
        half = 0.5 * direction * ANGLES[qubit] * rotated[qubit]
        return np.array([[np.cos(half), -np.sin(half)], [np.sin(half), np.cos(half)]])

    return functools.reduce(np.kron, map(one, range(N)))


@pytest.mark.parametrize("num_qubits", range(1, 13))
@pytest.mark.parametrize("row", [1, 8, 16, 48, 64, 128, 126])
def test_parts_cover_all_qubits_and_stay_small(num_qubits, row):
    with plain_kernels("rotation_kernels") as kernels:
        num_first, num_rows, at_once = kernels.part(num_qubits, row)
    assert num_rows << num_first == 1 << num_qubits
    assert num_rows % at_once == 0
    assert num_rows == 1 or num_rows * row <= 4096
    assert at_once == 1 or (at_once * row) << num_first <= 4096


@pytest.mark.parametrize("rotated", ROTATED)
@pytest.mark.parametrize("direction", [1.0, -1.0])
@pytest.mark.parametrize("row", [1, 3])
def test_rotations_are_those_of_dense_matrices(rotated, direction, row):
    state = RNG.normal(size=(2**N, row))
    cosines, sines = np.cos(0.5 * ANGLES), np.sin(0.5 * ANGLES)
    turned = state.copy()
    with plain_kernels("rotation_kernels") as kernels:
        kernels.rotate_some(
            turned.reshape(-1), row, rotated, cosines, sines, direction, 0, N, state.size, 0, state.size
        )
    np.testing.assert_allclose(turned, dense(rotated, direction) @ state, atol=1e-13)


@pytest.mark.parametrize("rotated", ROTATED)
def test_pieces_and_blocks_give_the_same(rotated):
    row, num_first = 3, 2
    num_rows = 2 ** (N - num_first)
    state = RNG.normal(size=(2**N, row))
    cosines, sines = np.cos(0.5 * ANGLES), np.sin(0.5 * ANGLES)
    turned = state.copy()
    with plain_kernels("rotation_kernels") as kernels:
        for block in np.split(turned.reshape(-1), 2**num_first):
            kernels.rotate_some(block, row, rotated, cosines, sines, 1.0, num_first, N, block.size, 0, block.size)
        for begin in range(0, num_rows, 2):
            kernels.rotate_some(
                turned.reshape(-1),
                row,
                rotated,
                cosines,
                sines,
                1.0,
                0,
                num_first,
                num_rows * row,
                begin * row,
                2 * row,
            )
    np.testing.assert_allclose(turned, dense(rotated, 1.0) @ state, atol=1e-13)


@pytest.mark.parametrize("rotated", ROTATED)
def test_overlaps_are_those_of_dense_matrices(rotated):
    row, num_first = 4, 2
    num_rows = 2 ** (N - num_first)
    derivative, state = RNG.normal(size=(2, 2**N, row))
    whole, parted = np.zeros(N), np.zeros(N)
    with plain_kernels("rotation_kernels") as kernels:
        by, psi = derivative.reshape(-1), state.reshape(-1)
        kernels.add_overlaps(by, psi, row, rotated, whole, 0, N, by.size, 0, by.size)
        for some, part in zip(np.split(by, 2**num_first), np.split(psi, 2**num_first), strict=True):
            kernels.add_overlaps(some, part, row, rotated, parted, num_first, N, some.size, 0, some.size)
        for begin in range(num_rows):
            kernels.add_overlaps(by, psi, row, rotated, parted, 0, num_first, num_rows * row, begin * row, row)
    # Im⟨λ|Y|ψ⟩ of real vectors: Y is i times this matrix.
    turn = np.array([[0.0, -1.0], [1.0, 0.0]])
    for qubit in range(N):
        factors = [turn if other == qubit else np.eye(2) for other in range(N)]
        expected = 0.5 * np.sum(derivative * (functools.reduce(np.kron, factors) @ state)) * rotated[qubit]
        assert whole[qubit] == pytest.approx(expected, abs=1e-12)
        assert parted[qubit] == pytest.approx(expected, abs=1e-12)
