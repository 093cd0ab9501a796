"""Pareto fronts: against the definition, and of real comparisons."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from qiskit import QuantumCircuit

import hwcost
from hwcost.comparison.pareto import front_numbers, fronts
from hwcost.core.errors import OptionError
from hwcost.report.page import page_of
from hwcost.report.rendering import to_html
from make import small_calibration

COORDINATE = st.integers(0, 5).map(float)


def ghz(width):
    circuit = QuantumCircuit(width, name=f"ghz_{width}")
    circuit.h(0)
    for qubit in range(1, width):
        circuit.cx(qubit - 1, qubit)
    circuit.measure_all()
    return circuit


def beats(one, other):
    return all(a <= b for a, b in zip(one, other, strict=True)) and one != other


@given(st.lists(st.tuples(COORDINATE, COORDINATE), max_size=12))
def test_each_place_is_beaten_by_one_of_the_front_before_and_by_none_of_its_own(points):
    named = {(str(number), "c"): point for number, point in enumerate(points)}
    numbers = front_numbers(named)
    assert numbers.keys() == named.keys()
    for pair, number in numbers.items():
        same_or_later = [named[other] for other, n in numbers.items() if n >= number]
        assert not any(beats(point, named[pair]) for point in same_or_later)
        if number > 1:
            assert any(beats(named[other], named[pair]) for other, n in numbers.items() if n == number - 1)


@pytest.fixture(scope="module")
def comparison():
    """A fast noisy device, a slow good one, a slow noisy one, and one that is too small."""
    noisy = {("cx", pair): {"error": 0.2} for a in range(4) for pair in ((a, a + 1), (a + 1, a))}
    backends = [
        small_calibration(5, name="slow_bad", rep_delay_s=1e-3, gates=noisy),
        small_calibration(5, name="fast_bad", rep_delay_s=1e-4, gates=noisy),
        small_calibration(5, name="slow_good", rep_delay_s=1e-3),
        small_calibration(2, name="small"),
    ]
    return hwcost.compare(
        ghz(4), backends, rank_by="both", budget="2min", optimization_levels=1, num_seeds=3, num_workers=1, cache=False
    )


def test_fronts_of_devices(comparison):
    places = comparison.pareto()
    assert [(place.front, place.backend) for place in places] == [(1, "fast_bad"), (1, "slow_good"), (2, "slow_bad")]
    cells = [cell.cost for cell in comparison.cells if cell.backend == "fast_bad"]
    assert places[0].job_time_s == sorted(cost.requested_job_time_s for cost in cells)[1]
    assert places[0].standard_error == sorted(cost.requested_standard_error for cost in cells)[1]
    assert comparison.pareto(circuit="ghz_4") == places
    with pytest.raises(OptionError, match="was not compared"):
        comparison.pareto(circuit="nothing")


def test_what_is_written(comparison):
    plain = json.loads(comparison.to_json())
    assert [place["front"] for place in plain["pareto"]] == [1, 1, 2]
    assert (plain["rank_by"], plain["budget_s"], plain["sort_by"]) == ("both", 120.0, "qpu_time_s")
    rows = comparison.to_rows()
    assert {row["backend"]: row["pareto_front"] for row in rows} == {
        "fast_bad": 1, "slow_good": 1, "slow_bad": 2, "small": None,
    }  # fmt: skip
    assert {row["backend"]: row["place"] for row in rows}["slow_bad"] == 3
    text = str(comparison)
    assert "2 of 3 on the Pareto front" in text
    assert "within the budget" in text
    assert "Budget: 2 min for one job" in text
    assert "Pareto front" in to_html(page_of(comparison))


def test_a_place_without_a_circuit_is_on_no_front(comparison):
    costs = comparison.costs()
    twice = {pair: {**by, "again": by["ghz_4"]} if by and pair[0] != "slow_good" else by for pair, by in costs.items()}
    places = fronts(twice)
    assert [(place.front, place.backend) for place in places] == [(1, "fast_bad"), (2, "slow_bad"), (None, "slow_good")]
    assert places[0].job_time_s == pytest.approx(comparison.pareto()[0].job_time_s, rel=1e-12)


@pytest.mark.parametrize("options", [{"task": "sampling"}, {"durations_only": True}])
def test_there_is_no_front_without_precisions(options):
    found = hwcost.compare(
        ghz(2), small_calibration(3, name="line"), num_seeds=1, num_workers=1, cache=False, **options
    )
    with pytest.raises(OptionError, match="no Pareto front"):
        found.pareto()
    json.loads(found.to_json())
