"""Another way to a circuit's outputs: one gate after the other on a NumPy state, sharing nothing with the engines."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from nas.architectures.record import Architecture

PAULI = {"x": np.array([[0, 1], [1, 0]]), "y": np.array([[0, -1j], [1j, 0]]), "z": np.diag([1, -1])}
HADAMARD = np.array([[1, 1], [1, -1]]) / np.sqrt(2)


def rotated(state: Any, axis: str, qubit: int, angles: Any) -> Any:
    """A batch (batch, 2, 2, …) after exp(−iθ/2·P), an angle for each."""
    half = np.asarray(angles).reshape(-1, 1, 1) / 2
    return applied(state, np.cos(half) * np.eye(2) - 1j * np.sin(half) * PAULI[axis], qubit)


def applied(state: Any, matrices: Any, qubit: int) -> Any:
    moved = np.moveaxis(state, qubit + 1, 1)
    shape = moved.shape
    result = matrices @ moved.reshape(shape[0], 2, -1)
    return np.moveaxis(result.reshape(shape), 1, qubit + 1)


def entangled(state: Any, gate: str, control: int, target: int) -> Any:
    moved = np.moveaxis(state, (control + 1, target + 1), (1, 2)).copy()
    moved[:, 1] = (
        moved[:, 1, ::-1].copy()
        if gate == "cx"
        else moved[:, 1] * PAULI["z"].diagonal().reshape((1, 2) + (1,) * (moved.ndim - 3))
    )
    return np.moveaxis(moved, (1, 2), (control + 1, target + 1))


def gates_of(architecture: Architecture) -> Iterable[tuple[str, Any, Any]]:
    """(kind, qubits, row of weights) of all gates after the first embedding, in order of time."""
    row = 0
    for number, layer in enumerate(architecture.layers):
        if number and architecture.reupload:
            yield "data", None, None
        for column in layer.columns:
            for qubit, axis in enumerate(column):
                yield axis, qubit, row
            row += 1
        for pair in layer.pairs:
            yield layer.gate, pair, None


def outputs(architecture: Architecture, x: Any, weights: Any, gates: Any = None) -> Any:
    """Expectation values (batch, outputs) for values (batch, num_encoded) and weights (batch, columns, qubits)."""
    n, batch = architecture.num_qubits, len(x)
    state = np.zeros((batch, 2**n), complex)
    if architecture.embedding == "amplitude":
        state[:, : x.shape[1]] = x
        empty = ~state.any(axis=1)
        state[empty, 0] = 1.0
        state /= np.linalg.norm(state, axis=1, keepdims=True)
    else:
        state[:, 0] = 1.0
    state = state.reshape((batch,) + (2,) * n)

    def embedded(state: Any) -> Any:
        for qubit in range(n):
            if architecture.embedding == "angle-z":
                state = applied(state, HADAMARD, qubit)
            state = rotated(state, architecture.embedding[-1], qubit, x[:, qubit])
        return state

    if architecture.embedding != "amplitude":
        state = embedded(state)
    for kind, where, row in gates_of(architecture) if gates is None else gates:
        if kind == "data":
            state = embedded(state)
        elif kind in PAULI:
            state = rotated(state, kind, where, weights[:, row, where])
        else:
            state = entangled(state, kind, *where)
    probabilities = (np.abs(state) ** 2).reshape(batch, -1)
    signs = 1 - 2 * ((np.arange(2**n) >> np.arange(n - 1, -1, -1)[:, None]) & 1)
    if architecture.measurement == "z-first":
        signs = signs[:1]
    elif architecture.measurement == "zz-neighbours":
        signs = signs[:-1] * signs[1:]
    return probabilities @ signs.T


def without_gradient(architecture: Architecture, rng: np.random.Generator, draws: int = 2) -> set[tuple[int, int]]:
    """(column, qubit) of the weights whose parameter-shift derivative of every output is zero at random points."""
    shape = (architecture.num_columns, architecture.num_qubits)
    num_weights = shape[0] * shape[1]
    slopes = np.zeros(num_weights)
    shifts = np.pi / 2 * np.concatenate([np.eye(num_weights), -np.eye(num_weights)])
    for _ in range(draws):
        x = np.tile(rng.normal(size=(1, architecture.num_encoded)), (2 * num_weights, 1))
        weights = rng.uniform(0, 2 * np.pi, num_weights) + shifts
        values = outputs(architecture, x, weights.reshape(-1, *shape))
        slopes = np.maximum(slopes, np.abs(values[:num_weights] - values[num_weights:]).max(axis=1) / 2)
    return {(int(i) // shape[1], int(i) % shape[1]) for i in np.flatnonzero(slopes < 1e-12)}
