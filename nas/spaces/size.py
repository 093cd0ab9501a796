"""How many networks are in a search space: `count_architectures`, `distinct_circuits`."""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import cast

from nas.architectures.influence import dead_weights
from nas.architectures.record import Architecture
from nas.spaces.build import Reader, architecture
from nas.spaces.genes import GeneName
from nas.spaces.record import Choice, Gene, SearchSpace

MAX_CIRCUITS = 100_000
MAX_GATES = 8_000_000
"""Circuits, and rotations in them, that are written out to be counted; some ten seconds."""

_OF_ALL_LAYERS = ("rotation", "entangler", "topology", "range", "mode")


@dataclass(frozen=True, slots=True, kw_only=True)
class SpaceSize:
    """How many networks are in a space.

    Attributes:
        num_genomes: Genomes.
        num_active_genomes: Genomes that differ in more than genes of layers that they do not have; no fewer than
            there are architectures.
        num_architectures: Distinct architectures, None where they are too many to be counted.
        num_circuits: Distinct circuits, whatever the classical layers, None where they are too many.
        num_with_dead_weights: Of those circuits, such with weights that influence no output; None where they are too
            many to be written out.
    """

    num_genomes: int
    num_active_genomes: int
    num_architectures: int | None
    num_circuits: int | None
    num_with_dead_weights: int | None


def count_architectures(space: SearchSpace) -> SpaceSize:
    """Count genomes, distinct architectures and circuits of a space.

    Circuits are written out, each active genome once; the classical layers, which no gene of the circuit influences,
    are counted on their own and multiplied. Where circuits are too many and no gene decides about several layers, the
    distinct layers are counted and multiplied.

    Example:
        >>> from nas.spaces.load import load_space
        >>> size = count_architectures(load_space("faqnas"))
        >>> size.num_genomes, size.num_architectures, size.num_with_dead_weights
        (23328, 8640, 3816)
    """
    circuits = distinct_circuits(space)
    num_circuits = _num_layered_circuits(space) if circuits is None else len(circuits)
    num_classical = _num_classical(space)
    return SpaceSize(
        num_genomes=space.num_genomes,
        num_active_genomes=_num_active_circuits(space) * num_classical,
        num_architectures=None if num_circuits is None else num_circuits * num_classical,
        num_circuits=num_circuits,
        num_with_dead_weights=None if circuits is None else sum(1 for circuit in circuits if dead_weights(circuit)),
    )


def count_dead_in_sample(space: SearchSpace, *, num_genomes: int, seed: int) -> int:
    """Count random genomes whose circuits have weights that influence no output.

    Example:
        >>> from nas.spaces.load import load_space
        >>> count_dead_in_sample(load_space("qnas"), num_genomes=100, seed=0)  # the last RZ of each qubit
        100
    """
    import numpy as np

    rng = np.random.default_rng(seed)
    return sum(1 for _ in range(num_genomes) if dead_weights(architecture(space, space.random_genome(rng))))


def distinct_circuits(space: SearchSpace) -> list[Architecture] | None:
    """List one architecture for each distinct circuit, with the first choice of each classical gene; None if too many.

    Example:
        >>> from nas.spaces.load import load_space
        >>> len(distinct_circuits(load_space("hyb-hanas")))
        8640
    """
    if not _can_be_written_out(space):
        return None
    shared, layered = _circuit_genes(space)
    reader = Reader(space)
    first = {gene.name: gene.choices[0] for gene in space.genes}
    found: dict[Architecture, None] = {}
    for number in _numbers_of_layers(space):
        varied = [*shared, *(gene for layer in range(1, number + 1) for gene in layered.get(layer, ()))]
        names = [gene.name for gene in varied]
        genome = first | ({"layers": number} if "layers" in first else {})
        for values in itertools.product(*(gene.choices for gene in varied)):
            genome.update(zip(names, values, strict=True))
            found[reader.architecture(genome)] = None
    return list(found)


