"""`nas supercircuit`: every format, and one line where something is wrong."""

from __future__ import annotations

import csv
import io
import json

import pytest

pytest.importorskip("torch")

from nas.cli import main
from small_search import write_space


@pytest.fixture(scope="module")
def words(tmp_path_factory):
    folder = tmp_path_factory.mktemp("super")
    space = write_space(folder)
    words = ["supercircuit", "--space", space, "--dataset", "iris", "--epochs", "1", "--networks", "8", "--steps", "4"]
    return [*words, "-o", str(folder / "kept"), "--seed", "3"]


def test_every_format_shows_the_same_study(words, capsys):
    pages = {}
    for form in ("text", "json", "csv", "html"):
        assert main([*words, "-q", "--format", form]) == 0
        pages[form], err = capsys.readouterr()
        assert err == ""
    plain = json.loads(pages["json"])
    assert (plain["schema"], plain["seed"], plain["supercircuit"]["steps"]) == ("nas.supercircuit/1", 3, 4)
    rows = list(csv.DictReader(io.StringIO(pages["csv"])))
    assert [float(row["inherited"]) for row in rows] == [one["inherited"] for one in plain["networks"]]
    assert "Does the SuperCircuit pay? " in pages["text"]
    assert pages["html"].startswith("<!DOCTYPE html>")


@pytest.mark.parametrize(
    ("more", "message"),
    [
        (["--networks", "3"], "networks is 3"),
        (["--steps", "0"], "steps is 0"),
        (["--max", "parameters=9"], "only sizes"),
        (["--steps", "5"], "other options"),
        (["--learning-rate", "-1"], "learning_rate"),
        (["--preset", "faqnas"], "give either preset"),
    ],
)
def test_what_is_wrong_is_one_line(words, more, message, capsys):
    assert main([*words, *more]) == 2
    out, err = capsys.readouterr()
    assert (out, err.count("\n")) == ("", 1)
    assert message in err


def test_limits_that_leave_too_few_networks_are_refused(words, capsys):
    assert main([*(word for word in words if word not in words[-4:-2]), "--max", "qubits=1"]) == 2
    assert "only 0 different ones" in capsys.readouterr().err


def test_presets_whose_objectives_need_a_device_need_none_here(capsys):
    words = ["supercircuit", "--preset", "hyb-hanas", "--dataset", "iris", "--epochs", "1", "--max", "qubits=2", "-q"]
    assert main([*words, "--networks", "8", "--steps", "3", "--fine-tune", "0"]) == 0
    assert "SuperCircuit of hyb-hanas on iris" in capsys.readouterr().out
