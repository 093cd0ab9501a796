"""Search spaces as data: genes with names and choices, genomes, and the architecture that a genome stands for."""

from __future__ import annotations

import difflib
import itertools
import json
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from hwcost.core.numbers import parse_real
from hwcost.core.reading import path_label, read_file
from hwcost.core.text import one_line
from nas.core.errors import SpaceError

if TYPE_CHECKING:
    import numpy as np

Choice: TypeAlias = str | int | float | bool
Genome: TypeAlias = dict[str, Choice]

MAX_GENOME_BYTES = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Gene:
    """One decision of a search.

    Attributes:
        name: Its name, one of those in `nas.spaces.genes`.
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
        """Return the number of genomes: the product of the numbers of choices.

        Example:
            >>> from nas.spaces.load import load_space
            >>> load_space("faqnas").num_genomes
            23328
        """
        return math.prod(len(gene.choices) for gene in self.genes)

    def random_genome(self, rng: np.random.Generator) -> Genome:
        """Draw each gene's value uniformly from its choices."""
        return {gene.name: gene.choices[int(rng.integers(len(gene.choices)))] for gene in self.genes}

    def genomes(self) -> Iterator[Genome]:
        """Yield all genomes; the last gene changes fastest."""
        names = [gene.name for gene in self.genes]
        for values in itertools.product(*(gene.choices for gene in self.genes)):
            yield dict(zip(names, values, strict=True))

    def check(self, genome: Mapping[str, Any]) -> Genome:
        """Check a genome and bring its values in the order of the genes; genes with one choice may be left out.

        Raises:
            SpaceError: A gene is missing or unknown, or has a value that is none of its choices.

        Example:
            >>> space = SearchSpace(name="s", description="", genes=(Gene(name="qubits", choices=(2, 3)),))
            >>> space.check({"qubits": 3})
            {'qubits': 3}
        """
        if not isinstance(genome, Mapping):
            raise SpaceError(f"the genome is {one_line(repr(genome))}; it must give a choice for each gene by name")
        names = [gene.name for gene in self.genes]
        for name in genome:
            if name not in names:
                raise SpaceError(
                    f"the space {self.name} has no gene {one_line(repr(name))}{_nearest(str(name), names)}"
                )
        missing = [gene for gene in self.genes if gene.name not in genome and len(gene.choices) > 1]
        if missing:
            others = f"; also missing: {', '.join(gene.name for gene in missing[1:])}" if missing[1:] else ""
            raise SpaceError(
                f"the genome has no {missing[0].name}; choose from {_listed(missing[0].choices)} (space {self.name})"
                f"{one_line(others)}"
            )
        return {
            gene.name: _chosen(gene, genome[gene.name], self.name) if gene.name in genome else gene.choices[0]
            for gene in self.genes
        }


def _chosen(gene: Gene, value: Any, space: str) -> Choice:
    """Find the choice that a value stands for; 3 and 3.0 are one choice, True and 1 are not."""
    plain = value.item() if getattr(value, "shape", None) == () else value  # NumPy's numbers
    if isinstance(plain, (str, int, float)):
        for choice in gene.choices:
            if isinstance(plain, bool) == isinstance(choice, bool) and plain == choice:
                return choice
    raise SpaceError(f"{gene.name} is {one_line(repr(value))}; choose from {_listed(gene.choices)} (space {space})")


def _listed(choices: tuple[Choice, ...]) -> str:
    shown = ", ".join(map(str, choices[:12]))
    return shown if len(choices) <= 12 else f"{shown}, … ({len(choices)} choices)"


def _nearest(name: str, known: list[str]) -> str:
    near = difflib.get_close_matches(name, known, n=1)
    return f"; did you mean {near[0]!r}?" if near else f"; it has {', '.join(known[:20])}"


def parse_genome(space: SearchSpace, text: str) -> Genome:
    """Parse a genome of the command line: `qubits=4,embedding=angle-x,…`, JSON, or the name of a JSON file.

    Raises:
        SpaceError: The text is none of these, or the genome does not belong to the space.

    Example:
        >>> space = SearchSpace(name="s", description="", genes=(Gene(name="qubits", choices=(2, 3)),))
        >>> parse_genome(space, "qubits=3"), parse_genome(space, '{"qubits": 2}')
        ({'qubits': 3}, {'qubits': 2})
    """
    given = text.strip()
    if given.endswith(".json") and "=" not in given:
        return _from_file(space, Path(given))
    if given.startswith("{"):
        return _from_json(space, given)
    genes = {gene.name: gene for gene in space.genes}
    genome: Genome = {}
    for part in filter(None, (part.strip() for part in given.split(","))):
        name, equals, value = (piece.strip() for piece in part.partition("="))
        if not equals:
            raise SpaceError(f"{one_line(repr(part))} in the genome is not of the form gene=value")
        if name in genome:
            raise SpaceError(f"the genome has {one_line(repr(name))} twice")
        choices = genes[name].choices if name in genes else ()
        genome[name] = next((choice for choice in choices if _means(value, choice)), value)
    return space.check(genome)


def _from_file(space: SearchSpace, path: Path) -> Genome:
    shown = path_label(path)
    content = read_file(path, what="genome", limit_bytes=MAX_GENOME_BYTES, error=SpaceError)
    try:
        return _from_json(space, content.decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise SpaceError(f"{shown}: not text; a genome is a JSON object of genes and their values") from None
    except SpaceError as error:
        raise SpaceError(f"{shown}: {error}") from None


def _from_json(space: SearchSpace, text: str) -> Genome:
    try:
        given = json.loads(text, object_pairs_hook=_without_repeats)
    except (ValueError, RecursionError) as error:
        raise SpaceError(f"the genome is not JSON: {one_line(str(error))}") from None
    return space.check(given)


def _without_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    names = [name for name, _ in pairs]
    for name in names:
        if names.count(name) > 1:
            raise SpaceError(f"the genome has {one_line(repr(name))} twice")
    return dict(pairs)


def _means(text: str, choice: Choice) -> bool:
    """Return whether a text stands for a choice; 1e-3 is 0.001."""
    if isinstance(choice, (int, float)) and not isinstance(choice, bool):
        return parse_real(text) == choice
    return text.lower() == _text(choice)


def _text(choice: Choice) -> str:
    return str(choice).lower()


def format_genome(genome: Mapping[str, Choice]) -> str:
    """Format a genome as `parse_genome` reads it.

    Example:
        >>> format_genome({"qubits": 3, "reupload": True})
        'qubits=3,reupload=true'
    """
    return ",".join(f"{name}={_text(value)}" for name, value in genome.items())
