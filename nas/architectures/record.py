"""What network a genome stands for: `Architecture`, in a form in which equal networks are equal records."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Literal, TypeAlias

Axis: TypeAlias = Literal["x", "y", "z"]
Embedding: TypeAlias = Literal["angle-x", "angle-y", "angle-z", "amplitude"]
Entangler: TypeAlias = Literal["cx", "cz"]
Measurement: TypeAlias = Literal["z-each", "z-first", "zz-neighbours"]
Activation: TypeAlias = Literal["none", "relu", "tanh"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Layer:
    """One layer of the circuit: columns of rotations, then entanglers.

    Attributes:
        columns: Rotations in order of time; each column holds one axis per qubit, and each entry has one trainable
            angle θ with the gate exp(−iθ/2·P).
        gate: Entangling gate, None without entanglers.
        pairs: (control, target) of each entangler in order of time; for CZ the order in a pair has no effect.
    """

    columns: tuple[tuple[Axis, ...], ...]
    gate: Entangler | None
    pairs: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Hidden:
    """One hidden classical layer: a linear map to `width` values and an activation."""

    width: int
    activation: Activation


@dataclass(frozen=True, slots=True, kw_only=True)
class Architecture:
    """A hybrid network: classical layers, a circuit, classical layers, log-softmax.

    The last classical layer before the circuit is Linear(…, `num_encoded`), the last one after it Linear(…, classes);
    both always exist and have biases.

    Attributes:
        num_qubits: Width n of the circuit.
        embedding: `angle-x`, `angle-y`: a rotation by the value about that axis; `angle-z`: a Hadamard, then a
            rotation about z (a rotation about z alone does nothing to |0⟩); `amplitude`: values padded with zeros to
            2ⁿ and normalised.
        num_encoded: Values that the circuit takes: n for angles, n or 2ⁿ for amplitudes.
        layers: Layers in order of time, at least one.
        reupload: Whether the embedding is repeated before each layer (angles only).
        measurement: ⟨Z⟩ of each qubit, ⟨Z⟩ of qubit 0, or ⟨ZZ⟩ of each pair of neighbours (i, i+1).
        hidden_before: Hidden layers before the circuit.
        hidden_after: Hidden layers after the circuit.
        learning_rate: Learning rate where the space searches it, None where the training settings have it.
        angle_factor: Angles of an angle embedding are so many times the values: 1 as in PennyLane, where ⟨Z⟩ = cos x
            after it; 2 as in FAQNAS's equation (1), where it is cos 2x.
    """

    num_qubits: int
    embedding: Embedding
    num_encoded: int
    layers: tuple[Layer, ...]
    reupload: bool = False
    measurement: Measurement = "z-each"
    hidden_before: tuple[Hidden, ...] = ()
    hidden_after: tuple[Hidden, ...] = ()
    learning_rate: float | None = None
    angle_factor: int = 1

    @property
    def num_weights(self) -> int:
        """Return the number of trainable angles of the circuit: one per qubit and column."""
        return self.num_columns * self.num_qubits

    @property
    def num_columns(self) -> int:
        """Return the number of columns of rotations; the circuit's weights are a (num_columns, num_qubits) array."""
        return sum(len(layer.columns) for layer in self.layers)

    @property
    def num_outputs(self) -> int:
        """Return the number of expectation values that the circuit returns."""
        if self.measurement == "z-first":
            return 1
        return self.num_qubits if self.measurement == "z-each" else self.num_qubits - 1


def num_parameters(architecture: Architecture, num_features: int, num_classes: int) -> int:
    """Count the trainable parameters: weights and biases of the linear layers, and the circuit's angles.

    Example:
        >>> from nas.architectures.record import Hidden, Layer
        >>> layer = Layer(columns=(("y", "y"),), gate="cx", pairs=((0, 1),))
        >>> hidden = (Hidden(width=8, activation="relu"),)
        >>> two = Architecture(
        ...     num_qubits=2, embedding="angle-x", num_encoded=2, layers=(layer,), hidden_before=hidden
        ... )
        >>> num_parameters(two, 4, 3)  # 4·8 + 8, 8·2 + 2, 2, 2·3 + 3
        69
    """
    before = [num_features, *(layer.width for layer in architecture.hidden_before), architecture.num_encoded]
    after = [architecture.num_outputs, *(layer.width for layer in architecture.hidden_after), num_classes]
    linear = sum((a + 1) * b for widths in (before, after) for a, b in pairwise(widths))
    return linear + architecture.num_weights
