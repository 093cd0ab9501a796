"""`nas front`: the Pareto front of a run."""

from __future__ import annotations

import click

from hwcost.report.console import format_option, write


@click.command("front")
@click.argument("folder", metavar="RUN")
@format_option
def command(folder: str, form: str) -> int:
    """Show the Pareto front of a run, finished or not."""
    from nas.results.front import Front
    from nas.runs.run import open_run

    write([Front(run=open_run(folder))], form)
    return 0
