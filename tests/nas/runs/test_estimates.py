"""What is said of a front: estimates, probabilities, intervals, claims; and nothing where there is only luck."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

pytest.importorskip("moocore")
pytest.importorskip("deap")

from made_trainings import OBJECTIVES, SPACE, Trainings, key, searched
from nas.runs.algorithms.base import latest
from nas.runs.estimates import estimate, fit_evaluations, front_probabilities
from nas.runs.fronts import front
from nas.runs.objectives import objectives_named


@pytest.fixture(scope="module")
def evaluations():
    return latest(searched("random", Trainings(1, noise=0.1), repeats=0.3, generations=9)[0])


def test_the_front_is_that_of_the_estimates(evaluations):
    known = estimate(evaluations, SPACE, OBJECTIVES)
    judged = [known.judged(one) for one in evaluations]
    assert known.front == tuple(one.architecture_hash for one in front(judged, OBJECTIVES))
    observed = {one.architecture_hash for one in front(evaluations, OBJECTIVES)}
    assert set(known.front) != observed
    for one, own in ((one, known.networks[one.architecture_hash]) for one in evaluations):
        assert own.observed == pytest.approx(one.objectives["validation_error"])
        assert own.num_trainings == len(one.accuracies)
        assert 0.0 <= own.retrained_low <= own.low <= own.error <= own.high <= own.retrained_high <= 1.0
        assert 0.0 <= own.on_front <= 1.0


def test_estimates_do_not_depend_on_the_order(evaluations):
    known, turned = estimate(evaluations, SPACE, OBJECTIVES), estimate(evaluations[::-1], SPACE, OBJECTIVES)
    assert known.networks == turned.networks
    assert known.front == turned.front
    assert known.hypervolume == turned.hypervolume


def test_probabilities_are_those_of_all_pairs(evaluations):
    """The short way, which leaves out hopeless networks, against comparing each draw of each with all others."""
    fitted = fit_evaluations(evaluations, SPACE, OBJECTIVES)
    drawn = fitted.model.draws(100, 3)
    found = front_probabilities(fitted, drawn)
    count = np.zeros(len(fitted.complete))
    for row in drawn:
        vectors = fitted.vectors(row)
        for i, mine in enumerate(vectors):
            count[i] += not any(all(a <= b for a, b in zip(v, mine, strict=True)) and v != mine for v in vectors)
    assert found == pytest.approx(count / 100, abs=0.02)


def test_the_cheapest_network_is_a_member_whatever_its_error(evaluations):
    known = estimate(evaluations, SPACE, OBJECTIVES)
    for name in (name for name, one in known.networks.items() if one.by_cost):
        assert known.networks[name].on_front == 1.0
        assert name in known.front
        assert name not in known.claimed


def test_retrained_with_fresh_seeds_errors_lie_inside_their_intervals():
    inside = []
    for seed in range(8):
        trainings = Trainings(seed, own=0.03, noise=0.06)
        found = latest(searched("random", trainings, seed=seed, repeats=0.3, generations=9)[0])
        known = estimate(found, SPACE, OBJECTIVES)
        for member in (one for one in found if one.architecture_hash in known.front):
            own = known.networks[member.architecture_hash]
            again = [trainings.training(member.genome, number) for number in range(50, 70)]
            inside += [own.retrained_low <= error <= own.retrained_high for error in again]
    assert 0.85 < np.mean(inside) < 0.95


def test_what_is_claimed_is_true_and_luck_claims_nothing():
    true, claimed = 0, 0
    for seed in range(4):
        trainings = Trainings(seed, own=0.02, noise=0.03)
        found = latest(searched("surrogate", trainings, seed=seed, repeats=0.4, generations=9)[0])
        known = estimate(found, SPACE, OBJECTIVES)
        assert known.has_signal
        assert known.signal > 0.5
        best = [dataclasses.replace(e, accuracies=(1.0 - trainings.error(e.genome),)) for e in found]
        best = [
            dataclasses.replace(e, objectives={**e.objectives, "validation_error": 1.0 - e.accuracies[0]}) for e in best
        ]
        members = {one.architecture_hash for one in front(best, OBJECTIVES)}
        claimed += len(known.claimed)
        true += sum(name in members for name in known.claimed)
        luck = Trainings(seed, signal=0.0, own=0.0, noise=0.1)
        found = latest(searched("surrogate", luck, seed=seed, repeats=0.4, generations=9)[0])
        known = estimate(found, SPACE, OBJECTIVES)
        assert not known.has_signal
        assert known.claimed == ()
    assert claimed >= 2
    assert true >= 0.8 * claimed


def test_the_hypervolume_has_an_interval_that_repeats_narrow():
    widths = []
    for share in (0.0, 0.6):
        found = latest(searched("random", Trainings(2, noise=0.1), repeats=share, generations=9)[0])
        volume = estimate(found, SPACE, OBJECTIVES).hypervolume
        assert volume.low < volume.value < volume.high
        widths.append(volume.high - volume.low)
    assert widths[1] < widths[0]


def test_one_network_nothing_complete_and_nothing_trained(evaluations):
    alone = estimate(evaluations[:1], SPACE, OBJECTIVES)
    assert alone.front == (evaluations[0].architecture_hash,)
    assert alone.networks[alone.front[0]].by_cost
    assert alone.claimed == ()
    broken = [dataclasses.replace(one, state="FAILED", objectives={}, accuracies=()) for one in evaluations]
    assert estimate(broken, SPACE, OBJECTIVES) is None
    assert estimate([], SPACE, OBJECTIVES) is None
    assert estimate(evaluations, SPACE, objectives_named(["quantum_flops", "parameters"])) is None
    mixed = estimate([*broken[:5], *evaluations[5:]], SPACE, OBJECTIVES)
    assert {one.architecture_hash for one in evaluations[5:]} == set(mixed.networks)


def test_equal_networks_share_the_front():
    one = Trainings().evaluate({gene.name: gene.choices[0] for gene in SPACE.genes})
    other = dataclasses.replace(one, architecture_hash="b" * 64)
    known = estimate([one, other], SPACE, OBJECTIVES)
    assert set(known.front) == {one.architecture_hash, other.architecture_hash}
    assert not any(own.by_cost for own in known.networks.values())
    assert key(one.genome) == one.architecture_hash
