"""A claim of all three papers: the search returns better trade-offs than one that does not look for them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from nas.papers.record import Claim
from nas.papers.sample import volumes
from nas.papers.statistics import judged, over_seeds

if TYPE_CHECKING:
    from nas.runs.run import Run


def search_pays(runs: Mapping[tuple[str, int], Run], seeds: Sequence[int], dataset: str, of: str) -> Claim:
    """Try whether the paper's search returns a better front than random networks with as many trainings.

    Args:
        runs: Searches by kind and seed.
        seeds: Seeds.
        dataset: Its name.
        of: What the front is of.
    """
    gains: list[float | None] = []
    for seed in seeds:
        found, drawn = volumes([runs["search", seed], runs["random", seed]])
        gains.append(None if found is None or drawn is None else found - drawn)
    interval = over_seeds(gains)
    return Claim(
        name="search-pays",
        dataset=dataset,
        text="the search finds better trade-offs than one that does not look for them",
        measure=f"hypervolume of the front of {of} found by NSGA-II minus that of as many random networks",
        needed="above 0; refuted where below it",
        interval=interval,
        values=tuple(gains),
        verdict=judged(interval, above=0.0),
        remark="fronts at estimated errors, in the box of both; the paper shows no such baseline",
    )
