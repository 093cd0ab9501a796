"""How many seeds `auto` tries: laws of the gain of a doubling, and searches on planted costs."""

from __future__ import annotations

import itertools
import math
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from qiskit import QuantumCircuit

import hwcost
from hwcost.estimation.seeds import (
    AUTO_LEVELS,
    ENOUGH,
    FIRST_SEEDS,
    MAX_AUTO_SEEDS,
    best_by_seed,
    further_gain,
    gain_of_doubling,
    levels_of,
    rounds_of,
)

COSTS = st.lists(st.floats(-5.0, 5.0) | st.just(math.inf), min_size=2, max_size=9)


def star():
    """Needs swaps on a line, wherever it is placed."""
    circuit = QuantumCircuit(4)
    circuit.h(range(4))
    for a, b in itertools.combinations(range(4), 2):
        circuit.cx(a, b)
        circuit.ry(0.3 + a, b)
    circuit.measure_all()
    return circuit


def tried(costs, num_seeds="auto"):
    """Seeds that are tried where seed i costs costs[i]."""
    found = []
    rounds = rounds_of(num_seeds, lambda: costs[: found[-1][1]])
    while limits := next(rounds, None):
        found.append(limits)
    assert [first for first, _ in found] == [0, *(last for _, last in found[:-1])]
    return found[-1][1]


