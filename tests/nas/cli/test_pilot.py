"""`nas pilot`: the options of a search, every format, and one line where something is wrong."""

from __future__ import annotations

import csv
import dataclasses
import io
import json

import pytest

pytest.importorskip("torch")
pytest.importorskip("moocore")
pytest.importorskip("sklearn")

import nas
from nas.cli import main
from nas.cli.pilot import command
from nas.runs.config import SearchConfig
from small_search import write_space

OWN = {"file", "folder", "networks", "no_grid", "workers", "cluster", "form", "quiet"}


def test_the_options_are_those_of_a_search():
    assert {parameter.name for parameter in command.params} - OWN == {f.name for f in dataclasses.fields(SearchConfig)}


@pytest.fixture(scope="module")
def words(tmp_path_factory):
    folder = tmp_path_factory.mktemp("pilot")
    plain = f'space = "{write_space(folder)}"\ndataset = "iris"\nepochs = 1\npopulation = 3\ngenerations = 0\n'
    (folder / "a.toml").write_text(plain)
    run = folder / "run"
    assert main(["pilot", str(folder / "a.toml"), "-o", str(run), "--networks", "4", "-q"]) == 0
    return folder, ["pilot", str(folder / "a.toml"), "-o", str(run), "--networks", "4", "-q", "--format"]


def test_every_format_shows_the_settings_and_a_pilot_that_is_there_is_not_repeated(words, capsys):
    folder, asked = words
    pages = {}
    for form in ("text", "json", "csv", "html"):
        assert main([*asked, form]) == 0
        pages[form], err = capsys.readouterr()
        assert err == ""
    plain = json.loads(pages["json"])
    assert plain["schema"] == "nas.pilot/1"
    assert next((one["batch_size"], one["learning_rate"]) for one in plain["settings"]) == (64, 0.003)
    assert len(plain["settings"]) == 5
    rows = list(csv.DictReader(io.StringIO(pages["csv"])))
    assert [float(row["seed_sd"]) for row in rows] == [one["shares"]["seed_sd"] for one in plain["settings"]]
    assert "the search's" in pages["text"]
    assert "FAQNAS's" not in pages["text"]  # one epoch
    assert pages["html"].startswith("<!DOCTYPE html>")
    # The search takes it over, shows it, and is silent about what was said before.
    assert main(["search", str(folder / "a.toml"), "-o", str(folder / "run"), "-q", "--format", "json"]) == 0
    out, err = capsys.readouterr()
    signal = json.loads(out)["signal"]
    assert signal["share"] == plain["settings"][0]["shares"]["share"]
    assert signal["guessing_error"] == plain["guessing_error"]
    assert err == ""

    assert main(["front", str(folder / "run")]) == 0
    assert nas.open_run(folder / "run").pilot.summary() in capsys.readouterr().out


@pytest.mark.parametrize(
    ("more", "message"),
    [
        (["--networks", "1"], "networks is 1"),
        (["--workers", "0"], "workers is 0"),
        (["--objectives", "parameters,quantum_flops"], "no noise to measure"),
        (["--settings", "auto", "--no-pilot"], "settings = auto needs the pilot"),
        (["--settings", "faqnas", "--batch-size", "8"], "settings = faqnas contradicts batch_size = 8"),
    ],
)
def test_what_is_wrong_is_one_line(more, message, capsys):
    assert main(["pilot", "--preset", "faqnas", "--dataset", "iris", *more]) == 2
    out, err = capsys.readouterr()
    assert (out, err.count("\n")) == ("", 1)
    assert message in err
