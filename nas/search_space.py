"""Search spaces as data: genes with names and choices, genomes, and the architecture that a genome stands for."""

from __future__ import annotations

import difflib
import itertools
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

from hwcost.messages import one_line
from nas.errors import SpaceError

if TYPE_CHECKING:
    import numpy as np

Choice: TypeAlias = str | int | float | bool
Genome: TypeAlias = dict[str, Choice]


@dataclass(frozen=True, slots=True, kw_only=True)
class Gene:
    """One decision of a search.

    Attributes:
        name: Its name; `hwcost`'s vocabulary is in `nas.vocabulary`.
        choices: Its values, at least one; a gene with one is fixed.
    """

    name: str
    choices: tuple[Choice, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchSpace:
    """Genes whose values together describe a network.

    Attributes:
        name: Name of the preset or of the file.
        description: What it is and where it comes from.
        genes: The genes in order.
    """

    name: str
    description: str
    genes: tuple[Gene, ...]

    @property
    def num_genomes(self) -> int:
        """Genomes: the product of the numbers of choices.

        Example:
            >>> from nas.spaces import load_space
            >>> load_space("faqnas").num_genomes
            23328
        """
        return math.prod(len(gene.choices) for gene in self.genes)

    def random_genome(self, rng: np.random.Generator) -> Genome:
        """A genome in which each gene's value is drawn uniformly from its choices."""
        return {gene.name: gene.choices[int(rng.integers(len(gene.choices)))] for gene in self.genes}

    def genomes(self) -> Iterator[Genome]:
        """All genomes; the last gene changes fastest."""
        names = [gene.name for gene in self.genes]
        for values in itertools.product(*(gene.choices for gene in self.genes)):
            yield dict(zip(names, values, strict=True))

    def check(self, genome: Mapping[str, Any]) -> Genome:
        """The genome with its values in the order of the genes.

        Raises:
            SpaceError: A gene is missing or unknown, or has a value that is none of its choices.

        Example:
            >>> space = SearchSpace(name="s", description="", genes=(Gene(name="qubits", choices=(2, 3)),))
            >>> space.check({"qubits": 3})
            {'qubits': 3}
        """
        names = [gene.name for gene in self.genes]
        for name in genome:
            if name not in names:
                raise SpaceError(
                    f"the space {self.name} has no gene {one_line(str(name))!r}{_nearest(str(name), names)}"
                )
        checked: Genome = {}
        for gene in self.genes:
            if gene.name in genome:
                checked[gene.name] = _chosen(gene, genome[gene.name], self.name)
            elif len(gene.choices) == 1:
                checked[gene.name] = gene.choices[0]
            else:
                raise SpaceError(
                    f"the genome has no {gene.name}; choose from {_listed(gene.choices)} (space {self.name})"
                )
        return checked


def _chosen(gene: Gene, value: Any, space: str) -> Choice:
    """The choice that a value stands for; 3 and 3.0 are one choice, True and 1 are not."""
    for choice in gene.choices:
        if isinstance(value, bool) == isinstance(choice, bool) and value == choice:
            return choice
    raise SpaceError(f"{gene.name} is {one_line(repr(value))}; choose from {_listed(gene.choices)} (space {space})")


def _listed(choices: tuple[Choice, ...]) -> str:
    shown = ", ".join(map(str, choices[:12]))
    return shown if len(choices) <= 12 else f"{shown}, … ({len(choices)} choices)"


def _nearest(name: str, known: list[str]) -> str:
    near = difflib.get_close_matches(name, known, n=1)
    return f"; did you mean {near[0]!r}?" if near else f"; it has {', '.join(known[:20])}"


def parse_genome(space: SearchSpace, text: str) -> Genome:
    """A genome from the command line: `qubits=4,embedding=angle-x,…`, JSON, or the name of a JSON file.

    Raises:
        SpaceError: The text is none of these, or the genome does not belong to the space.

    Example:
        >>> space = SearchSpace(name="s", description="", genes=(Gene(name="qubits", choices=(2, 3)),))
        >>> parse_genome(space, "qubits=3"), parse_genome(space, '{"qubits": 2}')
        ({'qubits': 3}, {'qubits': 2})
    """
    import json
    from pathlib import Path

    stripped = text.strip()
    if stripped.endswith(".json"):
        try:
            stripped = Path(stripped).read_text(encoding="utf-8")
        except (OSError, ValueError) as error:
            raise SpaceError(f"{one_line(text)}: {getattr(error, 'strerror', None) or 'no text'}") from error
    if stripped.lstrip().startswith("{"):
        try:
            given = json.loads(stripped)
        except (ValueError, RecursionError) as error:
            raise SpaceError(f"the genome is no JSON: {one_line(str(error))}") from error
        return space.check(given)
    genes = {gene.name: gene for gene in space.genes}
    genome: Genome = {}
    for part in filter(None, (part.strip() for part in stripped.split(","))):
        name, equals, value = (piece.strip() for piece in part.partition("="))
        if not equals:
            raise SpaceError(f"{one_line(part)!r} in the genome is not of the form gene=value")
        if name in genome:
            raise SpaceError(f"the genome has {one_line(name)!r} twice")
        if name in genes:
            genome[name] = next((c for c in genes[name].choices if _text(c) == value.lower()), value)
        else:
            genome[name] = value
    return space.check(genome)


def _text(choice: Choice) -> str:
    return str(choice).lower()


def format_genome(genome: Mapping[str, Choice]) -> str:
    """The genome as `parse_genome` reads it.

    Example:
        >>> format_genome({"qubits": 3, "reupload": True})
        'qubits=3,reupload=true'
    """
    return ",".join(f"{name}={_text(value)}" for name, value in genome.items())
