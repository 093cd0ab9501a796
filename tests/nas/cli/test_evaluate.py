"""`nas evaluate` in every format."""

from __future__ import annotations

import csv
import io
import json

import pytest

pytest.importorskip("torch")
pytest.importorskip("moocore")
pytest.importorskip("deap")
pytest.importorskip("sklearn")
pytest.importorskip("qiskit_aer")

import nas
from nas.cli import main
from small_search import small_config

QUICK = ("--member", "1", "--shots", "64", "--max-samples", "4", "--num-seeds", "1", "--without-pennylane", "-q")


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    folder = tmp_path_factory.mktemp("search")
    return nas.search(small_config(folder, population=4, generations=0, epochs=1), folder / "run")


def out(capsys, *arguments):
    assert main(list(map(str, arguments))) == 0
    return capsys.readouterr().out


def test_every_format_tells_the_same(capsys, run):
    words = ("evaluate", run.folder, "--noise", "fake_lima", *QUICK)
    assert "Member 1 on fake_lima" in out(capsys, *words)
    plain = json.loads(out(capsys, *words, "--format", "json"))
    rows = list(csv.DictReader(io.StringIO(out(capsys, *words, "--format", "csv"))))
    assert [float(row["accuracy"]) for row in rows] == [one["value"] for one in plain["tried"]]
    assert [row["way"] for row in rows] == [one["way"] for one in plain["tried"]]
    assert out(capsys, *words, "--format", "html").startswith("<!DOCTYPE html>")


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ((), "the run has no device; name one with --noise, such as --noise fake_sherbrooke"),
        (("--backend", "ibm_fez"), "ibm_fez is a live device"),
        (("--noise", "fake_nowhere"), "fake_nowhere"),
        (("--noise", "fake_lima", "--member", "77"), "member is 77; give a whole number from 1 to"),
    ],
)
def test_a_mistake_is_one_line(capsys, run, words, message):
    assert main(["evaluate", str(run.folder), *QUICK, *words]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert message in captured.err
    assert captured.err.count("\n") == 1
