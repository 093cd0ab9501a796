"""`nas recost`: the front of a run on another device."""

from __future__ import annotations

from typing import Any

import click

from hwcost.core.click_options import given, options_of
from hwcost.report.console import format_option, write
from nas.cli.options import old_machine_option
from nas.runs.config import COSTING_KEYS, SearchConfig


@click.command("recost")
@click.argument("folder", metavar="RUN")
@options_of(SearchConfig, COSTING_KEYS, given_only=True, show_defaults=False)
@old_machine_option
@format_option
@click.option("--quiet", "-q", is_flag=True, help="No progress on stderr.")
def command(folder: str, form: str, quiet: bool, **keys: Any) -> int:
    """Show the front of a run on another device, calibration or job profile, without training again.

    Options replace what the run was searched with. Every network of the run is costed, not only those of the old
    front. The run stays as it is.
    """
    from nas.cli.progress import counter
    from nas.results.front import Front
    from nas.results.recost import recost

    with counter("costing", quiet) as progress:
        run = recost(folder, progress=progress, **given(keys))
    write([Front(run=run)], form)
    return 0
