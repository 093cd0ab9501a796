"""Weights that the networks of a space share: `SharedWeights`, one vector of which every network takes its part."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

import numpy as np

from nas.architectures.parameters import parameter_shapes
from nas.spaces.genes import DEFAULT_WIDTH, GeneName

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from nas.architectures.record import Architecture
    from nas.spaces.record import SearchSpace

Sharing: TypeAlias = Literal["width", "embedding"]
"""Which networks share: those of one embedding and number of qubits, or of one embedding, whose smaller circuits and
layers are slices of the largest."""

BETAS, EPSILON = (0.9, 0.999), 1e-8
"""Of Adam, as everywhere else."""

ANGLE_LIMIT = 0.1
"""Angles start in ± this many radians, where networks that differ in axes and entanglers do nearly the same. From
[0, 2π), where networks of their own start, shared weights learn next to nothing: what one network makes of a qubit is
lost on the next."""

_AXES = ("x", "y", "z")
_MAX_COLUMNS = 3
"""Columns of rotations that a layer of any space has at most."""

_ARRAYS = ("values", "mean", "square", "counts")


@dataclass(frozen=True, slots=True)
class _Block:
    """Some of the weights: where they begin, and the largest shape of them."""

    start: int
    shape: tuple[int, ...]


class SharedWeights:
    """All weights of a SuperCircuit: one vector, of which each network takes its part.

    An angle belongs to a layer, a column of rotations, an axis and a qubit, a classical weight to its layer and its two
    ends; networks that agree in these have it in common, whatever else they differ in. Blocks of weights are added when
    a network first needs them; their initial values follow from the seed and from what they are, not from when that is:
    classical weights as `nas.build_model` draws them, angles near 0.

    Args:
        space: The search space.
        num_features: Features of a sample.
        num_classes: Classes.
        seed: Seed of the initial weights.
        sharing: Which networks share.

    Attributes:
        values: The weights. Place 0 is nobody's: it pads networks that are stacked with larger ones.
        mean: First moment of Adam of each.
        square: Second moment of each.
        counts: Number of steps that each took part in.
    """

    def __init__(
        self, space: SearchSpace, num_features: int, num_classes: int, seed: int, sharing: Sharing = "width"
    ) -> None:
        self._sizes, self._seed, self._sharing = (num_features, num_classes), seed, sharing
        genes = {gene.name: gene.choices for gene in space.genes}
        self._most_qubits = max(int(n) for n in genes["qubits"])
        self._most_layers = max(int(n) for n in genes.get("layers", (1,)))
        self._has_full = "full" in genes.get("amplitudes", ())
        self._widths = {
            (name.side, name.numbers[0] - 1): max(int(width) for width in choices)
            for name, choices in ((GeneName.of(name), choices) for name, choices in genes.items())
            if name.kind == "width"
        }
        self.values: NDArray[np.float64] = np.zeros(1)
        self.mean: NDArray[np.float64] = np.zeros(1)
        self.square: NDArray[np.float64] = np.zeros(1)
        self.counts: NDArray[np.int64] = np.zeros(1, dtype=np.int64)
        self._blocks: dict[str, _Block] = {}

    def places(self, architecture: Architecture, columns: int | None = None) -> NDArray[np.int64]:
        """Return the place of each parameter of a network in `values`, in the network's own order.

        Args:
            architecture: The network.
            columns: Columns of angles that it is padded to. [default: its own]
        """
        parts = []
        order = {"before": -1, "after": -1}
        for name, shape in parameter_shapes(architecture, *self._sizes):
            if name == "quantum.weights":
                parts.append(self._angles(architecture))
                parts.append(np.zeros(((columns or shape[0]) - shape[0]) * shape[1], dtype=np.int64))
                continue
            side, _, kind = name.split(".")
            order[side] += kind == "weight"
            parts.append(self._linear(architecture, side, order[side], kind, shape))
        return np.concatenate(parts)

    def step(self, places: Sequence[NDArray[np.int64]], gradients: Sequence[NDArray[np.floating]], rate: float) -> None:
        """Take a step of Adam on the mean loss of some networks; what none of them has stays where it is.

        Args:
            places: Places of each network.
            gradients: Derivatives of each, in the same order.
            rate: Learning rate.
        """
        where = np.concatenate(places)
        summed = np.bincount(where, weights=np.concatenate(gradients), minlength=len(self.values))
        touched = np.unique(where)
        touched = touched[touched > 0]
        gradient, (beta1, beta2) = summed[touched] / len(places), BETAS
        self.counts[touched] += 1
        counts = self.counts[touched]
        mean = self.mean[touched] = beta1 * self.mean[touched] + (1.0 - beta1) * gradient
        square = self.square[touched] = beta2 * self.square[touched] + (1.0 - beta2) * gradient**2
        scale = np.sqrt(square / (1.0 - beta2**counts)) + EPSILON
        self.values[touched] -= rate * mean / (1.0 - beta1**counts) / scale

    def to_arrays(self) -> dict[str, NDArray[Any]]:
        """Return everything as arrays, for a file."""
        blocks = json.dumps({key: [block.start, *block.shape] for key, block in self._blocks.items()})
        return {**{name: getattr(self, name) for name in _ARRAYS}, "blocks": np.array(blocks)}

    def load_arrays(self, arrays: Mapping[str, NDArray[Any]]) -> None:
        """Set everything to what `to_arrays` returned.

        Raises:
            ValueError, KeyError, TypeError: The arrays are not those of such weights.
        """
        blocks = {
            str(key): _Block(int(place[0]), tuple(int(n) for n in place[1:]))
            for key, place in json.loads(str(arrays["blocks"])).items()
        }
        size = 1 + sum(int(np.prod(block.shape)) for block in blocks.values())
        new = {name: np.array(arrays[name], dtype=getattr(self, name).dtype) for name in _ARRAYS}
        for name, array in new.items():
            if array.shape != (size,) or not np.isfinite(array).all():
                raise ValueError(f"{name} is not one finite number for each of the {size - 1} weights")
        for name, array in new.items():
            setattr(self, name, array)
        self._blocks = blocks

    def _group(self, architecture: Architecture) -> str:
        full = "full" if architecture.num_encoded > architecture.num_qubits else ""
        width = architecture.num_qubits if self._sharing == "width" else ""
        return f"{architecture.embedding}{full}/{width}"

    def _bound(self, architecture: Architecture, *, values: bool = False) -> int:
        """Return the most qubits, or encoded values, of networks that share with this one."""
        qubits = architecture.num_qubits if self._sharing == "width" else self._most_qubits
        return 2**qubits if values and architecture.num_encoded > architecture.num_qubits else qubits

    def _angles(self, architecture: Architecture) -> NDArray[np.int64]:
        qubits = self._bound(architecture)
        shape = (self._most_layers, _MAX_COLUMNS, len(_AXES), qubits)
        block = self._block(f"{self._group(architecture)}/angles", shape, 0)
        return np.array(
            [
                block.start + np.ravel_multi_index((layer, column, _AXES.index(axis), qubit), block.shape)
                for layer, made in enumerate(architecture.layers)
                for column, axes in enumerate(made.columns)
                for qubit, axis in enumerate(axes)
            ],
            dtype=np.int64,
        )

    def _linear(
        self, architecture: Architecture, side: str, number: int, kind: str, shape: tuple[int, ...]
    ) -> NDArray[np.int64]:
        hidden = architecture.hidden_before if side == "before" else architecture.hidden_after
        ends = (
            (self._sizes[0], self._bound(architecture, values=True))
            if side == "before"
            else (self._bound(architecture), self._sizes[1])
        )
        last = number == len(hidden)
        rows = ends[1] if last else self._widths.get((side, number), DEFAULT_WIDTH)
        columns = ends[0] if number == 0 else self._widths.get((side, number - 1), DEFAULT_WIDTH)
        # What enters the layers after the circuit means something else for each kind of measurement.
        outputs = f"/{architecture.measurement}" if side == "after" else ""
        key = f"{self._group(architecture)}/{side}{outputs}/{number}/{'last' if last else 'hidden'}/{kind}"
        block = self._block(key, (rows, columns) if kind == "weight" else (rows,), columns)
        whole = block.start + np.arange(int(np.prod(block.shape)), dtype=np.int64).reshape(block.shape)
        return whole[tuple(slice(0, length) for length in shape)].reshape(-1)

    def _block(self, key: str, shape: tuple[int, ...], inputs: int) -> _Block:
        """Return the block of a name, drawn if it is new: others than angles (no inputs) in ±1/√inputs."""
        known = self._blocks.get(key)
        if known is not None:
            return known
        size = int(np.prod(shape))
        digest = hashlib.sha256(f"{self._seed}:{key}".encode()).digest()
        drawn = np.random.default_rng(int.from_bytes(digest[:8], "big")).random(size)
        fresh = (2.0 * drawn - 1.0) * (ANGLE_LIMIT if inputs == 0 else inputs**-0.5)
        block = self._blocks[key] = _Block(len(self.values), shape)
        self.values = np.concatenate([self.values, fresh])
        self.mean, self.square = (np.concatenate([old, np.zeros(size)]) for old in (self.mean, self.square))
        self.counts = np.concatenate([self.counts, np.zeros(size, dtype=np.int64)])
        return block
