"""`nas reproduce`: the claims of a paper, tried over seeds."""

from __future__ import annotations

from typing import get_args

import click

from hwcost.core.click_options import WHOLE
from hwcost.core.click_outputs import OutputPath, writes_files
from hwcost.report.console import format_option, write
from nas.papers.record import Paper


@click.command("reproduce")
@click.argument("paper", type=click.Choice(get_args(Paper)))
@click.option(
    "--dataset",
    "datasets",
    multiple=True,
    metavar="DATA",
    help="Data set, as in `nas search`; may be given repeatedly. [default: those of the paper that need no download]",
)
@click.option("--num-seeds", type=WHOLE, metavar="N", help="Seeds, at least 2. [default: 5; quick: 3]")
@click.option("--quick", is_flag=True, help="A small version, to see that all works; it tells little of the paper.")
@click.option(
    "-o", "folder", type=OutputPath(), metavar="DIR", help="Directory of everything. [default: reproduce-PAPER]"
)
@click.option("--workers", type=WHOLE, default=1, show_default=True, help="Processes that train and cost.")
@format_option
@click.option("--quiet", "-q", is_flag=True, help="No progress on stderr.")
@writes_files
def command(
    paper: Paper,
    datasets: tuple[str, ...],
    num_seeds: int | None,
    quick: bool,
    folder: str | None,
    workers: int,
    form: str,
    quiet: bool,
) -> int:
    """Try the claims of a paper over seeds: faqnas, qnas or hyb-hanas.

    Writes the paper's figures (PNG, SVG) and a table of its claims (claims.html, claims.json, claims.txt): each is
    reproduced, not reproduced, or cannot be told, with our figures and their intervals over seeds. The searches are
    kept in the directory, so that a call that was stopped resumes.
    """
    from nas.cli.progress import counter
    from nas.papers.reproduce import reproduce

    try:
        with counter("searches", quiet) as progress:
            result = reproduce(
                paper,
                folder or f"reproduce-{paper}",
                datasets=datasets,
                num_seeds=num_seeds,
                quick=quick,
                workers=workers,
                progress=progress,
            )
    except KeyboardInterrupt:
        from hwcost.core.text import say

        say("stopped; every search that was begun is kept, the same command continues", program="nas")
        raise click.exceptions.Exit(130) from None
    write([result], form)
    return 0
