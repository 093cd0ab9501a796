"""Genomes as rows of numbers, from which the error of a network is predicted: `gene_features`.

Two genomes that differ only in genes of layers that they do not have are equal rows. One column for each choice of each
gene, and one for each gene of numbers with its value (widths and rates as logarithms), so that a network with a choice
that was never seen still has neighbours.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from nas.spaces.genes import GeneName, active_genes
from nas.spaces.record import Choice, Gene, SearchSpace

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_LOGARITHMIC = ("width", "learning_rate")


def gene_features(space: SearchSpace, genomes: Sequence[Mapping[str, Choice]]) -> NDArray[np.float64]:
    """Return one row for each genome, (genomes, columns); genes with one choice have no column.

    Args:
        space: The search space.
        genomes: Genomes of it.

    >>> from nas.spaces.record import Gene
    >>> space = SearchSpace(name="s", description="", genes=(Gene(name="qubits", choices=(2, 3)),))
    >>> gene_features(space, [{"qubits": 2}, {"qubits": 3}]).tolist()
    [[1.0, 0.0, 2.0], [0.0, 1.0, 3.0]]
    """
    import numpy as np

    genes = [gene for gene in space.genes if len(gene.choices) > 1]
    parts = {gene.name: _parts(gene) for gene in genes}
    rows = []
    for genome in genomes:
        active = active_genes(genome)
        rows.append([number for name, known in parts.items() for number in known[active.get(name)]])
    width = sum(len(known[None]) for known in parts.values())
    return np.array(rows, dtype=np.float64).reshape(len(rows), width)


def _parts(gene: Gene) -> dict[Choice | None, list[float]]:
    """Return the columns of a gene for each of its choices, and for None, where the network does not have the gene."""
    numbers = all(map(_is_number, gene.choices))
    parts: dict[Choice | None, list[float]] = {None: [0.0] * (len(gene.choices) + numbers)}
    for number, choice in enumerate(gene.choices):
        parts[choice] = [float(place == number) for place in range(len(gene.choices))]
        if numbers:
            parts[choice].append(_number(gene.name, float(choice)))
    return parts


def _is_number(choice: Choice) -> bool:
    return isinstance(choice, (int, float)) and not isinstance(choice, bool)


def _number(name: str, value: float) -> float:
    return math.log2(value) if GeneName.of(name).kind in _LOGARITHMIC and value > 0.0 else value
