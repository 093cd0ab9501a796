"""What the closed form of quantum FLOPs is in the units of FAQNAS, those of PyTorch's profiler: `flops_units`."""

from __future__ import annotations

import math
import statistics
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hwcost import MissingDependencyError
from nas.costs import candidate_cost
from nas.papers.kept import kept
from nas.papers.proxies import distinct_networks
from nas.papers.statistics import rank_correlation
from nas.spaces.load import load_space

NETWORKS, QUICK_NETWORKS = 24, 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Units:
    """Profiled over closed-form quantum FLOPs of random `faqnas` networks.

    Attributes:
        num_networks: Networks.
        log10_ratio: Median of log10 of the ratio.
        low: Smallest ratio.
        high: Largest ratio.
        correlation: Spearman's rank correlation of the two; None where there is none.
    """

    num_networks: int
    log10_ratio: float
    low: float
    high: float
    correlation: float | None

    def text(self) -> str:
        """Say it in a sentence."""
        rank = "" if self.correlation is None else f", rank correlation {self.correlation:.2f}"
        return (
            f"PyTorch's profiler counts {10.0**self.log10_ratio:.2g} times the quantum FLOPs of the closed form in the "
            f"median network ({self.low:.2g} to {self.high:.2g}, {self.num_networks} networks{rank})"
        )


def flops_units(folder: Path, *, quick: bool) -> Units | None:
    """Count both ways on random networks of `faqnas`; None where PennyLane is not installed.

    Args:
        folder: Directory in which the counts are kept.
        quick: Whether to take a few narrow ones.
    """
    number, widest = (QUICK_NETWORKS, 4) if quick else (NETWORKS, None)

    def compute() -> list[dict[str, Any]]:
        rows = []
        for built in distinct_networks(load_space("faqnas"), number, 0, widest):
            cost = candidate_cost(built, 4, 3, profiled=True)
            rows.append({"closed": cost.quantum_flops, "profiled": cost.profiled_quantum_flops})
        return rows

    try:
        rows = kept(folder / "profiled.json", {"number": number, "max_qubits": widest}, compute)
    except MissingDependencyError:
        return None
    pairs = [(row["closed"], row["profiled"]) for row in rows if row["profiled"]]
    if not pairs:
        return None
    ratios = [profiled / closed for closed, profiled in pairs]
    return Units(
        num_networks=len(pairs),
        log10_ratio=statistics.median(math.log10(ratio) for ratio in ratios),
        low=min(ratios),
        high=max(ratios),
        correlation=rank_correlation([closed for closed, _ in pairs], [profiled for _, profiled in pairs]),
    )
