"""What a circuit does, step by step in order of time: `steps`. Every circuit of an architecture is built along it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeAlias

from nas.architectures.record import Architecture, Axis, Entangler


@dataclass(frozen=True, slots=True)
class EmbeddingStep:
    """The data enter the circuit.

    Attributes:
        again: Whether they have entered it before.
    """

    again: bool


@dataclass(frozen=True, slots=True)
class RotationStep:
    """One column of trainable rotations.

    Attributes:
        row: Row of the weights, a (columns, qubits) array.
        axes: Axis on each qubit.
    """

    row: int
    axes: tuple[Axis, ...]


@dataclass(frozen=True, slots=True)
class EntanglingStep:
    """One entangler.

    Attributes:
        gate: The gate.
        control: Its first qubit.
        target: Its second qubit.
    """

    gate: Entangler
    control: int
    target: int


Step: TypeAlias = EmbeddingStep | RotationStep | EntanglingStep


def steps(architecture: Architecture) -> Iterator[Step]:
    """Yield the steps of the circuit up to the measurement, in order of time.

    Example:
        >>> from nas.architectures.record import Layer
        >>> layer = Layer(columns=(("y", "z"),), gate="cx", pairs=((0, 1),))
        >>> for step in steps(Architecture(num_qubits=2, embedding="angle-x", num_encoded=2, layers=(layer,))):
        ...     print(step)
        EmbeddingStep(again=False)
        RotationStep(row=0, axes=('y', 'z'))
        EntanglingStep(gate='cx', control=0, target=1)
    """
    row = 0
    for number, layer in enumerate(architecture.layers):
        if number == 0 or architecture.reupload:
            yield EmbeddingStep(number > 0)
        for axes in layer.columns:
            yield RotationStep(row, axes)
            row += 1
        for control, target in layer.pairs:
            yield EntanglingStep(layer.gate or "cx", control, target)
