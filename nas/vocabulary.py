"""The genes that spaces are made of, their values, and how a genome becomes an `Architecture`.

Two genomes get equal architectures exactly if they build the same network, parameter by parameter and gate by gate:

- genes of layers beyond the genome's number of layers, and of hidden layers beyond their number, have no effect;
- entanglers are written as pairs; a closing gate, a range or a mode that give the same pairs are the same;
- CZ gates commute and two on one pair cancel, so their pairs are sorted and doubles dropped (two qubits in a ring with
  CZ have no entangler at all); two equal CNOTs in a row cancel too;
- re-uploading means nothing for amplitudes and for a single layer.

Nothing else is merged: networks of equal power with other parameters train differently.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, cast

from nas.architectures import Activation, Architecture, Axis, Embedding, Entangler, Hidden, Layer, Measurement
from nas.errors import SpaceError
from nas.search_space import Choice, Gene, SearchSpace

MAX_QUBITS = 24
MAX_LAYERS = 64
MAX_HIDDEN = 8
MAX_WIDTH = 2**16


@dataclass(frozen=True, slots=True)
class Word:
    """What a gene may be.

    Attributes:
        pattern: Names of such genes as a regular expression.
        values: Allowed texts, or a pair of smallest and largest number; booleans where both are booleans.
        default: Value where a space has no such gene; None where it must have it.
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
    Word(r"rotation_([1-9]\d*)", ROTATIONS, None, "rotations of one layer, on every qubit"),
    Word(r"rotation_([1-9]\d*)_([1-9]\d*)", ("rx", "ry", "rz"), None, "rotation of one layer on one qubit"),
    Word("entangler", ("cx", "cz", "none"), "cx", "entangling gate"),
    Word("topology", ("linear", "circular", "ranged"), "linear", "which qubits are entangled in every layer"),
    Word("range", (1, MAX_QUBITS), 1, "distance of entangled qubits, for the topology ranged"),
    Word(r"range_([1-9]\d*)", (1, MAX_QUBITS), None, "that distance in one layer"),
    Word("mode", ("all", "odd", "even", "none"), "all", "which of the entanglers are kept"),
    Word(r"mode_([1-9]\d*)", ("all", "odd", "even", "none"), None, "that in one layer"),
    Word("measurement", ("z-each", "z-first", "zz-neighbours"), "z-each", "expectation values that leave the circuit"),
    Word("hidden_before", (0, MAX_HIDDEN), 0, "hidden classical layers before the circuit"),
    Word("hidden_after", (0, MAX_HIDDEN), 0, "hidden classical layers after the circuit"),
    Word(r"width_(?:before|after)_([1-9]\d*)", (1, MAX_WIDTH), 16, "width of a hidden layer"),
    Word(r"activation_(?:before|after)_([1-9]\d*)", ("none", "relu", "tanh"), "relu", "activation of a hidden layer"),
    Word("learning_rate", (1e-7, 10.0), "settings", "learning rate of Adam"),
)


def word_of(name: str) -> Word | None:
    """The word that a gene's name belongs to."""
    return next((word for word in WORDS if re.fullmatch(word.pattern, name)), None)


def known_names() -> list[str]:
    """Names for messages: numbered genes with their first number."""
    numbered = {r"([1-9]\d*)": "1", "(?:before|after)": "before"}
    names = []
    for word in WORDS:
        name = word.pattern
        for pattern, text in numbered.items():
            name = name.replace(pattern, text)
        names.append(name)
    return names


def check_choice(name: str, value: Any) -> Choice:
    """A value of a gene, checked.

    Raises:
        SpaceError: The gene may not have that value.
    """
    word = word_of(name)
    if word is None:
        raise SpaceError(f"there is no gene {name!r}")
    if all(isinstance(v, str) for v in word.values):
        fits = isinstance(value, str) and value in word.values
        allowed = ", ".join(word.values)
    elif isinstance(word.values[0], bool):
        fits, allowed = isinstance(value, bool), "false, true"
    else:
        low, high = word.values
        kinds = (int, float) if isinstance(low, float) else (int,)
        fits = isinstance(value, kinds) and not isinstance(value, bool) and low <= value <= high
        allowed = f"{'numbers' if isinstance(low, float) else 'whole numbers'} from {low:g} to {high:g}"
    if not fits:
        raise SpaceError(f"gene {name}: {value!r} is no choice; it may be {allowed}")
    return cast(Choice, value)


