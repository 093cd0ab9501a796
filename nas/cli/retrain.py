"""`nas retrain`: members of a front trained to convergence, beside classical rivals."""

from __future__ import annotations

from typing import Any

import click

from hwcost.core.click_options import WHOLE, options_of
from hwcost.core.click_outputs import replaces_nothing
from hwcost.report.console import format_option, write
from nas.results.retrain import RetrainSettings


@click.command("retrain")
@click.argument("folder", metavar="RUN")
@click.option(
    "--member",
    "members",
    type=WHOLE,
    multiple=True,
    metavar="N",
    help="Number of a member, as `nas front` shows it; may be given repeatedly. [default: the compromise]",
)
@click.option("--all", "all_members", is_flag=True, help="All members of the front.")
@options_of(RetrainSettings)
@format_option
@click.option("--quiet", "-q", is_flag=True, help="No progress on stderr.")
@replaces_nothing
def command(folder: str, members: tuple[int, ...], all_members: bool, form: str, quiet: bool, **settings: Any) -> int:
    """Train members of the front to convergence and try them on the test part, beside classical rivals.

    Rivals are a logistic regression, an MLP with as many parameters, and the same network with a linear layer, a random
    fixed layer or its own untrained circuit in the circuit's place. Each is trained with the same seeds on the same
    samples; the answer is whether the circuit earns its cost, or that it cannot be told. Every training is kept in the
    folder of the run, so that an interrupted call continues where it was.
    """
    from nas.cli.progress import counter
    from nas.results.retrain import retrain

    try:
        with counter("training", quiet) as progress:
            result = retrain(folder, members, all_members=all_members, progress=progress, **settings)
    except KeyboardInterrupt:
        from hwcost.core.text import say

        say("stopped; every training that ended is kept, the same command continues", program="nas")
        raise click.exceptions.Exit(130) from None
    write([result], form)
    return 0
