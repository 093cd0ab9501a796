"""What a run has found, and its front as text, CSV and JSON."""

from __future__ import annotations

import csv
import io
import json
import math

import pytest

pytest.importorskip("torch")
pytest.importorskip("moocore")
pytest.importorskip("deap")
pytest.importorskip("sklearn")
pytest.importorskip("matplotlib")

import hwcost
import nas
from nas.cli import main
from nas.spaces.build import architecture


def lines(capsys):
    captured = capsys.readouterr()
    return captured.out, captured.err


def test_the_run_says_what_failed_and_why(run):
    # fake_manila has five qubits.
    for one in run.evaluations:
        assert (one.state == "FAILED") == (one.genome["qubits"] == 6)
        assert one.state == "COMPLETE" or "the circuit needs 6 qubits" in one.reason
    assert run.failures
    assert {rank for rank, one in zip(run.ranks, run.evaluations, strict=True) if one.state == "FAILED"} == {None}


def test_objectives_are_those_of_the_parts(run):
    one = run.front[0]
    assert one.objectives["validation_error"] == pytest.approx(1 - sum(one.accuracies) / 2)
    assert one.accuracies == tuple(record["best_validation_accuracy"] for record in one.trainings)
    model = hwcost.estimate_model(
        nas.build_circuit(architecture(run.context.space, one.genome)),
        backend="fake_manila",
        scope="training",
        samples=96,
        validation_samples=24,
        batch_size=64,
        epochs=3,
        shots=1024,
        optimization_level=2,
        num_seeds=1,
        classical_flops=1.0,
    )
    # That circuit alone does not say that a trainable layer feeds it: as many circuits as the candidate has.
    per_sample = one.cost["model_cost"]["quantum"]["circuits_per_sample"]
    assert model.estimates[0].noise.esp == pytest.approx(one.objectives["esp"], rel=1e-12)
    shot_s = model.estimates[0].time.shot_time_s
    shots = one.cost["model_cost"]["quantum"]["shots"]
    assert one.objectives["qpu_time_s"] == pytest.approx(shots * shot_s, rel=1e-9)
    # Three epochs of 96 samples with gradient, of 24 without.
    assert one.cost["model_cost"]["quantum"]["num_circuits"] == 3 * (96 * per_sample + 24)


def test_times_are_finite(run):
    assert all(math.isfinite(value) for one in run.evaluations for value in one.objectives.values())


def test_front_as_text_csv_and_json(folder, run, capsys):
    assert main(["front", str(folder)]) == 0
    text, _ = lines(capsys)
    assert f"{len(run.front)} networks on the front" in text
    assert "mean of 2 trainings" in text
    assert main(["front", str(folder), "--format", "csv"]) == 0
    rows = list(csv.DictReader(io.StringIO(lines(capsys)[0])))
    assert [row["architecture"] for row in rows] == [one.architecture_hash for one in run.front]
    assert [float(row["esp"]) for row in rows] == [one.objectives["esp"] for one in run.front]
    assert main(["front", str(folder), "--format", "json"]) == 0
    plain = json.loads(lines(capsys)[0])
    assert [row["genome"] for row in plain["front"]] == [dict(one.genome) for one in run.front]
    assert sum(row["compromise"] for row in plain["front"]) == 1


def test_top_begins_with_the_front(run):
    assert {one.architecture_hash for one in run.top(len(run.front))} == {one.architecture_hash for one in run.front}
    complete = len(run.evaluations) - len(run.failures)
    assert len(run.top(1000)) == complete
