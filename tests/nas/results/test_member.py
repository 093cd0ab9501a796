"""A member with its weights: trained again from its seed, as the run recorded it."""

from __future__ import annotations

import dataclasses

import pytest

pytest.importorskip("torch")
pytest.importorskip("moocore")
pytest.importorskip("sklearn")

from nas.core.errors import RunError, SettingError
from nas.results.member import front_member, train_member
from nas.runs.evaluate import training_seed


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
