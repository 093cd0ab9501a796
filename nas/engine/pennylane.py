"""The circuit of an architecture in PennyLane: a QNode, and the torch module of `engine = "pennylane"`."""

from __future__ import annotations

from typing import Any

from hwcost import MissingDependencyError
from nas.architectures.influence import observed_qubits
from nas.architectures.record import Architecture
from nas.architectures.steps import EmbeddingStep, RotationStep, steps

try:
    import pennylane as qml
    import torch
    from torch import nn
except ImportError as error:
    raise MissingDependencyError(
        f'the engine pennylane needs {error.name}, which is not installed; run: pip install "hwcost[nas]"'
    ) from None

_ROTATIONS = {"x": qml.RX, "y": qml.RY, "z": qml.RZ}
_GATES = {"cx": qml.CNOT, "cz": qml.CZ}


def build_qnode(architecture: Architecture, *, device: Any = None, diff_method: str = "backprop") -> qml.QNode:
    """Build the circuit as a QNode of `inputs` (…, num_encoded) and `weights` (num_columns, num_qubits).

    Args:
        architecture: The network.
        device: A PennyLane device; default `default.qubit`.
        diff_method: PennyLane's gradient method.
    """
    if device is None:
        device = qml.device("default.qubit", wires=architecture.num_qubits)

    @qml.qnode(device, interface="torch", diff_method=diff_method)  # type: ignore[untyped-decorator]
    def circuit(inputs: Any, weights: Any) -> list[Any]:
        for step in steps(architecture):
            if isinstance(step, EmbeddingStep):
                _embed(architecture, inputs)
            elif isinstance(step, RotationStep):
                for wire, axis in enumerate(step.axes):
                    _ROTATIONS[axis](weights[step.row, wire], wires=wire)
            else:
                _GATES[step.gate](wires=[step.control, step.target])
        return [
            qml.expval(qml.prod(*(qml.PauliZ(wire) for wire in qubits)) if len(qubits) > 1 else qml.PauliZ(qubits[0]))
            for qubits in observed_qubits(architecture)
        ]

    return circuit


def _embed(architecture: Architecture, inputs: Any) -> None:
    wires = range(architecture.num_qubits)
    if architecture.embedding == "amplitude":
        qml.AmplitudeEmbedding(inputs, wires=wires, pad_with=0.0, normalize=True)
        return
    if architecture.embedding == "angle-z":
        for wire in wires:
            qml.Hadamard(wires=wire)
    if architecture.angle_factor != 1:
        inputs = architecture.angle_factor * inputs
    qml.AngleEmbedding(inputs, wires=wires, rotation=architecture.embedding[-1].upper())


class PennyLaneCircuit(nn.Module):
    """The circuit as a torch module: (batch, num_encoded) to (batch, num_outputs).

    PennyLane computes in double precision and complex128; values are converted on the way in and out, so that results
    of the dtype float32 are rounded ones of float64.
    """

    def __init__(
        self,
        architecture: Architecture,
        *,
        dtype: torch.dtype = torch.float32,
        device: Any = None,
        diff_method: str = "backprop",
    ):
        super().__init__()
        self.architecture = architecture
        self.weights = nn.Parameter(torch.zeros(architecture.num_columns, architecture.num_qubits, dtype=dtype))
        self._qnode = build_qnode(architecture, device=device, diff_method=diff_method)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Compute the expectation values for a batch of encoded values."""
        if x.shape[0] == 0:
            return x.new_zeros(0, self.architecture.num_outputs)
        values = x.double()
        if self.architecture.embedding == "amplitude":
            # A row of zeros has no direction; it stands for |0…0⟩, and nothing flows back through it.
            empty = (values == 0.0).all(dim=1, keepdim=True)
            first = torch.zeros_like(values)
            first[:, 0] = 1.0
            values = torch.where(empty, first, values)
        results = self._qnode(values, self.weights.double())
        return torch.stack([result.reshape(-1).expand(x.shape[0]) for result in results], dim=1).to(x.dtype)
