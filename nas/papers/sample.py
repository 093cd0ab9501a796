"""Networks of a run as columns of figures: `Sample`."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from nas.architectures.flops import classical_flops
from nas.runs.fronts import bounds, hypervolume
from nas.spaces.build import architecture
from nas.spaces.genes import active_genes

if TYPE_CHECKING:
    from nas.runs.record import Evaluation
    from nas.runs.run import Run


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """The networks of a run that were trained and costed, in the order in which they were asked for.

    Attributes:
        hashes: Architectures.
        genes: Active genes of each.
        accuracies: Best validation accuracy of the first training of each. Later trainings are left out: only what
            looked good has any.
        quantum_flops: F_Q in closed form.
        classical_flops: F_C in closed form.
        parameters: Trainable parameters.
        objectives: Objectives of each.
        num_validation: Samples of each accuracy.
    """

    hashes: tuple[str, ...]
    genes: tuple[dict[str, Any], ...]
    accuracies: tuple[float, ...]
    quantum_flops: tuple[int, ...]
    classical_flops: tuple[int, ...]
    parameters: tuple[int, ...]
    objectives: tuple[dict[str, float], ...]
    num_validation: int

    @property
    def log_quantum(self) -> tuple[float, ...]:
        """Return log10 of F_Q."""
        return tuple(math.log10(max(1, flops)) for flops in self.quantum_flops)

    @property
    def total_flops(self) -> tuple[int, ...]:
        """Return F_Q + F_C."""
        return tuple(q + c for q, c in zip(self.quantum_flops, self.classical_flops, strict=True))

    def gene(self, name: str) -> tuple[Any, ...]:
        """Return one gene of each, None where it has no effect."""
        return tuple(genes.get(name) for genes in self.genes)

    def objective(self, name: str) -> tuple[float, ...]:
        """Return one objective of each."""
        return tuple(values[name] for values in self.objectives)


def sample_of(run: Run) -> Sample:
    """Collect the networks of a run."""
    data = run.context.dataset
    complete = [one for one in run.evaluations if one.state == "COMPLETE" and one.cost is not None]
    built = [architecture(run.context.space, one.genome) for one in complete]
    return Sample(
        hashes=tuple(one.architecture_hash for one in complete),
        genes=tuple(dict(active_genes(one.genome)) for one in complete),
        accuracies=tuple(one.accuracies[0] for one in complete),
        quantum_flops=tuple(int((one.cost or {})["quantum_flops"]) for one in complete),
        classical_flops=tuple(classical_flops(one, data.num_features, data.num_classes) for one in built),
        parameters=tuple(int(one.num_parameters or 0) for one in complete),
        objectives=tuple(dict(one.objectives) for one in complete),
        num_validation=data.num_validation,
    )


def estimated_accuracies(run: Run) -> dict[str, float]:
    """Return 1 − the estimated error of each network by its hash.

    Errors are drawn towards those of similar networks, so that the best of many is not just the luckiest
    (`nas.runs.estimates`).
    """
    estimates = run.estimates
    known = {} if estimates is None else estimates.networks
    return {hashed: 1.0 - one.error for hashed, one in known.items()}


def volumes(runs: Sequence[Run]) -> list[float | None]:
    """Return the hypervolume of the front of each run, at estimated errors, in the box of all of them together."""
    judged: list[list[Evaluation]] = [[one for one in run.judged if one.state == "COMPLETE"] for run in runs]
    objectives = runs[0].objectives
    limits = bounds([one for ones in judged for one in ones], objectives)
    if limits is None:
        return [None] * len(runs)
    fronts = [{member.architecture_hash for member in run.front} for run in runs]
    return [
        hypervolume([one for one in ones if one.architecture_hash in members], objectives, limits)
        for ones, members in zip(judged, fronts, strict=True)
    ]
