"""The genes that spaces are made of, their values, and how a genome becomes an `Architecture`.

Two genomes get equal architectures exactly if they build the same network, parameter by parameter and gate by gate:

- genes of layers beyond the genome's number of layers, and of hidden layers beyond their number, have no effect;
- entanglers are written as pairs; a closing gate, a range or a mode that give the same pairs are the same;
- CZ gates commute and two on one pair cancel, so their pairs are sorted and doubles dropped (two qubits in a ring with
  CZ have no entangler at all); two equal CNOTs in a row cancel too;
- re-uploading means nothing for amplitudes and for a single layer;
- with one qubit all measurements are ⟨Z⟩ of that qubit.

Nothing else is merged. Networks of equal power with other parameters train differently, and gates that no output
depends on, such as CZ right before the measurement, stay: they are in the circuit that is simulated and costed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, cast

from nas.architectures.record import Activation, Architecture, Axis, Embedding, Entangler, Hidden, Layer, Measurement
from nas.spaces.record import Choice, SearchSpace

MAX_QUBITS = 24
MAX_LAYERS = 64
MAX_HIDDEN = 8
MAX_WIDTH = 2**16
DEFAULT_WIDTH = 16
DEFAULT_ACTIVATION: Activation = "relu"

_NUMBER = "([1-9][0-9]{0,3})"


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
    """The word that a gene's name belongs to.

    Example:
        >>> word_of("range_3").meaning
        'that distance in one layer'
    """
    return next((word for word in WORDS if re.fullmatch(word.pattern, name)), None)


def known_names() -> list[str]:
    """Names for messages: numbered genes with their first number."""
    numbered = {_NUMBER: "1", "(?:before|after)": "before"}
    names = []
    for word in WORDS:
        name = word.pattern
        for pattern, text in numbered.items():
            name = name.replace(pattern, text)
        names.append(name)
    return names


def architecture(space: SearchSpace, genome: Mapping[str, Any]) -> Architecture:
    """The network that a genome stands for; equal networks are equal records.

    Raises:
        SpaceError: The genome does not belong to the space.

    Example:
        >>> from nas.spaces.load import load_space
        >>> space = load_space("faqnas")
        >>> genes = dict(qubits=2, embedding="angle-x", layers=1, entangler="cz", rotation_1="ry")
        >>> rest = dict(rotation_2="rx", rotation_3="rx", rotation_4="rx")
        >>> architecture(space, genes | rest | {"topology": "circular"}).layers
        (Layer(columns=(('y', 'y'),), gate=None, pairs=()),)
    """
    return Reader(space).architecture(space.check(genome))


class Reader:
    """Builds architectures from checked genomes of one space."""

    def __init__(self, space: SearchSpace):
        names = {gene.name for gene in space.genes}
        self._defaults = {word.pattern: word.default for word in WORDS if word.pattern not in names}
        # Layers whose qubits have rotations of their own.
        self._own = {int(name.split("_")[1]) for name in names if re.fullmatch("rotation_[0-9]+_1", name)}

    def architecture(self, genome: Mapping[str, Choice]) -> Architecture:
        """The network that a genome with checked values stands for."""
        values = {**self._defaults, **genome}
        num_qubits = cast(int, values["qubits"])
        embedding = cast(Embedding, values["embedding"])
        amplitude = embedding == "amplitude"
        full = amplitude and values["amplitudes"] == "full"
        num_layers = cast(int, values["layers"])
        rate = values["learning_rate"]
        return Architecture(
            num_qubits=num_qubits,
            embedding=embedding,
            num_encoded=2**num_qubits if full else num_qubits,
            layers=tuple(self.layer(genome, number) for number in range(1, num_layers + 1)),
            reupload=bool(values["reupload"]) and not amplitude and num_layers > 1,
            # One qubit has no neighbours, and is the first and each.
            measurement="z-each" if num_qubits == 1 else cast(Measurement, values["measurement"]),
            hidden_before=tuple(_hidden(genome, "before", cast(int, values["hidden_before"]))),
            hidden_after=tuple(_hidden(genome, "after", cast(int, values["hidden_after"]))),
            learning_rate=None if rate == "settings" else float(cast(float, rate)),
        )

    def layer(self, genome: Mapping[str, Choice], number: int) -> Layer:
        """One layer, counted from 1."""
        values = {**self._defaults, **genome}
        num_qubits = cast(int, values["qubits"])
        if number in self._own:
            columns = [[str(genome[f"rotation_{number}_{qubit}"]) for qubit in range(1, num_qubits + 1)]]
        else:
            in_time = str(genome.get(f"rotation_{number}", values["rotation"])).split("-")
            columns = [[rotation] * num_qubits for rotation in in_time]
        return _layer(
            tuple(map(tuple, columns)),
            str(values["entangler"]),
            str(values["topology"]),
            cast(int, genome.get(f"range_{number}", values["range"])),
            str(genome.get(f"mode_{number}", values["mode"])),
        )


# The layers of a space are few, and making them takes most of the time that a genome takes.
@lru_cache(maxsize=2**14)
def _layer(rotations: tuple[tuple[str, ...], ...], entangler: str, topology: str, distance: int, mode: str) -> Layer:
    pairs = () if entangler == "none" else _reduced(entangler, _pairs(len(rotations[0]), topology, distance, mode))
    return Layer(
        columns=tuple(tuple(cast(Axis, rotation[1:]) for rotation in column) for column in rotations),
        gate=cast(Entangler, entangler) if pairs else None,
        pairs=pairs,
    )


def _pairs(num_qubits: int, topology: str, distance: int, mode: str) -> list[tuple[int, int]]:
    """Entangled pairs of one layer in order of time."""
    if num_qubits == 1:
        return []
    if topology == "ranged":
        # A range beyond the ring is the longest that there is, as in QNAS.
        step = min(distance, num_qubits - 1)
        pairs = [(i, (i + step) % num_qubits) for i in range(num_qubits)]
    else:
        pairs = [(i, i + 1) for i in range(num_qubits - 1)]
        if topology == "circular":
            pairs.append((num_qubits - 1, 0))
    # Odd and even are positions in the list counted from 1, as in QNAS.
    return {"all": pairs, "odd": pairs[::2], "even": pairs[1::2], "none": []}[mode]


def _reduced(gate: str, pairs: list[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
    """The pairs without gates that cancel."""
    if gate == "cz":
        odd: dict[tuple[int, int], bool] = {}
        for a, b in pairs:
            key = (min(a, b), max(a, b))
            odd[key] = not odd.get(key, False)
        return tuple(sorted(key for key, left in odd.items() if left))
    kept: list[tuple[int, int]] = []
    for pair in pairs:
        if kept and kept[-1] == pair:
            kept.pop()
        else:
            kept.append(pair)
    return tuple(kept)


def _hidden(genome: Mapping[str, Choice], side: str, number_of_layers: int) -> Iterator[Hidden]:
    for number in range(1, number_of_layers + 1):
        width, activation = f"width_{side}_{number}", f"activation_{side}_{number}"
        yield Hidden(
            width=cast(int, genome.get(width, DEFAULT_WIDTH)),
            activation=cast(Activation, genome.get(activation, DEFAULT_ACTIVATION)),
        )
