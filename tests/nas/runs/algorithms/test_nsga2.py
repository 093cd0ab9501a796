"""NSGA-II on genomes: crowding and survival worked by hand, breeding, duplicates, and the same from the same seed."""

from __future__ import annotations

import random
import tomllib
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

pytest.importorskip("deap")

from deap import base, tools

from nas.architectures.json import architecture_hash
from nas.runs.algorithms.base import MAX_ATTEMPTS, Answer, Brood, Problem, Stop
from nas.runs.algorithms.nsga2 import (
    Member,
    Nsga2,
    crossed,
    crowded_order,
    first_generation,
    mutated,
    next_generation,
    survivors,
)
from nas.runs.objectives import objectives_named
from nas.spaces.build import architecture
from nas.spaces.load import load_space, space_from_dict
from small_search import GENES, NUM_ARCHITECTURES, complete

SPACE = space_from_dict(tomllib.loads(GENES))
OBJECTIVES = objectives_named(["quantum_flops", "parameters"])
INFINITE = float("inf")


def key(genome):
    return architecture_hash(architecture(SPACE, genome))


def members(*vectors):
    return [Member(genome={}, key=f"n{i}", values=tuple(map(float, v))) for i, v in enumerate(vectors)]


def keys(found):
    return [member.key for member in found]


# Crowding and survival


def test_crowding_distances_by_hand():
    # One front of four: x from 0 to 10, y from 10 to 0. Ends are infinitely far. (2,6): x (5−0)/10, y (10−1)/10;
    # (5,1): x (10−2)/10, y (6−0)/10. DEAP divides by the number of objectives, 2: 0.7 and 0.7.
    order = crowded_order(members((0, 10), (2, 6), (5, 1), (10, 0)))
    assert [rank for rank, _ in order] == [0, 0, 0, 0]
    assert [-distance for _, distance in order] == [INFINITE, pytest.approx(0.7), pytest.approx(0.7), INFINITE]


def test_rank_comes_before_crowding():
    order = crowded_order(members((0, 2), (1, 1), (2, 0), (3, 3)))
    assert [rank for rank, _ in order] == [0, 0, 0, 1]
    assert order[1] < order[3]  # crowded on the first front, alone on the second


def test_the_next_front_is_cut_where_it_is_crowded():
    # The front (1,9), (2,4), (3,3.5), (9,1) of four must be cut to three: ends stay; (2,4) has (3−1)/8 + (9−3.5)/8 =
    # 0.9375, (3,3.5) has (9−2)/8 + (4−1)/8 = 1.25 and stays.
    four = members((1, 9), (2, 4), (3, 3.5), (9, 1), (9, 9))
    assert sorted(keys(survivors(four, 3))) == ["n0", "n2", "n3"]
    assert sorted(keys(survivors(four, 4))) == ["n0", "n1", "n2", "n3"]
    assert sorted(keys(survivors(four, 50))) == ["n0", "n1", "n2", "n3", "n4"]
    assert survivors([], 3) == []


def test_an_architecture_lives_once():
    twice = [*members((1, 1), (2, 2)), *members((1, 1))]
    assert sorted(keys(survivors(twice, 3))) == ["n0", "n1"]


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), min_size=1, max_size=30), st.integers(1, 30))
def test_whoever_lives_is_of_no_worse_rank_than_whoever_does_not(vectors, size):
    population = members(*vectors)
    rank = dict(zip(keys(population), (rank for rank, _ in crowded_order(population)), strict=True))
    alive = keys(survivors(population, size))
    dead = [rank[name] for name in rank if name not in alive]
    assert len(alive) == min(size, len(population)) == len(set(alive))
    assert not dead or max(rank[name] for name in alive) <= min(dead)


# Breeding


def population(*genomes):
    return [Member(genome=g, key=key(g), values=(float(i), -float(i))) for i, g in enumerate(genomes)]


def problem(**settings):
    return Problem(**{"space": SPACE, "objectives": OBJECTIVES, "key": key, **settings})


def bred(parents, *, size=40, generation=1, known=frozenset(), **settings):
    return next_generation(problem(population=size, **settings), parents, generation, set(known))


