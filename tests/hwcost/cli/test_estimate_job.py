"""`hwcost estimate-job` as a person types it."""

from __future__ import annotations

import csv
import io
import json
import sys

import pytest
from qiskit import qpy

from hwcost.cli import main
from primitive_jobs import isa_bell

JOB = """
from qiskit import QuantumCircuit

bell = QuantumCircuit(5, 2)
bell.sx(0)
bell.cx(0, 1)
bell.measure([0, 1], [0, 1])
print("hello")

pubs = [(bell, ["IIIZZ", "IIIXX"])]
bad = [*pubs, (bell, "ZZ")]

def make():
    return pubs

def fails():
    raise RuntimeError("not\\ntoday")
"""


@pytest.fixture
def folder(tmp_path, monkeypatch):
    (tmp_path / "my_job.py").write_text(JOB)
    (tmp_path / "options.json").write_text('{"resilience_level": 2, "resilience": {"zne": {"noise_factors": [1, 3]}}}')
    (tmp_path / "options.toml").write_text("[twirling]\nnum_randomisations = 3\n")
    with (tmp_path / "bell.qpy").open("wb") as file:
        qpy.dump(isa_bell(), file)
    monkeypatch.chdir(tmp_path)
    yield tmp_path
    sys.modules.pop("my_job", None)


def run(*words):
    return main(["estimate-job", *map(str, words)])


def test_text_json_csv_and_html(folder, capsys):
    job = ("my_job.py:pubs", "--backend", "fake_manila", "--precision", "0.02", "--options", "options.json")
    assert run(*job) == 0
    out = capsys.readouterr().out
    for words in ("Estimator job of 1 PUB on fake_manila", "12,640 executions", "× 3", "readout learning"):
        assert words in out
    assert "hello" not in out
    assert run(*job, "--format", "json") == 0
    plain = json.loads(capsys.readouterr().out)
    # Two bases in 32 randomizations of 79 shots, two noise factors, and readout.
    assert plain["executions"] == 2 * 2 * 2528 + 2528
    assert run(*job, "--format", "csv") == 0
    assert len(list(csv.DictReader(io.StringIO(capsys.readouterr().out)))) == 3
    assert run(*job, "--format", "html", "--output", "job.html") == 0
    assert (folder / "job.html").read_text(encoding="utf-8").startswith("<!DOCTYPE html>")


def test_options_on_the_command_line_come_first(folder, capsys):
    words = ("--backend", "fake_manila", "--shots", "100", "--format", "json", "--rep-delay", "1ms")
    assert run("my_job.py:make", *words, "--options", "options.json", "--resilience-level", "0") == 0
    plain = json.loads(capsys.readouterr().out)
    assert (plain["executions"], plain["options"]["resilience_level"], plain["backend"]["rep_delay_s"]) == (
        200,
        0,
        1e-3,
    )


def test_a_circuit_file_is_a_job_of_the_sampler(folder, capsys):
    words = ("--backend", "fake_manila", "--primitive", "sampler", "--format", "json")
    assert run("bell.qpy", *words) == 0
    assert json.loads(capsys.readouterr().out)["executions"] == 4096
    assert run("bell.qpy", *words, "--transpile", "--num-seeds", "1", "-O", "1", "--shots", "7") == 0
    assert json.loads(capsys.readouterr().out)["executions"] == 7


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("my_job.py:bad",), "PUB 1: "),
        (("my_job.py:fails",), "RuntimeError: not today"),
        (("my_job.py:nothing",), "has no 'nothing'"),
        (("nothing",), "names no PUBs"),
        (("bell.qpy",), "PUB 0: a circuit alone has no observables"),
        (("my_job.py:pubs", "--options", "options.toml"), "did you mean twirling.num_randomizations"),
        (("my_job.py:pubs", "--options", "missing.json"), "no such file"),
        (("my_job.py:pubs", "--precision", "0.1", "--shots", "3"), "are both given"),
        (("my_job.py:pubs", "--primitive", "executor"), "choose from estimator, sampler"),
        (("my_job.py:pubs", "--time-limit", "3"), "is for live backends"),
    ],
    ids=range(10),
)
def test_mistakes_are_one_line_and_exit_code_2(folder, capsys, words, message):
    assert run(*words, "--backend", "fake_manila") == 2
    captured = capsys.readouterr()
    assert message in captured.err
    lines = [line for line in captured.err.splitlines() if line != "hello"]
    assert len(lines) == 1
    assert lines[0].startswith("hwcost: ")
    assert captured.out == ""
