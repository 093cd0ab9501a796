"""Constants of circuits whose rotations act as one matrix per stage and group of qubits: `group_tables`."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TypedDict

import numpy as np
import torch
from torch import Tensor

from nas.engine.chain import Chain, PhaseMap, angle_map, complex_type, groups, make_phase_map, rotation_chain
from nas.engine.inputs import product_features
from nas.engine.plan import (
    Complex,
    Index,
    Kind,
    Plan,
    Real,
    Stage,
    boundary,
    frames,
    output_signs,
    signs,
)


def group_sizes(num_qubits: int) -> tuple[int, ...]:
    """Choose the qubits of each group: halves up to 8 qubits, then groups of at most 4.

    >>> [group_sizes(n) for n in (3, 5, 8, 10)]
    [(3,), (3, 2), (4, 4), (4, 3, 3)]
    """
    groups = 1 if num_qubits <= 4 else -(-num_qubits // 4)
    return tuple((num_qubits + groups - 1 - group) // groups for group in range(groups))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class StageTables:
    """How one stage is done for all candidates.

    Attributes:
        kind: What the rotations are; one word for all candidates.
        chain_number: Which matrices of the chain are this stage's; None without matrices.
        diagonal_number: Which phases are this stage's; None without.
        reupload: Whether phases of the embedded values are multiplied in.
        source: Row (of K·2^n) from which each amplitude comes; None if all stay.
        back: The inverse of `source`.
        phase: Constant factor of each row, (K·2^n, 1), real or complex; None if all are 1.
        complex_before: Whether amplitudes are complex before this stage.
    """

    kind: Kind
    chain_number: int | None
    diagonal_number: int | None
    reupload: bool
    source: Tensor | None
    back: Tensor | None
    phase: Tensor | None
    complex_before: bool


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class GroupTables:
    """Constants of the circuits of K candidates.

    Attributes:
        num_candidates: K.
        sizes: Qubits of each group.
        blocks: Blocks of rows on which the matrices of each group act, and their number of rows d: the candidates times
            the states of the groups before, and 2 to the number of qubits.
        stages: Stages in order of time.
        chain: Matrices of all stages and groups, each padded to the largest group; None without any.
        diagonals: Phases of diagonal stages; None without any.
        sums: (K, G·d, n) map from angles to arguments of features of each group.
        shifts: (K, G·d, 1) offsets of the arguments.
        mix: (K·G, d, d) map from features to amplitudes of each group.
        turns: (K, G·d, n) map from angles to phases of a repeated embedding.
        turns_back: (K, n, 2^n) map from overlaps of these phases, of all basis states, to derivatives.
        outputs: (K, outputs, 2^n) weights of probabilities.
        gradients: (K, 2^n, outputs): twice the same, transposed.
        num_encoded: Values that the circuit takes.
        num_weights: Weights C·n of each candidate, those that make the number equal included.
        amplitudes: Whether the values are amplitudes.
    """

    num_candidates: int
    sizes: tuple[int, ...]
    blocks: tuple[tuple[int, int], ...]
    stages: tuple[StageTables, ...]
    chain: Chain | None
    diagonals: PhaseMap | None
    sums: Tensor
    shifts: Tensor
    mix: Tensor
    turns: Tensor
    turns_back: Tensor
    outputs: Tensor
    gradients: Tensor
    num_encoded: int
    num_weights: int
    amplitudes: bool

    @property
    def num_states(self) -> int:
        """Return the number of basis states 2^n."""
        return self.outputs.shape[2]


def group_tables(plans: Sequence[Plan], *, dtype: torch.dtype, device: torch.device) -> GroupTables:
    """Build the constants of circuits of one shape: same qubits, values, outputs and re-uploading."""
    length = max(len(made.stages) for made in plans)
    plans = [_padded(made, length) for made in plans]
    kinds = [_common_kind([made.stages[number].kind() for made in plans]) for number in range(length)]
    seen = [frames(made, kinds) for made in plans]
    # Phases right before matrices that are complex anyway become part of these.
    merged = bool(kinds) and kinds[0] == "full" and not any(made.stages[0].gates for made in plans)
    stages = []
    is_complex = False
    for number, kind in enumerate(kinds):
        factors = None if merged and number == 0 else _boundaries(plans, seen, number)
        reupload = plans[0].stages[number].reupload
        stages.append(
            StageTables(
                kind=kind,
                chain_number=sum(other in _MATRICES for other in kinds[:number]) if kind in _MATRICES else None,
                diagonal_number=kinds[:number].count("diagonal") if kind == "diagonal" else None,
                reupload=reupload,
                complex_before=is_complex,
                **_boundary_tensors(factors, dtype, device),
            )
        )
        is_complex |= reupload or kind in ("full", "diagonal") or (factors is not None and bool(factors[1].imag.any()))
    return _with_constants(plans, kinds, seen, tuple(stages), merged, dtype, device)


_MATRICES = ("real", "full")


def _with_constants(
    plans: Sequence[Plan],
    kinds: Sequence[Kind],
    seen: Sequence[list[tuple[bool, ...]]],
    stages: tuple[StageTables, ...],
    merged: bool,
    dtype: torch.dtype,
    device: torch.device,
) -> GroupTables:
    """Build the tables around the stages."""

    def real(array: Real) -> Tensor:
        return torch.as_tensor(np.ascontiguousarray(array), dtype=dtype, device=device)

    n, candidates = plans[0].num_qubits, len(plans)
    sizes = group_sizes(n)
    sums, shifts, turns, mix = _group_features(sizes)
    outputs = np.stack([output_signs(made).T for made in plans])
    with_matrices = [number for number, kind in enumerate(kinds) if kind in _MATRICES]
    diagonal = [number for number, kind in enumerate(kinds) if kind == "diagonal"]
    return GroupTables(
        num_candidates=candidates,
        sizes=sizes,
        blocks=tuple((candidates << start, 1 << size) for start, size in groups(sizes)),
        stages=stages,
        chain=rotation_chain(plans, seen, with_matrices, sizes, merged=merged, dtype=dtype, device=device)
        if with_matrices
        else None,
        diagonals=_diagonals(plans, diagonal, dtype, device) if diagonal else None,
        sums=real(sums).expand(candidates, -1, -1),
        shifts=real(shifts).expand(candidates, -1, -1),
        mix=real(mix).repeat(candidates, 1, 1),
        turns=real(turns).expand(candidates, -1, -1),
        turns_back=real(0.5 * signs(n)).expand(candidates, -1, -1),
        outputs=real(outputs),
        gradients=real(2.0 * outputs.swapaxes(1, 2)),
        num_encoded=plans[0].num_encoded,
        num_weights=max(made.num_columns for made in plans) * n,
        amplitudes=plans[0].amplitudes,
    )


def _padded(made: Plan, length: int) -> Plan:
    """Return the plan with stages in which nothing happens at the end, so that all candidates have as many."""
    if len(made.stages) == length:
        return made
    # Entanglers after the last rotation stay where they are: they follow the empty stages as well.
    empty = Stage()
    return replace(made, stages=made.stages + (empty,) * (length - len(made.stages)))


def _common_kind(kinds: Sequence[Kind]) -> Kind:
    """Choose how a stage is done for all candidates."""
    found = set(kinds) - {"nothing"}
    return "nothing" if not found else found.pop() if len(found) == 1 else "full"


def _boundaries(plans: Sequence[Plan], seen: Sequence[list[tuple[bool, ...]]], number: int) -> tuple[Index, Complex]:
    """Compute the sources and phases of entanglers and frames before the rotations of a stage, for K·2^n rows."""
    found = [
        boundary(made.stages[number].gates, of_plan[number], of_plan[number + 1])
        for made, of_plan in zip(plans, seen, strict=True)
    ]
    num_states = 2 ** plans[0].num_qubits
    sources = np.concatenate([source + k * num_states for k, (source, _) in enumerate(found)])
    return sources, np.concatenate([phase for _, phase in found])


class _Boundary(TypedDict):
    source: Tensor | None
    back: Tensor | None
    phase: Tensor | None


def _boundary_tensors(factors: tuple[Index, Complex] | None, dtype: torch.dtype, device: torch.device) -> _Boundary:
    """Compute the tensors of a boundary, None for what changes nothing."""
    if factors is None:
        return _Boundary(source=None, back=None, phase=None)
    source, phase = factors
    moves, turns, is_complex = (source != np.arange(len(source))).any(), (phase != 1.0).any(), phase.imag.any()
    column = torch.as_tensor(phase if is_complex else phase.real, device=device)[:, None]
    return _Boundary(
        source=torch.tensor(source, device=device) if moves else None,
        back=torch.as_tensor(np.argsort(source), device=device) if moves else None,
        phase=column.to(complex_type(dtype) if is_complex else dtype) if turns else None,
    )


def _diagonals(plans: Sequence[Plan], numbers: Sequence[int], dtype: torch.dtype, device: torch.device) -> PhaseMap:
    """Compute the phases of these stages, one after the other, for all basis states."""
    n, num_rows = plans[0].num_qubits, max(made.num_columns for made in plans)
    found = []
    for made in plans:
        maps = np.zeros((num_rows, n, len(numbers), 2**n))
        for place, stage in enumerate(made.stages[number] for number in numbers):
            if stage.columns:
                maps[:, :, place] = angle_map(list(stage.columns), list(stage.rows), num_rows).sum(axis=2)
        found.append(maps.reshape(num_rows * n, math.prod(maps.shape[2:])))
    return make_phase_map(found, 1.0, dtype=dtype, device=device)


def _group_features(sizes: tuple[int, ...]) -> tuple[Real, Real, Real, Real]:
    """Compute `sums`, `shifts`, `turns` and `mix` of `GroupTables` for one candidate."""
    n, largest = sum(sizes), max(sizes)
    half_sums, half_shifts, half_mix = product_features(largest)
    num_states = 2**largest
    sums, turns = np.zeros((2, len(sizes), num_states, n))
    for group, (start, size) in enumerate(groups(sizes)):
        sums[group, :, start : start + size] = half_sums[largest - size :].T
        turns[group, :, start : start + size] = -0.5 * signs(largest)[largest - size :].T
    shifts = np.tile(half_shifts, len(sizes))[:, None]
    mix = np.tile(half_mix, (len(sizes), 1, 1))
    return sums.reshape(-1, n), shifts, turns.reshape(-1, n), mix
