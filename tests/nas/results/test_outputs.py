"""What is made of a run that ended: front, recost, export, report, each against the run itself."""

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

from qiskit import qpy

import hwcost
import nas
from nas.cli import main
from nas.results.importance import gene_importance
from nas.runs.evaluate import candidate_cost_in
from nas.spaces.build import architecture
from nas.spaces.genes import active_genes

ALWAYS = {"circuit.qpy", "trained.qpy", "network.pt", "member.json"}
ON_A_DEVICE = {"isa.qpy", "cost.json", "cost.html"}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    path = tmp_path_factory.mktemp("search") / "run"
    space = path.parent / "small.toml"
    space.write_text(
        '[genes]\nqubits = [2, 3, 6]\nembedding = ["angle-x", "amplitude"]\nlayers = [1, 2]\nentangler = ["cx"]\n'
        'topology = ["linear"]\nrotation = ["rx", "ry"]\n'
    )
    config = nas.SearchConfig(
        space=space,
        dataset="iris",
        backend="fake_manila",
        population=6,
        generations=3,
        num_train_seeds=2,
        epochs=3,
        objectives=("validation_error", "qpu_time_s", "esp"),
        stagnation=0,
        num_seeds=1,
    )
    nas.search(config, path)
    return path


@pytest.fixture(scope="module")
def run(folder):
    return nas.open_run(folder)


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


def test_export_writes_what_the_run_found(folder, run, tmp_path, capsys):
    rank = 1 + max(range(len(run.front)), key=lambda i: run.front[i].accuracy)
    member = run.front[rank - 1]
    assert main(["export", str(folder), "--rank", str(rank), "-o", str(tmp_path / "out")]) == 0
    assert "network.pt" in lines(capsys)[0]
    checkpoint = nas.load_checkpoint(tmp_path / "out" / "network.pt")
    assert checkpoint.record.best_validation_accuracy == max(member.accuracies)
    assert dict(checkpoint.genome) == dict(member.genome)
    circuits = {}
    for name in ("circuit", "trained", "isa"):
        with (tmp_path / "out" / f"{name}.qpy").open("rb") as file:
            (circuits[name],) = qpy.load(file)
    assert {p.name[0] for p in circuits["circuit"].parameters} == {"x", "w"}
    assert {p.name[0] for p in circuits["trained"].parameters} == {"x"}
    # The compiled circuit costs, as it is, what the run said.
    cost = hwcost.estimate(circuits["isa"], "fake_manila", transpile=False)
    assert cost.noise.esp == pytest.approx(member.objectives["esp"], rel=1e-9)
    # The weights in the circuit are those of the network: same outputs for one sample.
    data = nas.load_dataset("iris")
    x = data.validation_part()[0][:1]
    one = checkpoint.architecture
    assert outputs_of(circuits["trained"], one, checkpoint.model, x) == pytest.approx(
        outputs_of_model(checkpoint.model, x), abs=1e-5
    )
    plain = json.loads((tmp_path / "out" / "member.json").read_text())
    assert plain["architecture_hash"] == member.architecture_hash


def outputs_of_model(model, x):
    import torch

    with torch.no_grad():
        values = model.before(torch.as_tensor(x, dtype=torch.float32))
        return model.quantum(values)[0].tolist()


def outputs_of(circuit, one, model, x):
    import torch
    from qiskit.quantum_info import SparsePauliOp, Statevector

    with torch.no_grad():
        values = model.before(torch.as_tensor(x, dtype=torch.float32)).double().numpy()[0]
    angles = nas.data_angles(one, values)
    bound = circuit.assign_parameters({p: angles[p.index] for p in circuit.parameters})
    state = Statevector(bound.remove_final_measurements(inplace=False))
    return [float(state.expectation_value(SparsePauliOp(label)).real) for label in nas.observables(one)]


def test_export_says_what_is_wrong(folder, tmp_path, capsys):
    assert main(["export", str(folder), "--rank", "99", "-o", str(tmp_path / "out")]) == 2
    assert "rank is 99" in lines(capsys)[1]
    (tmp_path / "file").write_text("")
    assert main(["export", str(folder), "--rank", "1", "-o", str(tmp_path / "file")]) == 2
    assert lines(capsys)[1].count("\n") == 1


