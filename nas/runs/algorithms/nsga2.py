"""NSGA-II on genomes: who lives, who has children, and what these are.

As FAQNAS describes it: uniform first generation, crowded binary tournament, uniform crossover (else a copy of the
first parent), mutation of each gene on its own, merged parents and children cut to size by front and crowding distance
(Deb et al. 2002). Sorting and crowding are DEAP's. What the paper leaves open is decided so:

- a population holds each architecture once, whatever genome stands for it;
- a child whose architecture was met before is bred again, up to `MAX_ATTEMPTS` times, so that the budget goes to
  networks that are new; the last attempt stays if none is;
- what has failed has no place in a population.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from nas.runs.algorithms.base import Answer, Brood, Problem, Stop, fill, known_keys
from nas.runs.fronts import Vector, front, vector
from nas.spaces.record import Genome

CROSSED_GENES = 0.5
"""Probability of each gene to change sides in a uniform crossover."""


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
class _Generation:
    """What a generation leaves behind: the population, and the objectives of the front of everything so far."""

    answer: Answer
    population: list[Member]
    front: frozenset[Vector]


class Nsga2:
    """Evolves a population of genomes."""

    def __init__(self, problem: Problem):
        self._problem = problem
        self._past: list[_Generation] = []  # of the answers that were seen, so that none is sorted twice

    @property
    def last_generation(self) -> int:
        """Return the number of the last generation."""
        return self._problem.generations

    def ask(self, answers: Sequence[Answer]) -> Brood | Stop:
        """Draw the first generation, or breed the next one, or end."""
        if not answers:
            return first_generation(self._problem)
        past = self._generations(answers)
        reason = self._reason_to_stop(past)
        if reason is not None:
            return Stop(reason=reason)
        return next_generation(self._problem, past[-1].population, len(answers), known_keys(answers))

    def _generations(self, answers: Sequence[Answer]) -> list[_Generation]:
        objectives, size = self._problem.objectives, self._problem.population
        same = [past.answer is answer for past, answer in zip(self._past, answers, strict=False)]
        del self._past[[*same, False].index(False) :]
        for number in range(len(self._past), len(answers)):
            parents = self._past[-1].population if self._past else []
            children = _members(answers[number], self._problem)
            so_far = {one.architecture_hash: one for answer in answers[: number + 1] for one in answer.evaluations}
            best = front(tuple(so_far.values()), objectives)
            self._past.append(
                _Generation(
                    answer=answers[number],
                    population=survivors([*parents, *children], size),
                    front=frozenset(vector(evaluation, objectives) for evaluation in best),
                )
            )
        return self._past[: len(answers)]

    def _reason_to_stop(self, past: Sequence[_Generation]) -> str | None:
        patience, last = self._problem.stagnation, len(past) - 1
        if last == self._problem.generations:
            return f"{last} generations after the first"
        if patience and last >= patience and len({generation.front for generation in past[-patience - 1 :]}) == 1:
            return f"the front did not change for {patience} generations"
        return None


def _members(answer: Answer, problem: Problem) -> Iterator[Member]:
    for genome, evaluation in zip(answer.brood.genomes, answer.evaluations, strict=True):
        if evaluation.state == "COMPLETE":
            values = vector(evaluation, problem.objectives)
            yield Member(genome=genome, key=evaluation.architecture_hash, values=values)


def first_generation(problem: Problem) -> Brood:
    """Draw genomes uniformly, with different architectures as far as the space has them."""
    import numpy as np

    rng = np.random.default_rng([problem.seed, 0])
    return fill(problem.population, set(), lambda: problem.space.random_genome(rng), problem.key, keep_known=False)


def next_generation(problem: Problem, parents: Sequence[Member], generation: int, known: set[str]) -> Brood:
    """Breed the children of a population.

    Args:
        problem: The problem.
        parents: The population, at least one member.
        generation: Number of the new generation, from 1.
        known: Keys that were evaluated before.
    """
    rng = random.Random(f"{problem.seed}:{generation}")
    genes = problem.space.genes
    order = crowded_order(parents)

    def child() -> Genome:
        first, second = (
            [gene.choices.index(parents[winner].genome[gene.name]) for gene in genes]
            for winner in (_tournament(order, rng), _tournament(order, rng))
        )
        if rng.random() < problem.crossover:
            first = crossed(first, second, rng)
        first = mutated(first, [len(gene.choices) for gene in genes], problem.mutation, rng)
        return {gene.name: gene.choices[number] for gene, number in zip(genes, first, strict=True)}

    return fill(problem.population, set(known), child, problem.key, keep_known=True)


def crossed(first: Sequence[int], second: Sequence[int], rng: random.Random) -> list[int]:
    """Cross two parents uniformly: each gene comes from one or the other with the same probability."""
    return [b if rng.random() < CROSSED_GENES else a for a, b in zip(first, second, strict=True)]


def mutated(numbers: Sequence[int], num_choices: Sequence[int], probability: float, rng: random.Random) -> list[int]:
    """Draw each gene anew with this probability, uniformly from all of its choices, the old one included."""
    return [
        rng.randrange(count) if rng.random() < probability else number
        for number, count in zip(numbers, num_choices, strict=True)
    ]


def survivors(members: Sequence[Member], size: int) -> list[Member]:
    """Select the best of parents and children by front, then by crowding distance, each architecture once."""
    from deap import tools

    distinct = list({member.key: member for member in reversed(members)}.values())[::-1]
    individuals = [_Individual(number, member.values) for number, member in enumerate(distinct)]
    return [distinct[individual.number] for individual in tools.selNSGA2(individuals, min(size, len(individuals)))]


def crowded_order(population: Sequence[Member]) -> list[tuple[int, float]]:
    """Return rank and negative crowding distance of each member: the smaller pair wins a tournament."""
    from deap import tools
    from deap.tools import emo

    individuals = [_Individual(number, member.values) for number, member in enumerate(population)]
    order: list[tuple[int, float]] = [(0, 0.0)] * len(population)
    for rank, members in enumerate(tools.sortNondominated(individuals, len(individuals))):
        emo.assignCrowdingDist(members)
        for individual in members:
            order[individual.number] = (rank, -individual.fitness.crowding_dist)
    return order


def _tournament(order: Sequence[tuple[int, float]], rng: random.Random) -> int:
    """Return the better of two members drawn without replacement; of two equal ones the first drawn."""
    if len(order) == 1:
        return 0
    first, second = rng.sample(range(len(order)), 2)
    return first if order[first] <= order[second] else second


class _Fitness:
    """Objectives as DEAP's selection reads them; less is better. DEAP's own class has weights of the class."""

    __slots__ = ("crowding_dist", "values")

    def __init__(self, values: Vector):
        self.values = values
        self.crowding_dist = 0.0

    def dominates(self, other: _Fitness) -> bool:
        return self.values != other.values and all(a <= b for a, b in zip(self.values, other.values, strict=True))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Fitness) and self.values == other.values

    def __hash__(self) -> int:
        return hash(self.values)


class _Individual:
    """A member as DEAP's selection reads it."""

    __slots__ = ("fitness", "number")

    def __init__(self, number: int, values: Vector):
        self.number = number
        self.fitness = _Fitness(values)
