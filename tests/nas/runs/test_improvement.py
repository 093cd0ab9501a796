"""Expected gains against Monte Carlo, brute force, hand-worked figures and laws."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

pytest.importorskip("moocore")

import moocore

from nas.runs.improvement import expected_improvement, free_volume, shortfall

REFERENCE = 1.1


def sample(seed: int, members: int, candidates: int, costs: int):
    rng = np.random.default_rng(seed)
    return (
        rng.random((candidates, costs)),
        rng.random(candidates),
        0.05 + 0.3 * rng.random(candidates),
        rng.random((members, costs)),
        rng.random(members),
    )


def volume(front_costs, front_errors, *more):
    points = np.column_stack([front_costs, front_errors])
    points = np.vstack([points, *(np.array(one)[None] for one in more)])
    points = points[(points < REFERENCE).all(axis=1)]
    return moocore.hypervolume(points, ref=[REFERENCE] * points.shape[1]) if len(points) else 0.0


def test_one_cost_by_hand():
    # A member at cost 0.1, error 0.6; the candidate costs 0.6 and surely has error 0.4: it gains a box of 0.5 × 0.2.
    costs, front = np.array([[0.6]]), np.array([[0.1]])
    gain = expected_improvement(costs, np.array([0.4]), np.zeros(1), front, np.array([0.6]), REFERENCE)
    assert gain == pytest.approx([0.5 * 0.2])
    # Where the error is N(0.6, s²), half of all outcomes gain, on average s/√(2π) each way.
    gain = expected_improvement(costs, np.array([0.6]), np.array([0.01]), front, np.array([0.6]), REFERENCE)
    assert gain == pytest.approx([0.5 * 0.01 / np.sqrt(2 * np.pi)])


def test_an_empty_front_and_no_candidates():
    none = np.zeros((0, 2))
    costs = np.array([[0.1, 0.6]])
    gain = expected_improvement(costs, np.array([0.1]), np.zeros(1), none, np.zeros(0), REFERENCE)
    assert gain == pytest.approx([1.0 * 0.5 * 1.0])
    assert expected_improvement(none, np.zeros(0), np.zeros(0), costs, np.zeros(1), REFERENCE).shape == (0,)


@pytest.mark.parametrize("costs", [1, 2, 3])
def test_known_errors_gain_what_the_hypervolume_gains(costs):
    for seed in range(5):
        where, mean, _, front_costs, front_errors = sample(seed, 12, 6, costs)
        gain = expected_improvement(where, mean, np.zeros(6), front_costs, front_errors, REFERENCE)
        before = volume(front_costs, front_errors)
        after = [volume(front_costs, front_errors, [*c, e]) for c, e in zip(where, mean, strict=True)]
        assert gain == pytest.approx(np.array(after) - before, abs=1e-12)


@pytest.mark.parametrize("costs", [1, 2, 3])
def test_unknown_errors_gain_the_mean_of_what_they_may_gain(costs):
    where, mean, sd, front_costs, front_errors = sample(7, 10, 4, costs)
    gain = expected_improvement(where, mean, sd, front_costs, front_errors, REFERENCE)
    before = volume(front_costs, front_errors)
    draws = np.random.default_rng(1).standard_normal(3000)
    for i in range(4):
        gains = [volume(front_costs, front_errors, [*where[i], mean[i] + sd[i] * z]) - before for z in draws]
        assert abs(np.mean(gains) - gain[i]) < 4.0 * np.std(gains) / np.sqrt(len(draws)) + 1e-6


def test_laws():
    where, mean, sd, front_costs, front_errors = sample(3, 8, 50, 2)
    gain = expected_improvement(where, mean, sd, front_costs, front_errors, REFERENCE)
    assert (gain >= 0.0).all()
    # A member that others dominate changes nothing, nor does the order of the members.
    more_costs = np.vstack([front_costs, front_costs[0] + 0.05])
    more_errors = np.append(front_errors, front_errors[0] + 0.05)
    same = expected_improvement(where, mean, sd, more_costs[::-1], more_errors[::-1], REFERENCE)
    assert same == pytest.approx(gain, abs=1e-12)
    # Whatever the front gains, nobody else gains by it; a lower error gains no less; equal networks gain the same.
    taken = np.vstack([front_costs, where[:1]]), np.append(front_errors, mean[0])
    assert (expected_improvement(where, mean, sd, *taken, REFERENCE) <= gain + 1e-12).all()
    assert (expected_improvement(where, mean - 0.1, sd, front_costs, front_errors, REFERENCE) >= gain - 1e-12).all()
    twice = expected_improvement(where[[0, 0]], mean[[0, 0]], sd[[0, 0]], front_costs, front_errors, REFERENCE)
    assert twice[0] == twice[1] == pytest.approx(gain[0])
    # Beyond the reference nothing counts.
    assert expected_improvement(where + 1.1, mean, sd, front_costs, front_errors, REFERENCE) == pytest.approx(0.0)


def test_free_volume_is_the_box_without_what_is_dominated():
    rng = np.random.default_rng(0)
    for dimensions in (1, 2, 3):
        points, corners = rng.random((6, dimensions)), rng.random((4, dimensions))
        spots = rng.random((20_000, dimensions)) * REFERENCE
        taken = (spots[:, None] >= points[None]).all(axis=2).any(axis=1)
        for corner, found in zip(corners, free_volume(points, corners, REFERENCE), strict=True):
            share = ((spots >= corner).all(axis=1) & ~taken).mean()
            assert found / REFERENCE**dimensions == pytest.approx(share, abs=0.02)


def test_shortfall_is_never_negative_and_grows_with_the_level():
    mean, sd = np.array([0.0, 0.0]), np.array([1e-3, 2.0])
    levels = [shortfall(level, mean, sd) for level in (-30.0, -1.0, 0.0, 1.0, 30.0)]
    assert all((a >= 0.0).all() and (a <= b).all() for a, b in pairwise(levels))
    assert levels[-1] == pytest.approx([30.0, 30.0])
