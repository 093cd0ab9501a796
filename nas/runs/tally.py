"""Counts of what a search has evaluated so far, kept up with each evaluation: `Tally`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from nas.runs.record import Evaluation, State


class Tally:
    """What a line of progress says of evaluations; one more takes the same time after ten of them and after thousands.

    Args:
        evaluations: What is counted from the start.
    """

    def __init__(self, evaluations: Iterable[Evaluation] = ()) -> None:
        self._states: Counter[State] = Counter()
        self._best_accuracy: float | None = None
        for evaluation in evaluations:
            self.add(evaluation)

    def add(self, evaluation: Evaluation) -> None:
        """Count one evaluation more."""
        self._states[evaluation.state] += 1
        accuracy = evaluation.accuracy
        if accuracy is not None and (self._best_accuracy is None or accuracy > self._best_accuracy):
            self._best_accuracy = accuracy

    def count(self, state: State) -> int:
        """Return how many are in this state."""
        return self._states[state]

    @property
    def total(self) -> int:
        """How many there are."""
        return self._states.total()

    @property
    def best_error(self) -> float | None:
        """The least validation error, None if none has an accuracy."""
        return None if self._best_accuracy is None else 1.0 - self._best_accuracy
