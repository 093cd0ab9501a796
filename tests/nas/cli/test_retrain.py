"""`nas retrain` in every format."""

from __future__ import annotations

import csv
import io
import json

import pytest

pytest.importorskip("torch")
pytest.importorskip("moocore")
pytest.importorskip("deap")
pytest.importorskip("sklearn")

import nas
from nas.cli import main
from small_search import small_config

QUICK = ("--seeds", "2", "--epochs", "3", "--patience", "2", "-q")


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    folder = tmp_path_factory.mktemp("search")
    return nas.search(small_config(folder, population=4, generations=0, epochs=1), folder / "run")


def out(capsys, *arguments):
    assert main(list(map(str, arguments))) == 0
    captured = capsys.readouterr()
    assert captured.err == ""
    return captured.out


def test_every_format_tells_the_same(capsys, run):
    text = out(capsys, "retrain", run.folder, "--member", 1, *QUICK)
    assert "Does the circuit earn its cost?" in text
    plain = json.loads(out(capsys, "retrain", run.folder, "--member", 1, *QUICK, "--format", "json"))
    assert plain["schema"] == "nas.retraining/1"
    (member,) = plain["members"]
    rows = list(
        csv.DictReader(io.StringIO(out(capsys, "retrain", run.folder, "--member", 1, *QUICK, "--format", "csv")))
    )
    assert [row["contestant"] for row in rows] == [one["contestant"] for one in member["tried"]]
    assert [float(row["test"]) for row in rows] == [one["test"]["value"] for one in member["tried"]]
    page = out(capsys, "retrain", run.folder, "--member", 1, *QUICK, "--format", "html")
    assert page.startswith("<!DOCTYPE html>")
    assert "logistic regression" in page


def test_a_mistake_is_one_line(capsys, run):
    assert main(["retrain", str(run.folder), "--member", "99", "-q"]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.count("\n") == 1
    assert "member is 99; give a whole number from 1 to" in captured.err


def test_several_members_and_all(capsys, run):
    plain = json.loads(
        out(capsys, "retrain", run.folder, "--all", "--seeds", 1, "--epochs", 1, "-q", "--format", "json")
    )
    assert [member["member"] for member in plain["members"]] == list(range(1, len(run.front) + 1))
