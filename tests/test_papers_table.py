"""The table of the papers' fifty capabilities: each command is accepted by its program, each test is there."""

from __future__ import annotations

import ast
import dataclasses
import re
import shlex
from dataclasses import dataclass

import click
import pytest

import hwcost.cli
import nas
import nas.cli
from hwcost.core.click_options import given
from nas.runs.config import PRESETS, SearchConfig, config_from_dict
from nas.spaces.record import parse_genome
from places import ROOT

PROGRAMS = {"hwcost": hwcost.cli, "nas": nas.cli}
_ROW = re.compile(r"^\| (\d+) \| (.+?) \| (.+?) \| (.+?) \| (.+?) \| (.+?) \|$", re.MULTILINE)
NONE = "–"


@dataclass(frozen=True)
class Row:
    number: int
    state: str
    command: str
    test: str


ROWS = [
    Row(int(number), state, command.strip("`"), test.strip("`"))
    for number, _, _, state, command, test in _ROW.findall((ROOT / "docs" / "papers.md").read_text(encoding="utf-8"))
]
each_row = pytest.mark.parametrize("row", ROWS, ids=lambda row: str(row.number))


def test_all_fifty_rows_are_there() -> None:
    assert [row.number for row in ROWS] == list(range(1, 51))


@each_row
def test_a_row_says_what_is_there_and_what_is_missing(row: Row) -> None:
    word, _, rest = row.state.replace(",", ":").replace(";", ":").partition(":")
    assert word in {"yes", "partly", "no"}
    assert (word != "partly") or rest.strip()
    assert (row.command == NONE) == (row.test == NONE) == (word == "no")


def parsed(command: str) -> click.Context:
    """Parse a command without running it: options and their values are checked as when it is run."""
    program, *words = shlex.split(command)
    group: click.Command = PROGRAMS[program]._root
    context = click.Context(group)
    while isinstance(group, click.Group):
        name, found, words = group.resolve_command(context, words)
        assert name is not None
        assert found is not None
        context, group = click.Context(found, parent=context, info_name=name), found
    return group.make_context(context.info_name, words, parent=context.parent)


@each_row
def test_each_command_is_accepted(row: Row) -> None:
    if row.command != NONE:
        assert parsed(row.command).command.callback is not None


SEARCHES = [row for row in ROWS if row.command.startswith("nas search")]


@pytest.mark.parametrize("row", SEARCHES, ids=lambda row: str(row.number))
def test_options_of_a_search_agree(row: Row) -> None:
    names = {f.name for f in dataclasses.fields(SearchConfig)}
    keys = {name: value for name, value in parsed(row.command).params.items() if name in names}
    assert config_from_dict(given(keys)).preset in PRESETS


def test_genomes_are_whole() -> None:
    found = [parsed(row.command).params for row in ROWS if "--genome" in row.command]
    assert len(found) > 1
    for options in found:
        space = nas.load_space(options["space_name"])
        assert nas.architecture(space, parse_genome(space, options["genome"])).num_qubits == 3


def test_a_command_that_there_is_not_is_found() -> None:
    for command in (
        "nas nothing",
        "nas front",
        "nas front RUN --nothing",
        "nas search --scope never",
        "nas reproduce nobody",
    ):
        with pytest.raises(click.UsageError):
            parsed(command)


@each_row
def test_each_test_is_there(row: Row) -> None:
    if row.test == NONE:
        return
    file, _, name = row.test.partition("::")
    tree = ast.parse((ROOT / file).read_text(encoding="utf-8"))
    functions = [node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
    assert name in functions if name else any(function.startswith("test_") for function in functions)
