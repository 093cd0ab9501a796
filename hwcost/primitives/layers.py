"""Layers of two-qubit gates, whose noise PEA and PEC learn: `distinct_layers`, and the noise that they add up to."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import TypeAlias

from hwcost.isa.columns import IsaCircuit, Kind

Layer: TypeAlias = frozenset[tuple[str, tuple[int, ...]]]

PROCESS_PER_AVERAGE = 5.0 / 4.0
"""Process infidelity over average gate infidelity of two qubits, (d + 1)/d with d = 4."""


def layers_of(isa: IsaCircuit) -> list[Layer]:
    """Return the layers of two-qubit gates of a circuit, each gate as early as the order of its qubits allows."""
    level = [0] * isa.num_qubits
    layers: list[set[tuple[str, tuple[int, ...]]]] = []
    for name, kind, qubits in zip(isa.names, isa.kinds, isa.qubits, strict=True):
        if kind is Kind.BARRIER and qubits:
            start = max(level[q] for q in qubits)
            for q in qubits:
                level[q] = start
        if kind is not Kind.TWO_QUBIT:
            continue
        start = max(level[q] for q in qubits)
        if start == len(layers):
            layers.append(set())
        layers[start].add((name, qubits))
        for q in qubits:
            level[q] = start + 1
    return [frozenset(layer) for layer in layers]


def distinct_layers(circuits: Iterable[IsaCircuit]) -> dict[Layer, float]:
    """Return the distinct layers of several circuits with the duration of each in seconds."""
    found: dict[Layer, float] = {}
    for isa in circuits:
        duration = {
            (name, qubits): seconds
            for name, qubits, seconds in zip(isa.names, isa.qubits, isa.durations_s, strict=True)
        }
        for layer in layers_of(isa):
            found.setdefault(layer, max(duration[gate] for gate in layer))
    return found


def sampling_overhead(isa: IsaCircuit) -> tuple[float, bool]:
    """Estimate γ², the sampling overhead of cancelling all noise of the two-qubit gates.

    ::

        γ = exp(2 Σ λ),  Σ λ ≈ process infidelity = 5/4 · average gate infidelity
        γ² = exp(5 Σ average gate infidelities)

    First order in the errors; crosstalk and idle qubits, which the learned layers contain too, are not in it.
    Source: van den Berg, Minev, Kandala, Temme, Nature Physics 19, 1116 (2023), arXiv:2201.09866.

    Returns:
        γ², and whether the error of every two-qubit gate is known.
    """
    errors = [error for kind, error in zip(isa.kinds, isa.errors, strict=True) if kind is Kind.TWO_QUBIT]
    known = [error for error in errors if error is not None]
    exponent = 4.0 * PROCESS_PER_AVERAGE * math.fsum(known)
    return math.exp(min(700.0, exponent)), len(known) == len(errors)
