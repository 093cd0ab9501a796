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


@pytest.fixture
def measured(tmp_path):
    circuit = QuantumCircuit(2, 2, name="flip")
    circuit.x(0)
    circuit.cx(0, 1)
    circuit.measure([0, 1], [0, 1])
    with (tmp_path / "flip.qpy").open("wb") as file:
        qpy.dump(circuit, file)
    results = [{"circuit": 0, "counts": {"11": 90, "00": 10}}, {"circuit": 0, "z": [-0.9, -0.95], "shots": 1000}]
    path = tmp_path / "results.json"
    path.write_text(json.dumps({"circuits": "flip.qpy", "results": results}))
    return path


def test_results_from_hardware_need_no_simulation(capsys, measured):
    assert run("--measured", measured, "-b", "manila", "--num-seeds", 1) == 0
    text = capsys.readouterr().out
    for expected in ("2 runs on hardware", "Median error of λ", "flip", "auto", "esp"):
        assert expected in text
    arguments = ("--measured", measured, measured.parent / "flip.qpy", "-b", "manila", "--num-seeds", 1)
    assert run(*arguments, "--attenuation", "light-cone", "--format", "json") == 0
    plain = json.loads(capsys.readouterr().out)
    assert plain["schema"] == "hwcost.measured-validation/1"
    assert set(plain["runs"][0]["predicted"]) == {"light-cone", "esp"}
    assert run(*arguments, "--format", "csv") == 0
    assert len(capsys.readouterr().out.splitlines()) == 3


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--draws", 5), "--draws belongs to the simulation"),
        (("--precision", 0.1), "--precision belongs to the simulation"),
        (("--index", 0), "--index belongs to the simulation"),
        (("--attenuation", "nothing"), "methods are"),
        (("--readout-from", "none.json"), "none.json: no such file"),
    ],
)
def test_what_has_no_effect_on_results_is_refused(capsys, measured, arguments, said):
    assert run("--measured", measured, "-b", "manila", *arguments) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert said in captured.err
    assert len(captured.err.splitlines()) == 1


def test_a_circuit_or_results(capsys):
    assert run("-b", "manila") == 2
    assert "there is no circuit to validate" in capsys.readouterr().err
    assert run("-b", "manila", "--measured", "none.json") == 2
    assert "none.json: no such file" in capsys.readouterr().err
