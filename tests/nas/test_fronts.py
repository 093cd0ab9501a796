"""Dominance, hypervolume and compromise: worked by hand, as laws, and against brute force."""

from __future__ import annotations

import math
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

pytest.importorskip("moocore")

from made_evaluations import TWO, made, made_failure
from nas.fronts import bounds, compromise, compromise_norms, front, hypervolume, ranks, vector
from nas.objectives import objectives_named

POINTS = st.lists(st.tuples(st.integers(0, 6), st.integers(1, 6)), min_size=1, max_size=14)


def evaluations(points):
    return [made(f"n{i:02}", x / 10, float(y)) for i, (x, y) in enumerate(points)]


def dominates(a, b):
    return all(x <= y for x, y in zip(a, b, strict=True)) and a != b


def test_front_worked_by_hand():
    # b is worse than a in both; c trades; d equals a; e failed.
    ones = [made("a", 0.1, 5.0), made("b", 0.2, 6.0), made("c", 0.3, 1.0), made("d", 0.1, 5.0), made_failure("e")]
    assert [one.architecture_hash for one in front(ones, TWO)] == ["a", "d", "c"]
    assert ranks(ones, TWO) == [0, 1, 0, 0, None]
    assert front([made_failure("e")], TWO) == ()


def test_what_is_maximised_counts_the_other_way_round():
    objectives = objectives_named(["validation_error", "esp"])
    ones = [made("a", 0.1, esp=0.9), made("b", 0.1, esp=0.8)]
    assert [one.architecture_hash for one in front(ones, objectives)] == ["a"]


@given(POINTS)
def test_front_is_what_brute_force_finds(points):
    ones = evaluations(points)
    values = {one.architecture_hash: vector(one, TWO) for one in ones}
    expected = {a for a, x in values.items() if not any(dominates(y, x) for y in values.values())}
    assert {one.architecture_hash for one in front(ones, TWO)} == expected
    for one, rank in zip(ones, ranks(ones, TWO), strict=True):
        better = [r for o, r in zip(ones, ranks(ones, TWO), strict=True) if dominates(vector(o, TWO), vector(one, TWO))]
        assert rank == (1 + max(better) if better else 0)


def test_hypervolume_worked_by_hand():
    # Errors 0 and 1, times 1 s and 100 s: on the axes (0, log10 100 = 2) and (1, 0), scaled to (0, 1) and (1, 0).
    ones = [made("a", 0.0, 100.0), made("b", 1.0, 1.0)]
    limits = bounds(ones, TWO)
    assert limits.tolist() == [[0.0, 0.0], [1.0, 2.0]]
    # Up to (1.1, 1.1): a dominates 1.1 × 0.1, b 0.1 × 1.1, both 0.1 × 0.1.
    assert hypervolume(ones, TWO, limits) == pytest.approx((0.11 + 0.11 - 0.01) / 1.21)
    # The middle (0.5, 0.5) adds the square from it to the two: 0.5 × 0.5.
    middle = made("c", 0.5, 10.0)
    assert hypervolume([*ones, middle], TWO, limits) == pytest.approx((0.11 + 0.11 - 0.01 + 0.25) / 1.21)
    assert hypervolume([made("best", 0.0, 1.0)], TWO, limits) == pytest.approx(1.0)
    assert hypervolume([made_failure("e")], TWO, limits) == 0.0
    assert bounds([made_failure("e")], TWO) is None


@given(POINTS, st.randoms(use_true_random=False))
def test_hypervolume_grows_with_more_and_does_not_ask_for_the_order(points, random):
    ones = evaluations(points)
    limits = bounds(ones, TWO)
    whole = hypervolume(ones, TWO, limits)
    assert 0.0 < whole <= 1.0 + 1e-12
    assert hypervolume(ones[:-1], TWO, limits) <= whole + 1e-12
    assert hypervolume(front(ones, TWO), TWO, limits) == pytest.approx(whole)
    random.shuffle(ones)
    assert hypervolume(ones, TWO, limits) == pytest.approx(whole)


@given(POINTS)
def test_hypervolume_is_what_counting_cells_gives(points):
    """On a grid of cells of 0.1 of the scaled axes, if all points lie on it."""
    ones = [made(f"n{i}", x / 6, 10.0**y) for i, (x, y) in enumerate(points)]
    ones += [made("low", 0.0, 10.0**6), made("high", 1.0, 10.0)]
    limits = bounds(ones, TWO)
    scaled = [
        (round(6 * one.objectives["validation_error"]) / 6, (math.log10(one.objectives["unified_time_s"]) - 1) / 5)
        for one in ones
    ]
    edges = sorted({x for x, _ in scaled} | {1.1})
    area = 0.0
    for left, right in pairwise(edges):
        lowest = min(y for x, y in scaled if x <= left + 1e-9)
        area += (right - left) * (1.1 - lowest)
    assert hypervolume(ones, TWO, limits) == pytest.approx(area / 1.21)


def test_compromise_worked_by_hand():
    # Divided by the largest: (0.5, 1), (1, 0.2), (0.8, 0.3); norms 1.118, 1.020, 0.854.
    ones = [made("a", 0.2, 10.0), made("b", 0.4, 2.0), made("c", 0.32, 3.0)]
    assert compromise_norms(ones, TWO) == pytest.approx([math.hypot(0.5, 1), math.hypot(1, 0.2), math.hypot(0.8, 0.3)])
    assert compromise(ones, TWO).architecture_hash == "c"
    assert compromise([], TWO) is None
    # Of what is maximised, what is missing to the best counts: a has 0 of 0.5 missing.
    objectives = objectives_named(["validation_error", "esp"])
    assert compromise_norms([made("a", 0.0, esp=0.9), made("b", 0.0, esp=0.4)], objectives) == [0.0, 1.0]
