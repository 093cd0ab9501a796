"""Results of a command on stdout or in a file, in any of the formats."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import click

from hwcost.core.files import write_file
from hwcost.core.own_files import TEXT_MARK
from hwcost.report.formats import FORMATS, formatted
from hwcost.report.page import page_of
from hwcost.report.rendering import print_page, verbatim_text
from hwcost.report.result import Result

_Function = TypeVar("_Function", bound=Callable[..., Any])


def format_option(function: _Function) -> _Function:
    """Add `--format`; the command gets it as `form`."""
    option = click.option("--format", "form", type=click.Choice(list(FORMATS)), default="text", show_default=True)
    return option(function)


def write(results: Sequence[Result], form: str, *, output: str | None = None, several: bool = False) -> None:
    """Write results where the user wants them.

    Args:
        results: At least one.
        form: Key of `FORMATS`.
        output: File; stdout if there is none, where text is as wide as the terminal.
        several: Whether the answer is a list even if it has one element.
    """
    if output is not None:
        text = formatted(results, form, several=several)
        write_file(output, (text + TEXT_MARK if form == "text" else text).encode())
    elif form == "text":
        for number, result in enumerate(results):
            print_text(result, first=number == 0)
    else:
        click.echo(formatted(results, form, several=several), nl=False)


def print_text(result: Result, *, first: bool = True) -> None:
    """Print one report, below a line if it is not the first."""
    page = page_of(result)
    laid_out = verbatim_text(page)
    if first and laid_out is not None:
        click.echo(laid_out, nl=False)
        return
    from rich.console import Console

    # A pipe or file has no width: one that holds the tables.
    console = Console(highlight=False, width=None if sys.stdout.isatty() else page.width)
    if not first:
        console.rule(style="dim")
    print_page(page, console)
