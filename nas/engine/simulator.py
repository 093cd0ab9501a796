"""The three ways of simulating circuits behind one interface, and when which one is taken: `make_simulator`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal, Protocol, TypeAlias

import torch
from torch import Tensor

from nas.engine import gates as engine_gates
from nas.engine import groups as engine_groups
from nas.engine import whole as engine_whole
from nas.engine.group_tables import group_tables
from nas.engine.memory import keep_freed_memory
from nas.engine.plan import Plan

Method: TypeAlias = Literal["whole", "groups", "gates", "compiled"]

MAX_GROUP_QUBITS = 16
"""Beyond, tables of all basis states grow large, and a core's cache holds few samples' states."""

STORED_AMPLITUDES = 2**22
"""Amplitudes that one forward pass may keep for the backward pass, 32 MB in single precision.

Beyond, the backward pass repeats it for a few samples at a time. That is faster as well: it stays in the cache.
"""

CHUNK_AMPLITUDES = 2**18
"""Amplitudes that are simulated at once where not all are kept, 2 MB in single precision."""


class Simulator(Protocol):
    """Circuits of K candidates, with weights (K, C·n) and values (K, batch, encoded)."""

    def forward(self, weights: Tensor, x: Tensor, *, keep: bool) -> tuple[Tensor, Any]:
        """Compute the outputs (K, batch, outputs) and, if asked to keep it, what `backward` needs."""

    def backward(self, kept: Any, gradients: Tensor) -> tuple[Tensor, Tensor]:
        """Compute the derivatives with respect to the weights and the values."""


def choose_method(plans: Sequence[Plan]) -> Method:
    """Choose the fastest way for circuits of one shape; it depends on nothing but the circuits."""
    n, num_columns = plans[0].num_qubits, max(made.num_live_columns for made in plans)
    if n > MAX_GROUP_QUBITS:
        return "gates"
    if plans[0].reuploads:
        return "groups"
    # At 6 qubits a matrix of the circuit costs as much as the states of a batch.
    return "whole" if n <= 5 or (n == 6 and len(plans) == 1 and num_columns <= 8) else "groups"


def make_simulator(
    plans: Sequence[Plan], *, dtype: torch.dtype, device: torch.device, method: Method | None = None
) -> Simulator:
    """Build a simulator for circuits of one shape.

    Args:
        plans: The circuits of the candidates.
        dtype: Real type.
        device: Where to compute.
        method: How; the fastest way if None.
    """
    method = method or choose_method(plans)
    if method == "compiled":
        from nas.engine.compiled import CompiledCircuits

        return CompiledCircuits(plans, dtype)
    if method == "whole":
        return Whole(plans, dtype, device)
    if device.type == "cpu":
        keep_freed_memory()
    return _Groups(plans, dtype, device) if method == "groups" else _Gates(plans, dtype, device)


def peak_bytes(
    plans: Sequence[Plan], batch: int, dtype: torch.dtype, *, keep: bool, method: Method | None = None
) -> int:
    """Estimate the peak of a forward and, if its state is kept, a backward pass, arguments and results left out.

    Args:
        plans: The circuits of the candidates.
        batch: Samples.
        dtype: Real type.
        keep: Whether derivatives will be asked for.
        method: How; the fastest way if None.
    """
    method = method or choose_method(plans)
    item: int = dtype.itemsize
    n, candidates = plans[0].num_qubits, len(plans)
    num_states = 1 << n
    if method == "whole":
        matrices = (max(made.num_live_columns for made in plans) + 2) * num_states**2 * 2
        return candidates * item * ((4 if keep else 2) * matrices + (8 if keep else 5) * batch * num_states)
    if method == "gates":
        rows = min(batch, engine_gates.chunk_rows(n))
        return item * num_states * rows * (12 if keep else 5)
    stages = max(len(made.stages) for made in plans)
    rows, _ = _group_rows(candidates * num_states, stages, batch, keep=keep)
    working = (2 * stages if keep else 0) + (10 if keep else 6) + (4 if plans[0].reuploads else 0)
    tables = candidates * num_states * (24 * stages + 3 * item * len(plans[0].observables))
    return candidates * num_states * rows * working * item + tables


def _group_rows(amplitudes: int, stages: int, batch: int, *, keep: bool) -> tuple[int, bool]:
    """Choose how many samples are simulated at once, and whether the states of all of them are kept.

    Args:
        amplitudes: Of one sample of all candidates.
        stages: Stages of the circuits.
        batch: Samples.
        keep: Whether states should be kept.
    """
    if keep and batch * amplitudes * (stages + 1) <= STORED_AMPLITUDES:
        return batch, True
    return min(batch, max(1, CHUNK_AMPLITUDES // amplitudes)), False


class Whole:
    """One matrix for each circuit.

    Attributes:
        tables: The circuits' constants.
    """

    def __init__(self, plans: Sequence[Plan], dtype: torch.dtype, device: torch.device):
        self.tables = engine_whole.whole_tables(plans, dtype=dtype, device=device)

    def forward(self, weights: Tensor, x: Tensor, *, keep: bool) -> tuple[Tensor, Any]:
        """As `Simulator.forward`."""
        outputs, state = engine_whole.forward(self.tables, weights, x)
        return outputs, state if keep else None

    def backward(self, kept: Any, gradients: Tensor) -> tuple[Tensor, Tensor]:
        """As `Simulator.backward`."""
        return engine_whole.backward(self.tables, kept, gradients)


class Scaled:
    """Circuits whose values are multiplied by a factor before they are embedded.

    Args:
        simulator: Of the circuits.
        factor: The factor.
    """

    def __init__(self, simulator: Simulator, factor: int):
        self._simulator, self._factor = simulator, factor

    def forward(self, weights: Tensor, x: Tensor, *, keep: bool) -> tuple[Tensor, Any]:
        """As `Simulator.forward`."""
        return self._simulator.forward(weights, self._factor * x, keep=keep)

    def backward(self, kept: Any, gradients: Tensor) -> tuple[Tensor, Tensor]:
        """As `Simulator.backward`."""
        by_weight, by_value = self._simulator.backward(kept, gradients)
        return by_weight, self._factor * by_value


class _Groups:
    """One matrix for each stage and group of qubits."""

    def __init__(self, plans: Sequence[Plan], dtype: torch.dtype, device: torch.device):
        self._amplitudes = len(plans) << plans[0].num_qubits
        self._stages = max(len(made.stages) for made in plans)
        self._tables = group_tables(plans, dtype=dtype, device=device)

    def forward(self, weights: Tensor, x: Tensor, *, keep: bool) -> tuple[Tensor, Any]:
        batch = x.shape[1]
        rows, stored = _group_rows(self._amplitudes, self._stages, batch, keep=keep)
        if stored or rows == batch:
            outputs, state = engine_groups.forward(self._tables, weights, x, keep=stored)
            return outputs, state if stored else (weights, x)
        parts = [
            engine_groups.forward(self._tables, weights, part, keep=False)[0] for part in torch.split(x, rows, dim=1)
        ]
        return torch.cat(parts, dim=1), (weights, x)

    def backward(self, kept: Any, gradients: Tensor) -> tuple[Tensor, Tensor]:
        if isinstance(kept, engine_groups.GroupState):
            return engine_groups.backward(self._tables, kept, gradients)
        weights, x = kept
        rows, _ = _group_rows(self._amplitudes, self._stages, x.shape[1], keep=False)
        by_weight, by_value = torch.zeros_like(weights), []
        for part, by_output in zip(torch.split(x, rows, dim=1), torch.split(gradients, rows, dim=1), strict=True):
            _, state = engine_groups.forward(self._tables, weights, part)
            found, values = engine_groups.backward(self._tables, state, by_output)
            by_weight += found
            by_value.append(values)
        return by_weight, torch.cat(by_value, dim=1)


class _Gates:
    """Gate by gate, one candidate after the other."""

    def __init__(self, plans: Sequence[Plan], dtype: torch.dtype, device: torch.device):
        self._tables = [engine_gates.gate_tables(made, dtype=dtype, device=device) for made in plans]
        self._sizes = [made.num_columns * made.num_qubits for made in plans]

    def forward(self, weights: Tensor, x: Tensor, *, keep: bool) -> tuple[Tensor, Any]:
        found = [
            engine_gates.forward(tables, weights[k : k + 1, :size], x[k : k + 1])
            for k, (tables, size) in enumerate(zip(self._tables, self._sizes, strict=True))
        ]
        return torch.cat([outputs for outputs, _ in found]), [state for _, state in found]

    def backward(self, kept: Any, gradients: Tensor) -> tuple[Tensor, Tensor]:
        found = [
            engine_gates.backward(tables, state, gradients[k : k + 1])
            for k, (tables, state) in enumerate(zip(self._tables, kept, strict=True))
        ]
        # Weights that only make the number equal have no effect.
        longest = max(self._sizes)
        by_weight = [torch.nn.functional.pad(weights, (0, longest - weights.shape[1])) for weights, _ in found]
        return torch.cat(by_weight), torch.cat([values for _, values in found])
