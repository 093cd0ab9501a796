"""Expected hypervolume improvement with known costs: the networks from which a model expects most for the front.

A generation comes in two batches, so that the second half knows what became of the first. A batch follows from the
evaluations so far alone:

1. candidates are all distinct architectures that were not evaluated, where the space can be listed, else a pool of
   children of front members and of random genomes; of these, those that keep the limits of what a network may cost, as
   far as that is known without a device;
2. their costs are computed where that needs no device (`Problem.costs`), and predicted like the error where it does;
3. the error is predicted from genes and costs (`nas.runs.error_model`), with the standard deviation of what networks
   have in common. With that of the noise in it, the search would hunt lucky seeds;
4. the gain of each candidate is exact (`nas.runs.improvement`): against the front of the evaluated networks at their
   estimated errors, within the least and largest error that were observed and costs that there are;
5. the best goes into the batch and, with its predicted error, into the front; of equal ones the first by key.

The first generation is the random one of NSGA-II. `crossover`, `mutation` and `stagnation` have no effect.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from nas.core.errors import SettingError
from nas.runs.algorithms.base import Answer, Brood, Problem, Stop, latest
from nas.runs.algorithms.nsga2 import first_generation
from nas.runs.candidates import listed, pool
from nas.runs.error_model import fit_errors
from nas.runs.estimates import Fitted, features_of, fit_evaluations, is_free
from nas.runs.features import gene_features
from nas.runs.fronts import REFERENCE, axes, span_of
from nas.runs.improvement import expected_improvement
from nas.runs.record import Evaluation
from nas.spaces.record import Genome

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

DIGITS = 9
"""Decimals at which gains are compared, in units of the largest: sums may be rounded otherwise on another machine."""

BATCHES = 2
"""Batches of a generation. What is chosen together is chosen from what was known before."""

BLOCK = 128
"""Candidates whose gains are computed anew at once."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Candidates:
    """Networks that can be chosen.

    Attributes:
        genomes: One genome of each, sorted by key.
        keys: Their keys.
        features: (networks, genes), what their genes say.
        costs: (networks, objectives that were computed beforehand), on their axes.
    """

    genomes: Sequence[Genome]
    keys: Sequence[str]
    features: NDArray[np.float64]
    costs: NDArray[np.float64]


