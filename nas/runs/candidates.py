"""What can be chosen next: every distinct architecture of a space that can be listed, else a pool of some."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache

from nas.architectures.json import architecture_hash
from nas.architectures.record import Architecture
from nas.spaces.build import Reader
from nas.spaces.record import Genome, SearchSpace

Key = Callable[[Genome], str]

MAX_LISTED = 100_000
"""Genomes of a space whose architectures are all candidates of each batch: a few seconds, once."""

POOL = 1000
"""Genomes of a pool, half of them children, half random."""

MAX_CHANGED = 3
"""Genes of a child that are drawn anew at most."""


def first_genomes(space: SearchSpace) -> dict[Architecture, Genome]:
    """Return the first genome of each distinct architecture of a space, in the order of the genomes."""
    reader = Reader(space)
    first: dict[Architecture, Genome] = {}
    for genome in space.genomes():
        first.setdefault(reader.architecture(genome), genome)
    return first


@lru_cache(maxsize=4)
def listed(space: SearchSpace) -> tuple[tuple[str, Genome], ...] | None:
    """Return hash and one genome of each distinct architecture, sorted by hash; None if there are too many genomes.

    The list is shared: do not change the genomes.
    """
    if space.num_genomes > MAX_LISTED:
        return None
    first = first_genomes(space)
    return tuple(
        sorted(((architecture_hash(built), genome) for built, genome in first.items()), key=lambda item: item[0])
    )


def pool(
    space: SearchSpace, parents: Sequence[Genome], known: Iterable[str], key: Key, seed: Sequence[int]
) -> list[tuple[str, Genome]]:
    """Draw candidates of a space that cannot be listed: children of parents, and random genomes, sorted by key.

    Each comes with its key. A child is a parent with one to `MAX_CHANGED` genes drawn anew.

    Args:
        space: The space.
        parents: Genomes worth a look around them; may be none.
        known: Keys that are left out.
        key: Gives genomes of equal architectures the same text.
        seed: The pool follows from it and the rest alone.
    """
    import numpy as np

    rng = np.random.default_rng(list(seed))
    varied = [gene for gene in space.genes if len(gene.choices) > 1]
    taken, found = set(known), {}
    for number in range(POOL):
        if parents and varied and number % 2:
            genome = dict(parents[int(rng.integers(len(parents)))])
            for index in rng.choice(
                len(varied), size=min(len(varied), 1 + int(rng.integers(MAX_CHANGED))), replace=False
            ):
                gene = varied[int(index)]
                genome[gene.name] = gene.choices[int(rng.integers(len(gene.choices)))]
        else:
            genome = space.random_genome(rng)
        name = key(genome)
        if name not in taken:
            taken.add(name)
            found[name] = genome
    return [(name, found[name]) for name in sorted(found)]
