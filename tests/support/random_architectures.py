"""Random architectures of all kinds, and the circuits they stand for, gate by gate in PennyLane."""

from __future__ import annotations

import random
from typing import Any

from nas.architectures.record import Architecture, Layer

EMBEDDINGS = ("angle-x", "angle-y", "angle-z", "amplitude")
MEASUREMENTS = ("z-each", "z-first", "zz-neighbours")


def random_pairs(rng: random.Random, num_qubits: int) -> tuple[tuple[int, int], ...]:
    """Entanglers along a chain, around a circle, at a distance, or anywhere; sometimes none."""
    n = num_qubits
    if n == 1:
        return ()
    pattern = rng.choice(("linear", "circular", "ranged", "any", "none"))
    if pattern == "linear":
        return tuple((i, i + 1) for i in range(n - 1))
    if pattern == "circular":
        return tuple((i, (i + 1) % n) for i in range(n if n > 2 else 1))
    if pattern == "ranged":
        distance = rng.randrange(1, n)
        return tuple((i, (i + distance) % n) for i in range(n))
    if pattern == "any":
        return tuple(tuple(rng.sample(range(n), 2)) for _ in range(rng.randrange(1, 2 * n)))  # type: ignore[misc]
    return ()


def random_layer(rng: random.Random, num_qubits: int) -> Layer:
    """Up to three columns, of one axis each or of an axis per qubit, then entanglers."""
    style = rng.choice(("one axis", "one axis", "any", "all z", "none"))
    num_columns = {"one axis": rng.choice((1, 1, 2, 3)), "any": rng.choice((1, 3)), "all z": 1, "none": 0}[style]
    columns: list[Any] = []
    for _ in range(num_columns):
        if style == "any":
            columns.append(tuple(rng.choice("xyz") for _ in range(num_qubits)))
        else:
            columns.append((rng.choice("xyz") if style == "one axis" else "z",) * num_qubits)
    pairs = random_pairs(rng, num_qubits)
    gate = rng.choice(("cx", "cz")) if pairs else rng.choice((None, "cx"))
    return Layer(columns=tuple(columns), gate=gate, pairs=pairs)  # type: ignore[arg-type]


def random_architecture(
    rng: random.Random,
    *,
    num_qubits: int | None = None,
    embedding: str | None = None,
    measurement: str | None = None,
    reupload: bool | None = None,
    axes: str | None = None,
) -> Architecture:
    """An architecture with whatever is not given drawn at random; `axes` limits the rotations."""
    n = num_qubits if num_qubits is not None else rng.choice((1, 2, 2, 3, 3, 4, 4, 5, 6, 7))
    embedding = embedding or rng.choice(EMBEDDINGS)
    measurement = measurement or rng.choice(MEASUREMENTS if n > 1 else MEASUREMENTS[:2])
    if reupload is None:
        reupload = embedding != "amplitude" and rng.random() < 0.3
    layers = [random_layer(rng, n) for _ in range(rng.choice((1, 2, 2, 3, 4)))]
    if axes is not None:
        layers = [
            Layer(columns=((rng.choice(axes),) * n,), gate=layer.gate, pairs=layer.pairs)  # type: ignore[arg-type]
            for layer in layers
        ]
    return Architecture(
        num_qubits=n,
        embedding=embedding,  # type: ignore[arg-type]
        num_encoded=rng.choice((n, 2**n)) if embedding == "amplitude" else n,
        layers=tuple(layers),
        reupload=reupload,
        measurement=measurement,  # type: ignore[arg-type]
    )


def pennylane_outputs(architecture: Architecture, weights: Any, x: Any) -> Any:
    """Outputs (batch, outputs) of the circuit on default.qubit, differentiable by torch."""
    import pennylane as qml
    import torch

    n = architecture.num_qubits
    rotations = {"x": qml.RX, "y": qml.RY, "z": qml.RZ}

    observables = {
        "z-each": [qml.PauliZ(qubit) for qubit in range(n)],
        "z-first": [qml.PauliZ(0)],
        "zz-neighbours": [qml.PauliZ(qubit) @ qml.PauliZ(qubit + 1) for qubit in range(n - 1)],
    }[architecture.measurement]

    def embed() -> None:
        for qubit in range(n):
            if architecture.embedding == "angle-z":
                qml.Hadamard(wires=qubit)
            rotations[architecture.embedding[-1]](x[:, qubit], wires=qubit)

    def circuit() -> Any:
        if architecture.embedding == "amplitude":
            qml.AmplitudeEmbedding(x, wires=range(n), pad_with=0.0, normalize=True)
        row = 0
        for number, layer in enumerate(architecture.layers):
            if architecture.embedding != "amplitude" and (number == 0 or architecture.reupload):
                embed()
            for column in layer.columns:
                for qubit, axis in enumerate(column):
                    rotations[axis](weights[row, qubit], wires=qubit)
                row += 1
            for pair in layer.pairs:
                (qml.CNOT if layer.gate == "cx" else qml.CZ)(wires=pair)
        return [qml.expval(observable) for observable in observables]

    device = qml.device("default.qubit", wires=n)
    return torch.stack(qml.QNode(circuit, device, interface="torch", diff_method="backprop")(), dim=-1)
