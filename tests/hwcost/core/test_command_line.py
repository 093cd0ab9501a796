"""How a command ends: exit code and one line on stderr."""

from __future__ import annotations

import click
import pytest

from hwcost.core.command_line import LazyGroup, run
from hwcost.core.errors import CircuitError, HwcostError, MissingDependencyError


def outcome(capsys: pytest.CaptureFixture[str], raised: BaseException | int | None, *words: str) -> tuple[int, str]:
    @click.group()
    def root() -> None:
        """A program."""

    @root.command()
    def go() -> int | None:
        if isinstance(raised, BaseException):
            raise raised
        return raised

    code = run(root, "program", ["go", *words])
    return code, capsys.readouterr().err.lstrip("\n")  # click ends the line that holds ^C


@pytest.mark.parametrize(
    ("raised", "code", "line"),
    [
        (None, 0, ""),
        (3, 3, ""),
        (HwcostError("failed"), 1, "program: failed\n"),
        (CircuitError("two\nlines"), 2, "program: two lines\n"),
        (MissingDependencyError("not there"), 2, "program: not there\n"),
        (
            OSError(28, "No space left on device", "x.csv"),
            2,
            "program: x.csv: No space left on device; make room, or write elsewhere\n",
        ),
        (OSError("odd"), 1, "program: output: odd\n"),
        (KeyboardInterrupt(), 130, "program: interrupted\n"),
        (click.Abort(), 130, "program: interrupted\n"),
        (SystemExit(1), 0, ""),
        (click.exceptions.Exit(4), 4, ""),
        (click.UsageError("bad option"), 2, "program: bad option (`program go --help` lists the options)\n"),
        (
            KeyError("odd"),
            1,
            "program: internal error, KeyError: 'odd'; `program --debug …` shows where, please report it\n",
        ),
    ],
)
def test_each_end(capsys: pytest.CaptureFixture[str], raised: BaseException | int | None, code: int, line: str) -> None:
    assert outcome(capsys, raised) == (code, line)


@pytest.mark.parametrize("raised", [HwcostError("failed"), OSError("odd"), KeyError("odd")])
def test_debug_shows_where(capsys: pytest.CaptureFixture[str], raised: Exception) -> None:
    with pytest.raises(type(raised)):
        outcome(capsys, raised, "--debug")


def test_commands_are_imported_on_use() -> None:
    group = LazyGroup(package="hwcost.cli", summaries={"estimate-model": "Cost a model."})
    context = click.Context(group)
    assert group.list_commands(context) == ["estimate-model"]
    assert group.get_command(context, "nonsense") is None
    command = group.get_command(context, "estimate-model")
    assert command is not None
    assert command.name == "estimate-model"
