"""Members of the front trained again with other seeds, after any algorithm has found them: `WithRepeats`.

A front that is chosen from many noisy errors is a list of lucky seeds. The last generations of a search therefore train
no new networks: they train again those that decide about the front. Each training goes to the network for which it is
worth most: the probability to be on the front, times how much the training shortens the interval of its error. The
rounds end early when no network is left of which it is uncertain whether it belongs to the front.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from nas.runs.algorithms.base import Algorithm, Answer, Brood, Problem, Stop, latest
from nas.runs.estimates import fit_evaluations, front_probabilities
from nas.runs.record import Evaluation

MAX_AGAIN = 7
"""Trainings of a network beyond the first ones at most: more shorten its interval by little, and others wait."""

CERTAIN = 0.95
"""Probability from which on a network counts as told apart from the front, or as one of its members."""


class WithRepeats:
    """An algorithm of which the last generations are repeats.

    Args:
        make: Makes the algorithm.
        problem: The problem; its `repeats` says which share of the generations.
    """

    def __init__(self, make: Callable[[Problem], Algorithm], problem: Problem):
        self._problem = problem
        trained = any(objective.trained for objective in problem.objectives)  # nothing else is noisy
        self._num_rounds = num_rounds(problem.generations, problem.repeats) if trained else 0
        self._inner = make(replace(problem, generations=problem.generations - self._num_rounds, repeats=0.0))

    @property
    def last_generation(self) -> int:
        """Return the number of the last generation, repeats included."""
        return self._inner.last_generation + self._num_rounds

    def ask(self, answers: Sequence[Answer]) -> Brood | Stop:
        """Ask the algorithm; when it has ended, choose what is trained again, or end."""
        first = [answer for answer in answers if not answer.brood.again]
        done = len(answers) - len(first)
        step = self._inner.ask(first)
        if isinstance(step, Brood) or not self._num_rounds:
            return step
        if done == self._num_rounds:
            return Stop(reason=f"{step.reason}, then {_rounds(done)} of members of the front")
        chosen = choose_repeats(latest(answers), self._problem, self._problem.population)
        if not chosen:
            return Stop(reason=f"{step.reason}, then {_rounds(done)}: no more would tell members apart")
        return replace(Brood.of([dict(one.genome) for one in chosen], duplicates=0), again=True)


def _rounds(count: int) -> str:
    return f"{count} generation{'s' * (count != 1)} of repeats"


def num_rounds(generations: int, share: float) -> int:
    """Return how many of the generations, the first included, are repeats: the share of them, rounded.

    >>> num_rounds(8, 0.2), num_rounds(0, 0.2), num_rounds(3, 0.0)
    (2, 0, 0)
    """
    return min(generations, round((generations + 1) * share))


def choose_repeats(evaluations: Sequence[Evaluation], problem: Problem, size: int) -> list[Evaluation]:
    """Choose the networks to train again, one as often as it is worth it, at most `size`; none if all is told apart.

    A network that failed to train again counts that attempt.

    Args:
        evaluations: All networks with all their trainings so far.
        problem: The problem.
        size: Trainings.
    """
    import numpy as np

    fitted = fit_evaluations(evaluations, problem.space, problem.objectives)
    if fitted is None:
        return []
    on_front = front_probabilities(fitted)
    if not ((on_front > 1.0 - CERTAIN) & (on_front < CERTAIN)).any():
        return []
    trained = np.array([len(one.trainings) for one in fitted.complete])
    left = trained.min() + MAX_AGAIN - trained
    more = np.zeros(len(on_front), dtype=np.int64)
    sds = [fitted.sd]
    chosen: list[Evaluation] = []
    while len(chosen) < size:
        while len(sds) < more.max() + 2:
            sds.append(fitted.model.after(float(len(sds)))[1])
        table = np.array(sds)
        columns = np.arange(len(more))
        worth = np.round(on_front * (table[more, columns] - table[more + 1, columns]), 9)
        worth[more >= left] = 0.0
        best = int(np.argmax(worth))  # of equal ones the first by hash
        if worth[best] <= 0.0:
            break
        more[best] += 1
        chosen.append(fitted.complete[best])
    return chosen
