"""Evaluations as plain data, and what they say of their trainings."""

from __future__ import annotations

import dataclasses
import json

import pytest

from nas.runs.record import Evaluation
from small_search import complete, failure


def test_plain_data_give_the_evaluation_back():
    for one in (complete("a", validation_error=0.5, parameters=21), failure("b")):
        again = Evaluation.from_dict(json.loads(json.dumps(one.to_dict())), list(one.objectives))
        assert again == one
        assert again.trainings == one.trainings


@pytest.mark.parametrize(
    "changes",
    [
        {"state": "DONE"},
        {"genome": []},
        {"accuracies": []},
        {"trainings": [1]},
        {"cost": 5},
        {"num_parameters": "many"},
        {"objectives": {"validation_error": float("nan")}},
        {"objectives": {}},
        {"training_s": True},
    ],
)
def test_data_that_are_no_evaluation_are_refused(changes):
    plain = complete("a", validation_error=0.5).to_dict() | changes
    with pytest.raises((KeyError, TypeError, ValueError)):
        Evaluation.from_dict(plain, ["validation_error"])


def test_accuracies_of_candidates_that_failed_in_costing_are_kept():
    trained = {"state": "COMPLETE", "best_validation_accuracy": 0.75}
    diverged = {"state": "FAILED", "best_validation_accuracy": None}
    for trainings, expected in (([], ()), ([trained, trained], (0.75, 0.75)), ([trained, diverged], ())):
        one = dataclasses.replace(failure("a"), trainings=tuple(trainings))
        assert (one.accuracies, one.accuracy, one.trained_accuracies) == ((), None, expected)
    assert complete("a").trained_accuracies == (0.5,)


def test_dead_weights_of_what_was_costed():
    assert failure("a").num_dead_weights == 0
    assert dataclasses.replace(complete("a"), cost={"num_dead_weights": 3}).num_dead_weights == 3
