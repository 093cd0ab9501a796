"""Larger circuits: batches of states, on which the rotations of a stage act as one matrix per group of qubits.

The rotations of a stage are a Kronecker product; its factors for a half (or, from 9 qubits on, a third) of the register
are small matrices, and applying them is one matrix product each. States are (K·2^n, batch): entanglers move whole rows.
Arithmetic is real until the first stage whose matrices or phases are not.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from nas.engine.chain import Products, chain_gradients, complex_type, multiply, phase_gradients, phases
from nas.engine.group_tables import GroupTables, StageTables
from nas.engine.inputs import normalise, normalise_gradients, part_derivatives, product


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class GroupState:
    """What the backward pass needs.

    Attributes:
        products: Matrices of all stages; None without any.
        states: State before the rotations of each stage, and at the end, (K·2^n, batch), if kept.
        factors: Phases of each stage but those of embedded values, (K·2^n, 1).
        turns: Phases of a repeated embedding, (K·2^n, batch).
        arguments: Arguments of features, (K, G·d, batch), or norms of amplitudes, (K, batch, 1).
        parts: Amplitudes of each group, (K, G, d, batch), or rows of normalised amplitudes, (K, batch, 2^n).
    """

    products: Products | None
    states: tuple[Tensor, ...]
    factors: tuple[Tensor | None, ...]
    turns: Tensor | None
    arguments: Tensor
    parts: Tensor


def forward(tables: GroupTables, weights: Tensor, x: Tensor, *, keep: bool = True) -> tuple[Tensor, GroupState]:
    """Compute the outputs (K, batch, outputs) of weights (K, C·n) and values (K, batch, encoded), and what `backward`
    needs.

    Without `keep` no states are kept, and `backward` cannot follow.
    """
    products = multiply(tables.chain, weights) if tables.chain is not None else None
    matrices = _matrices(tables, products)
    diagonals = phases(tables.diagonals, weights) if tables.diagonals is not None else None
    turns = _turns(tables, x) if any(stage.reupload for stage in tables.stages) else None
    state, arguments, parts = _initial(tables, x)
    states, factors = [], []
    fresh = False  # whether the state is not needed elsewhere, so that it may be changed in place
    for stage in tables.stages:
        factor = _factor(tables, stage, diagonals)
        if stage.source is not None:
            state, fresh = state.index_select(0, stage.source), True
        if factor is not None:
            state = state.mul_(factor) if fresh and state.dtype == factor.dtype else state * factor
        if stage.reupload and turns is not None:
            state = state * turns
        if stage.kind == "full" and not state.is_complex():
            state = state.to(complex_type(state.dtype))
        if keep:
            states.append(state)
            factors.append(factor)
        fresh = stage.chain_number is not None
        if stage.chain_number is not None:
            state = _apply(tables, matrices[stage.chain_number], state)
    return _outputs(tables, state), GroupState(
        products=products,
        states=(*states, state) if keep else (),
        factors=tuple(factors),
        turns=turns,
        arguments=arguments,
        parts=parts,
    )


def backward(tables: GroupTables, kept: GroupState, gradients: Tensor) -> tuple[Tensor, Tensor]:
    """Compute the derivatives with respect to weights (K, C·n) and values (K, batch, encoded)."""
    candidates = tables.num_candidates
    adjoints = _matrices(tables, kept.products, adjoint=True)
    overlaps: list[Tensor] = []
    diagonals: list[Tensor] = []
    turned: Tensor | None = None
    derivative = _output_derivatives(tables, gradients, kept.states[-1])
    for stage, state, factor in zip(
        reversed(tables.stages), reversed(kept.states[:-1]), reversed(kept.factors), strict=True
    ):
        if stage.chain_number is not None:
            derivative = _apply(tables, adjoints[stage.chain_number], derivative)
            overlaps[:0] = _overlaps(tables, stage, state, derivative)
        if stage.kind == "diagonal":
            diagonals.insert(0, torch.linalg.vecdot(derivative, state).view(candidates, -1))
        if stage.reupload and kept.turns is not None:
            found = (derivative.conj() * state).imag
            turned = found if turned is None else turned + found
            derivative.mul_(kept.turns.conj_physical())
        if factor is not None:
            derivative.mul_(factor.conj_physical() if factor.is_complex() else factor)
        if derivative.is_complex() and not stage.complex_before:
            derivative = derivative.real.contiguous()
        if stage.back is not None:
            derivative = derivative.index_select(0, stage.back)
    weights = _weight_gradients(tables, kept, overlaps, diagonals)
    return weights, _input_gradients(tables, kept, derivative, turned)


def _matrices(tables: GroupTables, products: Products | None, *, adjoint: bool = False) -> list[tuple[Tensor, ...]]:
    """Compute for each stage the matrices of all groups, (blocks, d, d): the matrices, or their adjoints.

    A group's matrix comes once for each block of rows that it acts on, candidates times states of the groups before.
    """
    if products is None:
        return []
    kinds = [stage.kind for stage in tables.stages if stage.chain_number is not None]
    # Products are kept transposed: their complex conjugates are the adjoints.
    by_kind: dict[str, list[tuple[Tensor, ...]]] = {}
    if "real" in kinds:
        by_kind["real"] = _by_group(tables, products.full.real.contiguous(), transpose=not adjoint)
    if "full" in kinds:
        full = products.full.conj_physical() if adjoint else products.full
        by_kind["full"] = _by_group(tables, full, transpose=not adjoint)
    return [tuple(group[number] for group in by_kind[kind]) for number, kind in enumerate(kinds)]


def _by_group(tables: GroupTables, matrices: Tensor, *, transpose: bool) -> list[tuple[Tensor, ...]]:
    """Return for each group the matrices of all stages, (blocks, d, d)."""
    candidates, groups, largest = tables.num_candidates, len(tables.sizes), matrices.shape[-1]
    matrices = matrices.view(candidates, -1, groups, largest, largest)
    if transpose:
        matrices = matrices.mT
    found = []
    for group, (blocks, d) in enumerate(tables.blocks):
        of_group = matrices[:, :, group] if d == largest else matrices[:, :, group, :d, :d]
        if candidates > 1:
            of_group = of_group.transpose(0, 1).unsqueeze(2).expand(-1, -1, blocks // candidates, -1, -1)
            of_group = of_group.reshape(-1, blocks, d, d)
        elif blocks > 1:
            of_group = of_group.transpose(0, 1).expand(-1, blocks, -1, -1)
        else:
            of_group = of_group.transpose(0, 1)
        found.append(of_group.unbind(0))
    return found


def _apply(tables: GroupTables, matrices: tuple[Tensor, ...], state: Tensor) -> Tensor:
    """Apply the matrices of all groups to a state."""
    pairs = state.is_complex() and not matrices[0].is_complex()
    work = torch.view_as_real(state) if pairs else state
    for matrix, (blocks, d) in zip(matrices, tables.blocks, strict=True):
        work = torch.bmm(matrix, work.view(blocks, d, -1))
    return torch.view_as_complex(work.view(*state.shape, 2)) if pairs else work.view(state.shape)


def _overlaps(tables: GroupTables, stage: StageTables, state: Tensor, derivative: Tensor) -> list[Tensor]:
    """Compute Σ conj(λ)·ψᵀ over samples and the other groups, (K, d, d), for each group of a stage."""
    if stage.kind == "full":
        left, right = derivative.conj_physical(), state
    elif state.is_complex():
        left, right = torch.view_as_real(derivative), torch.view_as_real(state)
    else:
        left, right = derivative, state
    candidates, largest = tables.num_candidates, max(tables.sizes)
    each = []
    for size, (blocks, d) in zip(tables.sizes, tables.blocks, strict=True):
        found = torch.bmm(left.view(blocks, d, -1), right.view(blocks, d, -1).mT)
        if blocks > candidates:
            found = found.view(candidates, -1, d, d).sum(dim=1)
        if size < largest:
            missing = 2**largest - d
            found = torch.nn.functional.pad(found, (0, missing, 0, missing))
        each.append(found)
    return each


def _factor(tables: GroupTables, stage: StageTables, diagonals: Tensor | None) -> Tensor | None:
    """Compute the phases of a stage, (K·2^n, 1), but those of embedded values."""
    if stage.diagonal_number is None or diagonals is None:
        return stage.phase
    start = stage.diagonal_number * tables.num_states
    trained = diagonals[:, start : start + tables.num_states].reshape(-1, 1)
    return trained if stage.phase is None else trained * stage.phase


def _initial(tables: GroupTables, x: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Prepare the state before the first stage, real, (K·2^n, batch), and `arguments` and `parts` of `GroupState`."""
    if tables.amplitudes:
        rows, norms = normalise(x, tables.num_states)
        return rows.mT.contiguous().view(-1, x.shape[1]), norms, rows
    arguments = torch.baddbmm(tables.shifts, tables.sums, x.mT)
    candidates, groups = tables.num_candidates, len(tables.sizes)
    parts = torch.bmm(tables.mix, torch.sin(arguments).view(candidates * groups, -1, x.shape[1]))
    parts = parts.view(candidates, groups, -1, x.shape[1])
    return product(parts, tables.sizes).view(-1, x.shape[1]), arguments, parts


