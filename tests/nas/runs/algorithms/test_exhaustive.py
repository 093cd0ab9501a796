"""Every distinct architecture, in groups of one shape."""

from __future__ import annotations

import tomllib

import pytest

from nas.architectures.json import architecture_hash
from nas.architectures.shapes import stack_key
from nas.core.errors import SpaceError
from nas.runs.algorithms.base import Answer, Problem, Stop
from nas.runs.algorithms.exhaustive import Exhaustive
from nas.runs.grouping import MAX_GROUP
from nas.runs.objectives import objectives_named
from nas.spaces.build import architecture
from nas.spaces.load import load_space, space_from_dict
from small_search import GENES, NUM_ARCHITECTURES, NUM_GENOMES

SPACE = space_from_dict(tomllib.loads(GENES))


def key(genome):
    return architecture_hash(architecture(SPACE, genome))


def problem(**settings):
    objectives = objectives_named(["quantum_flops", "parameters"])
    return Problem(**{"space": SPACE, "objectives": objectives, "key": key, **settings})


def test_groups_are_of_one_shape_and_fixed():
    brood = Exhaustive(problem()).ask([])
    assert brood == Exhaustive(problem()).ask([])
    assert brood.duplicates == NUM_GENOMES - NUM_ARCHITECTURES
    assert len({key(genome) for genome in brood.genomes}) == len(brood.genomes) == NUM_ARCHITECTURES
    assert all(len({stack_key(architecture(SPACE, g)) for g in group}) == 1 for group in brood.groups)
    assert 1 < max(map(len, brood.groups)) <= MAX_GROUP


def test_networks_that_cannot_be_trained_together_stand_alone():
    brood = Exhaustive(problem(engine="pennylane")).ask([])
    assert [len(group) for group in brood.groups] == [1] * NUM_ARCHITECTURES


def test_it_ends_after_one_brood():
    algorithm = Exhaustive(problem())
    answer = Answer(brood=algorithm.ask([]), evaluations=())
    assert algorithm.ask([answer]) == Stop(reason="every distinct architecture was evaluated")
    assert algorithm.last_generation == 0


def test_a_space_that_is_too_large_is_refused():
    with pytest.raises(SpaceError, match="at most 2,000,000"):
        Exhaustive(problem(space=load_space("qnas"))).ask([])
