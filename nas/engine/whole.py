"""Small circuits as one matrix: amplitudes of the outputs = matrix of the circuit @ features of the inputs.

Up to `MAX_QUBITS` the matrix of the whole circuit is smaller than a batch of states. It is built once per step from the
weights, constants and phases alone (`engine_chain`), and a batch costs three small matrix products.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from nas.engine.chain import Chain, Products, angle_map, chain_gradients, make_chain, multiply
from nas.engine.inputs import normalise, normalise_gradients, product_features
from nas.engine.plan import (
    CONSTANTS,
    Complex,
    Plan,
    Real,
    boundary,
    framed_column,
    frames,
    kron,
    output_signs,
    rotation_links,
)

MAX_QUBITS = 5


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class WholeTables:
    """Constants of the circuits of K candidates (K = 1 also stands for any number of equal circuits).

    Attributes:
        chain: The circuit's matrix, from features to amplitudes.
        sums: (N, n) map from angles to arguments of features, None for amplitudes.
        shifts: (N) offsets of the arguments.
        outputs: (K, rows of amplitudes, outputs): weights of squared amplitudes.
        gradients: (K, outputs, rows of amplitudes): twice the same, transposed.
        real: Whether all amplitudes are real.
        num_states: N = 2^n.
        num_encoded: Values that the circuit takes.
    """

    chain: Chain
    sums: Tensor | None
    shifts: Tensor
    outputs: Tensor
    gradients: Tensor
    real: bool
    num_states: int
    num_encoded: int


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class WholeState:
    """What the backward pass needs."""

    products: Products
    matrix: Tensor
    features: Tensor
    arguments: Tensor
    amplitudes: Tensor


def whole_tables(plans: Sequence[Plan], *, dtype: torch.dtype, device: torch.device) -> WholeTables:
    """Build the constants of circuits of one shape, without re-uploading."""
    n, amplitudes = plans[0].num_qubits, plans[0].amplitudes
    num_states = 2**n
    sums, shifts, mix = product_features(n)
    start = np.eye(num_states, dtype=complex) if amplitudes else mix.astype(complex)
    num_rows = max(made.num_columns for made in plans)
    found = [_links(made, start) for made in plans]
    num_factors = max(len(columns) for _, columns, _, _ in found)
    links, angles = [], []
    for matrices, columns, rows, _ in found:
        missing = num_factors - len(columns)
        links.append(np.stack(matrices + [np.eye(num_states, dtype=complex)] * missing))
        padded = angle_map(columns + ["i" * n] * missing, rows + [0] * missing, num_rows)
        angles.append(padded.reshape(num_rows * n, num_factors * num_states))
    real = all(is_real for *_, is_real in found)
    outputs = np.stack([np.repeat(output_signs(made), 1 if real else 2, axis=0) for made in plans])

    def tensor(array: Real) -> Tensor:
        return torch.as_tensor(np.ascontiguousarray(array), dtype=dtype, device=device)

    return WholeTables(
        # `chain_gradients` takes states of norm 1; these features have the squared norm N/2.
        chain=make_chain(
            np.stack(links, axis=1), angles, 1.0 if amplitudes else num_states / 2.0, dtype=dtype, device=device
        ),
        sums=None if amplitudes else tensor(sums.T),
        shifts=tensor(shifts),
        outputs=tensor(outputs),
        gradients=tensor(2.0 * outputs.swapaxes(1, 2)),
        real=real,
        num_states=num_states,
        num_encoded=plans[0].num_encoded,
    )


def _links(made: Plan, start: Complex) -> tuple[list[Complex], list[str], list[int], bool]:
    """Return constants between columns of rotations, the columns, their rows, and whether the amplitudes are real."""
    n = made.num_qubits
    kinds = [stage.kind() for stage in made.stages]
    seen = frames(made, kinds)
    constant = start
    links: list[Complex] = []
    columns: list[str] = []
    rows: list[int] = []
    real = True
    for stage, kind, before, after in zip(made.stages, kinds, seen, seen[1:], strict=False):
        source, phase = boundary(stage.gates, before, after)
        constant = kron([CONSTANTS[stage.constant]] * n) @ (phase[:, None] * constant[source])
        real = real and kind == "real" and not phase.imag.any()
        framed = [framed_column(column, after) for column in stage.columns]
        *between, constant = rotation_links(framed, constant)
        links += between
        columns += framed
        rows += stage.rows
    if not columns:
        # Nothing can be trained, but a product needs a factor.
        return [constant, np.eye(2**n, dtype=complex)], ["i" * n], [0], real
    return [*links, constant], columns, rows, real


def forward(tables: WholeTables, weights: Tensor, x: Tensor) -> tuple[Tensor, WholeState]:
    """Compute outputs (K, batch, outputs) of weights (K, C·n) and values (K, batch, encoded), and the state."""
    products = multiply(tables.chain, weights)
    matrix = products.full.real.contiguous() if tables.real else torch.view_as_real(products.full).flatten(2)
    if tables.sums is None:
        features, arguments = normalise(x, tables.num_states)
    else:
        arguments = torch.nn.functional.linear(x, tables.sums, tables.shifts)
        features = torch.sin(arguments)
    amplitudes = torch.bmm(features, matrix)
    outputs = torch.bmm(amplitudes * amplitudes, tables.outputs)
    return outputs, WholeState(
        products=products, matrix=matrix, features=features, arguments=arguments, amplitudes=amplitudes
    )


def backward(tables: WholeTables, state: WholeState, gradients: Tensor) -> tuple[Tensor, Tensor]:
    """Compute the derivatives with respect to weights (K, C·n) and values (K, batch, encoded)."""
    candidates = len(gradients)
    turned = torch.bmm(gradients, tables.gradients) * state.amplitudes
    # Features are real: their overlap with λ before the circuit is conj(Σ f·λᵀ)·A, which comes transposed.
    overlaps = torch.bmm(state.features.mT, turned)
    if tables.real:
        overlaps = torch.bmm(state.matrix, overlaps.mT)
    else:
        complex_overlaps = torch.view_as_complex(overlaps.view(*overlaps.shape[:2], -1, 2))
        overlaps = torch.bmm(state.products.full, complex_overlaps.mH)
    weights = chain_gradients(tables.chain, state.products, overlaps, candidates)
    by_feature = torch.bmm(turned, state.matrix.mT)
    if tables.sums is None:
        return weights, normalise_gradients(by_feature, state.features, state.arguments, tables.num_encoded)
    return weights, torch.matmul(by_feature * torch.cos(state.arguments), tables.sums)