def _turns(tables: GroupTables, x: Tensor) -> Tensor:
    """Compute the phases exp(−i/2·Σ ±x) of a repeated embedding, (K·2^n, batch)."""
    angles = torch.bmm(tables.turns, x.mT)
    parts = torch.polar(torch.ones((), dtype=x.dtype, device=x.device), angles)
    return product(parts.view(len(x), len(tables.sizes), -1, x.shape[1]), tables.sizes).view(-1, x.shape[1])


def _outputs(tables: GroupTables, state: Tensor) -> Tensor:
    """Compute the expectation values (K, batch, outputs)."""
    batch = state.shape[1]
    parts = torch.view_as_real(state) if state.is_complex() else state
    sums = torch.bmm(tables.outputs, (parts * parts).view(tables.num_candidates, tables.num_states, -1))
    if state.is_complex():
        sums = sums.view(tables.num_candidates, -1, batch, 2).sum(dim=3)
    return sums.mT


def _output_derivatives(tables: GroupTables, gradients: Tensor, state: Tensor) -> Tensor:
    """Compute dL/dRe ψ + i·dL/dIm ψ of the last state, (K·2^n, batch)."""
    by_output = gradients.mT
    if not state.is_complex():
        return torch.bmm(tables.gradients, by_output).view_as(state) * state
    twice = by_output.unsqueeze(3).expand(-1, -1, -1, 2).flatten(2)
    factors = torch.bmm(tables.gradients, twice).view(*state.shape, 2)
    return torch.view_as_complex(factors * torch.view_as_real(state))


