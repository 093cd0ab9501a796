"""Search algorithms, one per file. A new one is a file beside the others and a line in `ALGORITHMS`.

An algorithm is a pure function: what it asks for follows from the `Problem` and from the answers so far alone. It can
therefore be driven by a table instead of trainings:

    chosen, answers = make_algorithm("surrogate", problem), []
    while isinstance(brood := chosen.ask(answers), Brood):
        answers.append(Answer(brood=brood, evaluations=...))  # one for each of brood.genomes
    evaluations = latest(answers)  # each architecture once, with all its trainings

Of a brood with `again` each genome is an architecture that was evaluated, to be trained once more with its next seed
(as often as it is listed); its evaluation in the answer has all trainings so far (`Evaluation.with_training`). For
`surrogate`, `Problem.costs` gives the costs that need no training. `nas.runs.estimates.fit_evaluations(evaluations,
space, objectives)` has estimated error and standard deviation of each network, and `.front()`, the returned front;
`estimate` of the same arguments adds intervals and probabilities.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from nas.runs.algorithms.base import Algorithm, Problem
from nas.runs.algorithms.exhaustive import Exhaustive
from nas.runs.algorithms.nsga2 import Nsga2
from nas.runs.algorithms.random import RandomSearch
from nas.runs.algorithms.repeats import WithRepeats
from nas.runs.algorithms.surrogate import Surrogate

ALGORITHMS: Mapping[str, Callable[[Problem], Algorithm]] = {
    "nsga2": Nsga2,
    "surrogate": Surrogate,
    "random": RandomSearch,
    "exhaustive": Exhaustive,
}
"""All algorithms by the name that `algorithm` has in a configuration; the first is the default."""


def make_algorithm(name: str, problem: Problem) -> Algorithm:
    """Make the algorithm of that name for a problem, with repeats where the problem has any."""
    return WithRepeats(ALGORITHMS[name], problem)
