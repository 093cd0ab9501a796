"""`nas pilot`: how much of a validation error is the network's, before a search."""

from __future__ import annotations

from typing import Any

import click

from hwcost.core.click_options import WHOLE, given, options_of
from hwcost.core.click_outputs import OutputPath, replaces_nothing
from hwcost.report.console import format_option, write
from nas.cli.options import old_machine_option, worker_options
from nas.runs.config import SearchConfig


@click.command("pilot")
@click.argument("file", required=False, metavar="[CONFIG.toml]")
@click.option(
    "-o",
    "folder",
    type=OutputPath(),
    metavar="RUN",
    help="Keep the trainings in the directory of a run to be searched.",
)
@click.option("--networks", type=WHOLE, default=30, show_default=True, help="Networks.")
@click.option("--no-grid", is_flag=True, help="Only the settings of the search, no others.")
@worker_options
@format_option
@click.option("--quiet", "-q", is_flag=True, help="No progress on stderr.")
@options_of(SearchConfig, given_only=True)
@old_machine_option
@replaces_nothing
def command(
    file: str | None,
    folder: str | None,
    networks: int,
    no_grid: bool,
    workers: int,
    cluster: str | None,
    form: str,
    quiet: bool,
    **keys: Any,
) -> int:
    """Measure how much of a validation error is the network's and how much the seed's.

    Random networks are trained with three seeds each, with the settings of the search and with others that take as
    many passes over the data. Options are those of `nas search`; with -o the search finds what was trained.
    """
    from nas.cli.progress import counter
    from nas.results.pilot import pilot
    from nas.runs.config import config_from_dict, load_config

    config = config_from_dict(given(keys)) if file is None else load_config(file, given(keys))
    with counter("pilot", quiet) as progress:
        report = pilot(
            config, folder, networks=networks, grid=not no_grid, workers=workers, cluster=cluster, progress=progress
        )
    write([report], form)
    return 0
