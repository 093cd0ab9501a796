"""What fits into so much time: the inverse of a job's time, by hand and as a law."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from hwcost.jobs.budget import most_within, shots_within


def test_shots_by_hand():
    # (10 − 2)/0.25e-3 = 32,000; below the overhead nothing fits.
    assert shots_within(10.0, 2.0, 0.25e-3) == 32_000
    assert shots_within(2.0, 2.0, 0.25e-3) == shots_within(1.0, 2.0, 0.25e-3) == 0


@given(st.floats(0.1, 1e5), st.floats(0.0, 10.0), st.floats(1e-6, 1e-2))
def test_one_shot_more_would_not_fit(budget, fixed, shot):
    shots = shots_within(budget, fixed, shot)
    assert fixed + (shots + 1) * shot > budget * (1 - 1e-6)
    assert shots == 0 or fixed + shots * shot <= budget * (1 + 1e-6)


@given(st.integers(0, 1000), st.integers(0, 1500))
def test_bisection_finds_the_largest_number(most, limit):
    assert most_within(limit, most, float) == min(most, limit)
