"""`nas train`: what it prints and saves, and how it refuses."""

from __future__ import annotations

import csv
import dataclasses
import io
import json
import subprocess
import sys

import pytest

pytest.importorskip("torch")
pytest.importorskip("sklearn")

from nas.cli import main
from nas.cli.train import command as train_command
from nas.datasets.dataset import load_dataset
from nas.runs.config import SearchConfig
from nas.training.checkpoint import load_checkpoint
from nas.training.record import TrainRecord, TrainSettings
from nas.training.train import train
from places import ROOT

GENOME = (
    "qubits=3,embedding=angle-x,layers=2,entangler=cx,topology=linear,"
    "rotation_1=ry,rotation_2=rx,rotation_3=rx,rotation_4=rx"
)
ARGUMENTS = ["train", "--genome", GENOME, "--space", "faqnas", "--dataset", "iris", "--epochs", "2", "--seed", "7"]


def run(capsys, *arguments, code=0):
    assert main([*ARGUMENTS, *map(str, arguments)]) == code
    return capsys.readouterr()


def refusal(capsys, *arguments, code=2):
    """The one line that refuses."""
    captured = run(capsys, *arguments, code=code)
    assert captured.out == ""
    assert captured.err.startswith("nas: ")
    assert captured.err.count("\n") == 1
    assert captured.err.rstrip("\n").isprintable()
    return captured.err


def test_the_report_is_what_python_gives(capsys, tmp_path):
    path = tmp_path / "iris.pt"
    out = run(capsys, "--format", "json", "-o", path).out
    report = json.loads(out)
    checkpoint = load_checkpoint(path)
    expected = train(checkpoint.architecture, load_dataset("iris"), TrainSettings(epochs=2), seed=7)
    assert TrainRecord.from_dict(report) == expected == checkpoint.record
    assert report["space"] == checkpoint.space == "faqnas"
    assert report["genome"] == checkpoint.genome
    assert report["genome"]["qubits"] == 3
    assert (report["test"], report["saved"]) == (None, str(path))
    assert report["data"]["num_training"] == 96
    assert report["data"]["split"] == {
        "test_fraction": 0.2,
        "validation_fraction": 0.2,
        "seed": 0,
        "max_samples": None,
    }


def test_a_second_run_writes_the_same_text_and_weights(capsys, tmp_path):
    texts, weights = [], []
    for name in ("a.pt", "b.pt"):
        out = run(capsys, "-o", tmp_path / name).out
        texts.append([line for line in out.splitlines() if not line.startswith(("  training", "  saved"))])
        weights.append(load_checkpoint(tmp_path / name).model.state_dict())
    assert texts[0] == texts[1]
    assert all(weights[0][name].equal(weights[1][name]) for name in weights[0])


def test_the_text_names_what_was_done(capsys):
    captured = run(capsys)
    lines = captured.out.splitlines()
    assert lines[0] == "3 qubits, 2 layers, 33 parameters"  # 4·3 + 3, 2·3, 3·3 + 3
    assert "iris: 4 features, 3 classes; 96 training, 24 validation, 30 test samples; standard scaling" in lines[1]
    assert "Adam at 0.003, 2 of 2 epochs, batches of 64, fast in float32 on cpu, seed 7" in lines[2]
    assert [line.split()[0] for line in lines[4:]] == ["1", "2", "best"]
    assert captured.err == ""


def test_the_test_part_is_scored_when_asked_for(capsys):
    assert "test  " not in run(capsys).out
    assert "  test      " in run(capsys, "--test").out
    report = json.loads(run(capsys, "--test", "--format", "json").out)
    assert report["test"]["num_samples"] == 30
    assert report["test"]["accuracy"] * 30 == pytest.approx(round(report["test"]["accuracy"] * 30))


def test_gradients_from_shots(capsys, tmp_path):
    path = tmp_path / "shots.pt"
    options = ["--gradient", "parameter-shift", "--shots", "100", "--epochs", "1", "-o", path]
    lines = run(capsys, *options).out.splitlines()
    # 6 weights and 3 values with two shifts each; 96 samples in one epoch.
    assert lines[3] == (
        "  gradient  parameter-shift: 19 circuits for each sample of a step, 1,824 in the training, 100 shots each; "
        "validation is exact"
    )
    report = json.loads(run(capsys, *options, "--format", "json").out)
    assert (report["num_circuits"], report["circuits_per_sample"], report["settings"]["shots"]) == (1824, 19, 100)
    record = load_checkpoint(path).record
    assert (record.settings.gradient, record.num_circuits) == ("parameter-shift", 1824)
    assert "exact expectation values" in run(capsys, "--gradient", "spsa").out


def test_tables_and_settings_of_a_user(capsys, tmp_path):
    table = tmp_path / "own.csv"
    table.write_text("u,v,kind\n" + "".join(f"{i},{7 * i % 5},{'ab'[i % 2]}\n" for i in range(40)))
    options = [
        "--dataset",
        f"{table}:kind",
        "--max-samples",
        "20",
        "--validation-fraction",
        "0.25",
        "--scaling",
        "minmax",
    ]
    report = json.loads(run(capsys, *options, "--batch-size", "4", "--dtype", "float64", "--format", "json").out)
    assert (report["data"]["num_training"], report["data"]["num_validation"]) == (15, 5)
    assert report["data"]["classes"] == ["a", "b"]
    assert report["settings"]["batch_size"] == 4
    assert report["settings"]["dtype"] == "float64"
    by_label = json.loads(run(capsys, *options, "--dataset", str(table), "--label", "kind", "--format", "json").out)
    assert by_label["dataset_sha256"] == report["dataset_sha256"]