def architecture(space: SearchSpace, genome: Mapping[str, Any]) -> Architecture:
    """The network that a genome stands for; equal networks are equal records.

    Raises:
        SpaceError: The genome does not belong to the space.

    Example:
        >>> from nas.spaces import load_space
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
        self._names = {gene.name for gene in space.genes}

    def architecture(self, genome: Mapping[str, Choice]) -> Architecture:
        """The network that a genome with checked values stands for."""
        num_qubits = cast(int, genome["qubits"])
        embedding = cast(Embedding, _get(genome, "embedding"))
        amplitude = embedding == "amplitude"
        full = amplitude and _get(genome, "amplitudes") == "full"
        measurement = cast(Measurement, _get(genome, "measurement"))
        if measurement == "zz-neighbours" and num_qubits == 1:
            measurement = "z-first"  # one qubit has no neighbours
        if num_qubits == 1 and measurement == "z-first":
            measurement = "z-each"  # of one qubit they are the same
        rate = _get(genome, "learning_rate")
        return Architecture(
            num_qubits=num_qubits,
            embedding=embedding,
            num_encoded=2**num_qubits if full else num_qubits,
            layers=tuple(self.layers(genome)),
            reupload=bool(_get(genome, "reupload")) and not amplitude and cast(int, _get(genome, "layers")) > 1,
            measurement=measurement,
            hidden_before=tuple(_hidden(genome, "before")),
            hidden_after=tuple(_hidden(genome, "after")),
            learning_rate=None if rate == "settings" else float(cast(float, rate)),
        )

    def layers(self, genome: Mapping[str, Choice]) -> Iterator[Layer]:
        """The layers in order of time."""
        num_qubits = cast(int, genome["qubits"])
        for number in range(1, cast(int, _get(genome, "layers")) + 1):
            gate = cast(str, _get(genome, "entangler"))
            pairs = [] if gate == "none" else _pairs(genome, number, num_qubits)
            reduced = _reduced(gate, pairs)
            yield Layer(
                columns=self._columns(genome, number, num_qubits),
                gate=cast(Entangler, gate) if reduced else None,
                pairs=reduced,
            )

    def _columns(self, genome: Mapping[str, Choice], number: int, num_qubits: int) -> tuple[tuple[Axis, ...], ...]:
        if f"rotation_{number}_1" in self._names:
            return (
                tuple(cast(Axis, str(_numbered(genome, "rotation", number, q))[1]) for q in range(1, num_qubits + 1)),
            )
        axes = str(_numbered(genome, "rotation", number)).split("-")
        return tuple((cast(Axis, axis[1]),) * num_qubits for axis in axes)


def _get(genome: Mapping[str, Choice], name: str) -> Choice:
    word = word_of(name)
    return genome[name] if name in genome or word is None else cast(Choice, word.default)


def _numbered(genome: Mapping[str, Choice], name: str, number: int, qubit: int | None = None) -> Choice:
    """The value for one layer (and qubit): its own gene, or the gene of all layers, or the default."""
    if qubit is not None and f"{name}_{number}_{qubit}" in genome:
        return genome[f"{name}_{number}_{qubit}"]
    return genome.get(f"{name}_{number}", _get(genome, name))


def _pairs(genome: Mapping[str, Choice], number: int, num_qubits: int) -> list[tuple[int, int]]:
    """Entangled pairs of one layer in order of time."""
    topology = _get(genome, "topology")
    if num_qubits == 1:
        return []
    if topology == "ranged":
        # A range beyond the ring is the longest that there is, as in QNAS.
        step = min(cast(int, _numbered(genome, "range", number)), num_qubits - 1)
        pairs = [(i, (i + step) % num_qubits) for i in range(num_qubits)]
    else:
        pairs = [(i, i + 1) for i in range(num_qubits - 1)]
        if topology == "circular":
            pairs.append((num_qubits - 1, 0))
    mode = _numbered(genome, "mode", number)
    # Odd and even are positions in the list counted from 1, as in QNAS.
    return {"all": pairs, "odd": pairs[::2], "even": pairs[1::2], "none": []}[str(mode)]


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


def _hidden(genome: Mapping[str, Choice], side: str) -> Iterator[Hidden]:
    for number in range(1, cast(int, _get(genome, f"hidden_{side}")) + 1):
        yield Hidden(
            width=cast(int, _get(genome, f"width_{side}_{number}")),
            activation=cast(Activation, _get(genome, f"activation_{side}_{number}")),
        )


def check_genes(genes: tuple[Gene, ...]) -> None:
    """Refuse genes that do not make up a space.

    Raises:
        SpaceError: `qubits` is missing, or a layer or hidden layer that a genome can have has no genes.
    """
    by_name = {gene.name: gene.choices for gene in genes}
    if "qubits" not in by_name:
        raise SpaceError("the space has no gene 'qubits'; every circuit needs a number of qubits")
    most = max(cast(tuple[int, ...], by_name.get("layers", (1,))))
    widest = max(cast(tuple[int, ...], by_name["qubits"]))
    per_qubit = [name for name in by_name if re.fullmatch(r"rotation_\d+_\d+", name)]
    for number in range(1, most + 1):
        if any(name.startswith(f"rotation_{number}_") for name in per_qubit):
            for qubit in range(1, widest + 1):
                if f"rotation_{number}_{qubit}" not in by_name:
                    raise SpaceError(
                        f"layer {number} has rotations for single qubits, but none for qubit {qubit} of {widest}: "
                        f"rotation_{number}_{qubit} is missing"
                    )
    numbers = [(name, int(re.findall(r"\d+", name)[0])) for name in by_name if re.search(r"_\d+", name)]
    for name, number in numbers:
        side = re.match(r"(?:width|activation)_(before|after)", name)
        limit = most if side is None else max(cast(tuple[int, ...], by_name.get(f"hidden_{side[1]}", (0,))))
        if number > limit:
            what = "layers" if side is None else f"hidden layers {side[1]} the circuit"
            raise SpaceError(f"gene {name} has no effect: there are at most {limit} {what}")
