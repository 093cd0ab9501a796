"""Precision within a budget: against arithmetic by hand and the job-time profile."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from qiskit import QuantumCircuit

import hwcost
from hwcost.comparison.reach import checked_ranking, require_a_shot, shots_within, standard_error
from hwcost.core.errors import OptionError
from hwcost.estimation.options import EstimateRequest
from hwcost.jobs.predict import predict
from hwcost.jobs.profile_file import list_profiles, load_profile
from hwcost.jobs.size import JobSize
from make import small_calibration


def ghz(width):
    circuit = QuantumCircuit(width, name=f"ghz_{width}")
    circuit.h(0)
    for qubit in range(1, width):
        circuit.cx(qubit - 1, qubit)
    circuit.measure_all()
    return circuit


@pytest.fixture(scope="module")
def line():
    return small_calibration(5, name="line")


def compared(circuit, backend, **options):
    return hwcost.compare(circuit, backend, num_seeds=1, num_workers=1, cache=False, **options)


@given(st.floats(1e-6, 1.0), st.floats(0.0, 10.0), st.floats(1e-3, 1e6))
def test_the_shots_fit_and_one_more_does_not(shot_s, fixed_s, budget_s):
    shots = shots_within(budget_s, fixed_s, shot_s)
    slack = 1e-8 * max(budget_s, fixed_s)
    assert shots == 0 or fixed_s + shots * shot_s <= budget_s + slack
    assert fixed_s + (shots + 1) * shot_s > budget_s - slack


def test_standard_error():
    assert standard_error(1.0, 10_000) == 0.01
    assert standard_error(2e6, 10_000) is None, "the signal is gone"
    assert standard_error(None, 1) is standard_error(1.0, 0) is None


@pytest.mark.parametrize("inflation", ["worst", "mean"])
def test_a_cell_by_hand(line, inflation):
    found = compared(ghz(4), line, budget="5s", inflation=inflation, shots=1000)
    (cost,) = (cell.cost for cell in found.cells)
    assert (found.rank_by, found.sort_by, found.budget_s) == ("precision", "budget_standard_error", 5.0)
    assert cost.job_shot_s == pytest.approx(cost.shot_time_s, rel=1e-12)
    assert cost.job_time_s == pytest.approx(cost.job_fixed_s + cost.shots_needed * cost.job_shot_s, rel=1e-12)
    assert cost.requested_job_time_s == pytest.approx(cost.job_fixed_s + 1000 * cost.shot_time_s, rel=1e-12)
    assert cost.budget_shots == math.floor((5.0 - cost.job_fixed_s) / cost.shot_time_s)
    factor = cost.inflation_worst if inflation == "worst" else cost.inflation_mean
    assert cost.budget_standard_error == pytest.approx(math.sqrt(factor / cost.budget_shots), rel=1e-12)
    assert cost.requested_standard_error == pytest.approx(math.sqrt(factor / 1000), rel=1e-12)


def test_precision_that_is_reached_takes_the_budget(line):
    """The inverse question asked back: what is reached in a budget, costs that budget."""
    (first,) = (cell.cost for cell in compared(ghz(4), line, budget=30).cells)
    (again,) = (cell.cost for cell in compared(ghz(4), line, precision=first.budget_standard_error).cells)
    assert again.job_time_s == pytest.approx(30.0, abs=2 * first.shot_time_s)


@pytest.mark.parametrize("name", list_profiles())
def test_the_budget_counts_in_the_time_of_the_profile(line, name):
    """A profile may have its own time per shot; it is not that of the circuit."""
    profile = load_profile(name)
    (cost,) = (cell.cost for cell in compared(ghz(3), line, budget="1h", job_profile=profile).cells)
    size = {
        "rep_delay_s": cost.rep_delay_s,
        "total_circuit_duration_s": cost.circuit_duration_s,
        "total_instructions": cost.num_1q + cost.num_2q + cost.num_measure,
        "total_depth": cost.depth,
        "num_qubits": 3,
    }
    assert predict(profile, JobSize(shots=cost.budget_shots, **size)).value_s == pytest.approx(3600.0, rel=1e-5)


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"rank_by": "precision"}, "needs a budget"),
        ({"sort_by": "budget_shots"}, "needs a budget"),
        ({"rank_by": "speed"}, "choose from time, precision, both"),
        ({"budget": "soon"}, "not a duration"),
        ({"budget": -5}, "more than zero"),
        ({"rank_by": "both", "sort_by": "num_2q"}, "give one of them"),
        ({"budget": 60, "task": "sampling"}, "expectation"),
        ({"rank_by": "both", "durations_only": True}, "durations only"),
        ({"budget": 0.5}, "holds no shot on any backend"),
    ],
)
def test_what_cannot_be_ranked_is_refused(line, options, says):
    with pytest.raises(OptionError, match=says) as caught:
        compared(ghz(2), line, **options)
    assert "\n" not in str(caught.value)


def test_defaults():
    request = EstimateRequest()
    assert checked_ranking(None, None, "qpu_time_s", request).rank_by == "time"
    assert checked_ranking(None, "1min", "qpu_time_s", request).rank_by == "precision"
    assert checked_ranking(None, "1min", "num_2q", request).sort_by == "num_2q"
    assert checked_ranking("time", "1min", "qpu_time_s", request).sort_by == "qpu_time_s"
    require_a_shot([], 1.0)


def test_a_budget_changes_nothing_that_is_kept(line, tmp_path):
    options = {"num_seeds": 2, "num_workers": 1, "cache": tmp_path / "cells"}
    first = hwcost.compare(ghz(3), line, budget="1min", **options)
    again = hwcost.compare(ghz(3), line, budget="1h", **options)
    assert again.num_from_cache == 2
    assert again.cells[0].cost.budget_shots > 50 * first.cells[0].cost.budget_shots
    assert hwcost.compare(ghz(3), line, **options).cells[0].cost.budget_shots is None
