"""Fronts, hypervolumes and compromises: worked by hand, against brute force, and as laws."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

pytest.importorskip("moocore")

import numpy as np

from nas.runs.fronts import bounds, compromise, compromise_norms, front, hypervolume, ranks, vector
from nas.runs.objectives import OBJECTIVES, objectives_named
from nas.runs.run import Run
from small_search import complete, failure

TWO = objectives_named(["validation_error", "peak_memory_bytes"])


def points(*pairs):
    return [complete(f"n{i}", validation_error=x, peak_memory_bytes=y) for i, (x, y) in enumerate(pairs)]


def names(evaluations):
    return [one.architecture_hash for one in evaluations]


# By hand


def test_ranks_of_six_points():
    # (1,5), (2,2), (5,1): none beats another. (2,5) is beaten by (1,5) and (2,2), (4,4) by (2,2): second front.
    # (5,5) is beaten by (4,4) as well: third.
    six = points((1, 5), (2, 2), (5, 1), (2, 5), (4, 4), (5, 5))
    assert ranks(six, TWO) == [0, 0, 0, 1, 1, 2]
    assert names(front(six, TWO)) == ["n0", "n1", "n2"]


def test_milliseconds_in_hours_make_nobody_better():
    objectives = objectives_named(["validation_error", "unified_time_s", "parameters"])
    better = complete("better", validation_error=0.7674, unified_time_s=14_652.001, parameters=730)
    worse = complete("worse", validation_error=0.7882, unified_time_s=14_652.000, parameters=1870)
    faster = complete("faster", validation_error=0.7882, unified_time_s=14_549.0, parameters=1870)
    assert names(front([better, worse], objectives)) == ["better"]
    assert names(front([better, faster], objectives)) == ["better", "faster"]


def test_equal_vectors_do_not_beat_each_other():
    twins = points((1, 1), (1, 1), (2, 2), (2, 2))
    assert ranks(twins, TWO) == [0, 0, 1, 1]
    assert names(front(twins, TWO)) == ["n0", "n1"]


def test_what_failed_has_no_rank_and_beats_nobody():
    mixed = [failure("f"), *points((3, 3)), failure("g")]
    assert ranks(mixed, TWO) == [None, 0, None]
    assert names(front(mixed, TWO)) == ["n0"]
    assert ranks([failure("f")], TWO) == [None]
    assert ranks([], TWO) == []
    assert front([failure("f")], TWO) == ()


def test_more_is_better_where_an_objective_is_maximised():
    objectives = objectives_named(["validation_error", "esp"])
    good, bad = complete("good", validation_error=0.1, esp=0.9), complete("bad", validation_error=0.1, esp=0.8)
    assert ranks([bad, good], objectives) == [1, 0]
    assert vector(good, objectives) == (0.1, -0.9)


def test_hypervolume_of_two_points():
    # Limits 0..1 on both axes; memory 10**0..10**1 on a logarithmic axis. The points are (0, 1) and (0.5, 0) there.
    # Reference (1.1, 1.1): 1.1·0.1 = 0.11 of the first; of the second 0.6·1.1 = 0.66; both have 0.6·0.1 = 0.06.
    two = points((0.0, 10.0), (0.5, 1.0))
    limits = np.array([[0.0, 0.0], [1.0, 1.0]])
    assert hypervolume(two, TWO, limits) == pytest.approx((0.11 + 0.66 - 0.06) / 1.21)
    # Best in both: the whole box.
    assert hypervolume(points((0.0, 1.0)), TWO, limits) == pytest.approx(1.0)
    # Beyond the reference in one: nothing.
    assert hypervolume(points((1.2, 1.0)), TWO, limits) == 0.0
    assert hypervolume([failure("f")], TWO, limits) == 0.0


def test_limits_are_the_best_and_the_worst():
    found = bounds([*points((0.5, 100), (0.25, 1000)), failure("f")], TWO)
    assert found.tolist() == [[0.25, 2.0], [0.5, 3.0]]
    assert bounds([failure("f")], TWO) is None


def test_an_objective_in_which_all_are_equal_does_not_divide_by_zero():
    same = points((0.5, 10), (0.5, 100))
    assert hypervolume(same, TWO, bounds(same, TWO)) == pytest.approx(1.0)  # 1.1·1.1 of 1.21


def test_compromise_after_division_by_the_largest():
    # Largest 0.8 and 400: (0.1, 400) → (0.125, 1), norm 1.0078; (0.4, 100) → (0.5, 0.25), norm 0.559; (0.8, 40) →
    # (1, 0.1), norm 1.00499.
    three = points((0.1, 400), (0.4, 100), (0.8, 40))
    assert compromise_norms(three, TWO) == pytest.approx([1.0077822, 0.5590170, 1.0049876])
    assert compromise(three, TWO).architecture_hash == "n1"
    assert compromise([], TWO) is None


def test_compromise_of_a_maximised_objective_counts_what_is_missing():
    objectives = objectives_named(["validation_error", "esp"])
    one, two = complete("one", validation_error=0.2, esp=0.9), complete("two", validation_error=0.1, esp=0.5)
    # Missing to the best ESP: 0 and 0.4, divided by 0.4: (1, 0) and (0.5, 1).
    assert compromise_norms([one, two], objectives) == pytest.approx([1.0, math.sqrt(1.25)])


def test_compromise_where_all_are_zero():
    assert compromise_norms(points((0.0, 0.0)), TWO) == [0.0]


# Laws

values = st.integers(0, 6).map(float)
clouds = st.integers(2, 4).flatmap(
    lambda width: st.lists(st.lists(values, min_size=width, max_size=width), min_size=1, max_size=25)
)
NAMES = ("validation_error", "esp", "parameters", "attenuation")


def cloud(rows):
    return [complete(f"{i:02}", **dict(zip(NAMES, row, strict=False))) for i, row in enumerate(rows)], objectives_named(
        NAMES[: len(rows[0])]
    )


def beats(a, b):
    return a != b and all(x <= y for x, y in zip(a, b, strict=True))


@given(clouds)
def test_ranks_are_those_of_peeling_off_fronts(rows):
    evaluations, objectives = cloud(rows)
    vectors = [vector(one, objectives) for one in evaluations]
    left, rank, expected = set(range(len(vectors))), 0, [0] * len(vectors)
    while left:
        best = {i for i in left if not any(beats(vectors[j], vectors[i]) for j in left)}
        for i in best:
            expected[i] = rank
        left -= best
        rank += 1
    assert ranks(evaluations, objectives) == expected


@given(clouds)
def test_no_member_of_a_front_is_beaten_and_every_other_is(rows):
    evaluations, objectives = cloud(rows)
    members = front(evaluations, objectives)
    vectors = {one.architecture_hash: vector(one, objectives) for one in evaluations}
    inside = {one.architecture_hash for one in members}
    for name, mine in vectors.items():
        assert any(beats(other, mine) for other in vectors.values()) != (name in inside)
    assert members == front(evaluations[::-1], objectives)


@given(clouds, st.data())
def test_hypervolume_never_falls_when_more_is_known(rows, data):
    evaluations, objectives = cloud(rows)
    limits = bounds(evaluations, objectives)
    some = evaluations[: data.draw(st.integers(1, len(evaluations)))]
    part, whole = hypervolume(some, objectives, limits), hypervolume(evaluations, objectives, limits)
    assert 0.0 <= part <= whole + 1e-12 <= 1.0 + 2e-12
    assert hypervolume(front(evaluations, objectives), objectives, limits) == pytest.approx(whole)


@given(clouds)
def test_hypervolume_in_two_dimensions_is_the_area_of_the_steps(rows):
    evaluations, objectives = cloud([row[:2] for row in rows])
    limits = bounds(evaluations, objectives)
    span = [high - low or 1.0 for low, high in limits.T]
    axes = [
        [(o.axis(one.objectives[o.name]) - low) / s for o, low, s in zip(objectives, limits[0], span, strict=True)]
        for one in evaluations
    ]
    area, ceiling = 0.0, 1.1
    for x, y in sorted(axes):
        if y < ceiling:
            area += (1.1 - x) * (ceiling - y)
            ceiling = y
    assert hypervolume(evaluations, objectives, limits) == pytest.approx(area / 1.21)


@given(clouds)
def test_the_best_so_many_come_in_the_order_of_ranks(rows):
    evaluations, objectives = cloud(rows)

    class Searched(Run):
        objectives = property(lambda self: chosen)
        estimates = None  # the front is that of the observed values then

    chosen = objectives
    run = Searched(folder=None, context=None, created="", versions={}, evaluations=tuple(evaluations), generations=())
    rank = dict(zip(names(evaluations), ranks(evaluations, objectives), strict=True))
    found = names(run.top(len(evaluations)))
    assert sorted(found) == sorted(names(evaluations))
    assert [rank[name] for name in found] == sorted(rank.values())
    assert names(run.top(2)) == found[:2]
    assert run.compromise.architecture_hash in {one.architecture_hash for one in run.front}


def test_axes_of_objectives():
    assert [o.direction for o in OBJECTIVES.values() if o.name in ("esp", "attenuation")] == ["maximize"] * 2
    assert all(o.direction == "minimize" for o in OBJECTIVES.values() if o.name not in ("esp", "attenuation"))
