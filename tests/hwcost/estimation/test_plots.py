"""Pictures of an estimate show the record's numbers."""

from __future__ import annotations

import dataclasses

import pytest
from qiskit import QuantumCircuit

import hwcost
from hwcost.core.errors import OptionError
from hwcost.estimation.plots import job_parts, time_bars
from make import small_calibration

DEVICE = small_calibration(3)


def ghz():
    circuit = QuantumCircuit(3, name="ghz $3$")
    circuit.h(0)
    circuit.cx(0, 1)
    circuit.cx(1, 2)
    circuit.measure_all()
    return circuit


@pytest.fixture(scope="module")
def cost():
    return hwcost.estimate(ghz(), DEVICE, shots=1000, num_seeds=1)


@pytest.mark.parametrize("profile", ["ibm", "iqm", "ibm_usage_guide"])
def test_the_requested_job_is_the_prediction_for_those_shots(profile):
    """Scaling the shots of the noisy job is the same as predicting a job with fewer."""
    noisy = hwcost.estimate(ghz(), DEVICE, shots=1000, num_seeds=1, job_profile=profile)
    plain = hwcost.estimate(ghz(), DEVICE, shots=1000, num_seeds=1, job_profile=profile, durations_only=True)
    assert noisy.shots.needed > plain.shots.needed == 1000
    asked, precise = time_bars(noisy)
    (alone,) = time_bars(plain)
    assert asked.parts == pytest.approx(alone.parts)
    assert asked.interval_s is None
    assert precise.total_s == pytest.approx(noisy.time.job_time_s.value_s)
    assert precise.interval_s == (noisy.time.job_time_s.low_s, noisy.time.job_time_s.high_s)
    assert "1,000 shots" in asked.label
    assert f"{noisy.shots.needed:,} shots" in precise.label


def test_parts_by_hand():
    parts = {"t0": 1.0, "c_circuit": 0.5, "rep_delay": 4.0, "circuit_duration": 2.0}
    assert job_parts(parts) == {"circuits": 2.0, "repetition delay": 4.0, "job overhead": 1.5}
    assert job_parts(parts, shots_factor=0.25) == {"circuits": 0.5, "repetition delay": 1.0, "job overhead": 1.5}
    fitted = {"t0": 1.0, "tau": 3.0, "layer_time": 0.25, "shot_qubit_time": 0.25, "shots_time": 1.0}
    assert job_parts(fitted) == {"circuits": 1.5, "repetition delay": 3.0, "job overhead": 1.0}


def test_a_precision_is_named():
    asked, precise = time_bars(hwcost.estimate(ghz(), DEVICE, precision=0.02, num_seeds=1))
    assert asked.label == "without noise:\n2,500 shots"
    assert precise.label.startswith("standard error 0.02:")


def test_where_the_signal_is_gone_only_the_requested_shots_have_a_time(cost):
    lost = dataclasses.replace(
        cost,
        shots=dataclasses.replace(cost.shots, needed=None),
        time=dataclasses.replace(cost.time, qpu_time_s=None, job_time_s=None),
    )
    (bar,) = time_bars(lost)
    assert bar.total_s == pytest.approx(1000 * cost.time.shot_time_s)
    assert "QPU time only" in bar.label
    pytest.importorskip("matplotlib")
    assert "no number of shots is enough" in lost.plot("time").axes[0].get_title(loc="left")


def test_the_overview_is_both_panels(cost):
    pytest.importorskip("matplotlib")
    times, shot = cost.plot().axes
    lengths = sum(patch.get_width() for container in times.containers for patch in container.patches)
    unit_s = {"time (s)": 1.0, "time (ms)": 1e-3}[times.get_xlabel()]
    assert lengths * unit_s == pytest.approx(sum(bar.total_s for bar in time_bars(cost)))
    assert shot.get_xlim()[1] * 1e-6 == pytest.approx(cost.time.circuit_duration_s)
    counts = {collection.get_label(): len(collection.get_paths()) for collection in shot.collections}
    assert counts["two-qubit gate"] == 2 * cost.gates.num_2q
    assert counts["measurement"] == cost.gates.num_measure
    assert "250 µs repetition delay" in shot.get_title(loc="left")
    assert hwcost.plot(cost, "time").axes[0].get_title(loc="left") == times.get_title(loc="left")
    assert len(cost.plot("schedule").axes) == 1


def test_the_schedule_is_not_part_of_the_record(cost):
    assert "timeline" not in cost.to_dict()
    assert "isa_circuit" not in cost.to_dict()
    assert dataclasses.replace(cost, timeline=None) == cost
    assert "timeline" not in repr(cost)


@pytest.mark.parametrize("ending", ["png", "svg", "pdf"])
def test_files_are_the_same_again(cost, ending, tmp_path):
    pytest.importorskip("matplotlib")
    first, second = tmp_path / f"a.{ending}", tmp_path / f"b.{ending}"
    cost.plot(path=first)
    cost.plot(path=second)
    assert first.read_bytes() == second.read_bytes()
    assert len(first.read_bytes()) > 1000


def test_what_cannot_be_drawn(cost, tmp_path):
    pytest.importorskip("matplotlib")
    with pytest.raises(OptionError, match="no picture 'pie'; choose from overview, time, schedule"):
        cost.plot("pie")
    with pytest.raises(OptionError, match=r"pictures end in \.png"):
        cost.plot(path=tmp_path / "a.jpg")
    with pytest.raises(OptionError, match="keeps no schedule"):
        dataclasses.replace(cost, timeline=None).plot()
    assert len(dataclasses.replace(cost, timeline=None).plot("time").axes) == 1
