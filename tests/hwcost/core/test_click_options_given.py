"""Options that a file may give first: what was not given on the command line stays away."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import click
import pytest
from click.testing import CliRunner

from hwcost.core.click_options import given, options_of
from hwcost.core.option_fields import option


@dataclass(frozen=True)
class Record:
    shots: int | None = option(None, "Shots.", metavar="N", shown_default="1024")
    rate: float = option(0.5, "Rate.", short="-r")
    name: str = option("a", "Name.", choices=("a", "b"))
    checked: bool = option(True, "Do not check.", flag="--no-check")
    all_of_it: bool = option(False, "All.")
    labels: Any = option(None, "Labels.", kind="list")
    inner: int = 3


def invoke(*arguments, names=None, **settings):
    got: dict[str, Any] = {}

    @click.command()
    @options_of(Record, names, **settings)
    def command(**values: Any) -> None:
        got.update(values)

    done = CliRunner().invoke(command, arguments)
    return got if done.exit_code == 0 and "--help" not in arguments else done.output


def test_the_command_has_the_defaults_of_the_fields():
    assert invoke() == {**{"shots": None, "rate": 0.5, "name": "a", "checked": True, "all_of_it": False, "labels": ()}}
    assert invoke(names=["rate"], defaults={"rate": 2.0}) == {"rate": 2.0}


def test_text_becomes_what_the_field_holds():
    got = invoke(
        "--shots", "7", "-r", "1e-3", "--name", "b", "--no-check", "--all-of-it", "--labels", "x", "--labels", "y"
    )
    assert got == {"shots": 7, "rate": 1e-3, "name": "b", "checked": False, "all_of_it": True, "labels": ("x", "y")}


@pytest.mark.parametrize(
    ("arguments", "words"),
    [(["--shots", "x"], "'x' is not a valid integer"), (["--name", "c"], "'c' is not one of 'a', 'b'")],
)
def test_other_text_is_refused(arguments, words):
    assert words in invoke(*arguments)


def test_what_is_missing_can_be_told_from_a_default():
    names = ["shots", "rate", "name", "checked", "all_of_it"]
    assert invoke(names=names, given_only=True) == dict.fromkeys(names)
    assert given(invoke("--no-check", "--rate", "0", names=names, given_only=True)) == {"checked": False, "rate": 0.0}


def test_the_help_names_defaults_where_they_count():
    said = " ".join(invoke("--help").split())
    for words in (
        "--shots N Shots. [default: 1024]",
        "-r, --rate FLOAT Rate. [default: 0.5]",
        "[a|b] Name. [default: a]",
    ):
        assert words in said
    assert "--no-check Do not check. --all-of-it All." in said
    assert "default" not in invoke("--help", given_only=True, show_defaults=False)
