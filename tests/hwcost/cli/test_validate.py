"""`hwcost validate` as a person types it."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

pytest.importorskip("qiskit_aer")

from qiskit import QuantumCircuit, qpy
from qiskit.circuit import Parameter

from hwcost.cli import main


@pytest.fixture
def turn(tmp_path):
    circuit = QuantumCircuit(2, name="turn")
    circuit.ry(Parameter("a"), 0)
    circuit.cx(0, 1)
    circuit.measure_all()
    path = tmp_path / "turn.qpy"
    with path.open("wb") as file:
        qpy.dump(circuit, file)
    return path


def run(*arguments):
    return main(["validate", *map(str, arguments)])


def test_text_says_what_was_checked(capsys, turn):
    assert run(turn, "--backend", "manila", "--draws", 5) == 0
    captured = capsys.readouterr()
    for expected in (
        "turn on fake_manila",
        "checked against Aer's noise model of the same calibration, not against hardware",
        "5 draws of all free angles",
        "mean-field",
        "pauli-path",
        "reached",
    ):
        assert expected in captured.out
    assert captured.err == ""


def test_json_is_strict_and_the_second_run_byte_identical(capsys, turn):
    arguments = (
        turn,
        "-b",
        "manila",
        "--draws",
        4,
        "--seed",
        7,
        "--attenuation",
        "paper",
        "--attenuation",
        "light-cone",
    )
    arguments += ("-O", 1, "--seed-transpiler", 3, "--precision", 0.02, "--format", "json")
    assert run(*arguments) == 0
    first = capsys.readouterr().out
    plain = json.loads(first)
    assert plain["schema"] == "hwcost.validation/1"
    assert [score["method"] for score in plain["methods"]] == ["paper", "light-cone"]
    assert plain["simulation"]["num_draws"] == 4
    assert plain["simulation"]["seed"] == 7
    assert plain["transpile"]["optimization_level"] == 1
    assert plain["transpile"]["seed_chosen"] in range(3, 7)
    assert plain["circuit"]["source"] == str(turn)
    assert run(*arguments) == 0
    assert capsys.readouterr().out == first


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--draws", "1"), "num_draws is 1"),
        (("--draws", "many"), "not a valid integer"),
        (("--attenuation", "magic"), "choose from mean-field"),
        (("--trajectories", "0"), "num_trajectories is 0"),
        (("--precision", "0"), "precision is 0.0"),
        (("--index", "3"), "there is no circuit 3"),
        (("--backend", "fake_nowhere"), "fake_nowhere"),
        (("--format", "yaml"), "yaml"),
    ],
)
def test_a_mistake_is_one_line_and_exit_code_2(capsys, turn, arguments, said):
    assert run(turn, *(() if "--backend" in arguments else ("--backend", "manila")), *arguments) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert said in captured.err
    assert len(captured.err.splitlines()) == 1


def test_circuits_that_cannot_be_validated(capsys, tmp_path, turn):
    silent = QuantumCircuit(2, name="silent")
    silent.h(0)
    wide = QuantumCircuit(20, name="wide")
    for qubit in range(20):
        wide.ry(0.3, qubit)
    wide.measure_all()
    with turn.open("rb") as file:
        circuit = qpy.load(file)[0]
    for name, circuits, backend, said in (
        ("silent", [silent], "manila", "silent measures nothing"),
        ("wide", [wide], "sherbrooke", "uses 20 qubits"),
        ("two", [circuit, circuit], "manila", "the file has 2 circuits; choose one with --index"),
    ):
        path = tmp_path / f"{name}.qpy"
        with path.open("wb") as file:
            qpy.dump(circuits, file)
        assert run(path, "-b", backend) == 2
        error = capsys.readouterr().err
        assert said in error
        assert len(error.splitlines()) == 1
    assert run(tmp_path / "two.qpy", "-b", "manila", "--index", 1, "--draws", 3) == 0
    assert run(tmp_path / "silent.qpy", "-b", "manila", "--measure-all", "--draws", 3) == 0
    assert run(tmp_path / "missing.qpy", "-b", "manila") == 2


def test_a_missing_aer_names_the_extra(capsys, monkeypatch, turn):
    monkeypatch.setitem(sys.modules, "qiskit_aer", None)
    assert run(turn, "-b", "manila") == 2
    assert 'pip install "hwcost[noise]"' in capsys.readouterr().err


def test_help_imports_nothing_heavy():
    script = (
        "import sys; from hwcost import cli; cli.main(['validate', '--help']);"
        "assert not {'qiskit', 'qiskit_aer', 'numpy'} & set(sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "--draws" in done.stdout
