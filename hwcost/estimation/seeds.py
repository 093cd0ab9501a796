"""How many transpiler seeds are enough: more of them until doubling their number promises little.

The best of a few seeds is a lottery: an ansatz of 8 qubits on fake_sherbrooke costs 20 % more with the best of 4 seeds
than with the best of 64, by the luck of the draw up to 40 % more (`tests/benchmarks/seeds.py`).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from typing import Literal, TypeAlias

NumSeeds: TypeAlias = int | Literal["auto"]
"""A number of transpiler seeds, or as many as pay."""

FIRST_SEEDS = 8
"""Of `auto`. Four seeds that happen to agree would end it too early."""

MAX_AUTO_SEEDS = 64
"""Where `auto` ends whatever more seeds promise."""

ENOUGH = 0.02
"""Share of the cost that a doubling must promise to save; below, `auto` ends."""

AUTO_LEVELS = (2, 3)


def levels_of(num_seeds: NumSeeds, optimization_level: int) -> tuple[int, ...]:
    """Return the optimization levels that are tried: with `auto` both 2 and 3, unless a level below is wanted.

    >>> levels_of("auto", 2), levels_of("auto", 1), levels_of(4, 2)
    ((2, 3), (1,), (2,))
    """
    return AUTO_LEVELS if num_seeds == "auto" and optimization_level in AUTO_LEVELS else (optimization_level,)


def rounds_of(num_seeds: NumSeeds, log_costs: Callable[[], Sequence[float]]) -> Iterator[tuple[int, int]]:
    """Give the seeds, counted from 0, round by round as (first, one after the last).

    What a round finds decides alone about the next one, so that the result depends on no clock and no number of cores.

    Args:
        num_seeds: A number, which is one round, or `auto`: 8, 16, 32, 64 seeds in all, until a doubling promises less
            than 2 % (`gain_of_doubling`).
        log_costs: Logarithm of the cost of each seed so far, of its best level; asked between rounds.
    """
    if num_seeds != "auto":
        yield 0, num_seeds
        return
    first, last = 0, FIRST_SEEDS
    while True:
        yield first, last
        if last >= MAX_AUTO_SEEDS or gain_of_doubling(log_costs()) < ENOUGH:
            return
        first, last = last, 2 * last


def gain_of_doubling(log_costs: Sequence[float]) -> float:
    """Return by how much the cheapest of all seeds is cheaper than the cheapest of half of them, on average.

    With n costs x_1 ≤ x_2 ≤ …, x_i is the cheapest of a random half of m = ⌊n/2⌋ with the probability
    C(n−i, m−1)/C(n, m). Exact, no drawing. The next doubling is taken to promise as much as the last one brought: it
    brings less where costs are spread evenly, and more where a few rare layouts are much better, which nothing shows
    before one is found.

    Args:
        log_costs: Logarithm of the cost of each seed; infinite where the signal is lost.

    Returns:
        The mean of 1 − cheapest/cheapest of half, at most 1: all of it where the half holds lost signals only. 0 for
        fewer than two seeds and if all are lost, since nothing then says that more seeds find one.

    >>> gain_of_doubling([0.0, 0.0, 0.0, 0.0])
    0.0
    >>> round(gain_of_doubling([0.0, math.log(1.25)]), 3)  # one time in two the half is the dearer one
    0.1
    """
    ranked = sorted(log_costs)
    n, m = len(ranked), len(ranked) // 2
    if m < 1 or math.isinf(ranked[0]):
        return 0.0
    ways = math.comb(n, m)
    chances = [math.comb(n - 1 - i, m - 1) / ways for i in range(n - m + 1)]
    return math.fsum(-chance * math.expm1(ranked[0] - cost) for chance, cost in zip(chances, ranked, strict=False))


def further_gain(log_costs: Sequence[float]) -> float | None:
    """Return what twice as many seeds promise to save, None where nothing says so: one seed, or all signals are lost.

    >>> further_gain([0.0]), further_gain([math.inf, math.inf]), further_gain([1.0, 1.0])
    (None, None, 0.0)
    """
    if len(log_costs) < 2 or math.isinf(min(log_costs)):
        return None
    return gain_of_doubling(log_costs)


def best_by_seed(costs: Sequence[tuple[int, float]]) -> list[float]:
    """Return the least of the log costs of each seed, in the order of their first appearance.

    >>> best_by_seed([(0, 2.0), (0, 1.0), (1, 3.0)])
    [1.0, 3.0]
    """
    found: dict[int, float] = {}
    for seed, cost in costs:
        found[seed] = min(cost, found.get(seed, math.inf))
    return list(found.values())
