"""Many qubits: gate by gate on a state that is changed in place, with memory for few states whatever the depth.

The backward pass undoes the gates on the state and on the derivatives at once (adjoint differentiation), so that no
state is stored. A batch is done in parts whose states fit into a core's cache.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import torch
from torch import Tensor

from nas.engine.chain import Chain, Products, chain_gradients, complex_type, multiply, rotation_chain
from nas.engine.inputs import normalise, normalise_gradients, part_derivatives, product
from nas.engine.plan import Gate, Plan

CHUNK_AMPLITUDES = 2**18
"""Amplitudes that are simulated at once: 2 MB in single precision."""

_SHORT = 16
"""Numbers in a row up to which overlaps are one matrix product, not one for each row."""

Matrix: TypeAlias = list[list[complex]]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class GateTables:
    """Constants of one circuit.

    Attributes:
        plan: The circuit.
        chain: The rotations of each qubit in each stage, as 2 × 2 matrices; None without stages.
    """

    plan: Plan
    chain: Chain | None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class GateState:
    """What the backward pass needs: the arguments, (1, C·n) and (1, batch, encoded)."""

    weights: Tensor
    x: Tensor


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Values:
    """What follows from some samples.

    Attributes:
        parts: Amplitudes of each qubit, (1, n, 2, batch), or normalised rows of amplitudes, (1, batch, 2^n).
        norms: Norms of rows of amplitudes, (1, batch, 1).
        turns: exp(∓i·x/2) of each qubit, (n, 2, batch).
    """

    parts: Tensor
    norms: Tensor | None
    turns: Tensor


def gate_tables(made: Plan, *, dtype: torch.dtype, device: torch.device) -> GateTables:
    """Build the constants of a circuit."""
    if not made.stages:
        return GateTables(plan=made, chain=None)
    n, numbers = made.num_qubits, range(len(made.stages))
    unframed = [(False,) * n] * (len(made.stages) + 1)
    return GateTables(
        plan=made, chain=rotation_chain([made], [unframed], numbers, (1,) * n, dtype=dtype, device=device)
    )


def chunk_rows(num_qubits: int) -> int:
    """Choose how many samples are simulated at once."""
    return max(1, CHUNK_AMPLITUDES >> num_qubits)


def forward(tables: GateTables, weights: Tensor, x: Tensor) -> tuple[Tensor, GateState]:
    """Compute outputs (1, batch, outputs) of weights (1, C·n) and values (1, batch, encoded), and the state."""
    made = tables.plan
    matrices = _matrices(tables, _products(tables, weights))
    outputs = []
    for part in torch.split(x, chunk_rows(made.num_qubits), dim=1):
        state = _final_state(made, matrices, _values(made, part))
        probabilities = torch.view_as_real(state).square().sum(dim=2)
        del state
        outputs.append(_expectations(made, probabilities).mT)
    return torch.cat(outputs).unsqueeze(0), GateState(weights=weights, x=x)


def backward(tables: GateTables, kept: GateState, gradients: Tensor) -> tuple[Tensor, Tensor]:
    """Compute the derivatives with respect to weights (1, C·n) and values (1, batch, encoded)."""
    made, weights = tables.plan, kept.weights
    products = _products(tables, weights)
    matrices = _matrices(tables, products)
    overlaps = weights.new_zeros((len(made.stages), made.num_qubits, 2, 2), dtype=complex_type(weights.dtype))
    rows = chunk_rows(made.num_qubits)
    by_value = [
        _backward_part(made, matrices, part, by_output[0], overlaps)
        for part, by_output in zip(torch.split(kept.x, rows, dim=1), torch.split(gradients, rows, dim=1), strict=True)
    ]
    if tables.chain is None or products is None:
        by_weight = torch.zeros_like(weights)
    else:
        by_weight = chain_gradients(tables.chain, products, overlaps.flatten(0, 1), 1)
    return by_weight, torch.cat(by_value, dim=1)


def _backward_part(made: Plan, matrices: list[list[Matrix]], x: Tensor, gradients: Tensor, overlaps: Tensor) -> Tensor:
    """Compute the derivatives of some samples, (1, batch, encoded); overlaps conj(λ)·ψᵀ are added to `overlaps`.

    `derivative` is the complex conjugate of λ = dL/dRe ψ + i·dL/dIm ψ.
    """
    values = _values(made, x)
    state = _final_state(made, matrices, values)
    derivative = state.conj() * _spread(made, 2.0 * gradients.mT)
    both = (state, derivative)
    _entangle(both, reversed(made.final_gates))
    turned = torch.zeros_like(x[0])
    for number in range(len(made.stages) - 1, -1, -1):
        stage = made.stages[number]
        for qubit, ((a, b), (c, d)) in enumerate(matrices[number]):
            _rotate(state, qubit, [[a.conjugate(), c.conjugate()], [b.conjugate(), d.conjugate()]])
            _rotate(derivative, qubit, [[a, c], [b, d]])
        for qubit in range(made.num_qubits):
            _add_overlap(state, derivative, qubit, overlaps[number, qubit])
        if stage.reupload:
            turned += 0.5 * _z_sums((derivative * state).imag, made.num_qubits).mT
            _turn(derivative, values.turns)
            _turn(state, values.turns.conj())
        _entangle(both, reversed(stage.gates))
    del state, both
    if values.norms is not None:
        return normalise_gradients(derivative.real.mT.unsqueeze(0), values.parts, values.norms, made.num_encoded)
    by_part = part_derivatives(derivative.unsqueeze(0), values.parts, (1,) * made.num_qubits)
    phase = -1.0j if made.phased else 1.0
    by_cosine, by_sine = by_part[0, :, 0].real, (by_part[0, :, 1] * phase).real
    cosine, sine = torch.cos(x[0].mT / 2.0), torch.sin(x[0].mT / 2.0)
    return (0.5 * (by_sine * cosine - by_cosine * sine).mT + turned).unsqueeze(0)


def _products(tables: GateTables, weights: Tensor) -> Products | None:
    return None if tables.chain is None else multiply(tables.chain, weights)


def _matrices(tables: GateTables, products: Products | None) -> list[list[Matrix]]:
    """Compute the 2 × 2 matrices of each stage and qubit, as numbers."""
    if products is None:
        return []
    found: list[list[Matrix]] = products.full.mT.reshape(-1, tables.plan.num_qubits, 2, 2).tolist()
    return found


def _values(made: Plan, x: Tensor) -> _Values:
    n, columns = made.num_qubits, x[0].mT / 2.0
    if made.amplitudes:
        rows, norms = normalise(x, 2**n)
        return _Values(parts=rows, norms=norms, turns=columns)
    sine = torch.sin(columns)
    # Real parts (cos, sin), or (cos, −i·sin) after rotations about x.
    parts = torch.stack((torch.cos(columns), sine * -1.0j if made.phased else sine), dim=1)
    angles = torch.stack((-columns, columns), dim=1)
    return _Values(parts=parts.unsqueeze(0), norms=None, turns=torch.polar(torch.ones_like(angles), angles))


def _final_state(made: Plan, matrices: list[list[Matrix]], values: _Values) -> Tensor:
    """Compute the state at the end, (2^n, batch)."""
    sizes = (1,) * made.num_qubits
    state = product(values.parts, sizes)[0] if values.norms is None else values.parts[0].mT
    state = state.to(complex_type(values.parts.real.dtype)).contiguous()
    for stage, each in zip(made.stages, matrices, strict=True):
        _entangle((state,), stage.gates)
        if stage.reupload:
            _turn(state, values.turns)
        for qubit, matrix in enumerate(each):
            _rotate(state, qubit, matrix)
    _entangle((state,), made.final_gates)
    return state


def _rotate(state: Tensor, qubit: int, matrix: Matrix) -> None:
    """Apply a 2 × 2 matrix to a qubit, in place."""
    (a, b), (c, d) = matrix
    zero, one = state.view(2**qubit, 2, -1).unbind(1)
    new = zero * a
    new.add_(one, alpha=b)
    one.mul_(d).add_(zero, alpha=c)
    zero.copy_(new)


def _entangle(states: Sequence[Tensor], gates: Iterable[Gate]) -> None:
    """Apply entanglers to states, in place."""
    for name, control, target in gates:
        low, high = min(control, target), max(control, target)
        for state in states:
            quarters = state.view(2**low, 2, 2 ** (high - low - 1), 2, -1)
            if name == "cz":
                quarters[:, 1, :, 1].neg_()
                continue
            zero, one = (
                (quarters[:, 1, :, 0], quarters[:, 1, :, 1])
                if control < target
                else (quarters[:, 0, :, 1], quarters[:, 1, :, 1])
            )
            before = zero.clone()
            zero.copy_(one)
            one.copy_(before)


def _turn(state: Tensor, turns: Tensor) -> None:
    """Multiply by phases of each qubit and sample, in place."""
    batch = state.shape[1]
    for qubit, phases in enumerate(turns):
        state.view(2**qubit, 2, -1, batch).mul_(phases.unsqueeze(1))


def _add_overlap(state: Tensor, derivative: Tensor, qubit: int, into: Tensor) -> None:
    """Add Σ conj(λ_i)·ψ_j over samples and the other qubits to a 2 × 2 matrix."""
    left, right = derivative.view(2**qubit, 2, -1), state.view(2**qubit, 2, -1)
    rest = left.shape[2]
    if rest > _SHORT:
        into += torch.bmm(left, right.mT).sum(dim=0)
        return
    # Few columns: one product of all of them, of which the same columns on both sides count.
    gram = torch.mm(left.view(-1, 2 * rest).mT, right.view(-1, 2 * rest)).view(2, rest, 2, rest)
    into += gram.diagonal(dim1=1, dim2=3).sum(dim=2)


def _z_sums(values: Tensor, num_qubits: int) -> Tensor:
    """Sum ±values over basis states with the sign of each qubit's Z, (n, batch), of real values (2^n, batch)."""
    found = []
    for _ in range(num_qubits):
        zero, one = values.view(2, -1, values.shape[1])
        found.append((zero - one).sum(dim=0))
        values = zero + one
    return torch.stack(found)


def _expectations(made: Plan, probabilities: Tensor) -> Tensor:
    """Compute the expectation values (outputs, batch)."""
    if len(made.observables[0]) == 1:
        return _z_sums(probabilities, made.observables[-1][0] + 1)
    found = []
    for _ in made.observables:
        (equal_0, unequal_0), (unequal_1, equal_1) = probabilities.view(2, 2, -1, probabilities.shape[1])
        found.append((equal_0 - unequal_0 - unequal_1 + equal_1).sum(dim=0))
        probabilities = probabilities[: len(probabilities) // 2] + probabilities[len(probabilities) // 2 :]
    return torch.stack(found)


def _spread(made: Plan, by_output: Tensor) -> Tensor:
    """Compute Σ ±by_output for each basis state, (2^n, batch): the transpose of `_expectations`."""
    last = made.observables[-1]
    factors = by_output.new_zeros((2 ** (made.num_qubits - 1 - last[0]), by_output.shape[1]))
    if len(last) == 1:
        for each in by_output.flip(0):
            factors = torch.cat((factors + each, factors - each))
        return factors
    for each in by_output.flip(0):
        zero, one = factors.view(2, -1, factors.shape[1])
        factors = torch.cat((zero + each, one - each, zero - each, one + each))
    return factors
