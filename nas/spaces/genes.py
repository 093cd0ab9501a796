"""The genes that spaces are made of: their names, taken apart by `GeneName`, and their values, `WORDS`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, TypeVar

from nas.architectures.record import Activation

MAX_QUBITS = 24
MAX_LAYERS = 64
MAX_HIDDEN = 8
MAX_WIDTH = 2**16
DEFAULT_WIDTH = 16
DEFAULT_ACTIVATION: Activation = "relu"

Value = TypeVar("Value")

_NUMBER = "([1-9][0-9]{0,3})"
_NAME = re.compile("([a-z_]+?)(?:_(before|after))?((?:_[0-9]+)*)", re.ASCII)


@dataclass(frozen=True, slots=True)
class GeneName:
    """The name of a gene, taken apart.

    Attributes:
        kind: The name without side and numbers.
        side: `before` or `after` of genes of classical layers, else empty.
        numbers: Layer, then qubit, counted from 1; empty for genes of the whole network.

    Example:
        >>> GeneName.of("rotation_2_5"), GeneName.of("width_before_1").counted_by
        (GeneName(kind='rotation', side='', numbers=(2, 5)), 'hidden_before')
    """

    kind: str
    side: str
    numbers: tuple[int, ...]

    @classmethod
    @lru_cache(maxsize=4096)
    def of(cls, name: str) -> GeneName:
        """Take a name apart."""
        match = _NAME.fullmatch(name)
        if match is None:
            return cls(name, "", ())
        kind, side, numbers = match.groups()
        return cls(kind, side or "", tuple(int(number) for number in numbers.split("_")[1:]))

    @property
    def layer(self) -> int | None:
        """Return the layer that the gene belongs to, None for genes of the whole network."""
        return self.numbers[0] if self.numbers else None

    @property
    def counted_by(self) -> str:
        """Return the name of the gene that says how many such layers there are."""
        return f"hidden_{self.side}" if self.side else "layers"


@dataclass(frozen=True, slots=True)
class Word:
    """What a gene may be.

    Attributes:
        pattern: Names of such genes as a regular expression.
        values: Allowed texts or truth values, or the smallest and the largest number.
        default: Value where a space has no such gene; None where that of the gene without numbers counts instead, or
            where every space must have one.
        meaning: One line for people.
    """

    pattern: str
    values: tuple[Any, ...]
    default: Any
    meaning: str


ROTATIONS = (
    *("rx", "ry", "rz", "rx-ry", "rx-rz", "ry-rx", "ry-rz", "rz-rx", "rz-ry"),
    *("rx-ry-rz", "rz-ry-rz", "rz-rx-rz", "ry-rz-ry", "rx-rz-rx"),
)

WORDS = (
    Word("qubits", (1, MAX_QUBITS), None, "qubits of the circuit"),
    Word("layers", (1, MAX_LAYERS), 1, "layers of rotations and entanglers"),
    Word("embedding", ("angle-x", "angle-y", "angle-z", "amplitude"), "angle-x", "how data enter the circuit"),
    Word("amplitudes", ("qubits", "full"), "qubits", "values of an amplitude embedding: n padded with zeros, or 2^n"),
    Word("angle_factor", (1, 2), 1, "angles of an angle embedding: the values, or twice them (FAQNAS's equation)"),
    Word("reupload", (False, True), False, "embed the data again before each layer"),
    Word("rotation", ROTATIONS, "ry", "rotations of every layer"),
    Word(f"rotation_{_NUMBER}", ROTATIONS, None, "rotations of one layer, on every qubit"),
    Word(f"rotation_{_NUMBER}_{_NUMBER}", ("rx", "ry", "rz"), None, "rotation of one layer on one qubit"),
    Word("entangler", ("cx", "cz", "none"), "cx", "entangling gate"),
    Word("topology", ("linear", "circular", "ranged"), "linear", "a chain, a ring, or all qubits at a distance"),
    Word("range", (1, MAX_QUBITS), 1, "distance of entangled qubits in a ring, for ranged; at most n − 1"),
    Word(f"range_{_NUMBER}", (1, MAX_QUBITS), None, "that distance in one layer"),
    Word("mode", ("all", "odd", "even", "none"), "all", "entanglers that are kept, by position from 1"),
    Word(f"mode_{_NUMBER}", ("all", "odd", "even", "none"), None, "that in one layer"),
    Word("measurement", ("z-each", "z-first", "zz-neighbours"), "z-each", "expectation values that leave the circuit"),
    Word("hidden_before", (0, MAX_HIDDEN), 0, "hidden classical layers before the circuit"),
    Word("hidden_after", (0, MAX_HIDDEN), 0, "hidden classical layers after the circuit"),
    Word(f"width_(?:before|after)_{_NUMBER}", (1, MAX_WIDTH), DEFAULT_WIDTH, "width of a hidden layer"),
    Word(
        f"activation_(?:before|after)_{_NUMBER}",
        ("none", "relu", "tanh"),
        DEFAULT_ACTIVATION,
        "activation of a hidden layer",
    ),
    Word("learning_rate", (1e-7, 10.0), "settings", "learning rate of Adam"),
)


@lru_cache(maxsize=4096)
def word_of(name: str) -> Word | None:
    """Return the word that a gene's name belongs to.

    Example:
        >>> word_of("range_3").meaning
        'that distance in one layer'
    """
    return next((word for word in WORDS if re.fullmatch(word.pattern, name)), None)


def known_names() -> list[str]:
    """List names for messages: numbered genes with their first number."""
    numbered = {_NUMBER: "1", "(?:before|after)": "before"}
    names = []
    for word in WORDS:
        name = word.pattern
        for pattern, text in numbered.items():
            name = name.replace(pattern, text)
        names.append(name)
    return names


def active_genes(genome: Mapping[str, Value]) -> dict[str, Value]:
    """Leave out the genes of layers that the network of a genome does not have.

    >>> active_genes({"layers": 1, "rotation_1": "rx", "rotation_2": "ry"})
    {'layers': 1, 'rotation_1': 'rx'}
    """
    return {name: value for name, value in genome.items() if _is_active(GeneName.of(name), genome)}


def _is_active(name: GeneName, genome: Mapping[str, Any]) -> bool:
    if name.layer is None:
        return True
    word = word_of(name.counted_by)
    default = 0 if word is None else word.default
    return bool(name.layer <= genome.get(name.counted_by, default))
