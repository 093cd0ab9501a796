"""The same networks on other devices, against candidates that are costed there."""

from __future__ import annotations

import json

import pytest

pytest.importorskip("torch")
pytest.importorskip("moocore")
pytest.importorskip("deap")
pytest.importorskip("sklearn")
pytest.importorskip("matplotlib")

import nas
from nas.cli import main
from nas.runs.evaluate import candidate_cost_in
from nas.spaces.build import architecture


def lines(capsys):
    captured = capsys.readouterr()
    return captured.out, captured.err


def test_recost_on_the_same_device_changes_nothing(folder, run):
    again = nas.recost(folder, backend="fake_manila")
    assert [one.objectives for one in again.front] == [one.objectives for one in run.front]
    assert again.evaluations == run.evaluations


def test_recost_elsewhere_equals_a_candidate_costed_there(folder, run):
    there = nas.recost(folder, backend="fake_sherbrooke")
    assert not there.failures  # what did not fit fits now, and was trained
    for before, after in zip(run.evaluations, there.evaluations, strict=True):
        assert before.architecture_hash == after.architecture_hash
        assert before.state == "FAILED" or before.accuracies == after.accuracies
    one = there.front[0]
    cost = candidate_cost_in(there.context, architecture(run.context.space, one.genome))
    assert cost.model_cost.quantum.qpu_time_s == one.objectives["qpu_time_s"]
    assert there.context.config.backend == "fake_sherbrooke"


def test_recost_for_other_objectives(folder, capsys):
    assert main(["recost", str(folder), "--objectives", "validation_error,energy_j"]) == 2
    assert "needs qpu_power_w" in lines(capsys)[1]
    arguments = ["recost", str(folder), "--objectives", "validation_error,energy_j"]
    assert main([*arguments, "--qpu-power-w", "25000", "--device-power-w", "100", "--format", "json"]) == 0
    plain = json.loads(lines(capsys)[0])
    one = plain["front"][0]
    assert set(one["objectives"]) == {"validation_error", "energy_j"}
    run = nas.recost(folder, objectives="validation_error,energy_j", qpu_power_w=25e3, device_power_w=100.0)
    model = run.front[0].cost["model_cost"]
    jobs_s, classical_s = model["quantum"]["job_time_s"]["value"], model["classical"]["time_s"]
    assert run.front[0].objectives["energy_j"] == pytest.approx(jobs_s * 25e3 + classical_s * 100.0)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--backend", "fake_nowhere"], "fake_nowhere"),
        (["--backend", "fake_armonk"], "nothing can be costed there"),
        (["--device", "nothing-like-it"], "nothing-like-it"),
        (["--shots", "0"], "shots is 0"),
        (["--job-profile", "nothing-like-it"], "no job-time profile 'nothing-like-it'"),
        (["--objectives", "validation_error,parameters", "--shots", "7"], "no objective of this run depends on shots"),
    ],
)
def test_recost_says_what_is_wrong(folder, options, words, capsys):
    assert main(["recost", str(folder), *options]) in (1, 2)
    _, err = lines(capsys)
    assert words in err
    assert err.count("\n") == 1
    with pytest.raises(nas.SettingError, match="epochs cannot be changed"):
        nas.recost(folder, epochs=3)