def test_notes_on_the_data_go_to_stderr(capsys, tmp_path):
    table = tmp_path / "own.csv"
    table.write_text("u,same,kind\n" + "".join(f"{i},1,{'ab'[i % 2]}\n" for i in range(40)))
    captured = run(capsys, "--dataset", f"{table}:kind", "--format", "json")
    assert captured.err == "nas: own: constant columns, which say nothing: same\n"
    assert json.loads(captured.out)["data"]["notes"] == ["constant columns, which say nothing: same"]


def test_a_training_that_fails_is_reported_and_saves_nothing(capsys, tmp_path):
    path = tmp_path / "no.pt"
    captured = run(capsys, "--learning-rate", "1e38", "--format", "json", "-o", path, code=1)
    report = json.loads(captured.out)
    assert (report["state"], report["saved"], report["best_validation_accuracy"]) == ("FAILED", None, None)
    assert captured.err.startswith("nas: training failed: ")
    assert "no longer finite in epoch 1" in captured.err
    assert not path.exists()
    assert run(capsys, "--learning-rate", "1e38", code=1).out.startswith("3 qubits")


def test_a_row_and_a_page_say_the_same(capsys):
    (row,) = csv.DictReader(io.StringIO(run(capsys, "--test", "--format", "csv").out))
    report = json.loads(run(capsys, "--test", "--format", "json").out)
    assert float(row["best_validation_accuracy"]) == report["best_validation_accuracy"]
    assert [float(loss) for loss in row["train_loss"].split()] == report["train_loss"]
    assert (row["genome.qubits"], row["data.split.seed"], row["test.num_samples"]) == ("3", "0", "30")
    page = run(capsys, "--format", "html").out
    assert page.startswith("<!DOCTYPE html>")
    assert "3 qubits, 2 layers, 33 parameters" in page


def test_defaults_are_those_of_a_search_and_of_python():
    options = {parameter.name: parameter.default for parameter in train_command.params}
    settings = {f.name: f.default for f in dataclasses.fields(TrainSettings)}
    assert settings.pop("device") == options["train_device"]
    assert settings.items() <= options.items()
    own = {
        "genome",
        "space_name",
        "source",
        "train_device",
        "old_device",
        "seed",
        "best_by",
        "gradient",  # a search trains with exact derivatives, and costs others
        "spsa_directions",
        "with_test",
        "path",
        "force",
        "form",
        "quiet",
    }
    keys = {f.name: f.default for f in dataclasses.fields(SearchConfig)}
    assert {name: value for name, value in options.items() if name not in own}.items() <= keys.items()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--dataset", "irs"], "is iris meant?"),
        (["--space", "faqna"], "there is no search space 'faqna'"),
        (["--genome", "qubits=3"], "embedding"),
        (["--genome", GENOME.replace("qubits=3", "qubits=99")], "qubits is '99'"),
        (["--epochs", "0"], "epochs is 0"),
        (["--epochs", "two"], "two"),
        (["--batch-size", "0"], "batch_size is 0"),
        (["--learning-rate", "nan"], "learning_rate is nan"),
        (["--engine", "slow"], "'slow' is not one of 'fast', 'compiled', 'pennylane'"),
        (["--dtype", "half"], "'half' is not one of 'float32', 'float64'"),
        (["--train-device", "tpu"], "device is 'tpu'"),
        (["--train-device", "cuda:9"], "device is 'cuda:9', but torch finds no such device; use cpu"),
        (["--device", "tpu"], "device is 'tpu'"),  # the old name
        (["--gradient", "adjoint"], "'adjoint' is not one of 'backprop', 'parameter-shift', 'spsa'"),
        (["--shots", "100"], "shots is 100, but backprop takes exact expectation values"),
        (["--gradient", "spsa", "--shots", "0"], "shots is 0"),
        (["--gradient", "spsa", "--spsa-directions", "0"], "spsa_directions is 0"),
        (["--gradient", "spsa", "--engine", "compiled"], "engine is compiled"),
        (["--scaling", "robust"], "scaling is 'robust'"),
        (["--test-fraction", "1"], "test_fraction is 1.0"),
        (["--max-samples", "2"], "max_samples is 2"),
        (["--seed", "-1"], "seed is -1"),
        (["--label", "x"], "has labels of its own"),
        (["--data-folder", "."], "comes with scikit-learn"),
        (["--dataset", "mnist", "--data-folder", "no"], "no: there is no such folder"),
        (["-o", "no/such/folder.pt"], "there is no folder"),
        (["-o", ""], "the name of the file to write is empty"),
        (["--dataset", "\x1b[2J\n"], "no data set and no file"),
    ],
)
def test_mistakes_are_one_line(capsys, arguments, message):
    assert message in refusal(capsys, *arguments)


def test_needed_options(capsys):
    assert main(["train"]) == 2
    assert "Missing option" in capsys.readouterr().err


def test_a_bar_on_a_terminal_and_none_elsewhere(capsys, monkeypatch):
    captured = run(capsys)
    assert captured.err == ""
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    monkeypatch.setenv("FORCE_COLOR", "1")
    assert "training" in run(capsys).err
    assert run(capsys, "--quiet").err == ""


def test_an_interrupt_ends_with_130_and_saves_nothing(capsys, monkeypatch, tmp_path):
    def interrupt(*arguments, **options):
        raise KeyboardInterrupt

    monkeypatch.setattr("nas.engine.network.build_model", interrupt)
    captured = run(capsys, "-o", tmp_path / "no.pt", code=130)
    assert captured.err.strip() == "nas: interrupted"
    assert list(tmp_path.iterdir()) == []


def test_help_does_not_import_torch():
    code = "import sys; from nas.cli import main; main(['train', '--help']); sys.exit('torch' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=False)
    assert done.returncode == 0, done.stderr
    assert "--genome" in done.stdout
