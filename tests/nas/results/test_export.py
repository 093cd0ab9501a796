"""A member of a front as files, against the run."""

from __future__ import annotations

import json

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

ALWAYS = {"circuit.qpy", "trained.qpy", "network.pt", "member.json"}
ON_A_DEVICE = {"isa.qpy", "cost.json", "cost.html"}


def lines(capsys):
    captured = capsys.readouterr()
    return captured.out, captured.err


def test_export_writes_what_the_run_found(folder, run, tmp_path, capsys):
    number = 1 + max(range(len(run.front)), key=lambda i: run.front[i].accuracy)
    member = run.front[number - 1]
    assert main(["export", str(folder), "--member", str(number), "-o", str(tmp_path / "out")]) == 0
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
    assert (plain["member"], plain["rank"]) == (number, number)
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
    assert main(["export", str(folder), "--member", "99", "-o", str(tmp_path / "out")]) == 2
    assert "member is 99" in lines(capsys)[1]
    (tmp_path / "file").write_text("")
    assert main(["export", str(folder), "--rank", "1", "-o", str(tmp_path / "file")]) == 2  # the old name
    assert lines(capsys)[1].count("\n") == 1


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
    monkeypatch.setattr("nas.results.member.train_network", None)  # not reached
    (tmp_path / "a file").write_text("")
    monkeypatch.chdir(tmp_path)
    with pytest.raises(nas.RunError, match="name of the directory to write to is empty|a file: File exists"):
        nas.export(folder, 1, place)
