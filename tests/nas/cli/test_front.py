"""`nas front` and the other commands that end with a front, in every format."""

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
from hwcost.report.formats import FORMATS
from nas.cli import main
from nas.results.front import Front
from small_search import small_config


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    folder = tmp_path_factory.mktemp("search")
    config = small_config(
        folder, population=4, generations=1, epochs=1, objectives=("validation_error", "esp"), backend="fake_manila"
    )
    return nas.search(config, folder / "run")


def out(capsys, *arguments):
    assert main(list(map(str, arguments))) == 0
    captured = capsys.readouterr()
    assert captured.err == ""
    return captured.out


@pytest.mark.parametrize("form", FORMATS)
def test_a_search_that_is_resumed_ends_with_what_front_shows(capsys, run, form):
    shown = out(capsys, "front", run.folder, "--format", form)
    assert out(capsys, "resume", run.folder, "--quiet", "--format", form) == shown
    assert shown.endswith("\n")
    assert not shown.endswith("\n\n")


def test_python_gives_what_the_command_prints(capsys, run):
    front = Front(run=run)
    assert out(capsys, "front", run.folder) == str(front)
    assert out(capsys, "front", run.folder, "--format", "json") == front.to_json() + "\n"
    assert out(capsys, "front", run.folder, "--format", "csv") == front.to_csv()
    page = out(capsys, "front", run.folder, "--format", "html")
    assert page.startswith("<!DOCTYPE html>")
    assert f"{len(run.front)} networks on the front" in page


def test_rows_and_records_are_of_the_same_members(capsys, run):
    plain = json.loads(out(capsys, "front", run.folder, "--format", "json"))
    rows = list(csv.DictReader(io.StringIO(out(capsys, "front", run.folder, "--format", "csv"))))
    assert plain["schema"] == "nas.front/1"
    assert [row["architecture"] for row in rows] == [member["architecture"] for member in plain["front"]]
    assert [float(row["esp"]) for row in rows] == [member["objectives"]["esp"] for member in plain["front"]]
    assert [row["gene.qubits"] for row in rows] == [str(member["genome"]["qubits"]) for member in plain["front"]]


def test_all_evaluations_and_the_best_of_them(capsys, run):
    rows = list(csv.DictReader(io.StringIO(out(capsys, "front", run.folder, "--all", "--format", "csv"))))
    assert [row["architecture"] for row in rows] == [one.architecture_hash for one in run.evaluations]
    assert [row["state"] for row in rows] == [one.state for one in run.evaluations]
    numbers = {row["architecture"]: row["member"] for row in rows if row["member"]}
    assert numbers == {one.architecture_hash: str(number) for number, one in enumerate(run.front, start=1)}
    assert {row["architecture"] for row in rows if row["front"] == "1"} == set(numbers)
    assert [float(row["esp"]) for row in rows] == [one.objectives["esp"] for one in run.evaluations]
    count = len(run.front) + 1
    plain = json.loads(out(capsys, "front", run.folder, "--top", count, "--format", "json"))
    assert [one["architecture"] for one in plain["evaluations"]] == [one.architecture_hash for one in run.top(count)]
    assert [one["front"] for one in plain["evaluations"]] == [1] * len(run.front) + [2]
    assert plain["front"] == Front(run=run).to_dict()["front"]
    text = out(capsys, "front", run.folder, "--top", count)
    assert "the best" in text
    assert "evaluations" not in json.loads(out(capsys, "front", run.folder, "--format", "json"))
    for words, said in ((("--top", "0"), "top is 0"), (("--top", "2", "--all"), "give one of them")):
        assert main(["front", str(run.folder), *words]) == 2
        err = capsys.readouterr().err
        assert said in err
        assert err.count("\n") == 1


def test_genomes_are_short_unless_they_are_asked_for(capsys, run):
    short, whole = (out(capsys, "front", run.folder, *words) for words in ((), ("--genomes",)))
    assert "qubits=" not in short
    assert whole.count("qubits=") == len(run.front)
    assert "angle-x" in short
    assert max(map(len, short.split("\n\n")[1].splitlines())) <= 140


def test_members_have_numbers_and_the_old_name_stays_in_json(capsys, run):
    plain = json.loads(out(capsys, "front", run.folder, "--format", "json"))
    assert [one["member"] for one in plain["front"]] == list(range(1, len(run.front) + 1))
    assert [one["rank"] for one in plain["front"]] == [one["member"] for one in plain["front"]]
    chosen = {pick["name"]: pick["member"] for pick in plain["picks"]}
    assert set(chosen) == {"most-accurate", "best-esp", "least-norm"}
    assert plain["front"][chosen["least-norm"] - 1]["compromise"]
    assert plain["hypervolume"] == run.hypervolume
    assert "rank" not in out(capsys, "front", run.folder, "--format", "csv").splitlines()[0]
    text = out(capsys, "front", run.folder)
    assert f"*member {chosen['least-norm']}" in text
    assert "least norm" in text


def test_recost_shows_the_front_of_another_device(capsys, run):
    plain = json.loads(out(capsys, "recost", run.folder, "--backend", "fake_quito", "--format", "json", "--quiet"))
    assert plain == Front(run=nas.recost(run.folder, backend="fake_quito")).to_dict()
    assert plain["num_evaluations"] == len(run.evaluations)
    assert plain["backend"] == "fake_quito"


def test_a_front_of_nobody_is_empty_in_every_format(run):
    import dataclasses

    empty = Front(run=dataclasses.replace(run, evaluations=()))
    assert (empty.to_csv(), empty.to_rows(), empty.to_dict()["front"]) == ("", [], [])
    assert ": 0 networks on the front, 0 evaluated" in str(empty)


def test_mistakes_are_one_line(capsys, tmp_path):
    for arguments, words in (([tmp_path / "none"], "none"), (["x", "--format", "yaml"], "'yaml' is not one of")):
        assert main(["front", *map(str, arguments)]) == 2
        captured = capsys.readouterr()
        assert (captured.out, captured.err.count("\n")) == ("", 1)
        assert words in captured.err
