"""All distinct architectures of a space, in groups of one shape that are trained at once."""

from __future__ import annotations

from collections.abc import Hashable, Sequence

from nas.architectures.shapes import stack_key
from nas.core.errors import SpaceError
from nas.runs.algorithms.base import Answer, Brood, Problem, Stop
from nas.runs.candidates import first_genomes
from nas.runs.grouping import together_at_most
from nas.spaces.record import Genome, SearchSpace

MAX_GENOMES = 2_000_000
"""Genomes of a space that are gone through, about a minute."""


def refuse_large(space: SearchSpace) -> None:
    """Raise a `SpaceError` for a space that is too large to go through."""
    if space.num_genomes > MAX_GENOMES:
        raise SpaceError(
            f"{space.name} has {space.num_genomes:,} genomes; at most {MAX_GENOMES:,} are evaluated exhaustively; "
            "give a smaller space"
        )


class Exhaustive:
    """Asks for everything at once."""

    def __init__(self, problem: Problem):
        self._problem = problem

    @property
    def last_generation(self) -> int:
        """Return 0: there is one brood."""
        return 0

    def ask(self, answers: Sequence[Answer]) -> Brood | Stop:
        """Ask for the first genome of each distinct architecture; genomes that stand for one met before are duplicates.

        Architectures of one shape stand together in the order of their hashes; a group is the same whoever evaluates
        it and whenever.

        Raises:
            SpaceError: The space is too large to go through.
        """
        if answers:
            return Stop(reason="every distinct architecture was evaluated")
        space = self._problem.space
        refuse_large(space)
        first = first_genomes(space)
        shapes: dict[Hashable, list[Genome]] = {}
        sizes: dict[Hashable, int] = {}
        for built, genome in sorted(first.items(), key=lambda item: self._problem.key(item[1])):
            shape = stack_key(built)
            shapes.setdefault(shape, []).append(genome)
            sizes[shape] = together_at_most(built, self._problem.train_device, self._problem.engine)
        groups = tuple(
            tuple(genomes[start : start + sizes[shape]])
            for shape, genomes in sorted(shapes.items(), key=lambda item: repr(item[0]))
            for start in range(0, len(genomes), sizes[shape])
        )
        return Brood(groups=groups, duplicates=space.num_genomes - len(first))
