"""What a comparison with rivals says: better, worse, or that it cannot be told."""

from __future__ import annotations

import numpy as np
import pytest

from made_retrainings import LABELS, made, outcome
from nas.results.retrained_record import CLASSICAL, compared
from nas.training.rivals import CONTESTANTS
from small_search import complete


def test_a_network_that_beats_every_classical_rival_earns_its_cost():
    found = made(network=0.95)
    assert found.earned == "yes"
    assert {one.verdict for one in found.classical} == {"better"}
    assert [one.contestant for one in found.tried] == list(CONTESTANTS)


def test_its_own_untrained_circuit_is_no_classical_rival():
    assert "untrained-circuit" not in CLASSICAL
    found = made(network=0.95, untrained_circuit=0.95)
    assert found.earned == "yes"
    assert found.tried[-1].verdict == "cannot be told"


def test_one_better_rival_is_enough_for_no():
    found = made(network=0.8, mlp=0.95)
    assert found.earned == "no"
    assert {one.contestant: one.verdict for one in found.tried}["mlp"] == "worse"


def test_equal_ones_cannot_be_told():
    assert made(network=0.7).earned == "cannot be told"
    assert made(network=0.95, logistic=0.95).earned == "cannot be told"


def test_a_rival_that_failed_proves_nothing():
    outcomes = {kind: [outcome(0.95 if kind == "network" else 0.7, seed) for seed in range(3)] for kind in CONTESTANTS}
    outcomes["mlp"] = [outcome(0.0, seed, reason="diverged") for seed in range(3)]
    found = compared(1, complete("ab"), outcomes, LABELS)
    assert found.earned == "cannot be told"
    failed = found.tried[CONTESTANTS.index("mlp")]
    assert (failed.test, failed.difference, failed.verdict, failed.num_failed) == (None, None, None, 3)
    assert failed.reason == "diverged"


def test_failed_trainings_leave_their_pair_out():
    outcomes = {kind: [outcome(0.8, seed) for seed in range(3)] for kind in CONTESTANTS}
    outcomes["network"][0] = outcome(0.0, 0, reason="diverged")
    found = compared(1, complete("ab"), outcomes, LABELS)
    assert (found.network.num_trainings, found.network.num_failed) == (2, 1)
    mlp = found.tried[CONTESTANTS.index("mlp")]
    assert mlp.num_trainings == 3
    pairs = [
        np.array(ours.predicted) == LABELS for ours in outcomes["network"][1:]
    ], [np.array(theirs.predicted) == LABELS for theirs in outcomes["mlp"][1:]]  # fmt: skip
    assert mlp.difference.value == pytest.approx(np.mean(pairs[0]) - np.mean(pairs[1]))


def test_differences_hold_together_and_a_logistic_regression_counts_once():
    found = made()
    assert found.network.test.level == 0.95
    assert {one.difference.level for one in found.tried[1:]} == {1.0 - 0.05 / 5}
    logistic = found.tried[1]
    assert (logistic.contestant, logistic.num_trainings, len(logistic.test_accuracies)) == ("logistic", 1, 1)
