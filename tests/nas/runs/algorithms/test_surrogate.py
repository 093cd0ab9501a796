"""Choices by expected improvement: deterministic, a function of the answers, better than chance, in any space."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

pytest.importorskip("moocore")

import moocore

from made_trainings import OBJECTIVES, SPACE, Trainings, costs, key, problem, searched
from nas.core.errors import SettingError
from nas.runs import candidates
from nas.runs.algorithms.base import Answer, Brood, latest
from nas.runs.algorithms.nsga2 import Nsga2
from nas.runs.algorithms.surrogate import Surrogate, _batch
from nas.runs.candidates import listed
from nas.runs.fronts import REFERENCE
from nas.runs.improvement import expected_improvement
from nas.runs.objectives import objectives_named


def found(answers):
    return [key(genome) for answer in answers for genome in answer.brood.genomes]


def test_it_asks_for_new_networks_within_its_budget_and_begins_like_an_evolution():
    answers, stop = searched("surrogate", Trainings())
    assert len(found(answers)) == len(set(found(answers))) == 60
    assert stop.reason == "5 generations after the first"
    first = Nsga2(problem()).ask([])
    assert answers[0].brood == first


def test_the_same_answers_give_the_same_batch_whoever_asks():
    answers, _ = searched("surrogate", Trainings())
    for number in range(1, len(answers)):
        again = Surrogate(problem()).ask(answers[:number])
        assert again == answers[number].brood
    # Not the order in which evaluations of a generation came back, and not when they were made.
    turned = [
        Answer(brood=answer.brood, evaluations=tuple(dataclasses.replace(e, costing_s=9.0) for e in answer.evaluations))
        for answer in answers[:2]
    ]
    assert Surrogate(problem()).ask(turned) == answers[2].brood


def test_it_finds_more_of_the_front_than_random_search():
    trainings = Trainings(3)
    genomes = [genome for _, genome in listed(SPACE)]
    price = {key(genome): np.log10(list(cost.values())) for genome, cost in zip(genomes, costs(genomes), strict=True)}
    truth = {key(genome): trainings.error(genome) for genome in genomes}
    points = np.array([[*price[name], truth[name]] for name in truth])
    low, span = points.min(axis=0), np.ptp(points, axis=0)

    def share(answers):
        names = {one.architecture_hash for one in latest(answers)}
        mine = np.array([[*price[name], truth[name]] for name in sorted(names)])
        return moocore.hypervolume((mine - low) / span, ref=[1.1] * 3)

    whole = moocore.hypervolume((points - low) / span, ref=[1.1] * 3)
    ours, drawn = [], []
    for seed in range(4):
        ours.append(share(searched("surrogate", trainings, seed=seed)[0]) / whole)
        drawn.append(share(searched("random", trainings, seed=seed)[0]) / whole)
    assert np.mean(ours) > 0.97
    assert np.mean(ours) > np.mean(drawn) + 0.02


def test_a_batch_is_the_greedy_one_of_brute_force():
    rng = np.random.default_rng(0)
    where, mean, sd = rng.random((300, 2)), rng.random(300), 0.1 * rng.random(300)
    front_costs, front_errors = rng.random((5, 2)), rng.random(5)
    expected, members, errors = [], front_costs, front_errors
    left = list(range(300))
    for _ in range(8):
        gain = expected_improvement(where[left], mean[left], sd[left], members, errors, REFERENCE)
        best = left[int(np.argmax(gain))]
        expected.append(best)
        left.remove(best)
        members, errors = np.vstack([members, where[best]]), np.append(errors, mean[best])
    assert _batch(where, mean, sd, front_costs, front_errors, 8) == expected


def test_of_equal_candidates_the_first_is_chosen_and_without_any_gain_the_least_known():
    same = np.full((4, 1), 0.5)
    assert _batch(same, np.full(4, 0.2), np.full(4, 0.1), np.zeros((0, 1)), np.zeros(0), 1) == [0]
    beyond = np.full((3, 1), 2.0)
    chosen = _batch(beyond, np.full(3, 0.2), np.array([0.1, 0.3, 0.2]), np.zeros((0, 1)), np.zeros(0), 3)
    assert chosen == [1, 2, 0]


def test_a_small_space_is_searched_to_its_end():
    answers, stop = searched("surrogate", Trainings(), population=200, generations=20)
    assert set(found(answers)) == {name for name, _ in listed(SPACE)}
    assert len(found(answers)) == len(listed(SPACE))
    assert stop.reason == "no architecture was found that had not been evaluated"


def test_networks_that_failed_are_known_and_teach_nothing():
    answers, _ = searched("surrogate", Trainings(), generations=1)
    failing = dataclasses.replace(answers[0].evaluations[0], state="FAILED", objectives={}, accuracies=())
    broken = Answer(brood=answers[0].brood, evaluations=(failing, *answers[0].evaluations[1:]))
    step = Surrogate(problem()).ask([broken])
    assert isinstance(step, Brood)
    assert failing.architecture_hash not in {key(genome) for genome in step.genomes}


def test_a_space_that_cannot_be_listed_has_a_pool(monkeypatch):
    monkeypatch.setattr(candidates, "MAX_LISTED", 10)
    listed.cache_clear()
    try:
        answers, _ = searched("surrogate", Trainings())
        again, _ = searched("surrogate", Trainings(), given=answers[:3])
        other, _ = searched("surrogate", Trainings(), seed=1)
    finally:
        listed.cache_clear()
    assert len(found(answers)) == len(set(found(answers))) == 60
    assert found(again) == found(answers) != found(other)


def test_costs_that_need_a_device_are_predicted():
    settings = {"costed": frozenset({"parameters"})}
    answers, _ = searched("surrogate", Trainings(), **settings)
    assert len(set(found(answers))) == 60
    settings = {"costed": frozenset(), "costs": None}
    answers, _ = searched("surrogate", Trainings(), **settings)
    assert len(set(found(answers))) == 60


def test_without_an_objective_that_is_trained_there_is_nothing_to_predict():
    with pytest.raises(SettingError, match="validation_error"):
        Surrogate(problem(objectives=objectives_named(["quantum_flops", "parameters"])))
    assert any(objective.trained for objective in OBJECTIVES)