class Surrogate:
    """Chooses by expected improvement."""

    def __init__(self, problem: Problem):
        if not any(objective.trained for objective in problem.objectives):
            raise SettingError("a surrogate predicts validation_error, which is none of the objectives; name it")
        self._problem = problem
        self._all: Candidates | None = None  # of a space that can be listed; nothing else is kept between calls
        self._is_listed = True
        known = problem.costed
        self._priced = [o for o in problem.objectives if o.name in known]
        self._unpriced = [o for o in problem.objectives if o.name not in known and not o.trained]

    @property
    def last_generation(self) -> int:
        """Return the number of the last batch."""
        return self._problem.generations * BATCHES

    def ask(self, answers: Sequence[Answer]) -> Brood | Stop:
        """Draw the first generation, or choose the next batch, or end."""
        problem = self._problem
        if not answers:
            return first_generation(problem)
        if len(answers) > self.last_generation:
            return Stop(reason=f"{problem.generations} generations after the first")
        evaluations = latest(answers)
        known = {one.architecture_hash for one in evaluations}
        candidates = self._candidates(evaluations, known, len(answers))
        left = [i for i, name in enumerate(candidates.keys) if name not in known]
        if not left:
            limits = "" if problem.within_limits is None else " and keeps the limits"
            return Stop(reason=f"no architecture was found that had not been evaluated{limits}")
        # Of an odd population, the first batch of a generation has one more.
        size = (problem.population + len(answers) % BATCHES) // BATCHES
        chosen = self._best(candidates, left, evaluations, size)
        return Brood.of([dict(candidates.genomes[i]) for i in chosen], duplicates=0)

    def _candidates(self, evaluations: Sequence[Evaluation], known: set[str], number: int) -> Candidates:
        problem = self._problem
        if self._all is None and self._is_listed:
            found = listed(problem.space)
            self._is_listed = found is not None
            self._all = None if found is None else self._described(found)
        if self._all is not None:
            return self._all
        parents = _fitted(evaluations, problem).front()
        drawn = pool(
            problem.space,
            [dict(one.genome) for one in sorted(parents, key=lambda one: one.architecture_hash)],
            known,
            problem.key,
            (problem.seed, number),
        )
        return self._described(drawn)

    def _described(self, found: Sequence[tuple[str, Genome]]) -> Candidates:
        import numpy as np

        genomes: Sequence[Genome] = [genome for _, genome in found]
        if self._problem.within_limits is not None:
            genomes = self._problem.within_limits(genomes)
        priced = self._problem.costs(genomes) if self._problem.costs is not None else [{}] * len(genomes)
        rows = [[o.axis(values[o.name]) for o in self._priced] for values in priced]
        return Candidates(
            genomes=genomes,
            keys=[self._problem.key(genome) for genome in genomes],
            features=gene_features(self._problem.space, genomes),
            costs=np.array(rows, dtype=np.float64).reshape(len(genomes), len(self._priced)),
        )

    def _best(
        self, candidates: Candidates, left: Sequence[int], evaluations: Sequence[Evaluation], size: int
    ) -> list[int]:
        import numpy as np

        fitted = _fitted(evaluations, self._problem)
        complete, predicted = fitted.complete, fitted.error
        features = np.column_stack([candidates.features, candidates.costs])[list(left)]
        seen = features_of(complete, self._problem.space, self._priced)
        # The model of the estimates, unless it looks at costs that candidates do not have yet.
        same = self._priced == [objective for objective in self._problem.objectives if is_free(objective)]
        errors = [[1.0 - accuracy for accuracy in one.accuracies] for one in complete]
        model = fitted.model if same else fit_errors(seen, errors)
        mean, sd = model.function(features)
        costs, seen_costs = candidates.costs[list(left)], axes(complete, self._priced)
        for objective in self._unpriced:
            values = axes(complete, [objective])
            guess, _ = fit_errors(seen, [[float(value)] for value in values[:, 0]]).function(features)
            costs, seen_costs = np.column_stack([costs, guess]), np.column_stack([seen_costs, values])
        everything = np.vstack([costs, seen_costs])
        low, span = _scale(everything)
        least, reach = _scale(fitted.model.mean_errors[:, None])
        return [
            left[i]
            for i in _batch(
                (costs - low) / span,
                (mean - least[0]) / reach[0],
                sd / reach[0],
                (seen_costs - low) / span,
                (predicted - least[0]) / reach[0],
                size,
            )
        ]


def _fitted(evaluations: Sequence[Evaluation], problem: Problem) -> Fitted:
    """Return the model of the errors, which the search has fitted already."""
    fitted = fit_evaluations(evaluations, problem.space, problem.objectives)
    if fitted is None:  # the search has ended before: nothing is COMPLETE
        raise SettingError("a surrogate needs networks that were trained")
    return fitted


def _batch(
    costs: NDArray[np.float64],
    mean: NDArray[np.float64],
    sd: NDArray[np.float64],
    front_costs: NDArray[np.float64],
    front_errors: NDArray[np.float64],
    size: int,
) -> list[int]:
    """Choose one after the other; each counts with its predicted error for the next."""
    import numpy as np

    def gain_of(who: NDArray[np.intp]) -> NDArray[np.float64]:
        return expected_improvement(costs[who], mean[who], sd[who], front_costs, front_errors, REFERENCE)

    bound = gain_of(np.arange(len(costs)))
    unsure = np.round(sd, DIGITS)
    free = np.ones(len(costs), dtype=bool)
    chosen: list[int] = []
    while len(chosen) < size and free.any():
        # What the front has gained takes from the gain of all others: what was computed before is an upper bound.
        fresh = np.zeros(len(costs), dtype=bool)
        while True:
            best = bound[free & fresh].max(initial=0.0)
            stale = np.flatnonzero(free & ~fresh & (bound >= best * (1.0 - 10.0 ** (1 - DIGITS))))
            if not len(stale):
                break
            block = stale[np.argsort(-bound[stale], kind="stable")[:BLOCK]]
            bound[block] = gain_of(block)
            fresh[block] = True
        left = np.flatnonzero(free)
        rounded = np.round(bound[left] / best, DIGITS) if best > 0.0 else np.zeros(len(left))
        # Where no gain is expected any more, what is known least.
        pick = int(left[np.lexsort((left, -unsure[left], -rounded))[0]])
        chosen.append(pick)
        free[pick] = False
        front_costs = np.vstack([front_costs, costs[pick]])
        front_errors = np.append(front_errors, mean[pick])
    return chosen


def _scale(values: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the least of each column, and what the rest is divided by."""
    low, high = values.min(axis=0), values.max(axis=0)
    return low, span_of(low, high)
