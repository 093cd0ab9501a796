"""Values into states: the real product state of angles, and normalised amplitudes, with their derivatives."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from nas.engine.plan import Real, bits


def product_features(num_qubits: int) -> tuple[Real, Real, Real]:
    """Express a product state of (cos x/2, sin x/2) as a linear map of sines of sums of its angles.

    By the product-to-sum formulas the 2^n amplitudes are an orthogonal matrix (up to a factor) times the cosines and
    sines of the 2^(n−1) sums x_0 ± x_1 ± … over 2: two matrix products and one sine, for any number of qubits.

    Returns:
        `sums` (n, 2^n) and `shifts` (2^n), with the features sin(x @ sums + shifts), and `mix` (2^n, 2^n), with the
        amplitudes features @ mixᵀ.

    >>> sums, shifts, mix = product_features(2)
    >>> x = np.array([0.3, 1.1])
    >>> amplitudes = np.kron([np.cos(0.15), np.sin(0.15)], [np.cos(0.55), np.sin(0.55)])
    >>> bool(np.allclose(np.sin(x @ sums + shifts) @ mix.T, amplitudes))
    True
    """
    # cos α with α = Σ s_q·(x_q − π·b_q)/2 is cos, sin, −cos or −sin of Σ s_q·x_q/2, by Σ s_q·b_q modulo 4.
    half = 2 ** (num_qubits - 1)
    b = bits(num_qubits)
    s = 1 - 2 * b[:, :half]
    quarter = (b.T @ s) % 4
    cosines = np.choose(quarter, [1, 0, -1, 0]) / half
    sines = np.choose(quarter, [0, 1, 0, -1]) / half
    sums = np.concatenate([s, s], axis=1) / 2.0
    shifts = np.concatenate([np.full(half, np.pi / 2.0), np.zeros(half)])
    return sums, shifts, np.concatenate([cosines, sines], axis=1)


def normalise(x: Tensor, num_states: int) -> tuple[Tensor, Tensor]:
    """Pad rows with zeros and divide them by their norms, returned too; a row of zeros becomes |0…0⟩ with norm ∞."""
    norms = torch.linalg.vector_norm(x, dim=-1, keepdim=True)
    empty = norms == 0
    norms = torch.where(empty, torch.inf, norms)
    states = x / norms
    if num_states > x.shape[-1]:
        states = torch.nn.functional.pad(states, (0, num_states - x.shape[-1]))
    states[..., :1] += empty
    return states, norms


def normalise_gradients(gradients: Tensor, states: Tensor, norms: Tensor, num_encoded: int) -> Tensor:
    """Compute the derivatives with respect to the rows before `normalise`; zero for a row of zeros."""
    along = (gradients * states).sum(dim=-1, keepdim=True)
    return ((gradients - along * states) / norms)[..., :num_encoded]


def product(parts: Tensor, sizes: tuple[int, ...]) -> Tensor:
    """Compute the tensor product over the groups of (K, G, d, batch), as (K, 2^n, batch)."""
    state = parts[:, 0, : 2 ** sizes[0]]
    for group, size in enumerate(sizes[1:], start=1):
        state = (state.unsqueeze(2) * parts[:, group, : 2**size].unsqueeze(1)).flatten(1, 2)
    return state


def part_derivatives(derivative: Tensor, parts: Tensor, sizes: tuple[int, ...]) -> Tensor:
    """Compute the derivatives of the amplitudes of each group, (K, G, d, batch), from those of their product."""
    each = []
    for group in range(len(sizes) - 1, 0, -1):
        d = 2 ** sizes[group]
        before = product(parts, sizes[:group])
        derivative = derivative.reshape(len(derivative), -1, d, derivative.shape[-1])
        each.append((derivative * before.unsqueeze(2)).sum(dim=1))
        derivative = (derivative * parts[:, group, :d].unsqueeze(1)).sum(dim=2)
    each.append(derivative)
    rows = parts.shape[2]
    return torch.stack([torch.nn.functional.pad(part, (0, 0, 0, rows - part.shape[1])) for part in each[::-1]], dim=1)