def _weight_gradients(tables: GroupTables, kept: GroupState, overlaps: list[Tensor], diagonals: list[Tensor]) -> Tensor:
    """Compute the derivatives with respect to the weights, (K, C·n), from overlaps in order of time."""
    found: Tensor | None = None
    if tables.chain is not None and kept.products is not None:
        full = kept.products.full
        in_order = torch.stack(overlaps, dim=1) if len(overlaps) > 1 else overlaps[0]
        found = chain_gradients(tables.chain, kept.products, in_order.view(full.shape), tables.num_candidates)
    if tables.diagonals is not None:
        by_phase = phase_gradients(tables.diagonals, torch.cat(diagonals, dim=1))
        found = by_phase if found is None else found + by_phase
    return tables.outputs.new_zeros((tables.num_candidates, tables.num_weights)) if found is None else found


def _input_gradients(tables: GroupTables, kept: GroupState, derivative: Tensor, turned: Tensor | None) -> Tensor:
    """Compute the derivatives with respect to the values, (K, batch, encoded), from those of the initial state."""
    candidates, batch = tables.num_candidates, derivative.shape[1]
    derivative = derivative.view(candidates, tables.num_states, batch)
    if tables.amplitudes:
        return normalise_gradients(derivative.mT, kept.parts, kept.arguments, tables.num_encoded)
    by_part = part_derivatives(derivative, kept.parts, tables.sizes)
    by_feature = torch.bmm(tables.mix.mT, by_part.view(-1, *by_part.shape[2:])).view_as(kept.arguments)
    found = torch.bmm(tables.sums.mT, by_feature * torch.cos(kept.arguments))
    if turned is not None:
        found = torch.baddbmm(found, tables.turns_back, turned.view(candidates, tables.num_states, batch))
    return found.mT
