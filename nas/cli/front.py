"""`nas front`: the Pareto front of a run, the best of its networks, or all of them."""

from __future__ import annotations

import click

from hwcost.core.click_options import WHOLE
from hwcost.report.console import format_option, write


@click.command("front")
@click.argument("folder", metavar="RUN")
@click.option("--top", type=WHOLE, metavar="K", help="The K best networks: the front, then what it leaves, and so on.")
@click.option("--all", "everything", is_flag=True, help="Every evaluation, also what failed or cost too much.")
@click.option("--genomes", "whole_genomes", is_flag=True, help="Whole genomes in text; CSV and JSON have them anyway.")
@format_option
def command(folder: str, top: int | None, everything: bool, whole_genomes: bool, form: str) -> int:
    """Show the Pareto front of a run, finished or not."""
    from nas.core.errors import SettingError
    from nas.results.front import Front
    from nas.runs.run import open_run

    if top is not None and everything:
        raise SettingError("--top and --all are two answers; give one of them")
    write([Front(run=open_run(folder), top=top, everything=everything, whole_genomes=whole_genomes)], form)
    return 0
