"""Shots divided over randomizations."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hwcost.primitives.shots import shots_for_precision, split_shots


@pytest.mark.parametrize(
    ("precision", "shots"), [(0.02, 2500), (0.015625, 4096), (0.03, 1112), (1.0, 1), (3.0, 1), (1e-3, 1_000_000)]
)
def test_shots_of_a_precision_by_hand(precision, shots):
    assert shots_for_precision(precision) == shots


@pytest.mark.parametrize(
    ("shots", "numbers", "pec", "split"),
    [
        (2500, ("auto", "auto"), False, (32, 79)),  # ceil(2500/32) = 79, ceil(2500/79) = 32
        (100, ("auto", "auto"), False, (2, 64)),
        (64, ("auto", "auto"), False, (1, 64)),
        (2500, ("auto", "auto"), True, (40, 64)),
        (2500, (10, "auto"), False, (10, 250)),
        (2501, (10, "auto"), True, (10, 251)),
        (2500, ("auto", 1000), False, (3, 1000)),
        (2500, (7, 11), False, (7, 11)),  # both given: the product counts, not the shots
    ],
)
def test_splits_by_hand(shots, numbers, pec, split):
    assert split_shots(shots, *numbers, pec=pec) == split


@given(shots=st.integers(1, 10**9), randomizations=st.just("auto") | st.integers(1, 10**4), pec=st.booleans())
def test_a_split_holds_the_shots_and_hardly_more(shots, randomizations, pec):
    number, each = split_shots(shots, randomizations, "auto", pec=pec)
    assert shots <= number * each < shots + max(number, each)
    assert each >= 64 or randomizations != "auto"
    assert number <= max(32, math.ceil(shots / 64)) or randomizations != "auto"
