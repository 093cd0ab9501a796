"""A level of a circuit forward and backward, in several blocks, against dense matrices and differences."""

from __future__ import annotations

import functools

import numpy as np
import pytest

pytest.importorskip("torch")
pytest.importorskip("numba")

from plain_kernels import plain_kernels

N, SIZE, WIDTH = 4, 16, 3
RNG = np.random.default_rng(1)
SOURCE, SIGN = RNG.permutation(SIZE), RNG.choice([-1.0, 1.0], SIZE)
PHASES = np.stack([np.cos(angles := RNG.uniform(0.0, 6.0, SIZE)), np.sin(angles)])
EMBEDDED = RNG.uniform(0.0, 6.0, (SIZE, WIDTH))
TURNS = np.stack([np.cos(EMBEDDED), np.sin(EMBEDDED)], axis=1)
ANGLES = RNG.uniform(0.0, 6.0, N)
ROTATED = np.array([True, True, False, True])

cases = pytest.mark.parametrize(
    ("is_phased", "is_turned", "block"), [(True, False, 24), (True, True, 12), (False, False, 6), (False, True, 4096)]
)


def as_complex(state):
    return state[:, 0] + 1j * state[:, 1]


def dense(psi, is_phased, is_turned, angles=ANGLES, phases=PHASES):
    """The level on complex amplitudes (N, W)."""
    psi = SIGN[:, None] * psi[SOURCE]
    if is_phased:
        psi = (phases[0] + 1j * phases[1])[:, None] * psi
    if is_turned:
        psi = np.exp(1j * EMBEDDED) * psi
    halves = 0.5 * angles * ROTATED
    turns = [np.array([[np.cos(h), -np.sin(h)], [np.sin(h), np.cos(h)]]) for h in halves]
    return functools.reduce(np.kron, turns) @ psi


def arguments(is_phased, is_turned):
    return (
        *(SOURCE, SIGN, PHASES, is_phased, TURNS, is_turned),
        *(ROTATED, np.cos(0.5 * ANGLES), np.sin(0.5 * ANGLES)),
    )


@cases
def test_forward(is_phased, is_turned, block):
    old, new = RNG.normal(size=(2, SIZE, 2, WIDTH))
    with plain_kernels("level_kernels", block=block) as kernels:
        kernels.level_forward(old, new, *arguments(is_phased, is_turned))
    np.testing.assert_allclose(as_complex(new), dense(as_complex(old), is_phased, is_turned), atol=1e-13)


@cases
def test_backward(is_phased, is_turned, block):
    old, state, derivative, to = RNG.normal(size=(4, SIZE, 2, WIDTH))
    given = derivative.copy()
    by_angle, by_phase, by_turn = np.zeros(N), np.zeros(SIZE), np.zeros((SIZE, WIDTH))
    is_learnt = is_phased or is_turned  # of a repeated embedding both are the same sums
    with plain_kernels("level_kernels", block=block) as kernels:
        kernels.level_forward(old, state, *arguments(is_phased, is_turned))
        kernels.level_backward(
            derivative, to, state, old, *arguments(is_phased, is_turned), by_angle, is_learnt, by_phase, by_turn
        )

    def value(psi, **changed):
        """L, of which λ is the derivative by the real and imaginary parts after the level."""
        after = dense(psi, is_phased, is_turned, **changed)
        return float(np.sum(given[:, 0] * after.real + given[:, 1] * after.imag))

    # The level is linear: L of any state is its product with the derivative before the level.
    other = RNG.normal(size=(SIZE, 2, WIDTH))
    assert np.sum(to * other) == pytest.approx(value(as_complex(other)), rel=1e-12)
    step = 1e-6
    for qubit in range(N):
        shift = step * np.eye(N)[qubit]
        higher, lower = (value(as_complex(old), angles=ANGLES + sign * shift) for sign in (1.0, -1.0))
        assert by_angle[qubit] == pytest.approx((higher - lower) / (2.0 * step), abs=1e-7)
    # Of a phase exp(iφ) the derivative is −Im⟨λ|ψ⟩ before it, which is the same before the entanglers.
    if is_phased:
        angles = np.arctan2(PHASES[1], PHASES[0])
        for b in range(SIZE):
            shift = step * np.eye(SIZE)[b]
            higher, lower = (
                value(as_complex(old), phases=np.stack([np.cos(angles + s * shift), np.sin(angles + s * shift)]))
                for s in (1.0, -1.0)
            )
            assert -by_phase[SOURCE[b]] == pytest.approx((higher - lower) / (2.0 * step), abs=1e-7)
    if is_turned:
        assert by_turn.sum(axis=1) == pytest.approx(by_phase[SOURCE], abs=1e-12)


def test_crossed_is_the_imaginary_part_of_an_overlap():
    derivative, state = RNG.normal(size=(2, 2, WIDTH))
    overlap = np.vdot(derivative[0] + 1j * derivative[1], state[0] + 1j * state[1])
    with plain_kernels("level_kernels") as kernels:
        assert kernels.crossed(derivative, state) == pytest.approx(overlap.imag, rel=1e-12)
