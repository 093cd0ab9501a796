"""Random search: distinct, uniform, seeded."""

from __future__ import annotations

import tomllib

from nas.architectures.json import architecture_hash
from nas.runs.algorithms import ALGORITHMS
from nas.runs.algorithms.base import Answer, Brood, Problem, Stop
from nas.runs.algorithms.random import RandomSearch
from nas.runs.objectives import objectives_named
from nas.spaces.build import architecture
from nas.spaces.load import space_from_dict
from small_search import GENES, NUM_ARCHITECTURES, complete

SPACE = space_from_dict(tomllib.loads(GENES))


def key(genome):
    return architecture_hash(architecture(SPACE, genome))


def problem(**settings):
    objectives = objectives_named(["quantum_flops", "parameters"])
    return Problem(**{"space": SPACE, "objectives": objectives, "key": key, **settings})


def searched(algorithm):
    answers = []
    while isinstance(step := algorithm.ask(answers), Brood):
        answers.append(Answer(brood=step, evaluations=tuple(complete(key(genome)) for genome in step.genomes)))
    return [key(genome) for answer in answers for genome in answer.brood.genomes], step, answers


def test_each_architecture_is_drawn_once_with_the_budget_of_an_evolution():
    drawn, stop, _ = searched(RandomSearch(problem(population=5, generations=3)))
    assert len(drawn) == len(set(drawn)) == 20
    assert stop == Stop(reason="3 generations after the first")


def test_the_seed_decides_and_the_first_generation_is_that_of_an_evolution():
    one, same, other = (searched(RandomSearch(problem(population=5, seed=seed)))[0] for seed in (3, 3, 4))
    assert one == same != other
    first = ALGORITHMS["nsga2"](problem(population=5, seed=3)).ask([])
    assert [key(genome) for genome in first.genomes] == one[:5]


def test_what_is_asked_for_follows_from_the_answers_alone():
    _, _, answers = searched(RandomSearch(problem(population=5, generations=3)))
    for number, answer in enumerate(answers):
        assert RandomSearch(problem(population=5, generations=3)).ask(answers[:number]) == answer.brood


def test_it_ends_when_nothing_new_is_left():
    drawn, stop, answers = searched(RandomSearch(problem(population=30, generations=1000)))
    assert len(drawn) == len(set(drawn)) <= NUM_ARCHITECTURES
    assert len(drawn) > 0.9 * NUM_ARCHITECTURES
    assert "no architecture was found" in stop.reason
    assert len(answers) < 100
