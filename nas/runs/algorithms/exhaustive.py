"""All distinct architectures of a space, in groups of one shape that are trained at once."""

from __future__ import annotations

from collections.abc import Callable, Hashable

from nas.architectures.record import Architecture
from nas.architectures.shapes import stack_key
from nas.core.errors import SpaceError
from nas.runs.config import SearchConfig
from nas.spaces.genes import Reader
from nas.spaces.record import Genome, SearchSpace

MAX_GENOMES = 2_000_000
"""Genomes of a space that are gone through, about a minute."""

MAX_GROUP = 16
"""Networks that are trained together; twice as many are hardly faster."""


def groups_of(
    space: SearchSpace, config: SearchConfig, key: Callable[[Genome], str]
) -> tuple[list[tuple[Genome, ...]], int]:
    """The first genome of each distinct architecture, in groups, and how many genomes stand for one met before.

    Architectures of one shape stand together in the order of their hashes; a group is the same whoever evaluates it
    and whenever.

    Args:
        space: The space.
        config: The search; only the engine `fast` trains networks together.
        key: Hash of the architecture of a genome.

    Raises:
        SpaceError: The space is too large to go through.
    """
    if space.num_genomes > MAX_GENOMES:
        raise SpaceError(
            f"{space.name} has {space.num_genomes:,} genomes; at most {MAX_GENOMES:,} are evaluated exhaustively; "
            "give a smaller space"
        )
    reader = Reader(space)
    first: dict[Architecture, Genome] = {}
    for genome in space.genomes():
        first.setdefault(reader.architecture(genome), genome)
    shapes: dict[Hashable, list[Genome]] = {}
    for one, genome in sorted(first.items(), key=lambda item: key(item[1])):
        shapes.setdefault(stack_key(one), []).append(genome)
    size = MAX_GROUP if config.engine == "fast" else 1
    groups = [
        tuple(genomes[start : start + size])
        for _, genomes in sorted(shapes.items(), key=lambda item: repr(item[0]))
        for start in range(0, len(genomes), size)
    ]
    return groups, space.num_genomes - len(first)
