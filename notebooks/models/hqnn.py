"""A hybrid network for images of 28 × 28 pixels: Linear(784, 8), a circuit of 8 qubits, Linear(8, 10)."""

import pennylane as qml
import torch

NUM_QUBITS = 8


def hqnn() -> torch.nn.Module:
    """The network; `hwcost estimate-model notebooks/models/hqnn.py:hqnn --sample 784` costs it."""

    @qml.qnode(qml.device("default.qubit", wires=NUM_QUBITS))
    def circuit(inputs, weights):  # type: ignore[no-untyped-def]
        qml.AngleEmbedding(inputs, wires=range(NUM_QUBITS))
        qml.BasicEntanglerLayers(weights, wires=range(NUM_QUBITS), rotation=qml.RY)
        return [qml.expval(qml.PauliZ(wire)) for wire in range(NUM_QUBITS)]

    return torch.nn.Sequential(
        torch.nn.Linear(784, NUM_QUBITS),
        qml.qnn.TorchLayer(circuit, {"weights": (2, NUM_QUBITS)}),
        torch.nn.Linear(NUM_QUBITS, 10),
        torch.nn.LogSoftmax(-1),
    )
