"""`nas curves`: how early trainings of a run tell what they end with."""

from __future__ import annotations

import click

from hwcost.report.console import format_option, write


@click.command("curves")
@click.argument("folder", metavar="RUN")
@format_option
def command(folder: str, form: str) -> int:
    """Show how early the trainings of a run tell what they end with.

    For each epoch: the rank correlation of the accuracy so far with that at the end, over networks, and the errors of
    predictions of the end, each network predicted from all others.
    """
    from nas.results.curves import curves

    write([curves(folder)], form)
    return 0
