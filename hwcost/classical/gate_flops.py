"""Floating-point operations of one gate on a statevector, read off the gate's matrix: `GateFlops`.

Nothing is written down per gate. A matrix of 2^k rows acts on blocks of 2^k amplitudes; a row with m non-zero entries
takes m multiplications and m − 1 additions. In real operations, a complex addition counts 2, a complex multiplication
6 (4 products, 2 sums), one by a real or an imaginary number 2, one by ±1 or ±i none (signs and parts change place). On
a real statevector an addition counts 1 and a multiplication 1, again none by ±1. A fused multiply-add counts 2.

Entries are classified at generic angles: no simulator looks whether an angle happens to be 0.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from hwcost.core.native_gates import gate_template, make_gate, matrix_of

Blocks: TypeAlias = tuple[tuple[int, int], ...]
"""`(k, f)`: f operations on each of the 2^(n−k) blocks of 2^k amplitudes, so f·2^(n−k) in all."""

_Matrix: TypeAlias = npt.NDArray[np.complex128]

_ROUNDING = 1e-9
_STEP = 1e-5  # of the central difference; its error of 10^-10 stays below _DERIVATIVE_ROUNDING
_DERIVATIVE_ROUNDING = 1e-7


@dataclass(frozen=True, slots=True, kw_only=True)
class GateFlops:
    """What one gate takes.

    Attributes:
        apply: Applying the gate, or its inverse, to the state.
        cotangents: Backprop: the derivatives of a loss by those entries of the matrix that depend on an angle, one
            complex product and sum per entry and block.
        derivatives: Adjoint: for each angle, applying ∂U/∂θ and the real part of an inner product.
        real: Whether the matrix is real.
    """

    apply: Blocks
    cotangents: Blocks
    derivatives: tuple[Blocks, ...]
    real: bool


def total_flops(blocks: Blocks, num_qubits: int) -> int:
    """Return Σ f·2^(n−k) on a state of n qubits.

    Example:
        >>> total_flops(((1, 28),), 3)  # a dense 2×2 matrix: 28 operations on each of 4 pairs
        112
    """
    return sum(flops << (num_qubits - k) for k, flops in blocks)


@lru_cache(maxsize=4096)
def standard_gate_flops(name: str, real_state: bool) -> GateFlops | None:
    """Return the FLOPs of one of Qiskit's standard gates at generic angles, None where there is none of that name.

    Args:
        name: Name in Qiskit.
        real_state: Count real arithmetic, which a gate with a complex matrix does not have (`GateFlops.real`).

    Example:
        >>> standard_gate_flops("rx", False).apply  # 2 rows · (2 products by real or imaginary numbers + 1 sum)
        ((1, 12),)
        >>> standard_gate_flops("cx", False).apply, standard_gate_flops("rz", False).apply
        (((2, 0),), ((1, 12),))
    """
    template = gate_template(name)
    if template is None or not hasattr(template, "to_matrix"):
        return None

    def matrix(angles: Sequence[float]) -> _Matrix:
        return matrix_of(make_gate(name, angles))

    return _matrix_flops(matrix, len(template.params), real_state)


def dense_flops(num_qubits: int, *, real_matrix: bool, real_state: bool) -> GateFlops:
    """Count FLOPs of a dense 2^k × 2^k matrix without angles: 2^k rows of 2^k products and 2^k − 1 sums.

    Example:
        >>> dense_flops(1, real_matrix=False, real_state=False).apply  # 2·(2·6 + 2)
        ((1, 28),)
    """
    dimension = 1 << num_qubits
    product, addition = (1, 1) if real_state else (2 if real_matrix else 6, 2)
    flops = dimension * (dimension * product + (dimension - 1) * addition)
    return GateFlops(apply=((num_qubits, flops),), cotangents=(), derivatives=(), real=real_matrix)


def diagonal_flops(num_qubits: int) -> GateFlops:
    """Count FLOPs of a diagonal matrix of 2^k phases: one complex product per amplitude."""
    return GateFlops(apply=((num_qubits, 6 << num_qubits),), cotangents=(), derivatives=(), real=False)


def _matrix_flops(matrix: Callable[[Sequence[float]], _Matrix], num_angles: int, real_state: bool) -> GateFlops:
    # Generic: no two of them, nor sums of them, are multiples of each other or of π.
    angles = [0.7 + 0.31 * math.sqrt(prime) for prime in (2, 3, 5, 7)][:num_angles]
    unitary = matrix(angles)
    k = unitary.shape[0].bit_length() - 1
    moving = np.zeros(unitary.shape, dtype=bool)
    derivatives: list[Blocks] = []
    for index in range(num_angles):
        upper, lower = list(angles), list(angles)
        upper[index] += _STEP
        lower[index] -= _STEP
        slope = (matrix(upper) - matrix(lower)) / (2.0 * _STEP)
        changed = np.abs(slope) > _DERIVATIVE_ROUNDING
        moving |= changed
        # ⟨λ|∂U ψ⟩: the real part of a complex product and its sum are 4 operations, in rows that are not empty.
        inner = int(changed.any(axis=1).sum()) * (2 if real_state else 4)
        derivatives.append(((k, _rows(slope, changed, _DERIVATIVE_ROUNDING, real_state) + inner),))
    return GateFlops(
        apply=((k, _rows(unitary, np.abs(unitary) > _ROUNDING, _ROUNDING, real_state)),),
        cotangents=((k, int(moving.sum()) * (2 if real_state else 8)),) if num_angles else (),
        derivatives=tuple(derivatives),
        real=bool(np.abs(unitary.imag).max() <= _ROUNDING),
    )


def _rows(matrix: _Matrix, present: npt.NDArray[np.bool_], rounding: float, real_state: bool) -> int:
    """Count operations of all rows, one block of amplitudes."""
    entries = matrix[present]
    real, imaginary = np.abs(entries.imag) <= rounding, np.abs(entries.real) <= rounding
    on_axis = real | imaginary
    free = on_axis & (np.abs(np.abs(entries) - 1.0) <= rounding)
    additions = int(np.maximum(present.sum(axis=1) - 1, 0).sum())
    if real_state:
        return int((~free).sum()) + additions
    return int(2 * (on_axis & ~free).sum() + 6 * (~on_axis).sum()) + 2 * additions
