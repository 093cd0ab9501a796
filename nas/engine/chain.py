"""Products of rotations: matrices A = L_c·D_c·L_{c−1} … D_1·L_0 with diagonal D of phases and constant L.

A column of rotations about axes P_q is C·D·C† with C constant and D = diag(exp(−i/2·Σ_q ±θ_q)), so that several
columns, on any set of qubits, are such a product, and an angle's derivative needs the diagonal of one matrix only. All
matrices are kept transposed: rows of amplitudes are multiplied from the right.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from nas.engine.plan import (
    CONSTANTS,
    IDENTITY,
    S_DAGGER,
    Complex,
    Plan,
    Real,
    framed_column,
    kron,
    rotation_links,
    signs,
)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PhaseMap:
    """Phases exp(iφ) with φ linear in the weights.

    Attributes:
        angles: Map from weights to φ, (C·n, P), or (K, C·n, P) if the K candidates differ; real.
        gradients: Map from the overlaps of these phases (pairs of real and imaginary parts) to the derivatives with
            respect to the weights, (2·P, C·n) or with K in front.
        one: 1, real.
    """

    angles: Tensor
    gradients: Tensor
    one: Tensor


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Chain:
    """Constants of a stack of products: for K candidates M matrices of d × d each, with c diagonal factors.

    Attributes:
        links: L_0 to L_{c−1} transposed, (c, K·M, d, d), complex.
        last: L_c transposed, (K·M, d, d), complex.
        phases: Phases of all diagonal factors, P = c·M·d.
    """

    links: Tensor
    last: Tensor
    phases: PhaseMap


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Products:
    """The products for some weights.

    Attributes:
        partial: Transposed products up to and with each diagonal factor, (c, K·M, d, d), complex.
        full: Transposed products A, (K·M, d, d), complex.
    """

    partial: Tensor
    full: Tensor


def angle_map(columns: list[str], rows: list[int], num_rows: int) -> Real:
    """Map all weights to phases −½·Σ_q ±θ_q of columns, as a (num_rows, qubits, columns, states) array.

    Args:
        columns: Axes of each column, one letter per qubit; `i` gives no phase.
        rows: Row of the weights of each column.
        num_rows: Rows of the weights.

    >>> angle_map(["y"], [0], 1)[0, 0, 0].tolist()
    [-0.5, 0.5]
    """
    z = signs(len(columns[0]))
    found = np.zeros((num_rows, len(z), len(columns), z.shape[1]))
    for number, (column, row) in enumerate(zip(columns, rows, strict=True)):
        for qubit, axis in enumerate(column):
            if axis != "i":
                found[row, qubit, number] = -0.5 * z[qubit]
    return found


def make_phase_map(maps: list[Real], scale: float, *, dtype: torch.dtype, device: torch.device) -> PhaseMap:
    """Build the tensors of a map from weights to phases.

    Args:
        maps: Map of each candidate, (C·n, P).
        scale: What derivatives are multiplied by.
        dtype: Real type.
        device: Where the tensors are.
    """
    shared = all(np.array_equal(maps[0], other) for other in maps[1:])
    angles = maps[0] if shared else np.stack(maps)
    # dL/dφ = −Im of the overlap.
    gradients = np.zeros((*angles.shape, 2))
    gradients[..., 1] = -scale * angles
    back = np.ascontiguousarray(gradients.reshape(*angles.shape[:-1], 2 * angles.shape[-1]).swapaxes(-1, -2))
    return PhaseMap(
        angles=torch.as_tensor(angles, dtype=dtype, device=device),
        gradients=torch.as_tensor(back, dtype=dtype, device=device),
        one=torch.ones((), dtype=dtype, device=device),
    )


def make_chain(
    links: Complex, maps: list[Real], scale: float = 1.0, *, dtype: torch.dtype, device: torch.device
) -> Chain:
    """Build the tensors of a chain.

    Args:
        links: Constants L, not transposed, (c + 1, K·M, d, d).
        maps: Map from weights to phases of each candidate, (C·n, c·M·d).
        scale: Inverse square of the factor by which L_0 scales a state; all other L are unitary.
        dtype: Real type.
        device: Where the tensors are.
    """
    transposed = torch.as_tensor(np.ascontiguousarray(links.swapaxes(-1, -2)), dtype=complex_type(dtype), device=device)
    return Chain(
        links=transposed[:-1],
        last=transposed[-1],
        phases=make_phase_map(maps, scale, dtype=dtype, device=device),
    )


def groups(sizes: Sequence[int]) -> list[tuple[int, int]]:
    """Return the first qubit and the number of qubits of each group.

    >>> groups((4, 3))
    [(0, 4), (4, 3)]
    """
    return [(sum(sizes[:group]), size) for group, size in enumerate(sizes)]


def rotation_chain(
    plans: Sequence[Plan],
    seen: Sequence[Sequence[tuple[bool, ...]]],
    numbers: Sequence[int],
    sizes: Sequence[int],
    *,
    merged: bool = False,
    dtype: torch.dtype,
    device: torch.device,
) -> Chain:
    """Build the rotations of some stages as matrices, one per stage and group of qubits, in this order.

    Smaller groups are padded with idle qubits in front to the largest one.

    Args:
        plans: The circuits of the candidates.
        seen: Frames of each candidate before its first and after each stage.
        numbers: Numbers of the stages.
        sizes: Qubits of each group.
        merged: Whether the phases of the initial frame are part of the first stage.
        dtype: Real type.
        device: Where the tensors are.
    """
    n, num_rows, largest = plans[0].num_qubits, max(made.num_columns for made in plans), max(sizes)
    num_factors = max(1, *(len(made.stages[number].columns) for made in plans for number in numbers))
    links, all_maps = [], []
    for made, of_plan in zip(plans, seen, strict=True):
        maps = np.zeros((num_rows, n, num_factors, len(numbers), len(sizes), 2**largest))
        for place, number in enumerate(numbers):
            stage = made.stages[number]
            missing = num_factors - len(stage.columns)
            framed = [framed_column(column, of_plan[number + 1]) for column in stage.columns] + ["i" * n] * missing
            rows = [*stage.rows, *[0] * missing]
            phased = of_plan[0] if merged and number == 0 else (False,) * n
            constants = [CONSTANTS[stage.constant] @ (S_DAGGER if phase else IDENTITY) for phase in phased]
            for group, (start, size) in enumerate(groups(sizes)):
                idle, qubits = largest - size, slice(start, start + size)
                columns = ["i" * idle + column[qubits] for column in framed]
                links.append(rotation_links(columns, kron([IDENTITY] * idle + constants[qubits])))
                maps[:, qubits, :, place, group] = angle_map(columns, rows, num_rows)[:, idle:]
        all_maps.append(maps.reshape(num_rows * n, math.prod(maps.shape[2:])))
    return make_chain(np.stack(links, axis=1), all_maps, dtype=dtype, device=device)


def complex_type(dtype: torch.dtype) -> torch.dtype:
    """Return the complex type of the same precision."""
    return torch.complex64 if dtype == torch.float32 else torch.complex128


def phases(made: PhaseMap, weights: Tensor) -> Tensor:
    """Compute the phases exp(iφ), (K, P), complex, for weights (K, C·n)."""
    if made.angles.dim() == 2:
        angles = torch.mm(weights, made.angles)
    else:
        angles = torch.bmm(weights.unsqueeze(1), made.angles).squeeze(1)
    return torch.polar(made.one, angles)


def phase_gradients(made: PhaseMap, overlaps: Tensor) -> Tensor:
    """Compute the derivatives of the weights, (K, C·n), from overlaps Σ conj(λ)·ψ after each phase, (K, P), complex.

    λ = dL/dRe ψ + i·dL/dIm ψ. A phase changes ψ by iψ·dφ, hence L by −Im(conj(λ)·ψ)·dφ.
    """
    pairs = torch.view_as_real(overlaps).flatten(1)
    if made.gradients.dim() == 2:
        return torch.mm(pairs, made.gradients)
    return torch.bmm(pairs.unsqueeze(1), made.gradients).squeeze(1)


def multiply(chain: Chain, weights: Tensor) -> Products:
    """Compute the products for weights of shape (K, C·n)."""
    factors, matrices, d, _ = chain.links.shape
    diagonals = phases(chain.phases, weights)
    if len(weights) > 1:
        diagonals = diagonals.view(len(weights), factors, -1).transpose(0, 1).reshape(factors, matrices, 1, d)
    partial = chain.links * diagonals.view(factors, matrices, 1, d)
    if factors > 1:
        each = list(partial.unbind(0))
        for number in range(1, factors):
            each[number] = torch.bmm(each[number - 1], each[number])
        return Products(partial=torch.stack(each), full=torch.bmm(each[-1], chain.last))
    return Products(partial=partial, full=torch.bmm(partial[0], chain.last))


def chain_gradients(chain: Chain, products: Products, overlaps: Tensor, num_candidates: int) -> Tensor:
    """Compute the derivatives with respect to the weights, (K, C·n).

    After a partial product W, unitary, states are W·ψ and derivatives W·λ, so that their overlaps, basis state by basis
    state, are the diagonal of W·(Σ ψ·λ†)·W†.

    Args:
        chain: The constants.
        products: What `multiply` gave.
        overlaps: Σ conj(λ)·ψᵀ before the products, over samples and all other qubits, (K·M, d, d), complex or real.
        num_candidates: K.
    """
    partial = products.partial
    if not overlaps.is_complex():
        overlaps = overlaps.to(partial.dtype)
    turned = torch.matmul(overlaps, partial) if len(partial) > 1 else torch.bmm(overlaps, partial[0]).unsqueeze(0)
    diagonals = torch.linalg.vecdot(partial, turned, dim=-2)
    if num_candidates > 1:
        diagonals = diagonals.view(len(partial), num_candidates, -1).transpose(0, 1)
    return phase_gradients(chain.phases, diagonals.reshape(num_candidates, -1))