def first(size, seed):
    return first_generation(problem(population=size, seed=seed))


LOW = {gene.name: gene.choices[0] for gene in SPACE.genes}
HIGH = {gene.name: gene.choices[-1] for gene in SPACE.genes}


def test_without_crossover_and_mutation_a_child_is_its_first_parent():
    brood = bred(population(LOW, HIGH), crossover=0.0, mutation=0.0)
    assert {key(genome) for genome in brood.genomes} == {key(LOW), key(HIGH)}
    assert len(brood.genomes) == 2  # each architecture once in a generation


def test_crossover_takes_every_gene_from_one_of_the_parents():
    brood = bred(population(LOW, HIGH), crossover=1.0, mutation=0.0, size=30)
    for genome in brood.genomes:
        assert all(genome[name] in (LOW[name], HIGH[name]) for name in genome)
    # Uniform crossover mixes them: a one-point crossover of these two would give few different ones.
    assert len({tuple(genome.values()) for genome in brood.genomes}) > 8


def test_mutation_of_every_gene_draws_each_value_equally_often():
    space = load_space("faqnas")
    parent = Member(genome={g.name: g.choices[0] for g in space.genes}, key="p", values=(0.0, 0.0))
    brood = bred([parent], size=2000, space=space, seed=1, crossover=0.0, mutation=1.0, key=str)
    counts = Counter(genome["rotation_1"] for genome in brood.genomes)
    # Different genomes only, of 23,328: nearly uniform. Three standard deviations of 2000/3 are 63.
    assert all(abs(count - len(brood.genomes) / 3) < 90 for count in counts.values())


def test_mutation_changes_a_gene_as_often_as_said():
    space = load_space("faqnas")
    parent = Member(genome={g.name: g.choices[0] for g in space.genes}, key="p", values=(0.0, 0.0))
    counter = iter(range(10**6))
    # None is known, so that all are kept.
    brood = bred(
        [parent], size=4000, space=space, seed=1, crossover=0.0, mutation=0.2, key=lambda genome: str(next(counter))
    )
    changed = sum(genome["qubits"] != 2 for genome in brood.genomes) / len(brood.genomes)
    assert changed == pytest.approx(0.2 * 8 / 9, abs=0.025)  # one of nine draws gives the old value


def test_known_architectures_are_bred_again_and_counted():
    brood = bred(population(LOW, HIGH), size=10, known={key(LOW), key(HIGH)})
    assert not {key(genome) for genome in brood.genomes} & {key(LOW), key(HIGH)}
    assert brood.duplicates > 0


def test_where_everything_is_known_children_are_known_ones_and_breeding_ends():
    everything = {key(genome) for genome in SPACE.genomes()}
    brood = bred(population(LOW, HIGH), size=4, known=everything)
    assert 1 <= len(brood.genomes) <= 4
    assert len({key(genome) for genome in brood.genomes}) == len(brood.genomes)
    assert brood.duplicates >= 4 * (MAX_ATTEMPTS - 1)


def test_a_tournament_prefers_the_front():
    # Of ten members each beats the next: without crossover and mutation, children are winners of tournaments.
    genomes = list({key(g): g for g in SPACE.genomes()}.values())[:10]
    ladder = [Member(genome=g, key=key(g), values=(float(i), float(i))) for i, g in enumerate(genomes)]
    winners = Counter()
    for seed in range(400):
        brood = bred(ladder, crossover=0.0, mutation=0.0, size=1, seed=seed)
        winners[key(brood.genomes[0])] += 1
    # The best of two drawn without replacement of ten is the best with probability 9/45, the worst never.
    assert winners[ladder[0].key] / 400 == pytest.approx(0.2, abs=0.07)
    assert winners[ladder[9].key] == 0


# Seeds


def test_the_same_seed_gives_the_same_genomes_and_another_gives_others():
    one, same, other = (first(10, seed).genomes for seed in (3, 3, 4))
    assert one == same != other
    assert bred(population(*one), seed=3) == bred(population(*one), seed=3) != bred(population(*one), seed=5)
    assert bred(population(*one), generation=2) != bred(population(*one), generation=1)