def test_report_holds_everything(folder, run, tmp_path, capsys):
    assert main(["report", str(folder), "-o", str(tmp_path / "report")]) == 0
    page = (tmp_path / "report" / "report.html").read_text()
    assert "http" not in page.replace("http-equiv", "")  # nothing is loaded from elsewhere
    assert page.count("data:image/png;base64,") == len(list((tmp_path / "report").glob("*.png"))) >= 3
    assert f"{len(run.front)} networks on the front" in page
    assert "the circuit needs 6 qubits" in page
    for fact in (run.context.dataset.sha256[:16], "fake_manila", "2024", "hwcost", "torch"):
        assert fact in page
    assert page.count("<tr>") + page.count("<tr class") > len(run.front)


def test_importance_finds_the_gene_that_decides(run):
    objectives = {objective.name: objective for objective in run.objectives}
    everything = nas.recost(run.folder, objectives="parameters,validation_error")
    parameters = nas.OBJECTIVES["parameters"]
    found = gene_importance(everything.evaluations * 3, parameters)
    assert found.shares[0][0] == "qubits"
    assert found.score > 0.8
    assert gene_importance(everything.evaluations[:5], parameters) is None
    assert gene_importance(run.evaluations, objectives["esp"]) is None or len(run.evaluations) >= 20


def test_genes_of_layers_that_are_not_there_are_left_out():
    genome = {"qubits": 2, "layers": 1, "rotation_1": "rx", "rotation_2": "ry", "hidden_before": 0, "width_before_1": 8}
    assert active_genes(genome) == {"qubits": 2, "layers": 1, "rotation_1": "rx", "hidden_before": 0}


def test_export_for_another_device(folder, run, tmp_path):
    there = nas.recost(folder, backend="fake_sherbrooke")
    member = run.front[0]
    nas.export(folder, 1, tmp_path, backend="fake_sherbrooke")
    plain = json.loads((tmp_path / "member.json").read_text(encoding="utf-8"))
    costed = next(one for one in there.evaluations if one.architecture_hash == member.architecture_hash)
    assert (plain["backend"], plain["objectives"]) == ("fake_sherbrooke", dict(costed.objectives))
    assert plain["objectives"] != dict(member.objectives)


def test_export_compiles_for_a_device_that_no_objective_asks_for(tmp_path):
    genes = (
        '[genes]\nqubits = [2]\nembedding = ["angle-x"]\nlayers = [1, 2]\nentangler = ["cx"]\n'
        'topology = ["linear"]\nrotation = ["ry"]\n'
    )
    (tmp_path / "two.toml").write_text(genes, encoding="utf-8")
    config = nas.SearchConfig(
        space=tmp_path / "two.toml",
        dataset="iris",
        objectives="validation_error,parameters",
        population=2,
        generations=0,
        epochs=1,
    )
    nas.search(config, tmp_path / "run")
    names = set(nas.export(tmp_path / "run", 1, tmp_path / "member", backend="fake_manila").files)
    assert names == ALWAYS | ON_A_DEVICE
    # What was there of another member goes.
    (tmp_path / "member" / "notes.txt").write_text("mine")
    assert set(nas.export(tmp_path / "run", 1, tmp_path / "member").files) == ALWAYS
    assert {path.name for path in (tmp_path / "member").iterdir()} == ALWAYS | {"notes.txt"}


@pytest.mark.parametrize("place", ["", "a file"])
def test_export_says_at_once_where_it_cannot_write(folder, tmp_path, monkeypatch, place):
    monkeypatch.setattr("nas.results.export.train_network", None)  # not reached
    (tmp_path / "a file").write_text("")
    monkeypatch.chdir(tmp_path)
    with pytest.raises(nas.RunError, match="name of the directory to write to is empty|a file: File exists"):
        nas.export(folder, 1, place)


def test_times_are_finite(run):
    assert all(math.isfinite(value) for one in run.evaluations for value in one.objectives.values())
