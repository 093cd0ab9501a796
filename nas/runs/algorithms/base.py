"""What a search algorithm is: `Algorithm`, which is asked for genomes and told what became of those before.

An algorithm draws, and nothing else: it neither trains, costs nor stores. What it asks for follows from the problem and
from the answers so far alone, so that a search that was stopped can be run again from the start with its evaluations
as memory, and asks for the same.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from nas.runs.objectives import Objective
from nas.runs.record import Evaluation
from nas.spaces.record import Genome, SearchSpace
from nas.training.record import Engine

MAX_ATTEMPTS = 20
"""Attempts at a network that is new before a known one is taken, or none."""

Key = Callable[[Genome], str]

Costs = Callable[[Sequence[Genome]], Sequence[Mapping[str, float]]]
"""Gives the values of objectives of networks that were not trained, by name; for all the same names."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """What is searched, and the settings of which each algorithm takes its own.

    Attributes:
        space: The search space.
        objectives: What is optimised.
        key: Gives genomes of equal architectures the same text.
        seed: Seed of everything random.
        population: Networks of a generation.
        generations: Generations after the first.
        crossover: Probability of uniform crossover; else the child is a copy of the first parent.
        mutation: Probability of each gene to be drawn anew.
        stagnation: Generations with the same front after which to stop; 0 never does.
        engine: What trains; it decides which networks are trained together.
        train_device: What trains them.
        repeats: Share of the generations that train members of the front again; rounded to whole ones.
        costs: Computes objectives that need neither a training nor a device.
        costed: Names of the objectives that `costs` gives.
        within_limits: Leaves out the networks that break a limit, as far as that needs neither a training nor a device;
            None if there are no limits.
    """

    space: SearchSpace
    objectives: tuple[Objective, ...]
    key: Key
    seed: int = 0
    population: int = 20
    generations: int = 8
    crossover: float = 0.8
    mutation: float = 0.2
    stagnation: int = 0
    engine: Engine = "fast"
    train_device: str = "cpu"
    repeats: float = 0.0
    costs: Costs | None = None
    costed: frozenset[str] = frozenset()
    within_limits: Callable[[Sequence[Genome]], Sequence[Genome]] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Brood:
    """Genomes to evaluate next.

    Attributes:
        groups: The genomes, in order; those of one group are trained together.
        duplicates: How often a genome was thrown away because its architecture was known.
        again: Whether these are architectures that were evaluated, each to be trained once more for each time that it
            is listed, with its next seed.
    """

    groups: tuple[tuple[Genome, ...], ...]
    duplicates: int
    again: bool = False

    @classmethod
    def of(cls, genomes: Sequence[Genome], duplicates: int) -> Brood:
        """Make a brood of genomes that are trained one by one."""
        return cls(groups=tuple((genome,) for genome in genomes), duplicates=duplicates)

    @property
    def genomes(self) -> tuple[Genome, ...]:
        """Return all genomes in order."""
        return tuple(genome for group in self.groups for genome in group)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stop:
    """The end of a search.

    Attributes:
        reason: Why it ends, for people.
    """

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What became of a brood.

    Attributes:
        brood: The brood.
        evaluations: The evaluation of each genome, in order; of an architecture that was known, the one from before; of
            one that was trained again, with all its trainings so far.
    """

    brood: Brood
    evaluations: tuple[Evaluation, ...]


class Algorithm(Protocol):
    """A search algorithm for one problem."""

    @property
    def last_generation(self) -> int:
        """Return the number of the last brood that there can be, counted from 0; a generation may be several."""
        ...

    def ask(self, answers: Sequence[Answer]) -> Brood | Stop:
        """Choose what to evaluate next, or end the search.

        Args:
            answers: All broods so far, in order, and what became of them; at least one evaluation is COMPLETE unless
                there are none. The result depends on nothing else.
        """
        ...


def fill(size: int, known: set[str], draw: Callable[[], Genome], key: Key, *, keep_known: bool) -> Brood:
    """Draw genomes of architectures that are neither known nor drawn before, as far as they can be found.

    Args:
        size: How many genomes.
        known: Keys of known architectures; those that are drawn are added.
        draw: Draws a genome.
        key: Gives genomes of equal architectures the same text.
        keep_known: Whether a known architecture is better than none after `MAX_ATTEMPTS`.
    """
    genomes: list[Genome] = []
    drawn: set[str] = set()
    duplicates = 0
    for _ in range(size):
        for attempt in range(1, MAX_ATTEMPTS + 1):
            genome = draw()
            name = key(genome)
            if name not in known:
                break
            duplicates += attempt < MAX_ATTEMPTS
        if name in drawn or (name in known and not keep_known):
            duplicates += 1
            continue
        known.add(name)
        drawn.add(name)
        genomes.append(genome)
    return Brood.of(genomes, duplicates)


def known_keys(answers: Sequence[Answer]) -> set[str]:
    """Collect the keys of all architectures that were evaluated."""
    return {evaluation.architecture_hash for answer in answers for evaluation in answer.evaluations}


def latest(answers: Sequence[Answer]) -> list[Evaluation]:
    """Return the evaluation of each architecture with all its trainings, in the order in which they came up first."""
    return list({one.architecture_hash: one for answer in answers for one in answer.evaluations}.values())
