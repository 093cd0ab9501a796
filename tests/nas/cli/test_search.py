"""`nas search` and `nas recost` have the options that the configuration has keys."""

from __future__ import annotations

import dataclasses

import pytest

pytest.importorskip("moocore")

from click.testing import CliRunner

from nas.cli import main, recost
from nas.cli.search import command
from nas.runs.config import COSTING_KEYS, SearchConfig, load_config
from nas.runs.objectives import OBJECTIVES


def test_every_option_of_the_command_has_its_key_and_the_other_way_round():
    options = {parameter.name for parameter in command.params} - {
        "file",
        "folder",
        "workers",
        "cluster",
        "form",
        "quiet",
    }
    assert options == {f.name for f in dataclasses.fields(SearchConfig)}


def _cuda():
    torch = pytest.importorskip("torch")
    return torch.cuda.is_available()


def test_recost_takes_what_training_does_not_depend_on():
    options = {parameter.name for parameter in recost.command.params} - {"folder", "form", "quiet"}
    assert options == {*COSTING_KEYS, "device"}  # the old name of machine


def test_the_help_names_every_objective_and_algorithm():
    said = CliRunner().invoke(command, ["--help"]).output
    assert all(f"  {name}  " in said for name in OBJECTIVES)
    assert "[nsga2|surrogate|random|exhaustive]" in said


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--max", "qbits=8"], "did you mean 'qubits'"),
        (["--max", "qubits=nan"], "max qubits is nan; give a finite number"),
        (["--max", "qubits=-2"], "not negative"),
        (["--max", "validation_error=0.5"], "known only after training"),
        (["--max", "qubits=3", "--max", "qubits=4"], "2 times"),
        (["--min", "qubits=3"], "give max qubits=VALUE"),
        (["--max", "qpu_time_s=600"], "the limit qpu_time_s needs a device; give backend"),
    ],
)
def test_a_limit_that_is_none_is_one_line_and_exit_code_2(words, message, tmp_path, capsys):
    folder = tmp_path / "run"
    assert main(["search", "--preset", "faqnas", "--dataset", "iris", "-o", str(folder), *words]) == 2
    out, err = capsys.readouterr()
    assert (out, err.count("\n"), message in err) == ("", 1, True), err
    assert not folder.exists()


def test_limits_of_a_file_are_replaced_by_those_of_the_command_line(tmp_path):
    file = tmp_path / "a.toml"
    file.write_text('preset = "faqnas"\ndataset = "iris"\n[max]\nqubits = 8\nlayers = 2\n')
    assert load_config(file).max == (("layers", 2.0), ("qubits", 8.0))
    assert load_config(file, {"max": ("qubits=4",)}).max == (("qubits", 4.0),)


def test_algorithms_that_contradict_each_other_are_refused():
    arguments = ["--preset", "faqnas", "--dataset", "iris", "--algorithm", "random", "--exhaustive", "-o", "run"]
    error = CliRunner().invoke(command, arguments).exception
    assert str(error) == "exhaustive contradicts algorithm = random; give one of them"


@pytest.mark.parametrize(
    ("device", "message"),
    [
        ("cuda", "train_device is 'cuda', but torch finds no such device; use cpu"),
        ("cuda:7", "train_device is 'cuda:7', but torch finds no such device; use cpu"),
        ("tpu", "train_device is 'tpu'; give cpu, cuda, cuda:1 or auto"),
        ("", "train_device is ''; give cpu, cuda, cuda:1 or auto"),
    ],
)
def test_a_device_that_cannot_train_is_one_line_and_exit_code_2(device, message, tmp_path, capsys):
    torch = pytest.importorskip("torch")
    if torch.cuda.device_count():
        pytest.skip("there is a GPU")
    folder = tmp_path / "run"
    words = ["search", "--preset", "faqnas", "--dataset", "iris", "-o", str(folder), "--train-device", device]
    assert main(words) == 2
    out, err = capsys.readouterr()
    assert (out, err) == ("", f"nas: {message}\n")
    assert not folder.exists()


def test_machine_and_train_device_are_two_things_and_the_old_name_works(tmp_path, capsys):
    base = ["search", "--preset", "hyb-hanas-simulated", "--dataset", "iris", "-o", str(tmp_path / "run")]
    for option in ("--machine", "--device"):
        assert main([*base, option, "abacus"]) == 2
        assert "no device profile 'abacus'" in capsys.readouterr().err
    assert main([*base, "--machine", "a", "--device", "b"]) == 2
    assert "device is the old name of machine" in capsys.readouterr().err
    assert main([*base, "--train-device", "tpu"]) == 2
    assert "device is 'tpu'; give cpu" in capsys.readouterr().err
    said = CliRunner().invoke(command, ["--help"]).output
    assert "--machine" in said
    assert "--train-device" in said
    assert "--device " not in said
    assert not (tmp_path / "run").exists()


def test_old_names_in_files_and_in_python(tmp_path):
    file = tmp_path / "run.toml"
    file.write_text('preset = "hyb-hanas-simulated"\ndataset = "iris"\ndevice = "xeon-1-thread"\n')
    named = load_config(file)
    assert (named.machine, named.device) == ("xeon-1-thread", None)
    assert load_config(file, {"machine": "other"}).machine == "other"
    python = SearchConfig(preset="hyb-hanas-simulated", dataset="iris", device="xeon-1-thread")
    assert python == named == SearchConfig(preset="hyb-hanas-simulated", dataset="iris", machine="xeon-1-thread")
    assert "device" not in python.to_dict()


@pytest.mark.skipif(_cuda(), reason="there is a GPU here")
def test_a_train_device_that_is_not_there_is_said_before_anything_is_made(tmp_path, capsys):
    folder = tmp_path / "run"
    assert main(["search", "--preset", "faqnas", "--dataset", "iris", "--train-device", "cuda", "-o", str(folder)]) == 2
    out, err = capsys.readouterr()
    assert (out, err.count("\n")) == ("", 1)
    assert "torch finds no such device" in err
    assert not folder.exists()