def listed(costs):
    """The same number as `gain_of_doubling`, from every half one by one."""
    best = min(costs)
    halves = list(itertools.combinations(costs, len(costs) // 2))
    return math.fsum(1.0 - math.exp(best - min(half)) for half in halves) / len(halves)


class TestGain:
    @given(costs=COSTS)
    def test_it_is_the_mean_over_all_halves(self, costs):
        expected = 0.0 if math.isinf(min(costs)) else listed(costs)
        assert gain_of_doubling(costs) == pytest.approx(expected, abs=1e-12)

    @given(costs=COSTS, seed=st.integers(0, 99), shift=st.floats(-3.0, 3.0))
    def test_neither_order_nor_unit_matters(self, costs, seed, shift):
        moved = [cost + shift for cost in random.Random(seed).sample(costs, len(costs))]
        assert gain_of_doubling(moved) == pytest.approx(gain_of_doubling(costs), abs=1e-9)

    @given(costs=COSTS)
    def test_it_is_a_share(self, costs):
        assert 0.0 <= gain_of_doubling(costs) <= 1.0

    @given(costs=COSTS)
    def test_where_every_seed_comes_twice_as_often_less_is_promised(self, costs):
        # The cheapest is then missing from fewer halves.
        assert gain_of_doubling(costs * 2) <= gain_of_doubling(costs) + 1e-12

    def test_a_half_without_any_signal_loses_all(self):
        assert gain_of_doubling([0.0, math.inf]) == 0.5
        assert gain_of_doubling([math.inf] * 4) == 0.0

    def test_large_numbers_of_seeds(self):
        assert gain_of_doubling([0.0] * 999 + [900.0]) == 0.0
        assert gain_of_doubling([-900.0] + [0.0] * 999) == pytest.approx(0.5)

    def test_one_seed_promises_nothing_and_lost_signals_neither(self):
        assert further_gain([1.0]) is None
        assert further_gain([math.inf, math.inf]) is None
        assert further_gain([]) is None
        assert further_gain([0.0, math.inf]) == 0.5


class TestRounds:
    @given(number=st.integers(1, 1000))
    def test_a_number_is_one_round(self, number):
        assert list(rounds_of(number, lambda: [])) == [(0, number)]

    def test_where_all_cost_the_same_the_first_round_is_enough(self):
        assert tried([3.0] * MAX_AUTO_SEEDS) == FIRST_SEEDS

    def test_where_all_have_lost_the_signal_it_ends_too(self):
        assert tried([math.inf] * MAX_AUTO_SEEDS) == FIRST_SEEDS

    def test_where_each_doubling_brings_much_the_cap_ends_it(self):
        assert tried([-0.1 * number for number in range(MAX_AUTO_SEEDS)]) == MAX_AUTO_SEEDS

    @given(seed=st.integers(0, 10**6), spread=st.floats(0.0, 1.0))
    def test_it_ends_at_the_first_doubling_that_promises_too_little(self, seed, spread):
        drawn = random.Random(seed)
        costs = [drawn.gauss(0.0, spread) for _ in range(MAX_AUTO_SEEDS)]
        sizes = [FIRST_SEEDS * 2**k for k in range(4)]
        assert sizes[-1] == MAX_AUTO_SEEDS
        ends = [n for n in sizes if gain_of_doubling(costs[:n]) < ENOUGH]
        assert tried(costs) == (ends[0] if ends else MAX_AUTO_SEEDS)

    def test_a_planted_layout_that_a_few_seeds_miss_is_found(self):
        # Costs fall into steps of 5 %; the best ones stand behind the first sixteen seeds.
        costs = [0.05 * (7 - number % 4) for number in range(MAX_AUTO_SEEDS)]
        costs[3], costs[12] = 0.1, 0.05
        costs[17] = costs[21] = costs[29] = 0.0
        assert tried(costs) == 32
        assert min(costs[: tried(costs)]) == 0.0 < min(costs[:16])


def test_levels():
    assert levels_of("auto", 2) == levels_of("auto", 3) == AUTO_LEVELS
    assert (levels_of("auto", 0), levels_of("auto", 1)) == ((0,), (1,))
    assert [levels_of(7, level) for level in range(4)] == [(0,), (1,), (2,), (3,)]


@given(costs=st.lists(st.tuples(st.integers(0, 3), st.floats(-1.0, 1.0))))
def test_the_best_level_of_each_seed(costs):
    seeds = list(dict.fromkeys(seed for seed, _ in costs))
    assert best_by_seed(costs) == [min(cost for s, cost in costs if s == seed) for seed in seeds]


class TestEstimates:
    def test_auto_is_the_best_of_its_seeds_at_both_levels(self):
        auto = hwcost.estimate(star(), "fake_manila", num_seeds="auto", seed=3)
        tried = auto.spread.num_seeds
        fixed = [hwcost.estimate(star(), "fake_manila", num_seeds=tried, seed=3, optimization_level=k) for k in (2, 3)]
        best = min(fixed, key=lambda cost: cost.time.qpu_time_s)
        assert auto.time.qpu_time_s == best.time.qpu_time_s
        assert (auto.spread.levels, fixed[0].spread.levels) == ((2, 3), (2,))
        assert auto.transpile.num_seeds == tried >= FIRST_SEEDS
        assert auto.transpile.optimization_level == best.transpile.optimization_level
        assert auto.transpile.seed_chosen in range(3, 3 + tried)
        for limits in ("circuit_duration_s", "num_2q", "num_swaps", "inflation_worst"):
            assert getattr(auto.spread, limits) == (
                min(getattr(cost.spread, limits)[0] for cost in fixed),
                max(getattr(cost.spread, limits)[1] for cost in fixed),
            )

    def test_it_is_the_same_every_time(self):
        circuit = star()
        once, again = (hwcost.estimate(circuit, "fake_manila", num_seeds="auto") for _ in range(2))
        assert once.to_dict() == again.to_dict()

    def test_the_page_says_what_more_would_bring(self):
        cost = hwcost.estimate(star(), "fake_manila", num_seeds="auto")
        assert cost.spread.further_gain < ENOUGH
        text = " ".join(str(cost).split())
        assert f"Best of {cost.spread.num_seeds} seeds at levels 2 and 3, twice as many promise to save " in text
        text = " ".join(str(hwcost.estimate(star(), "fake_manila", num_seeds=2, optimization_level=1)).split())
        assert "Best of 2 seeds at level 1, twice as many promise to save " in text

    def test_one_seed_and_a_given_circuit_promise_nothing(self):
        cost = hwcost.estimate(star(), "fake_manila", num_seeds=1)
        assert (cost.spread.num_seeds, cost.spread.levels, cost.spread.further_gain) == (1, (2,), None)
        assert "Best of" not in str(cost)
        given_so = hwcost.estimate(cost.isa_circuit, "fake_manila", transpile=False, num_seeds="auto")
        assert (given_so.spread.num_seeds, given_so.spread.levels, given_so.spread.further_gain) == (1, (), None)
        assert given_so.transpile.num_seeds == 0
        assert given_so.time.qpu_time_s == cost.time.qpu_time_s

    def test_a_model_takes_it(self):
        costs = [
            hwcost.estimate_model(star(), backend="fake_manila", scope="inference", gradient="none", num_seeds=number)
            for number in (1, "auto")
        ]
        assert costs[1].quantum.shots <= costs[0].quantum.shots

    def test_what_compares_seed_by_seed_refuses_it(self):
        with pytest.raises(hwcost.OptionError, match="num_seeds is auto; .* needs a number, such as 10"):
            hwcost.compare(star(), "fake_manila", num_seeds="auto")

    def test_other_words_are_refused(self):
        for word in ("Auto", "", "many", "4"):
            with pytest.raises(hwcost.OptionError, match="^num_seeds is .*; give a whole number .* to 1000, or auto$"):
                hwcost.estimate(star(), "fake_manila", num_seeds=word)
