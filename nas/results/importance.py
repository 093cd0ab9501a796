"""Which genes decide about an objective: `gene_importance`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from hwcost import MissingDependencyError
from nas.runs.objectives import Objective
from nas.runs.record import Evaluation
from nas.spaces.genes import active_genes

MIN_EVALUATIONS = 20
"""Fewer say nothing."""

MIN_SCORE = 0.1
"""R² of unseen networks below which a forest explains nothing, so that its importances are of noise and not drawn."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GeneImportance:
    """How much of the variation of an objective goes with each gene.

    Attributes:
        objective: Its name.
        score: R² on samples that a tree did not see; near 0 nothing can be said of single genes.
        shares: Rise of the squared error, in units of the variance, when the gene's values are shuffled, by gene, the
            largest first.
    """

    objective: str
    score: float
    shares: tuple[tuple[str, float], ...]


def gene_importance(evaluations: Sequence[Evaluation], objective: Objective, *, seed: int = 0) -> GeneImportance | None:
    """Estimate permutation importances of genes for an objective with a random forest; None below 20 evaluations.

    A description of the networks that were evaluated, not of the space: evolution looks where it is good, and genes
    that came along together share their importance. Genes of layers that a network does not have have a value of their
    own.

    Args:
        evaluations: Evaluations; those that failed do not count.
        objective: The objective, on its axis (`Objective.axis`).
        seed: Seed of forest and shuffles.

    Raises:
        MissingDependencyError: scikit-learn is not installed.
    """
    try:
        from sklearn.ensemble import RandomForestRegressor
        from sklearn.inspection import permutation_importance
    except ImportError:
        raise MissingDependencyError(
            'importances of genes need scikit-learn, which is not installed; run: pip install "hwcost[nas]"'
        ) from None
    import numpy as np

    complete = [
        evaluation
        for evaluation in evaluations
        if evaluation.state == "COMPLETE" and objective.name in evaluation.objectives
    ]
    values = np.array([objective.axis(evaluation.objectives[objective.name]) for evaluation in complete])
    if len(complete) < MIN_EVALUATIONS or not values.std() > 0.0:
        return None
    actives = [active_genes(evaluation.genome) for evaluation in complete]
    names = [name for name in complete[0].genome if len({active.get(name) for active in actives}) > 1]
    if not names:
        return None
    codes = {name: sorted({active[name] for active in actives if name in active}, key=_sort_key) for name in names}
    features = np.array(
        [[codes[name].index(active[name]) if name in active else -1 for name in names] for active in actives]
    )
    forest = RandomForestRegressor(n_estimators=200, oob_score=True, min_samples_leaf=2, random_state=seed)
    forest.fit(features, values)
    found = permutation_importance(
        forest, features, values, n_repeats=10, random_state=seed, scoring="neg_mean_squared_error"
    )
    shares = found.importances_mean / values.var()
    order = sorted(zip(names, map(float, shares), strict=True), key=lambda pair: -pair[1])
    return GeneImportance(objective=objective.name, score=float(forest.oob_score_), shares=tuple(order))


def _sort_key(value: object) -> tuple[bool, float, str]:
    """Order numbers by size, then texts."""
    number = isinstance(value, (int, float))
    return (not number, float(value) if isinstance(value, (int, float)) else 0.0, str(value))
