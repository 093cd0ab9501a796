"""Pictures of a model's cost show the record's numbers."""

from __future__ import annotations

import dataclasses

import pytest

pytest.importorskip("torch")
pytest.importorskip("pennylane")
pytest.importorskip("matplotlib")

import pennylane as qml
import torch

import hwcost
from hwcost.core.errors import OptionError
from hwcost.models.plots import costliest, time_bars
from make import small_calibration

DEVICE = small_calibration(3)


@qml.qnode(qml.device("default.qubit", wires=2))
def circuit(inputs, weights):
    qml.AngleEmbedding(inputs, wires=range(2))
    qml.BasicEntanglerLayers(weights, wires=range(2))
    return [qml.expval(qml.PauliZ(wire)) for wire in range(2)]


def cost_of(**options):
    layer = qml.qnn.TorchLayer(circuit, {"weights": (1, 2)})
    model = torch.nn.Sequential(torch.nn.Linear(4, 2), layer)
    return hwcost.estimate_model(model, torch.zeros(1, 4), scope="step", **options)


@pytest.fixture(scope="module")
def cost():
    return cost_of(backend=DEVICE, num_seeds=1)


def test_both_bars_are_the_parts_of_the_record(cost):
    asked, precise = time_bars(cost)
    assert precise.parts == dict(cost.unified.parts)
    assert precise.total_s == pytest.approx(cost.unified.time_s)
    assert precise.interval_s == (cost.unified.low_s, cost.unified.high_s)
    assert asked.total_s == pytest.approx(cost.unified.time_s - cost.unified.parts["shots for noise"])
    assert "4,096 shots a circuit" in asked.label


def test_the_picture(cost, tmp_path):
    times, shot = cost.plot(path=tmp_path / "a.svg").axes
    drawn = {container.get_label() for container in times.containers}
    assert drawn == set(cost.unified.parts)
    assert shot.get_xlim()[1] * 1e-6 == pytest.approx(costliest(cost).time.circuit_duration_s)
    cost.plot(path=tmp_path / "b.svg")
    assert (tmp_path / "a.svg").read_bytes() == (tmp_path / "b.svg").read_bytes()


def test_a_simulated_model_has_no_schedule():
    simulated = cost_of()
    (axes,) = simulated.plot().axes
    assert {container.get_label() for container in axes.containers} == {"simulation", "classical half"}
    assert costliest(simulated) is None
    with pytest.raises(OptionError, match="no schedule to draw; try `time`"):
        simulated.plot("schedule")


def test_where_the_signal_is_gone_the_schedule_is_left(cost):
    lost = dataclasses.replace(cost, unified=dataclasses.replace(cost.unified, time_s=None, low_s=None, high_s=None))
    assert time_bars(lost) == ()
    assert len(lost.plot().axes) == 1
    with pytest.raises(OptionError, match="try `schedule`"):
        lost.plot("time")


def test_the_costliest_circuit_is_the_one_whose_signal_is_gone(cost):
    (estimate,) = cost.estimates
    gone = dataclasses.replace(estimate, time=dataclasses.replace(estimate.time, qpu_time_s=None))
    assert costliest(dataclasses.replace(cost, estimates=(estimate, gone))) is gone


def test_mitigation_is_one_bar():
    (bar,) = time_bars(cost_of(backend=DEVICE, num_seeds=1, mitigation="readout"))
    assert "mitigation and cutting" in bar.parts
