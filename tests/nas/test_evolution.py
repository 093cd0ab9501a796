"""NSGA-II: selection worked by hand, and what must hold of every brood."""

from __future__ import annotations

import random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

pytest.importorskip("deap")

from nas.architecture_json import architecture_hash
from nas.evolution import Member, _tournament, crowded_order, first_generation, next_generation, survivors
from nas.search_space import Gene, SearchSpace
from nas.spaces import load_space
from nas.vocabulary import architecture

FAQNAS = load_space("faqnas")
TINY = SearchSpace(
    name="tiny", description="", genes=(Gene(name="qubits", choices=(2, 3)), Gene(name="layers", choices=(1, 2)))
)


def key(genome, space=FAQNAS):
    return architecture_hash(architecture(space, genome))


def member(name, *values):
    return Member(genome={"qubits": 2}, key=name, values=values)


def children(
    population, seed=0, generation=1, *, crossover=0.8, mutation=0.2, size=20, known=frozenset(), space=FAQNAS
):
    return next_generation(
        space,
        population,
        size,
        seed=seed,
        generation=generation,
        crossover=crossover,
        mutation=mutation,
        key=lambda genome: key(genome, space),
        known=set(known),
    )


def population(size=8, seed=0):
    rng = np.random.default_rng(seed)
    genomes = [FAQNAS.random_genome(rng) for _ in range(size)]
    return [Member(genome=g, key=key(g), values=(float(i), float(size - i))) for i, g in enumerate(genomes)]


def test_survivors_worked_by_hand():
    # The front a (0, 4), b (1, 2), c (4, 0); d (2, 3) behind b; e (5, 5) behind all.
    ones = [member("e", 5, 5), member("d", 2, 3), member("a", 0, 4), member("b", 1, 2), member("c", 4, 0)]
    assert {one.key for one in survivors(ones, 3)} == {"a", "b", "c"}
    assert {one.key for one in survivors(ones, 4)} == {"a", "b", "c", "d"}
    # Of the front alone two stay: the ends, whose crowding distance has no limit.
    assert {one.key for one in survivors(ones, 2)} == {"a", "c"}
    # The same architecture once.
    assert len(survivors([member("a", 0, 4), member("a", 0, 4), member("b", 1, 2)], 5)) == 2
    assert survivors([], 5) == []


def test_crowded_order_worked_by_hand():
    # Crowding of b between a and c: (4 − 0)/4 + (4 − 0)/4 = 2, halved by DEAP for each of the two objectives: 1.
    order = crowded_order([member("a", 0, 4), member("b", 1, 2), member("c", 4, 0), member("d", 2, 3)])
    assert [rank for rank, _ in order] == [0, 0, 0, 1]
    assert order[0][1] == order[2][1] == -float("inf")
    assert order[1][1] == pytest.approx(-1.0)


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 2**63), st.integers(1, 30))
def test_first_generation_has_different_architectures_of_the_space(seed, size):
    brood = first_generation(FAQNAS, size, seed, key)
    assert len({key(genome) for genome in brood.genomes}) == len(brood.genomes) == size
    assert all(FAQNAS.check(genome) == genome for genome in brood.genomes)
    assert brood == first_generation(FAQNAS, size, seed, key)


def test_a_space_with_fewer_architectures_gives_what_it_has():
    brood = first_generation(TINY, 10, 0, lambda genome: key(genome, TINY))
    assert len(brood.genomes) == 4
    assert brood.duplicates > 0


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 2**63), st.integers(1, 5), st.floats(0, 1), st.floats(0, 1))
def test_children_are_of_the_space_new_and_follow_from_the_seed(seed, generation, crossover, mutation):
    parents = population()
    known = {one.key for one in parents}
    state = random.getstate()
    brood = children(parents, seed, generation, crossover=crossover, mutation=mutation, known=known)
    assert random.getstate() == state
    random.seed(1)
    assert brood == children(parents, seed, generation, crossover=crossover, mutation=mutation, known=known)
    assert all(FAQNAS.check(genome) == genome for genome in brood.genomes)
    keys = [key(genome) for genome in brood.genomes]
    assert len(set(keys)) == len(keys)


def test_without_crossover_and_mutation_children_are_copies_of_parents():
    parents = population()
    brood = children(parents, crossover=0.0, mutation=0.0)
    assert brood.genomes
    assert all(genome in [one.genome for one in parents] for genome in brood.genomes)


def test_without_mutation_each_gene_comes_from_a_parent():
    parents = population()
    for genome in children(parents, crossover=1.0, mutation=0.0).genomes:
        for name, value in genome.items():
            assert value in {one.genome[name] for one in parents}


def test_mutation_draws_genes_at_its_rate():
    # One parent, no crossover: a gene differs if it was drawn (0.5) and drawn another value (2 of 3 for a rotation).
    genome = FAQNAS.random_genome(np.random.default_rng(1))
    parent = Member(genome=genome, key=key(genome), values=(0.0, 0.0))
    brood = children([parent], crossover=0.0, mutation=0.5, size=600)
    changed = np.mean([child["rotation_1"] != genome["rotation_1"] for child in brood.genomes])
    assert changed == pytest.approx(0.5 * 2 / 3, abs=0.08)


def test_better_members_win_tournaments():
    # Ten of rank 0, ten of rank 1: the better half loses only where both drawn are worse, (10·9)/(20·19) = 0.237.
    random.seed(3)
    order = [(i // 10, 0.0) for i in range(20)]
    assert np.mean([_tournament(order) < 10 for _ in range(5000)]) == pytest.approx(1 - 90 / 380, abs=0.03)
    # Of one rank the lonelier one wins: member 0 against all others.
    crowded = [(0, -2.0), *[(0, -1.0)] * 4]
    assert np.mean([_tournament(crowded) == 0 for _ in range(5000)]) == pytest.approx(2 / 5, abs=0.03)
    assert _tournament([(0, 0.0)]) == 0


def test_known_architectures_are_bred_again_until_none_is_left():
    everything = {key(genome, TINY) for genome in TINY.genomes()}
    first = next(iter(TINY.genomes()))
    parent = Member(genome=first, key=key(first, TINY), values=(0.0,))
    left = sorted(everything)[1:]
    brood = children([parent], mutation=0.5, size=3, known=everything - {left[0]}, space=TINY)
    assert left[0] in {key(genome, TINY) for genome in brood.genomes}
    full = children([parent], mutation=0.5, size=3, known=everything, space=TINY)
    assert full.genomes
    assert full.duplicates > 0
