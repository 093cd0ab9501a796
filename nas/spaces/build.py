"""How a genome becomes an `Architecture`: `architecture`.

Two genomes get equal architectures exactly if they build the same network, parameter by parameter and gate by gate:

- genes of layers beyond the genome's number of layers, and of hidden layers beyond their number, have no effect;
- entanglers are written as pairs; a closing gate, a range or a mode that give the same pairs are the same;
- CZ gates commute and two on one pair cancel, so their pairs are sorted and doubles dropped (two qubits in a ring with
  CZ have no entangler at all); two equal CNOTs in a row cancel too;
- re-uploading means nothing for amplitudes and for a single layer, a factor of the angles nothing for amplitudes;
- with one qubit all measurements are ⟨Z⟩ of that qubit.

Nothing else is merged. Networks of equal power with other parameters train differently, and gates that no output
depends on, such as CZ right before the measurement, stay: they are in the circuit that is simulated and costed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any, cast

from nas.architectures.record import Activation, Architecture, Axis, Embedding, Entangler, Hidden, Layer, Measurement
from nas.spaces.genes import DEFAULT_ACTIVATION, DEFAULT_WIDTH, WORDS, GeneName
from nas.spaces.record import Choice, SearchSpace


def architecture(space: SearchSpace, genome: Mapping[str, Any]) -> Architecture:
    """Build the network that a genome stands for; equal networks are equal records.

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
        rotations = [name.numbers for name in map(GeneName.of, names) if name.kind == "rotation"]
        self._own = {numbers[0] for numbers in rotations if len(numbers) > 1}

    def architecture(self, genome: Mapping[str, Choice]) -> Architecture:
        """Build the network that a genome with checked values stands for."""
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
            angle_factor=1 if amplitude else cast(int, values["angle_factor"]),
        )

    def layer(self, genome: Mapping[str, Choice], number: int) -> Layer:
        """Build one layer, counted from 1."""
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
    """List the entangled pairs of one layer in order of time."""
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
    """Leave out gates that cancel."""
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
