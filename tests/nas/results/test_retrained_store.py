"""Trainings in the folder of a run: each once, never replaced, and not believed if damaged."""

from __future__ import annotations

import dataclasses
import json

import pytest

from nas.core.errors import RunError
from nas.results.retrained_store import FOLDER, Training, keep_outcome, read_outcome
from nas.training.record import TrainSettings
from nas.training.rivals import Outcome

TRAINING = Training(
    architecture="ab" * 32,
    contestant="mlp",
    number=1,
    seed=2**53 + 1,
    settings=TrainSettings(learning_rate=0.1).to_dict(),
    split_sha256="s",
    dataset_sha256="d",
)
OUTCOME = Outcome(
    num_parameters=21,
    validation_accuracy=0.75,
    num_epochs=7,
    converged=True,
    reason=None,
    predicted=(0, 2, 1),
    duration_s=0.25,
)
FAILED = dataclasses.replace(OUTCOME, validation_accuracy=None, converged=False, reason="out of memory", predicted=())


def read(folder, training=TRAINING):
    return read_outcome(folder, training, 3, 3)


@pytest.mark.parametrize("outcome", [OUTCOME, FAILED], ids=["complete", "failed"])
def test_what_is_kept_is_read(tmp_path, outcome):
    assert read(tmp_path) is None
    keep_outcome(tmp_path, TRAINING, outcome)
    assert read(tmp_path) == outcome
    assert [path.suffix for path in (tmp_path / FOLDER).iterdir()] == [".json"]  # nothing half-written is left


def test_the_first_one_stays(tmp_path):
    keep_outcome(tmp_path, TRAINING, OUTCOME)
    keep_outcome(tmp_path, TRAINING, FAILED)
    assert read(tmp_path) == OUTCOME


@pytest.mark.parametrize(
    "change",
    [
        {"number": 2}, {"contestant": "network"}, {"seed": 1}, {"architecture": "cd" * 32}, {"split_sha256": "t"},
        {"dataset_sha256": "t"}, {"settings": TrainSettings(learning_rate=0.2).to_dict()},
    ],
    ids=lambda change: next(iter(change)),
)  # fmt: skip
def test_another_training_is_another_file(tmp_path, change):
    keep_outcome(tmp_path, TRAINING, OUTCOME)
    other = dataclasses.replace(TRAINING, **change)
    assert read(tmp_path, other) is None
    keep_outcome(tmp_path, other, FAILED)
    assert (read(tmp_path), read(tmp_path, other)) == (OUTCOME, FAILED)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("predicted", [0, 1]), ("predicted", [0, 1, 3]), ("predicted", [0, 1, "2"]), ("predicted", None),
        ("validation_accuracy", None), ("validation_accuracy", "1"), ("reason", "gone"), ("num_parameters", 2.5),
        ("num_epochs", "7"), ("converged", 1), ("duration_s", None),
    ],
)  # fmt: skip
def test_what_cannot_be_is_not_believed(tmp_path, field, value):
    keep_outcome(tmp_path, TRAINING, OUTCOME)
    path = tmp_path / FOLDER / TRAINING.file()
    plain = json.loads(path.read_text())
    plain["outcome"][field] = value
    path.write_text(json.dumps(plain))
    with pytest.raises(RunError, match=r"damaged .*remove it to train again") as raised:
        read(tmp_path)
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize("text", ["", "{}", "[]", "\x00", '{"schema": "nas.retrained/2"}', "[" * 100_000])
def test_files_of_something_else(tmp_path, text):
    (tmp_path / FOLDER).mkdir()
    (tmp_path / FOLDER / TRAINING.file()).write_text(text)
    with pytest.raises(RunError, match=f"{TRAINING.file()}: damaged"):
        read(tmp_path)


def test_a_file_under_the_name_of_another_training(tmp_path):
    other = dataclasses.replace(TRAINING, number=5)
    keep_outcome(tmp_path, TRAINING, OUTCOME)
    (tmp_path / FOLDER / TRAINING.file()).rename(tmp_path / FOLDER / other.file())
    with pytest.raises(RunError, match="of another training"):
        read(tmp_path, other)


def test_a_folder_that_cannot_be_made(tmp_path):
    (tmp_path / FOLDER).write_text("somebody's notes")
    with pytest.raises(RunError, match=FOLDER):
        keep_outcome(tmp_path, TRAINING, OUTCOME)
    assert (tmp_path / FOLDER).read_text() == "somebody's notes"
