"""A time that leaves something out is not ranked beside whole ones, whatever else is compared."""

from __future__ import annotations

import csv
import io

import pytest
from qiskit import QuantumCircuit

import hwcost
from hwcost.comparison.lower_bounds import bounds, left_out, remedies
from hwcost.core.errors import OptionError
from hwcost.estimation.conditions import prepare_conditions
from hwcost.estimation.options import EstimateRequest
from targets import native_target

TIMES = ("qpu_time_s", "job_time_s", "requested_job_time_s", "shot_time_s")


def ghz():
    circuit = QuantumCircuit(3, name="ghz")
    circuit.h(0)
    circuit.cx(0, 1)
    circuit.cx(1, 2)
    circuit.measure_all()
    return circuit


def fast(**values):
    """A device that is faster than any of IBM's as long as nobody says how long it waits between shots."""
    return native_target(["sx", "rz", "x"], ["cz"], duration_1q_s=1e-9, duration_2q_s=1e-9, **values)


@pytest.fixture(scope="module")
def found():
    quick = fast(readout_s=1e-9, description="quick")
    silent = fast(readout_s=None, description="silent")
    return hwcost.compare(
        ghz(), ["fake_manila", quick, silent, "fake_lima"], num_seeds=2, num_workers=1, cache=False, budget="10min",
        rank_by="time",
    )  # fmt: skip


def names(places):
    return [(place.backend, place.lower_bound) for place in places]


def left_out_of(target, **options):
    return left_out(prepare_conditions(target, EstimateRequest(**options)))


@pytest.mark.parametrize("column", TIMES)
def test_lower_bounds_are_ranked_behind_all_others(found, column):
    places = found.ranking(column)
    assert [bound for _, bound in names(places)] == [False, False, True, True]
    assert [place.place for place in places] == [1, 2, 3, 4]
    assert {place.backend for place in places[:2]} == {"fake_manila", "fake_lima"}
    best, bound = places[0].median, min(place.median for place in places[2:])
    assert bound < best, "beside whole times the bound would have won"


def test_columns_that_leave_nothing_out_rank_together(found):
    assert names(found.ranking("num_2q"))[0][1] is False
    assert not any(bound for _, bound in names(found.ranking("esp")))
    # A duration without its readout is a bound; the device that says it has a whole one.
    by_duration = names(found.ranking("circuit_duration_s"))
    assert by_duration[0] == ("quick", False)
    assert by_duration[-1] == ("silent", True)


def test_precision_within_a_budget_is_a_bound_too(found):
    assert [bound for _, bound in names(found.ranking("budget_standard_error"))] == [False, False, True, True]


def test_a_test_is_between_like_and_like(found):
    difference = found.difference()
    assert {difference.first[0], difference.second[0]} == {"fake_manila", "fake_lima"}
    with pytest.raises(OptionError, match="qpu_time_s of quick is a lower bound without its repetition delay"):
        found.difference(("fake_manila", "qiskit-O2"), ("quick", "qiskit-O2"))
    assert found.difference(("quick", "qiskit-O2")).second[0] == "silent"
    assert found.difference(("fake_manila", "qiskit-O2"), ("quick", "qiskit-O2"), by="num_2q") is not None


def test_fronts_of_lower_bounds_are_their_own(found):
    places = found.pareto()
    assert [bound for _, bound in names(places)] == [False, False, True, True]
    assert places[0].front == 1
    assert next(place for place in places if place.lower_bound).front == 1


def test_reports_keep_them_apart_and_say_what_helps(found):
    text = str(found)
    ranked, _, bounded = text.partition("Bounds of QPU time (qpu_time_s), not ranked with the others")
    assert "fake_manila" in ranked
    assert "quick" not in ranked.partition("Ranking by")[2]
    assert "without repetition delay, which is unknown: quick, silent; --rep-delay" in " ".join(bounded.split())
    plain = found.to_dict()
    assert [place["lower_bound"] for place in plain["ranking"]] == [False, False, True, True]
    by_name = {backend["name"]: backend["left_out"] for backend in plain["backends"]}
    assert by_name["fake_manila"] == {}
    assert set(by_name["silent"]) == {"repetition delay", "readout", "job overhead"}
    rows = list(csv.DictReader(io.StringIO(found.to_csv())))
    assert {row["left_out"] for row in rows if row["backend"] == "quick"} == {"repetition delay, job overhead"}


def test_what_is_given_makes_whole_times():
    both = [fast(readout_s=1e-9, description="quick"), "fake_manila"]
    options = {"num_seeds": 1, "num_workers": 1, "cache": False}
    assert [p.lower_bound for p in hwcost.compare(ghz(), both, rep_delay_s=1e-3, **options).ranking()] == [False, False]
    one_kind = hwcost.compare(ghz(), both[0], **options)
    assert [place.lower_bound for place in one_kind.ranking()] == [True]
    assert "Best, of lower bounds, by QPU time" in str(one_kind)


def test_what_is_left_out_depends_on_the_device_and_on_the_profile():
    quick = fast(readout_s=1e-9)
    assert set(left_out_of("fake_manila")) == set()
    assert set(left_out_of(quick)) == {"repetition delay", "job overhead"}
    assert set(left_out_of(quick, rep_delay_s=1e-3)) == {"job overhead"}
    assert set(left_out_of("fake_manila", job_profile="none")) == {"job overhead"}
    # This profile was fitted on whole jobs, and holds in its terms what nobody reports of a shot.
    fitted = left_out_of(quick, job_profile="iqm")
    assert set(fitted) == {"repetition delay"}
    assert not bounds("job_time_s", fitted)
    assert bounds("qpu_time_s", fitted) == ["repetition delay"]


def test_every_part_has_what_gives_it():
    parts = left_out_of(fast(readout_s=None))
    assert remedies(parts).count("--") == len(parts) == 3


def test_pictures_name_them(found):
    pytest.importorskip("matplotlib")
    labels = [label.get_text() for label in found.plot("time").axes[0].get_yticklabels()]
    assert [("bound" in label) for label in labels] == [False, False, True, True]
    legend = found.plot("pareto").axes[0].get_legend()
    assert "lower bound of the time" in [text.get_text() for text in legend.get_texts()]
