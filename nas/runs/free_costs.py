"""What networks cost as far as that needs neither a training nor a device: `FreeCosts`, computed once and kept.

FLOPs, parameters and memory are closed forms of an architecture. A search that knows them beforehand looks only for the
error. They are kept in the run, because a space of some thousand architectures takes some ten seconds.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from nas.costs import candidate_cost
from nas.runs.context import SearchContext
from nas.runs.objectives import OBJECTIVES, Evaluated, values_of
from nas.runs.store import RunStore
from nas.spaces.build import architecture
from nas.spaces.record import Genome


class FreeCosts:
    """Objectives and limited quantities of networks that need neither a training nor a device, by genome.

    Args:
        context: The search.
        key: Gives genomes of equal architectures the same text.
        store: Where they are kept.

    Attributes:
        names: Names of these objectives.
        limits: Limits that can be compared so.
    """

    def __init__(self, context: SearchContext, key: Callable[[Genome], str], store: RunStore):
        self._context, self._key, self._store = context, key, store
        chosen = tuple(one for one in context.config.chosen if not one.trained and not one.needs)
        self.names = frozenset(one.name for one in chosen)
        self.limits = tuple(limit for limit in context.config.limits if not limit.needs)
        limited = {limit.name for limit in self.limits if not limit.of_architecture} - self.names
        self._objectives = (*chosen, *(OBJECTIVES[name] for name in sorted(limited)))
        self._known: dict[str, Mapping[str, float]] | None = None

    def __call__(self, genomes: Sequence[Genome]) -> Sequence[Mapping[str, float]]:
        """Return the values of each network by name of the objective.

        Raises:
            RunError: What is kept is damaged, or cannot be kept.
        """
        if not self._objectives:
            return [{} for _ in genomes]
        if self._known is None:
            self._known = self._store.costs({one.name for one in self._objectives})
        known = self._known
        new: dict[str, Mapping[str, float]] = {}
        for genome in genomes:
            name = self._key(genome)
            if name not in known and name not in new:
                new[name] = self._computed(genome)
        if new:
            self._store.add_costs(new)
            known.update(new)
        return [known[self._key(genome)] for genome in genomes]

    def within_limits(self, genomes: Sequence[Genome]) -> list[Genome]:
        """Return those networks that keep the limits which can be compared without a device, in the same order.

        Raises:
            RunError: What is kept is damaged, or cannot be kept.
        """
        sizes = [limit for limit in self.limits if limit.of_architecture]
        costs = [limit for limit in self.limits if not limit.of_architecture]
        kept = []
        for genome in genomes:
            built = architecture(self._context.space, genome)
            if not any(limit.is_broken_by(limit.size_of(built)) for limit in sizes):
                kept.append(genome)
        return [
            genome
            for genome, values in zip(kept, self(kept), strict=True)
            if not any(limit.is_broken_by(values[limit.name]) for limit in costs)
        ]

    def _computed(self, genome: Genome) -> Mapping[str, float]:
        dataset = self._context.dataset
        built = architecture(self._context.space, genome)
        cost = candidate_cost(built, dataset.num_features, dataset.num_classes)
        return values_of(self._objectives, Evaluated(cost=cost))
