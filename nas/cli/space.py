"""`nas space`: genes, genomes and distinct architectures of a search space."""

from __future__ import annotations

import click

from hwcost.core.click_options import WHOLE
from hwcost.report.console import format_option, write


@click.command("space")
@click.argument("name", required=False, metavar="NAME|FILE.toml")
@click.option("--genes", "vocabulary", is_flag=True, help="Show which genes a space of your own may have.")
@click.option("--random", "num_random", type=WHOLE, default=0, metavar="N", help="Also print N random genomes.")
@click.option("--seed", type=WHOLE, default=0, show_default=True, help="Seed of the random genomes.")
@format_option
def command(name: str | None, vocabulary: bool, num_random: int, seed: int, form: str) -> int:
    """Show a search space: faqnas, hyb-hanas, qnas, or a TOML file of your own.

    Genomes that build the same network are one architecture. Dead weights are angles that can influence no output, such
    as those of an RZ after the last RX or RY before a measurement of Z.
    """
    from nas.core.errors import SettingError
    from nas.spaces.load import load_space
    from nas.spaces.summary import GeneList, SpaceList, summarize

    if vocabulary:
        write([GeneList()], form)
        return 0
    if name is None:
        write([SpaceList.built_in()], form)
        return 0
    if not 0 <= num_random <= 10_000 or not 0 <= seed < 2**63:
        raise SettingError(
            f"--random is {num_random} and --seed {seed}; give 0 to 10000 genomes and a seed that is not negative"
        )
    write([summarize(load_space(name), num_random=num_random, seed=seed)], form)
    return 0
