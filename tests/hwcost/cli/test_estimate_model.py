"""`hwcost estimate-model` and `hwcost device` as a person types them."""

from __future__ import annotations

import csv
import io
import json

import pytest

pytest.importorskip("torch")
pytest.importorskip("pennylane")

from qiskit import qpy
from qiskit.circuit.library import real_amplitudes

from hwcost.cli import main

MODEL = """
import pennylane as qml
import torch

N = 3

@qml.qnode(qml.device("default.qubit", wires=N))
def circuit(inputs, weights):
    qml.AngleEmbedding(inputs, wires=range(N))
    qml.BasicEntanglerLayers(weights, wires=range(N))
    return [qml.expval(qml.PauliZ(wire)) for wire in range(N)]

def hybrid():
    layer = qml.qnn.TorchLayer(circuit, {"weights": (1, N)})
    return torch.nn.Sequential(torch.nn.Linear(6, N), layer, torch.nn.Linear(N, 2))

def wants(size):
    return torch.nn.Linear(size, 1)

def fails():
    raise RuntimeError("not\\ntoday")

def leaves():
    raise SystemExit(3)

class Leaving(torch.nn.Linear):
    def forward(self, x):
        raise SystemExit(4)

def leaves_later():
    return Leaving(2, 2)

def prints():
    print("made")
    return torch.nn.Linear(4, 2)

plain = torch.nn.Linear(4, 2)
number = 5
"""


@pytest.fixture
def folder(tmp_path, monkeypatch):
    (tmp_path / "model.py").write_text(MODEL)
    circuit = real_amplitudes(3, reps=1)
    circuit.measure_all()
    with (tmp_path / "c.qpy").open("wb") as file:
        qpy.dump(circuit, file)
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(str(tmp_path))
    return tmp_path


def run(*words):
    return main(["estimate-model", *map(str, words)])


HYBRID = (
    "model.py:hybrid",
    "--sample",
    "6",
    "--backend",
    "fake_manila",
    "--num-seeds",
    "1",
    "--device",
    "xeon-1-thread",
)


def test_a_training_in_text(folder, capsys):
    assert run(*HYBRID, "--scope", "training", "--epochs", "2", "--samples", "50", "--batch-size", "8") == 0
    out = capsys.readouterr().out
    for words in (
        "circuits on fake_manila",
        "2 epochs, 50 samples, batches of 8",
        "1,300  13 per sample",
        "xeon-1-thread",
    ):
        assert words in out


def test_json_csv_and_html(folder, capsys):
    assert run(*HYBRID, "--batch-size", "4", "--format", "json") == 0
    plain = json.loads(capsys.readouterr().out)
    # 1 + 2·3 weights + 2·3 data angles
    assert (plain["quantum"]["circuits_per_sample"], plain["quantum"]["num_circuits"]) == (13, 52)
    assert run(*HYBRID, "--batch-size", "4", "--format", "csv") == 0
    (row,) = csv.DictReader(io.StringIO(capsys.readouterr().out))
    assert float(row["unified.time_s"]) == plain["unified"]["time_s"]
    assert run(*HYBRID, "--batch-size", "4", "--format", "html") == 0
    assert capsys.readouterr().out.startswith("<!DOCTYPE html>")


def test_the_second_run_is_byte_identical(folder, capsys):
    outputs = []
    for _ in range(2):
        # Without a layout to be searched: Qiskit's search is not deterministic where placements tie.
        assert run(*HYBRID, "--optimization-level", "0", "--format", "json") == 0
        outputs.append(capsys.readouterr().out)
    assert outputs[0] == outputs[1]