def test_the_global_generator_stays_as_it_was():
    random.seed(7)
    expected = random.Random(7).random()
    bred(population(LOW, HIGH))
    assert random.random() == expected


def test_others_may_draw_from_the_global_generator_meanwhile():
    def disturbing(genome):
        random.seed(random.random())
        return key(genome)

    parents = population(LOW, HIGH)
    assert bred(parents, key=disturbing) == bred(parents)


def test_operators_draw_as_those_of_deap_do():
    for seed in range(50):
        rng = random.Random(seed)
        ours = mutated(crossed([0] * 6, [5] * 6, rng), [6] * 6, 0.3, rng)
        random.seed(seed)
        theirs, other = [0] * 6, [5] * 6
        tools.cxUniform(theirs, other, indpb=0.5)
        tools.mutUniformInt(theirs, low=[0] * 6, up=[5] * 6, indpb=0.3)
        assert ours == theirs


@given(st.lists(st.tuples(*[st.integers(0, 5)] * 3), min_size=1, max_size=25), st.integers(1, 25))
def test_selection_reads_our_members_as_it_reads_individuals_of_deap(vectors, size):
    class Minimised(base.Fitness):
        weights = (-1.0, -1.0, -1.0)

    class Individual(list):
        pass

    individuals = []
    for number, vector in enumerate(vectors):
        individual = Individual([number])
        individual.fitness = Minimised(vector)
        individuals.append(individual)
    theirs = [f"n{individual[0]}" for individual in tools.selNSGA2(individuals, min(size, len(vectors)))]
    assert keys(survivors(members(*vectors), size)) == theirs


def test_very_large_seeds():
    assert first(3, 2**128 - 1).genomes != first(3, 2**128 - 2).genomes
    assert bred(population(LOW, HIGH), seed=2**128 - 1).genomes


def test_the_first_generation_holds_each_architecture_once():
    assert len({key(g) for g in first(20, 0).genomes}) == 20
    all_of_them = first(500, 0)
    assert len(all_of_them.genomes) == NUM_ARCHITECTURES
    assert all_of_them.duplicates > 0


def test_genomes_are_drawn_uniformly():
    genomes = [first(1, seed).genomes[0] for seed in range(900)]
    counts = Counter(genome["rotation_1"] for genome in genomes)
    assert all(abs(count - 300) < 60 for count in counts.values())  # four standard deviations are 57


# The algorithm


def answered(brood, **values):
    """An answer with the same objectives for every genome, or what `values` gives for the name of an architecture."""
    evaluations = [
        complete(key(genome), **{o.name: values.get(key(genome), 1.0) for o in OBJECTIVES}) for genome in brood.genomes
    ]
    return Answer(brood=brood, evaluations=tuple(evaluations))


def test_what_is_asked_for_follows_from_the_answers_alone():
    algorithm = Nsga2(problem(population=6, generations=5))
    answers, steps = [], []
    for _ in range(4):
        steps.append(algorithm.ask(answers))
        answers.append(answered(steps[-1]))
    # Asked again, by another object, and for another past in between.
    other = Nsga2(problem(population=6, generations=5))
    assert [other.ask(answers[:number]) for number in range(4)] == steps
    changed = [*answers[:1], answered(steps[1], **{key(steps[1].genomes[0]): 0.5})]
    other.ask(changed)
    assert [other.ask(answers[:number]) for number in range(4)] == steps
    assert len({key(genome) for brood in steps for genome in brood.genomes}) == 24


def test_it_stops_after_its_generations_or_when_the_front_stays():
    for settings, asked, reason in (
        ({"generations": 2}, 3, "2 generations after the first"),
        ({"generations": 9, "stagnation": 2}, 3, "the front did not change for 2 generations"),
        ({"generations": 0}, 1, "0 generations after the first"),
    ):
        algorithm, answers = Nsga2(problem(population=4, **settings)), []
        while isinstance(step := algorithm.ask(answers), Brood):
            answers.append(answered(step))
        assert (len(answers), step) == (asked, Stop(reason=reason))
