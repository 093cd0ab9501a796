"""Ranking and the paired test over seeds: hand-worked cases, laws, and brute force over sign patterns."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from hwcost.comparison.statistics import MIN_PAIRS, difference, rank, signed_rank_p

A, B, C = ("a", "x"), ("b", "x"), ("c", "x")


def seeds(*values):
    return dict(enumerate(values))


def test_places_by_mean_rank_of_medians():
    # bell: medians 2, 3, 3 -> ranks 1, 2.5, 2.5; ghz: medians 50, 10, 20 -> ranks 3, 1, 2.
    # Mean ranks: a 2, b 1.75, c 2.25. Ratios to the best: a 1 and 5 -> 3; b 1.5 and 1 -> 1.25; c 1.5 and 2 -> 1.75.
    values = {
        A: {"bell": seeds(1, 2, 9), "ghz": seeds(50, 50, 50)},
        B: {"bell": seeds(3, 3, 3), "ghz": seeds(10, 9, 11)},
        C: {"bell": seeds(2, 3, 4), "ghz": seeds(20, 20, 20)},
    }
    places = rank(values)
    assert [(p.backend, p.place, p.mean_rank) for p in places] == [("b", 1, 1.75), ("a", 2, 2.0), ("c", 3, 2.25)]
    assert [p.ratio for p in places] == [1.25, 3.0, 1.75]
    assert (places[1].low, places[1].high, places[1].median) == (1, 50, 26.0)  # medians 2 and 50


def test_more_is_better_turns_the_order_round():
    values = {A: {"bell": seeds(0.5)}, B: {"bell": seeds(0.9)}}
    places = rank(values, more_is_better=True)
    assert [(p.backend, p.ratio) for p in places] == [("b", 1.0), ("a", 0.5 / 0.9)]


def test_ties_share_a_place_and_keep_their_order():
    places = rank({A: {"bell": seeds(2)}, B: {"bell": seeds(2)}, C: {"bell": seeds(3)}})
    assert [(p.backend, p.place, p.mean_rank) for p in places] == [("a", 1, 1.5), ("b", 1, 1.5), ("c", 3, 3.0)]


def test_lost_signal_ranks_behind_any_value_and_a_failure_behind_that():
    values = {
        A: {"bell": seeds(1), "ghz": seeds(1)},
        B: {"bell": seeds(math.inf), "ghz": seeds(1)},
        C: {"ghz": seeds(1)},
    }
    places = {p.backend: p for p in rank(values)}
    # bell: 1, 2, 3; ghz: all 2.
    assert [places[name].mean_rank for name in "abc"] == [1.5, 2.0, 2.5]
    assert (places["b"].high, places["b"].num_without_value, places["b"].num_circuits) == (None, 1, 2)
    assert places["c"].num_circuits == 1
    assert all(p.ratio == 1.0 for p in places.values())


def test_a_place_that_costs_nothing_is_left_out():
    assert [p.backend for p in rank({A: {}, B: {"bell": seeds(1)}})] == ["b"]
    assert rank({}) == []


def test_zero_as_best_value_has_no_ratio():
    places = rank({A: {"bell": seeds(0)}, B: {"bell": seeds(4)}})
    assert [(p.backend, p.ratio) for p in places] == [("a", None), ("b", None)]


finite = st.floats(min_value=1e-6, max_value=1e6, allow_nan=False)
tables = st.integers(1, 4).flatmap(lambda n: st.lists(st.lists(finite, min_size=n, max_size=n), min_size=2, max_size=4))


@given(tables, st.floats(min_value=0.1, max_value=10))
@settings(max_examples=60, deadline=None)
def test_scaling_one_circuit_changes_no_rank(table, factor):
    values = {(str(i), "x"): {f"c{j}": seeds(v) for j, v in enumerate(row)} for i, row in enumerate(table)}
    scaled = {
        pair: {name: {s: v * factor if name == "c0" else v for s, v in found.items()} for name, found in by.items()}
        for pair, by in values.items()
    }
    before, after = rank(values), rank(scaled)
    assert [p.mean_rank for p in before] == pytest.approx([p.mean_rank for p in after])
    assert math.fsum(p.mean_rank for p in before) == pytest.approx(len(table) * (len(table) + 1) / 2)


def brute_force_p(changes):
    """All 2^n sign patterns of the ranks: the share at least as extreme, doubled, as scipy's permutation test does."""
    ranks = stats.rankdata(np.abs(changes))
    observed = float(np.sign(changes) @ ranks)
    sums = np.array([float(np.array(signs) @ ranks) for signs in itertools.product((1, -1), repeat=len(changes))])
    low, high = np.mean(sums <= observed + 1e-9), np.mean(sums >= observed - 1e-9)
    return min(1.0, 2 * min(low, high))


