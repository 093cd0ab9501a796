"""`nas front`: the networks of a run that no other beats."""

from __future__ import annotations

import click

from hwcost.report.console import format_option, write


@click.command("front")
@click.argument("folder", metavar="RUN")
@format_option
def command(folder: str, form: str) -> int:
    """Show the front of a run, finished or not: the networks that no other beats in every objective."""
    from nas.results.front import Front
    from nas.runs.run import open_run

    write([Front(run=open_run(folder))], form)
    return 0
