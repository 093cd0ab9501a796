"""`nas search` and `nas recost` have the options that the configuration has keys."""

from __future__ import annotations

import dataclasses

import pytest

pytest.importorskip("moocore")

from click.testing import CliRunner

from nas.cli import recost
from nas.cli.search import command
from nas.runs.config import COSTING_KEYS, SearchConfig
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


def test_recost_takes_what_training_does_not_depend_on():
    options = {parameter.name for parameter in recost.command.params} - {"folder", "form", "quiet"}
    assert options == set(COSTING_KEYS)


def test_the_help_names_every_objective_and_algorithm():
    said = CliRunner().invoke(command, ["--help"]).output
    assert all(f"  {name}  " in said for name in OBJECTIVES)
    assert "[nsga2|exhaustive|random]" in said


def test_algorithms_that_contradict_each_other_are_refused():
    arguments = ["--preset", "faqnas", "--dataset", "iris", "--algorithm", "random", "--exhaustive", "-o", "run"]
    error = CliRunner().invoke(command, arguments).exception
    assert str(error) == "exhaustive contradicts algorithm = random; give one of them"
