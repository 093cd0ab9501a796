"""Random search: distinct architectures, each drawn uniformly, with the budget of an evolution. The baseline."""

from __future__ import annotations

from collections.abc import Sequence

from nas.runs.algorithms.base import Answer, Brood, Problem, Stop, fill, known_keys


class RandomSearch:
    """Draws as many networks as NSGA-II without stagnation evaluates, in as many generations.

    The first generation is that of NSGA-II with the same seed. `crossover`, `mutation` and `stagnation` have no effect.
    """

    def __init__(self, problem: Problem):
        self._problem = problem

    @property
    def last_generation(self) -> int:
        """Return the number of the last generation."""
        return self._problem.generations

    def ask(self, answers: Sequence[Answer]) -> Brood | Stop:
        """Draw genomes of architectures that were not evaluated yet."""
        import numpy as np

        problem, number = self._problem, len(answers)
        if number > problem.generations:
            return Stop(reason=f"{problem.generations} generations after the first")
        rng = np.random.default_rng([problem.seed, number])
        brood = fill(
            problem.population,
            known_keys(answers),
            lambda: problem.space.random_genome(rng),
            problem.key,
            keep_known=False,
        )
        return brood if brood.groups else Stop(reason="no architecture was found that had not been evaluated")
