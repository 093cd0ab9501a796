"""NSGA-II on genomes: who lives, who has children, and what these are. Nothing here trains, costs or stores.

As FAQNAS describes it: uniform first generation, crowded binary tournament, uniform crossover (else a copy of the
first parent), mutation of each gene on its own, merged parents and children cut to size by front and crowding distance
(Deb et al. 2002). Sorting, crowding, crossover and mutation are DEAP's. What the paper leaves open is decided so:

- a population holds each architecture once, whatever genome stands for it;
- a child whose architecture was met before is bred again, up to `MAX_ATTEMPTS` times, so that the budget goes to
  networks that are new; the last attempt stays if none is;
- what has failed has no place in a population.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from types import FunctionType
from typing import Any

from nas.runs.fronts import Vector
from nas.spaces.record import Genome, SearchSpace

MAX_ATTEMPTS = 20
"""Attempts at a network that is new before a known one is taken."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """One member of a population.

    Attributes:
        genome: Its genome.
        key: What equal architectures have in common.
        values: Its objectives, less is better.
    """

    genome: Genome
    key: str
    values: Vector


@dataclass(frozen=True, slots=True, kw_only=True)
class Brood:
    """Genomes to evaluate next.

    Attributes:
        genomes: The genomes, in order.
        duplicates: How often a genome was thrown away because its architecture was known.
    """

    genomes: tuple[Genome, ...]
    duplicates: int


def first_generation(space: SearchSpace, size: int, seed: int, key: Callable[[Genome], str]) -> Brood:
    """Genomes drawn uniformly, with different architectures as far as the space has them.

    Args:
        space: The space.
        size: How many.
        seed: Seed.
        key: What equal architectures have in common.
    """
    import numpy as np

    rng = np.random.default_rng([seed, 0])
    return _fill(size, set(), lambda: space.random_genome(rng), key, keep_known=False)


def next_generation(
    space: SearchSpace,
    population: Sequence[Member],
    size: int,
    *,
    seed: int,
    generation: int,
    crossover: float,
    mutation: float,
    key: Callable[[Genome], str],
    known: set[str],
) -> Brood:
    """Children of a population.

    Args:
        space: The space.
        population: Parents, at least one.
        size: How many children.
        seed: Seed of the search.
        generation: Number of the new generation, from 1.
        crossover: Probability of uniform crossover; else the child is a copy of the first parent.
        mutation: Probability of each gene to be drawn anew.
        key: What equal architectures have in common.
        known: Keys that were evaluated before.
    """
    from deap import tools

    rng = random.Random(f"{seed}:{generation}")
    cross, mutate = _drawing_from(rng, tools.cxUniform), _drawing_from(rng, tools.mutUniformInt)
    highest = [len(gene.choices) - 1 for gene in space.genes]
    order = crowded_order(population)

    def child() -> Genome:
        first, second = (_encode(space, population[_tournament(order, rng)].genome) for _ in range(2))
        if rng.random() < crossover:
            cross(first, second, indpb=0.5)
        mutate(first, low=[0] * len(highest), up=highest, indpb=mutation)
        return _decode(space, first)

    return _fill(size, set(known), child, key, keep_known=True)


def survivors(members: Sequence[Member], size: int) -> list[Member]:
    """The best of parents and children by front, then by crowding distance, each architecture once."""
    from deap import tools

    distinct = list({member.key: member for member in reversed(members)}.values())[::-1]
    individuals = _individuals(distinct)
    return [distinct[one.number] for one in tools.selNSGA2(individuals, min(size, len(individuals)))]


def crowded_order(population: Sequence[Member]) -> list[tuple[int, float]]:
    """Rank and negative crowding distance of each member: the smaller pair wins a tournament."""
    from deap import tools
    from deap.tools import emo

    individuals = _individuals(population)
    order: list[tuple[int, float]] = [(0, 0.0)] * len(population)
    for rank, members in enumerate(tools.sortNondominated(individuals, len(individuals))):
        emo.assignCrowdingDist(members)
        for one in members:
            order[one.number] = (rank, -float(one.fitness.crowding_dist))
    return order


def _tournament(order: Sequence[tuple[int, float]], rng: random.Random) -> int:
    """The better of two members drawn without replacement; of two equal ones the first drawn."""
    if len(order) == 1:
        return 0
    first, second = rng.sample(range(len(order)), 2)
    return first if order[first] <= order[second] else second


def _fill(
    size: int, known: set[str], draw: Callable[[], Genome], key: Callable[[Genome], str], *, keep_known: bool
) -> Brood:
    """So many genomes of architectures that are neither known nor among those already drawn, if they can be found."""
    genomes: list[Genome] = []
    drawn: set[str] = set()
    duplicates = 0
    for _ in range(size):
        for attempt in range(1, MAX_ATTEMPTS + 1):
            genome = draw()
            found = key(genome)
            if found not in known:
                break
            duplicates += attempt < MAX_ATTEMPTS
        if found in drawn or (found in known and not keep_known):
            duplicates += 1
            continue
        known.add(found)
        drawn.add(found)
        genomes.append(genome)
    return Brood(genomes=tuple(genomes), duplicates=duplicates)


def _encode(space: SearchSpace, genome: Genome) -> list[int]:
    return [gene.choices.index(genome[gene.name]) for gene in space.genes]


def _decode(space: SearchSpace, numbers: Sequence[int]) -> Genome:
    return {gene.name: gene.choices[number] for gene, number in zip(space.genes, numbers, strict=True)}


def _individuals(members: Sequence[Member]) -> list[Any]:
    """The members as DEAP wants them: objects with a fitness."""
    from deap import base

    if not members:
        return []
    kind = type("Fitness", (base.Fitness,), {"weights": (-1.0,) * len(members[0].values)})
    return [_Individual(number, kind(member.values)) for number, member in enumerate(members)]


class _Individual:
    __slots__ = ("fitness", "number")

    def __init__(self, number: int, fitness: Any):
        self.number = number
        self.fitness = fitness


def _drawing_from(rng: random.Random, operator: Callable[..., Any]) -> Callable[..., Any]:
    """An operator of DEAP that draws from this generator instead of Python's global one, which other threads share."""
    code: Any = operator
    return FunctionType(code.__code__, {**code.__globals__, "random": rng}, argdefs=code.__defaults__)
