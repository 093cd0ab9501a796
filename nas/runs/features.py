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
    rows = [_row(genes, active_genes(genome)) for genome in genomes]
    width = sum(len(gene.choices) + all(map(_is_number, gene.choices)) for gene in genes)
    return np.array(rows, dtype=np.float64).reshape(len(rows), width)


def _row(genes: Sequence[Gene], active: Mapping[str, Choice]) -> list[float]:
    row: list[float] = []
    for gene in genes:
        value = active.get(gene.name)
        row += [float(gene.name in active and choice == value) for choice in gene.choices]
        if all(map(_is_number, gene.choices)):
            row.append(_number(gene.name, value) if gene.name in active else 0.0)
    return row


def _is_number(choice: Choice) -> bool:
    return isinstance(choice, (int, float)) and not isinstance(choice, bool)


def _number(name: str, value: Choice | None) -> float:
    number = float(value) if isinstance(value, (int, float)) else 0.0
    return math.log2(number) if GeneName.of(name).kind in _LOGARITHMIC and number > 0.0 else number
