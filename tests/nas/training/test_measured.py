"""Trainings with gradients that a device could measure."""

from __future__ import annotations

import dataclasses

import pytest

pytest.importorskip("torch")
pytest.importorskip("sklearn")

import nas
from nas.architectures.record import Architecture, Layer
from nas.core.errors import SettingError
from nas.training.record import TrainRecord, TrainSettings
from nas.training.train import (
    score_on_validation_part,
    train,
    train_from,
    train_module,
    train_network,
    train_networks_together,
)

LAYER = Layer(columns=(("y", "x"),), gate="cx", pairs=((0, 1),))
SMALL = Architecture(num_qubits=2, embedding="angle-x", num_encoded=2, layers=(LAYER,))
PER_SAMPLE = 1 + 2 * 4  # two weights, two values


@pytest.fixture(scope="module")
def iris():
    return nas.load_dataset("iris")


def test_exact_shifts_train_as_backprop_does(iris):
    given = {"epochs": 3, "learning_rate": 0.05, "dtype": "float64"}
    expected = train(SMALL, iris, TrainSettings(**given), seed=1)
    found = train(SMALL, iris, TrainSettings(**given, gradient="parameter-shift"), seed=1)
    assert found.train_loss == pytest.approx(expected.train_loss, abs=1e-6)
    assert found.validation_loss == pytest.approx(expected.validation_loss, abs=1e-6)
    assert found.validation_accuracy == expected.validation_accuracy
    assert (expected.num_circuits, expected.circuits_per_sample) == (None, None)
    assert (found.num_circuits, found.circuits_per_sample) == (3 * 96 * PER_SAMPLE, PER_SAMPLE)


@pytest.mark.parametrize(("gradient", "per_sample"), [("parameter-shift", PER_SAMPLE), ("spsa", 3)])
def test_a_network_learns_from_shots(iris, gradient, per_sample):
    settings = TrainSettings(epochs=8, learning_rate=0.05, gradient=gradient, shots=100, batch_size=32)
    network = train_network(SMALL, iris, settings, seed=2)
    record = network.record
    assert record.state == "COMPLETE"
    assert record.validation_loss[-1] < record.validation_loss[0] - 0.15
    assert record.num_circuits == 8 * 96 * per_sample
    # What is kept is an ordinary network, validated without shots.
    score = score_on_validation_part(network.model, SMALL, iris)
    assert score.accuracy == record.best_validation_accuracy
    assert score.loss == pytest.approx(record.validation_loss[record.best_epoch - 1], abs=1e-6)
    assert TrainRecord.from_dict(record.to_dict()) == record


def test_the_seed_decides_about_the_shots_too(iris):
    settings = TrainSettings(epochs=1, gradient="parameter-shift", shots=20)
    first = train(SMALL, iris, settings, seed=3)
    assert train(SMALL, iris, settings, seed=3) == first
    assert train(SMALL, iris, dataclasses.replace(settings, shots=21), seed=3).train_loss != first.train_loss
    assert train(SMALL, iris, settings, seed=4).train_loss != first.train_loss


@pytest.mark.parametrize(
    ("keys", "message"),
    [
        ({"gradient": "adjoint"}, "gradient is 'adjoint'"),
        ({"shots": 100}, "shots is 100, but backprop takes exact expectation values"),
        ({"gradient": "spsa", "shots": 0}, "shots is 0"),
        ({"gradient": "spsa", "shots": 1.5}, "shots is 1.5"),
        ({"gradient": "spsa", "spsa_directions": 0}, "spsa_directions is 0"),
        ({"gradient": "parameter-shift", "spsa_directions": 2}, "give gradient spsa, or leave it out"),
        ({"spsa_directions": 2}, "but gradient is backprop"),
        ({"gradient": "spsa", "engine": "compiled"}, "engine is compiled; gradient spsa is computed with engine fast"),
        ({"gradient": "spsa", "engine": "pennylane"}, "engine is pennylane"),
        ({"gradient": "spsa", "device": "cuda"}, "device is cuda; gradient spsa is computed with device cpu"),
    ],
)
def test_settings_that_contradict_each_other(keys, message):
    with pytest.raises(SettingError, match=message):
        TrainSettings(**keys)


def test_measured_gradients_train_one_network_at_a_time(iris):
    settings = TrainSettings(epochs=1, gradient="spsa", shots=10)
    with pytest.raises(SettingError, match="one network at a time"):
        train_networks_together([SMALL, SMALL], iris, settings, [0, 1])
    with pytest.raises(SettingError, match="one network at a time"):
        nas.train_together([SMALL, SMALL], iris, settings, [0, 1])
    model = nas.build_model(SMALL, 4, 3)
    with pytest.raises(SettingError, match="one network at a time"):
        train_module(model, SMALL, iris, settings)
    import torch

    with pytest.raises(SettingError, match="one network at a time"):
        train_from(torch.zeros(21), SMALL, iris, settings)


def test_records_of_exact_gradients_say_what_they_always_said(iris):
    plain = TrainSettings(epochs=1).to_dict()
    assert not {"gradient", "shots", "spsa_directions"} & plain.keys()
    assert TrainSettings(**plain) == TrainSettings(epochs=1)
    old = train(SMALL, iris, TrainSettings(epochs=1)).to_dict()
    del old["num_circuits"], old["circuits_per_sample"]
    assert TrainRecord.from_dict(old).num_circuits is None