def test_files_modules_and_objects_are_models(folder, capsys):
    assert run("c.qpy", "--backend", "manila", "--batch-size", "2", "--classical-flops", "1e6", "--num-seeds", "1") == 0
    assert "6 M" in capsys.readouterr().out  # two samples, a forward pass and two for the backward pass
    assert run("model:plain", "--sample", "4", "--batch-size", "2") == 0
    assert "no quantum layer" in capsys.readouterr().out
    assert run("model:circuit", "--sample", "3", "--sample", "1x3", "-b", "manila", "--num-seeds", "1") == 0
    assert "a PennyLane QNode" in capsys.readouterr().out
    assert run(*HYBRID[:3], "--gradient", "backprop", "--device", "xeon-1-thread") == 0
    assert "circuits simulated on" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("model.py:nothing",), "has no 'nothing'"),
        (("nowhere.py:x",), "there is no such file"),
        (("nowhere:x",), "there is no module 'nowhere'"),
        (("model.py",), "is no"),
        (("model.py:wants",), "needs arguments (size)"),
        (("model.py:fails",), "RuntimeError: not today"),
        (("model.py:leaves",), "model.py:leaves: SystemExit: 3"),
        (("model.py:leaves_later", "--sample", "2"), "the model file called sys.exit(4)"),
        (("model.py:number", "--backend", "manila"), "a model of type builtins.int cannot be costed"),
        (("model.py:hybrid",), "needs a sample"),
        (("model.py:hybrid", "--sample", "0"), "has 0 values"),
        (("model.py:hybrid", "--sample", "six"), "neither a shape"),
        (("model.py:hybrid", "--sample", "x.npy"), "no such file"),
        (("model.py:hybrid", "--sample", "7", "--backend", "manila"), "fails on a sample of shape (1, 7)"),
        ((*HYBRID, "--scope", "training"), "needs the number of training samples"),
        ((*HYBRID, "--gradient", "adjoint"), "adjoint needs the state of a simulation"),
        ((*HYBRID, "--scope", "day"), "scope is 'day'"),
        ((*HYBRID, "--max-age", "1d"), "older"),
        ((*HYBRID, "--mitigation", "prayer"), "prayer"),
    ],
)
def test_mistakes_are_one_line_and_exit_code_2(folder, capsys, words, message):
    assert run(*words) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.count("\n") == 1
    assert message in captured.err


def test_what_a_model_prints_is_no_data(folder, capsys):
    assert run("model.py:prints", "--sample", "4", "--format", "json") == 0
    captured = capsys.readouterr()
    assert json.loads(captured.out)["schema"] == "hwcost.model/1"
    assert "made" in captured.err


def test_devices_are_listed_and_shown_and_a_file_is_one(folder, capsys):
    """That one is measured stands in `tests/hwcost/classical/test_measure.py`."""
    assert main(["device", "list"]) == 0
    assert "NVIDIA A100" in capsys.readouterr().out
    assert main(["device", "list", "--format", "json"]) == 0
    assert {"a100-sxm4", "xeon-1-thread"} <= {one["name"] for one in json.loads(capsys.readouterr().out)}
    assert main(["device", "show", "t4"]) == 0
    shown = json.loads(capsys.readouterr().out)
    assert shown["peak_flops_per_s"] == 8.1e12
    (folder / "here.json").write_text(json.dumps(shown | {"name": "mine"}))
    assert run(*HYBRID[:-1], "here.json") == 0
    assert "mine" in capsys.readouterr().out
    assert main(["device", "measure", "--device", "abacus"]) == 2
    assert main(["device", "measure", "-o", "nowhere/here.json"]) == 2
    assert main(["device", "show", "cray"]) == 2


def test_plot(folder, capsys):
    pytest.importorskip("matplotlib")
    assert run(*HYBRID, "--plot", "cost.svg", "--output", "cost.txt") == 0
    assert "<svg" in (folder / "cost.svg").read_text()
    assert "circuits on fake_manila" in (folder / "cost.txt").read_text()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--plot", "cost.txt"), "cost.txt: pictures end in .png, .svg, .pdf"),
        (("--output", "model.py"), "--output model.py would overwrite an input file"),
        (("--plot", "a.png", "--output", "a.png"), "--plot a.png is also the file of --output"),
    ],
)
def test_files_that_may_not_be_written(folder, capsys, options, message):
    pytest.importorskip("matplotlib")
    assert run(*HYBRID, *options) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert message in err
    assert (folder / "model.py").read_text() == MODEL
