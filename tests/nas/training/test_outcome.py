"""Figures by epoch, and the record that they end in."""

from __future__ import annotations

import math

import pytest

pytest.importorskip("torch")

from data_sets import two_classes
from nas.architectures.record import Architecture, Layer
from nas.core.errors import SettingError
from nas.training.limits import TrainingFailedError
from nas.training.outcome import Curves, finished_record, new_record
from nas.training.record import TrainRecord, TrainSettings

LAYER = Layer(columns=(("y",) * 2,), gate="cx", pairs=((0, 1),))


def network(**options):
    return Architecture(num_qubits=2, embedding="angle-y", num_encoded=2, layers=(LAYER,), **options)


def curves(*accuracies):
    made = Curves()
    for accuracy in accuracies:
        made.add(1.0, 2.0, accuracy, 3.0)
    return made


def test_the_best_epoch_is_the_first_with_the_best_accuracy():
    assert (curves().best_epoch, curves().best_accuracy) == (0, -1.0)
    assert curves(0.0).best_epoch == 1  # an accuracy of 0 is better than none
    made = curves(0.5, 0.75, 0.75, 0.6)
    assert (made.best_epoch, made.best_accuracy, made.num_epochs) == (2, 0.75, 4)


def test_patience_counts_epochs_since_the_best():
    assert not curves(0.5, 0.75, 0.75).out_of_patience(2)
    assert curves(0.5, 0.75, 0.75, 0.6).out_of_patience(2)
    assert not curves(0.5, 0.4, 0.3, 0.2).out_of_patience(None)


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
@pytest.mark.parametrize(
    ("position", "what"), [(0, "the training loss"), (1, "the validation loss"), (3, "a parameter")]
)
def test_figures_that_are_not_finite_end_the_training_and_are_not_kept(position, what, value):
    made = curves(0.5)
    figures = [1.0, 2.0, 0.5, 3.0]
    figures[position] = value
    with pytest.raises(TrainingFailedError, match=f"^{what} is no longer finite in epoch 2$"):
        made.add(*figures)
    assert (made.train_loss, made.validation_loss, made.validation_accuracy) == ([1.0], [2.0], [0.5])


def test_a_record_says_what_is_known_beforehand():
    data = two_classes(30)
    begun = new_record(network(), data, TrainSettings(learning_rate=0.01), 5)
    assert (begun.state, begun.reason, begun.num_epochs, begun.learning_rate) == ("FAILED", "not begun", 0, 0.01)
    assert begun.num_parameters == (1 * 2 + 2) + 2 + (2 * 2 + 2)
    assert (begun.dataset_sha256, begun.split_sha256) == (data.sha256, data.split_sha256)
    assert {"python", "hwcost", "numpy", "torch"} == set(begun.versions)
    # The learning rate of a genome comes before that of the settings.
    assert new_record(network(learning_rate=0.1), data, TrainSettings(), 5).learning_rate == 0.1


@pytest.mark.parametrize(
    ("settings", "seed", "words"), [(TrainSettings(), -1, "seed is -1"), ({}, 0, "settings is {}")]
)
def test_settings_and_seeds_that_are_none(settings, seed, words):
    with pytest.raises(SettingError, match=words):
        new_record(network(), two_classes(30), settings, seed)


def test_what_failed_has_no_accuracy_but_its_epochs():
    begun = new_record(network(), two_classes(30), TrainSettings(), 0)
    complete = finished_record(begun, curves(0.5, 0.75, 0.6), None, 1.5)
    assert (complete.state, complete.reason, complete.duration_s) == ("COMPLETE", None, 1.5)
    assert (complete.best_validation_accuracy, complete.best_epoch) == (0.75, 2)
    assert complete.final_validation_accuracy == 0.6
    failed = finished_record(begun, curves(0.5), "out of memory", 1.5)
    assert (failed.state, failed.reason, failed.num_epochs) == ("FAILED", "out of memory", 1)
    assert (failed.best_validation_accuracy, failed.best_epoch, failed.final_validation_accuracy) == (None,) * 3
    assert failed.validation_accuracy == (0.5,)
    assert TrainRecord.from_dict(failed.to_dict()) == failed


def test_the_best_epoch_by_loss_goes_on_where_the_accuracy_stays():
    made = Curves(best_by="loss")
    for loss, accuracy in ((2.0, 0.5), (1.0, 0.5), (1.5, 0.9), (1.0, 1.0)):
        made.add(1.0, loss, accuracy, 3.0)
    assert (made.best_epoch, made.best_accuracy) == (2, 0.5)
    assert made.out_of_patience(2)
    assert not made.out_of_patience(3)