@given(st.lists(st.sampled_from([-3.0, -2.0, -1.0, 1.0, 2.0, 3.0, math.inf]), min_size=6, max_size=9))
@settings(max_examples=40, deadline=None)
def test_small_samples_are_enumerated_with_ties(changes):
    assert signed_rank_p(changes) == pytest.approx(brute_force_p(changes), abs=1e-12)


def test_without_ties_it_is_scipys_exact_test():
    changes = [1.0, -2.0, 3.0, 4.0, 5.0, 6.0, 7.0, -8.0, 9.5]
    assert signed_rank_p(changes) == pytest.approx(stats.wilcoxon(changes, method="exact").pvalue)


def test_large_samples_use_the_normal_approximation():
    changes = np.random.default_rng(0).normal(0.3, 1.0, 40)
    assert signed_rank_p(list(changes)) == pytest.approx(stats.wilcoxon(changes, method="exact").pvalue, rel=0.05)


def test(first, second, **more):
    return difference(first, second, first=A, second=B, metric="num_2q", **more)


test.__test__ = False


def test_identical_values_claim_nothing():
    found = test({"bell": seeds(*range(20))}, {"bell": seeds(*range(20))})
    assert (found.verdict, found.better, found.p_value, found.num_different) == ("identical", None, None, 0)
    assert "no difference is claimed" in found.statement
    lost = test({"bell": seeds(math.inf, math.inf)}, {"bell": seeds(math.inf, math.inf)})
    assert lost.verdict == "identical"


def test_five_seeds_are_too_few_and_six_are_enough():
    few = test({"bell": seeds(*[1.0] * 5)}, {"bell": seeds(*[2.0] * 5)})
    assert (few.verdict, few.better, few.p_value) == ("too few seeds", None, None)
    assert "too few seeds to tell" in few.statement
    assert MIN_PAIRS == 6
    enough = test({"bell": seeds(*[1.0] * 6)}, {"bell": seeds(*[2.0] * 6)})
    assert enough.verdict == "different"
    assert enough.p_value == 2 / 2**6
    assert (enough.better, enough.effect) == (A, 0.5)
    assert "p = 0.031" in enough.statement
    assert "6 of 6 pairs" in enough.statement


def test_more_is_better_names_the_other():
    found = test({"bell": seeds(*[1.0] * 6)}, {"bell": seeds(*[2.0] * 6)}, more_is_better=True)
    assert found.better == B


def test_seeds_of_several_circuits_are_pooled_or_one_is_chosen():
    first = {"bell": seeds(1, 1, 1), "ghz": seeds(100, 100, 100)}
    second = {"bell": seeds(2, 2, 2), "ghz": seeds(150, 150, 150), "qft": seeds(1)}
    pooled = test(first, second)
    assert (pooled.num_pairs, pooled.verdict) == (6, "different")
    assert test(first, second, circuit="ghz").verdict == "too few seeds"
    assert test(first, second, circuit="qft") is None


def test_two_compilers_without_seeds_are_not_tested():
    found = test({"bell": seeds(*[1] * 20)}, {"bell": seeds(*[2] * 20)}, deterministic=True)
    assert (found.verdict, found.p_value, found.better) == ("no seed noise", None, A)


def test_a_value_against_none_counts_as_the_largest_difference():
    found = test({"bell": seeds(*[1.0] * 6)}, {"bell": seeds(*[math.inf] * 6)})
    assert (found.verdict, found.better, found.effect) == ("different", A, None)
    zero = test({"bell": seeds(*[0.0] * 6)}, {"bell": seeds(*[3.0] * 6)})
    assert (zero.verdict, zero.better) == ("different", A)


def test_logarithms_are_subtracted():
    found = test({"bell": seeds(*[-3.0] * 6)}, {"bell": seeds(*[-1.0] * 6)}, logarithmic=True, more_is_better=True)
    assert (found.effect, found.better) == (-2.0, B)


@given(st.lists(st.tuples(finite, finite), min_size=6, max_size=14))
@settings(max_examples=30, deadline=None)
def test_swapping_the_two_gives_the_same_p_and_the_same_winner(pairs):
    one, two = {"bell": seeds(*[a for a, _ in pairs])}, {"bell": seeds(*[b for _, b in pairs])}
    forth = difference(one, two, first=A, second=B, metric="num_2q")
    back = difference(two, one, first=B, second=A, metric="num_2q")
    assert (forth.verdict, forth.better) == (back.verdict, back.better)
    assert forth.p_value == pytest.approx(back.p_value)


def test_the_claim_is_false_in_about_five_percent_of_equal_compilers():
    rng = np.random.default_rng(1)
    claims = 0
    for _ in range(300):
        values = rng.lognormal(size=(2, 10))
        found = test({"bell": seeds(*values[0])}, {"bell": seeds(*values[1])})
        claims += found.verdict == "different"
    assert claims <= 27  # mean 15 at most, standard deviation 3.8: three of them above
