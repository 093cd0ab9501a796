"""What a command with outputs does before it works; `tests/test_outputs.py` tries all that there are."""

from __future__ import annotations

from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from hwcost.core.click_outputs import OutputPath, check_outputs, replaces_nothing, writes_files
from hwcost.core.errors import OptionError
from hwcost.core.guard import current


@click.command()
@click.argument("given")
@click.option("-o", "--output", type=OutputPath("report"))
@writes_files
def forced(given: str, output: str | None) -> None:
    guard = current()
    click.echo(f"{guard is not None and guard.force}")


@click.command()
@click.option("-o", "folder", type=OutputPath())
@replaces_nothing
def careful(folder: str) -> None:
    guard = current()
    click.echo(f"{guard is not None and guard.force}")


def test_the_guard_knows_whether_it_is_forced() -> None:
    assert CliRunner().invoke(forced, ["x"]).output == "False\n"
    assert CliRunner().invoke(forced, ["x", "--force"]).output == "True\n"
    assert CliRunner().invoke(careful, ["-o", "x"]).output == "None\n"
    assert CliRunner().invoke(careful, ["-o", "x", "--force"]).exit_code == 2
    assert current() is None


def test_an_input_before_a_colon_is_an_input(tmp_path: Path) -> None:
    path = tmp_path / "model.py"
    path.write_bytes(b"")
    for given in (path, f"{path}:make"):
        result = CliRunner().invoke(forced, [str(given), "-o", str(path)])
        assert isinstance(result.exception, OptionError)
        assert "--output" in str(result.exception)
        assert "would overwrite an input file" in str(result.exception)


def test_two_outputs_are_not_one_file(tmp_path: Path) -> None:
    path = str(tmp_path / "a")
    with pytest.raises(OptionError, match="--b .* is also the file of --a"):
        check_outputs({"--a": (path, ("report",)), "--b": (path, ("picture",)), "--c": (None, ())})
