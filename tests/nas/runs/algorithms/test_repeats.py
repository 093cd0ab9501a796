"""Repeats: when they come, to whom they go, when they end, and what they are good for."""

from __future__ import annotations

import dataclasses
from collections import Counter

import numpy as np
import pytest

pytest.importorskip("moocore")
pytest.importorskip("deap")

from made_trainings import OBJECTIVES, SPACE, Trainings, key, problem, searched
from nas.runs.algorithms import ALGORITHMS
from nas.runs.algorithms.base import Answer, Stop, latest
from nas.runs.algorithms.repeats import WithRepeats, choose_repeats, num_rounds
from nas.runs.estimates import estimate, fit_evaluations
from nas.runs.objectives import objectives_named


@pytest.mark.parametrize("name", ALGORITHMS)
def test_the_last_generations_train_members_again_with_their_next_seeds(name):
    answers, stop = searched(name, Trainings(), repeats=0.4)
    rounds = num_rounds(5, 0.4)
    assert rounds == 2
    assert [answer.brood.again for answer in answers] == [False] * (len(answers) - 2) + [True] * 2
    assert "then 2 generations of repeats of members of the front" in stop.reason
    first = {one.architecture_hash for answer in answers[:-2] for one in answer.evaluations}
    again = Counter(key(genome) for answer in answers[-2:] for genome in answer.brood.genomes)
    assert set(again) <= first
    assert sum(again.values()) == 20
    for one in latest(answers):
        assert len(one.accuracies) == 1 + again[one.architecture_hash]
        assert len(set(one.accuracies)) == len(one.accuracies)
        assert one.objectives["validation_error"] == pytest.approx(1.0 - np.mean(one.accuracies))
    # All trainings together are the budget of a search without repeats.
    if name in ("random", "surrogate"):
        assert sum(len(one.accuracies) for one in latest(answers)) == 60


@pytest.mark.parametrize("name", ALGORITHMS)
def test_a_search_that_was_cut_off_anywhere_goes_on_in_the_same_way(name):
    answers, stop = searched(name, Trainings(), repeats=0.4)
    for number in (1, len(answers) - 2, len(answers) - 1, len(answers)):
        again, same = searched(name, Trainings(), given=answers[:number], repeats=0.4)
        assert [answer.brood for answer in again] == [answer.brood for answer in answers]
        assert same == stop


def test_repeats_go_to_networks_that_may_be_on_the_front():
    answers, _ = searched("random", Trainings(), generations=4)
    evaluations = latest(answers)
    chosen = choose_repeats(evaluations, problem(), 10)
    assert len(chosen) == 10
    known = estimate(evaluations, SPACE, OBJECTIVES)
    assert min(known.networks[one.architecture_hash].on_front for one in chosen) > np.mean(
        [one.on_front for one in known.networks.values()]
    )
    assert choose_repeats(evaluations[::-1], problem(), 10) == chosen  # the order does not matter


def test_rounds_end_when_the_front_is_told_apart():
    trainings = Trainings(noise=0.004)
    brood = WithRepeats(ALGORITHMS["random"], problem(population=3, generations=1, repeats=0.5)).ask([])
    evaluations = []
    for number, genome in enumerate(brood.genomes):
        one = trainings.evaluate(genome)
        accuracies = tuple(0.3 + 0.25 * number + 0.01 * (i % 2) for i in range(12))
        evaluations.append(dataclasses.replace(one, accuracies=accuracies, trainings=one.trainings * 12))
    algorithm = WithRepeats(ALGORITHMS["random"], problem(population=3, generations=1, repeats=0.5))
    stop = algorithm.ask([Answer(brood=brood, evaluations=tuple(evaluations))])
    assert isinstance(stop, Stop)
    assert stop.reason.endswith("then 0 generations of repeats: no more would tell members apart")
    assert choose_repeats([dataclasses.replace(e, accuracies=e.accuracies[:1]) for e in evaluations], problem(), 3)


def test_without_noisy_objectives_nothing_is_repeated():
    cheap = objectives_named(["quantum_flops", "parameters"])
    answers, stop = searched("random", Trainings(), objectives=cheap, repeats=0.4)
    assert not any(answer.brood.again for answer in answers)
    assert stop.reason == "5 generations after the first"


def test_repeats_make_the_estimates_of_the_front_better():
    gaps = {0.0: [], 0.4: []}
    for seed in range(6):
        trainings = Trainings(seed, own=0.05, noise=0.12)
        for share, found in gaps.items():
            answers, _ = searched("random", trainings, seed=seed, repeats=share, generations=9)
            fitted = fit_evaluations(latest(answers), SPACE, OBJECTIVES)
            errors = dict(zip([one.architecture_hash for one in fitted.complete], fitted.error, strict=True))
            found += [abs(errors[m.architecture_hash] - trainings.error(m.genome)) for m in fitted.front()]
    assert np.mean(gaps[0.4]) < np.mean(gaps[0.0])
