"""Options for files to be written that several commands have; `hwcost.core.click_outputs` checks them."""

from __future__ import annotations

import click

from hwcost.core.click_outputs import OutputPath

output_option = click.option(
    "--output", "-o", type=OutputPath("report"), metavar="FILE", help="Write there instead of to stdout."
)
plot_option = click.option(
    "--plot", type=OutputPath("picture"), metavar="FILE", help="Draw it there: .png, .svg, .pdf."
)


def check_plot(path: str | None) -> None:
    """Check that `--plot` can be drawn, before any work."""
    if path is not None:
        from hwcost.report.pictures import check_picture

        check_picture(path)
