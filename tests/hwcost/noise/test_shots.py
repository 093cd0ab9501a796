"""Shots from attenuation: the arithmetic, the limits, and what is said where no number is honest."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hwcost.noise.attenuation import QubitAttenuation
from hwcost.noise.shots import inflation, noiseless_shots, shot_cost, shots_for_precision


def attenuations(*values):
    return [QubitAttenuation(qubit=i, clbit=i, value=v) for i, v in enumerate(values)]


def test_worst_and_mean_inflation_of_two_qubits():
    # 1/0.5² = 4 and 1/0.8² = 1.5625: mean 2.78125, worst 4.
    cost = shot_cost(attenuations(0.5, 0.8), method="light-cone", requested=1000, precision=None)
    assert cost.inflation_worst == pytest.approx(4.0)
    assert cost.inflation_mean == pytest.approx(2.78125)
    assert cost.needed == 4000
    mean = shot_cost(attenuations(0.5, 0.8), method="light-cone", requested=1000, precision=None, rule="mean")
    assert mean.needed == 2782  # 2781.25 rounded up


def test_precision_sets_the_shots_of_the_worst_qubit():
    # 1/(0.5 · 0.01)² = 40,000.
    cost = shot_cost(attenuations(0.5, 0.9), method="light-cone", requested=None, precision=0.01)
    assert cost.needed == 40_000
    assert cost.needed == round(shots_for_precision(0.5, 0.01))


def test_a_known_expectation_value_saves_shots():
    # (1/0.8² − 0.36)/0.01² = (1.5625 − 0.36)·10⁴ = 12,025.
    assert shots_for_precision(0.8, 0.01, mean_z_squared=0.36) == pytest.approx(12_025)


def test_sampling_needs_one_over_esp():
    cost = shot_cost(
        attenuations(0.9),
        method="light-cone",
        requested=100,
        precision=None,
        task="sampling",
        log10_esp=math.log10(0.2),
    )
    assert cost.needed == 500


def test_no_number_of_shots_where_the_signal_is_gone():
    cost = shot_cost(attenuations(0.5, 1e-4), method="light-cone", requested=1000, precision=None)
    assert cost.needed is None
    nothing = shot_cost(attenuations(0.0), method="light-cone", requested=1000, precision=None)
    assert (nothing.needed, nothing.inflation_worst) == (None, None)


def test_an_attenuation_above_one_saves_no_shots():
    # Relaxation that pushes towards the ideal value is no signal: as many shots as without noise.
    cost = shot_cost(attenuations(1.25, 0.8), method="auto", requested=1000, precision=None, rule="mean")
    assert cost.needed == math.ceil(1000 * (1 + 1.5625) / 2)
    alone = {"method": "auto", "requested": None, "precision": 0.1}
    assert shot_cost(attenuations(1.25), **alone).needed == shot_cost(attenuations(1.0), **alone).needed == 100
    assert shot_cost(attenuations(1.25), **alone).inflation_worst == 1.0


def test_a_turned_sign_is_no_signal():
    cost = shot_cost(attenuations(-0.9, 0.9), method="auto", requested=1000, precision=None)
    assert (cost.needed, cost.inflation_worst) == (None, None)


def test_durations_only_has_the_noiseless_shots():
    assert noiseless_shots(requested=77, precision=None).needed == 77
    assert noiseless_shots(requested=None, precision=0.1).needed == 100


@given(st.floats(1e-2, 1.0), st.integers(1, 10**6))
def test_shots_never_fall_below_the_noiseless_ones_and_are_linear_in_them(value, requested):
    cost = shot_cost(attenuations(value), method="light-cone", requested=requested, precision=None)
    assert cost.needed >= requested
    assert cost.needed == pytest.approx(requested * inflation(value), rel=1e-6, abs=1.0)


@given(st.lists(st.floats(1e-2, 1.0), min_size=1, max_size=8))
def test_the_mean_lies_below_the_worst(values):
    cost = shot_cost(attenuations(*values), method="light-cone", requested=1, precision=None)
    assert cost.inflation_mean <= cost.inflation_worst * (1 + 1e-12)
    assert cost.inflation_mean >= 1.0
