"""A member with its weights: trained again from its seed, as the run recorded it."""

from __future__ import annotations

import dataclasses
import sqlite3

import pytest

pytest.importorskip("torch")
pytest.importorskip("moocore")
pytest.importorskip("sklearn")

import nas
from nas.cli import main
from nas.core.errors import RunError, SettingError
from nas.results.member import front_member, train_member
from nas.runs.evaluate import training_seed
from small_search import small_config


def test_the_best_training_is_made_again(folder, run, capsys):
    for number in (1, len(run.front)):
        opened, member = front_member(folder, number)
        assert member == run.front[number - 1]
        trained = train_member(opened, member)
        assert trained.recorded_accuracy == max(member.accuracies)
        assert trained.accuracy == pytest.approx(trained.recorded_accuracy)
        best = member.accuracies.index(max(member.accuracies))
        assert trained.network.record.seed == training_seed(0, member.architecture_hash, best)
        assert trained.model is trained.network.model


def test_another_accuracy_than_the_runs_is_said(folder, capsys):
    run, member = front_member(folder, 1)
    trained = dataclasses.replace(train_member(run, member), recorded_accuracy=0.0123)
    assert not trained.as_recorded
    trained.warn()
    assert "in the run 0.0123" in capsys.readouterr().err
    dataclasses.replace(trained, recorded_accuracy=trained.accuracy).warn()
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize("number", [0, 99, "1", True])
def test_a_number_that_is_none(folder, number):
    with pytest.raises(SettingError, match="member is .*; give a whole number from 1 to"):
        front_member(folder, number)


def test_a_folder_that_is_no_run(tmp_path):
    with pytest.raises(RunError, match="not a run of nas"):
        front_member(tmp_path, 1)


# Kept weights


@pytest.fixture
def with_weights(tmp_path):
    pytest.importorskip("numba")
    config = small_config(tmp_path, keep_weights=True, engine="compiled", generations=0, population=3)
    return nas.search(config, tmp_path / "run").folder


def bits(trained):
    return {name: value.numpy().tobytes() for name, value in trained.model.state_dict().items()}


def test_kept_weights_are_those_of_training_again(with_weights, capsys):
    run, member = front_member(with_weights, 1)
    kept = train_member(run, member)
    forget = dataclasses.replace(run.context.config, keep_weights=False)
    again = train_member(dataclasses.replace(run, context=dataclasses.replace(run.context, config=forget)), member)
    assert (kept.kept, again.kept) == (True, False)
    assert bits(kept) == bits(again)
    assert kept.network.record == again.network.record
    assert (kept.accuracy, kept.as_recorded) == (again.accuracy, True)
    assert capsys.readouterr().err == ""


def test_export_writes_the_kept_weights(with_weights, tmp_path, capsys):
    run, member = front_member(with_weights, 1)
    exported = nas.export(with_weights, 1, tmp_path / "member")
    assert (exported.weights_kept, exported.as_recorded) == (True, True)
    checkpoint = nas.load_checkpoint(tmp_path / "member" / "network.pt")
    assert bits(checkpoint) == bits(train_member(run, member))


@pytest.mark.parametrize(
    "damage",
    [
        "DELETE FROM weights",
        "DROP TABLE weights",
        "UPDATE weights SET parameters = zeroblob(length(parameters))",
        "UPDATE weights SET parameters = substr(parameters, 5)",
        "UPDATE weights SET parameters = 'text'",
    ],
)
def test_weights_that_are_missing_or_damaged_are_trained_again(with_weights, tmp_path, capsys, damage):
    expected = bits(train_member(*front_member(with_weights, 1)))
    with sqlite3.connect(with_weights / "evaluations.sqlite3") as database:
        database.execute(damage)
    assert main(["export", str(with_weights), "--member", "1", "-o", str(tmp_path / "member")]) == 0
    error = capsys.readouterr().err
    assert error.count("\n") == 1
    assert "kept weights cannot be used" in error
    assert "trained again" in error
    assert bits(nas.load_checkpoint(tmp_path / "member" / "network.pt")) == expected


def test_weights_of_other_versions_are_said(with_weights, capsys):
    trained = dataclasses.replace(train_member(*front_member(with_weights, 1)), recorded_accuracy=0.0123)
    trained.warn()
    assert "with the kept weights the accuracy is" in capsys.readouterr().err
