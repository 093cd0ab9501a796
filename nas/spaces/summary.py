"""Search spaces as results: one (`SpaceSummary`), all built-in ones (`SpaceList`), the genes of any (`GeneList`)."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Any

import numpy as np

from hwcost.report.result import Result
from hwcost.report.rows import flatten
from nas.spaces.genes import WORDS, known_names
from nas.spaces.load import list_spaces, load_space
from nas.spaces.record import Genome, SearchSpace, format_genome
from nas.spaces.size import SpaceSize, count_architectures, count_dead_in_sample

SAMPLE = 1000
"""Random genomes whose dead weights are counted where a space is too large to be written out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SpaceSummary(Result):
    """A search space: its genes, and what it holds.

    Attributes:
        space: The space.
        size: Its genomes, architectures and circuits.
        num_sampled_with_dead_weights: Of `SAMPLE` random genomes those whose circuit has dead weights; None where all
            circuits were looked at.
        genomes: Random genomes.
    """

    not_in_rows = frozenset({"random"})

    space: SearchSpace
    size: SpaceSize
    num_sampled_with_dead_weights: int | None = None
    genomes: tuple[Genome, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Return plain data; random genomes only where there are some."""
        dead = self.num_sampled_with_dead_weights
        plain: dict[str, Any] = {
            "schema": "nas.space/1",
            "name": self.space.name,
            "description": self.space.description,
            "genes": {gene.name: list(gene.choices) for gene in self.space.genes},
            **dataclasses.asdict(self.size),
            "dead_weights_sample": None if dead is None else {"num_genomes": SAMPLE, "num_with_dead_weights": dead},
        }
        return {**plain, "random": list(self.genomes)} if self.genomes else plain

    def to_rows(self) -> list[dict[str, Any]]:
        """Return one row, or one for each random genome."""
        row = dict(flatten("", self.to_dict(), skipped=self.not_in_rows))
        return [{**row, "genome": format_genome(genome)} for genome in self.genomes] or [row]


def summarize(space: SearchSpace, *, num_random: int = 0, seed: int = 0) -> SpaceSummary:
    """Count what a space holds, and draw random genomes.

    Args:
        space: The space.
        num_random: Random genomes.
        seed: Seed of them.
    """
    size = count_architectures(space)
    sampled = None
    if size.num_with_dead_weights is None:
        sampled = count_dead_in_sample(space, num_genomes=SAMPLE, seed=0)
    rng = np.random.default_rng(seed)
    genomes = tuple(space.random_genome(rng) for _ in range(num_random))
    return SpaceSummary(space=space, size=size, num_sampled_with_dead_weights=sampled, genomes=genomes)


@dataclass(frozen=True, slots=True, kw_only=True)
class SpaceList(Result):
    """Several search spaces.

    Attributes:
        spaces: The spaces.
    """

    spaces: tuple[SearchSpace, ...]

    @classmethod
    def built_in(cls) -> SpaceList:
        """Return the spaces that have a name."""
        return cls(spaces=tuple(map(load_space, list_spaces())))

    def to_dict(self) -> dict[str, Any]:
        """Return the spaces below the word."""
        return {"spaces": self.to_plain()}

    def to_plain(self) -> list[dict[str, Any]]:
        """Return name, description and size of each."""
        return [
            {"name": space.name, "description": space.description, "num_genomes": space.num_genomes}
            for space in self.spaces
        ]

    def to_rows(self) -> list[dict[str, Any]]:
        """Return one row for each."""
        return self.to_plain()


@dataclass(frozen=True, slots=True, kw_only=True)
class GeneList(Result):
    """The genes that a search space may have."""

    def to_dict(self) -> dict[str, Any]:
        """Return meaning, values (those of a number: the least and the greatest) and default by name."""
        return {
            shown: {"meaning": word.meaning, "values": list(word.values), "default": word.default}
            for word, shown in zip(WORDS, known_names(), strict=True)
        }

    def to_rows(self) -> list[dict[str, Any]]:
        """Return one row for each."""
        return [
            {"name": name, **gene, "values": " ".join(map(str, gene["values"]))}
            for name, gene in self.to_dict().items()
        ]