def _circuit_genes(space: SearchSpace) -> tuple[list[Gene], dict[int, list[Gene]]]:
    """Separate genes of the circuit as a whole, without the number of layers, from genes of each layer."""
    shared: list[Gene] = []
    layered: dict[int, list[Gene]] = {}
    for gene in space.genes:
        name = GeneName.of(gene.name)
        if name.side or gene.name in ("layers", "learning_rate"):
            continue
        if name.layer is None:
            shared.append(gene)
        else:
            layered.setdefault(name.layer, []).append(gene)
    return shared, layered


def _numbers_of_layers(space: SearchSpace) -> tuple[int, ...]:
    return cast(tuple[int, ...], next((gene.choices for gene in space.genes if gene.name == "layers"), (1,)))


def _num_choices(genes: list[Gene]) -> int:
    return math.prod(len(gene.choices) for gene in genes)


def _num_active_circuits(space: SearchSpace) -> int:
    """Count combinations of genes of the circuit, those of layers that it does not have left out."""
    shared, layered = _circuit_genes(space)
    return _num_choices(shared) * sum(
        math.prod(_num_choices(layered.get(layer, [])) for layer in range(1, number + 1))
        for number in _numbers_of_layers(space)
    )


def _can_be_written_out(space: SearchSpace) -> bool:
    widest = max(cast(tuple[int, ...], next(gene.choices for gene in space.genes if gene.name == "qubits")))
    number = _num_active_circuits(space)
    return number <= MAX_CIRCUITS and number * widest * max(_numbers_of_layers(space)) <= MAX_GATES


def _num_layered_circuits(space: SearchSpace) -> int | None:
    """Count distinct circuits as products over the layers; None if a gene decides about several layers at once."""
    shared, layered = _circuit_genes(space)
    choices = {gene.name: gene.choices for gene in space.genes}
    most = max(_numbers_of_layers(space))
    most_of_a_layer = max((_num_choices(genes) for genes in layered.values()), default=1)
    widest = max(cast(tuple[int, ...], choices["qubits"]))
    num_layers_made = most_of_a_layer * most * len(choices["qubits"])
    if num_layers_made > MAX_CIRCUITS or num_layers_made * widest > MAX_GATES:
        return None
    if any(len(choices.get(name, (None,))) > 1 for name in _OF_ALL_LAYERS):
        return None
    reader = Reader(space)
    heads = [gene for gene in shared if gene.name != "qubits"]
    total = 0
    for num_qubits in choices["qubits"]:
        base = {gene.name: gene.choices[0] for gene in space.genes} | {"qubits": num_qubits}
        options = [1]
        for layer in range(1, most + 1):
            options.append(options[-1] * _num_distinct_layers(reader, base, layered.get(layer, []), layer))
        # Whether data are uploaded again is a question from two layers on.
        with_layers = {number: _num_distinct_heads(reader, base, heads, number) for number in (1, 2)}
        total += sum(with_layers[min(number, 2)] * options[number] for number in _numbers_of_layers(space))
    return total


def _num_distinct_layers(reader: Reader, base: Mapping[str, Choice], genes: list[Gene], layer: int) -> int:
    names = [gene.name for gene in genes]
    combinations = itertools.product(*(gene.choices for gene in genes))
    return len({reader.layer({**base, **dict(zip(names, values, strict=True))}, layer) for values in combinations})


def _num_distinct_heads(reader: Reader, base: Mapping[str, Choice], genes: list[Gene], number: int) -> int:
    """Count distinct circuits of given layers: embeddings and measurements."""
    names = [gene.name for gene in genes]
    found = set()
    for values in itertools.product(*(gene.choices for gene in genes)):
        genome = {**base, "layers": number, **dict(zip(names, values, strict=True))}
        found.add(replace(reader.architecture(genome), layers=()))
    return len(found)


def _num_classical(space: SearchSpace) -> int:
    """Count distinct sets of classical layers and learning rates."""
    choices = {gene.name: gene.choices for gene in space.genes}
    total = len(choices.get("learning_rate", (None,)))
    for side in ("before", "after"):
        options = 0
        for number in cast(tuple[int, ...], choices.get(f"hidden_{side}", (0,))):
            options += math.prod(
                len(choices.get(f"{kind}_{side}_{layer}", (None,)))
                for kind in ("width", "activation")
                for layer in range(1, number + 1)
            )
        total *= options
    return total
