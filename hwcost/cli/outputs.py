"""Files that a command will write, checked before any work: none is an input, and no two are the same."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping

import click

from hwcost.core.errors import OptionError
from hwcost.core.files import check_target

plot_option = click.option("--plot", type=click.Path(), metavar="FILE", help="Draw it there: .png, .svg, .pdf.")


def check_outputs(outputs: Mapping[str, str | None], inputs: Iterable[object]) -> None:
    """Check where a command will write.

    Args:
        outputs: File by option, None where the option is not given.
        inputs: What the command reads; what is no name of a file is left out.

    Raises:
        OptionError: There is no such folder, or a file would be overwritten that was read or written before.
    """
    read = {os.path.realpath(given) for given in inputs if isinstance(given, (str, os.PathLike)) and given}
    written: dict[str, str] = {}
    for option, path in outputs.items():
        if path is None:
            continue
        target = str(check_target(path))
        if target in read:
            raise OptionError(f"{option} {path} would overwrite an input file; choose another name")
        if target in written:
            raise OptionError(f"{option} {path} is also the file of {written[target]}; choose another name")
        written[target] = option


def check_plot(path: str | None) -> None:
    """Check that `--plot` can be drawn, before any work."""
    if path is not None:
        from hwcost.report.pictures import check_picture

        check_picture(path)
