"""The record of an estimate as JSON and rows, without its page."""

from __future__ import annotations

import copy
import dataclasses
import json
import pickle

import pytest

import hwcost
from hwcost.core.caveat import Caveat
from isa_conditions import flip_and_entangle
from job_profiles import KNOWN
from make import small_calibration


@pytest.fixture(scope="module")
def cost():
    return hwcost.estimate(
        flip_and_entangle(),
        small_calibration(),
        shots=1000,
        transpile=False,
        attenuation="light-cone",
        job_profile=KNOWN,
    )


def test_the_schema_comes_first_and_the_isa_circuit_is_not_in_it(cost):
    plain = cost.to_dict()
    sections = [
        "circuit",
        "backend",
        "transpile",
        "gates",
        "time",
        "routing",
        "noise",
        "shots",
        "paper",
        "spread",
        "budget",
    ]
    assert list(plain) == ["schema", *sections]
    assert plain["schema"] == "hwcost.estimate/1"
    assert json.loads(cost.to_json()) == plain


def test_times_have_units_in_their_names(cost):
    time = cost.to_dict()["time"]
    assert {name for name in time if not name.endswith("_s")} == {"requested"}
    assert {name for name in time["requested"] if not name.endswith("_s")} == {
        "shots",
        "num_bases",
        "executions",
        "standard_error",
    }
    assert time["shot_time_s"] == pytest.approx(251.35e-6)
    assert time["job_time_s"]["profile"] == "test"


def test_caveats_are_warnings_for_people_each_once(cost):
    backend = dataclasses.replace(cost.backend, caveats=(Caveat("a", "x"), Caveat("b", "x"), Caveat("a", "y")))
    assert backend.warnings == ("x", "y")
    assert backend.plain()["warnings"] == ("x", "y")
    assert "caveats" not in backend.plain()
    assert dataclasses.replace(cost, backend=backend).to_dict()["backend"]["warnings"] == ["x", "y"]


def test_a_row_is_flat_without_long_lists(cost):
    (row,) = cost.to_rows()
    assert row["circuit.name"] == "flip"
    assert row["spread.num_2q_min"] == row["spread.num_2q_max"] == 1
    assert not [name for name in row if name.startswith(("circuit.ops", "backend.findings", "shots.attenuation"))]
    assert not [value for value in row.values() if isinstance(value, (dict, list))]


def test_an_estimate_without_noise_has_no_noise(cost):
    durations = hwcost.estimate(flip_and_entangle(), small_calibration(), transpile=False, durations_only=True)
    plain = durations.to_dict()
    assert (plain["noise"], plain["paper"], plain["shots"]["method"]) == (None, None, None)
    assert plain["time"]["circuit_duration_s"] == cost.to_dict()["time"]["circuit_duration_s"]


def test_equal_estimates_have_equal_hashes_and_the_circuit_does_not_count(cost):
    other = dataclasses.replace(cost, isa_circuit=flip_and_entangle())
    assert other == cost
    assert hash(other) == hash(cost)
    assert "isa_circuit" not in repr(cost)
    assert dataclasses.replace(cost, gates=dataclasses.replace(cost.gates, depth=9)) != cost


@pytest.mark.parametrize(
    "copied", [copy.deepcopy, lambda cost: pickle.loads(pickle.dumps(cost))], ids=["copy", "pickle"]
)
def test_it_travels(cost, copied):
    assert copied(cost) == cost
    assert copied(cost).to_json() == cost.to_json()
