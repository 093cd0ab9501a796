"""`nas search`: searches, or resumes a search of the same configuration that was stopped."""

from __future__ import annotations

from typing import Any

import click

from hwcost.core.click_options import given, options_of
from hwcost.core.click_outputs import OutputPath, replaces_nothing
from hwcost.report.console import format_option
from nas.cli.options import old_machine_option, worker_options
from nas.runs.config import SearchConfig
from nas.runs.objectives import OBJECTIVES

_HELP = """Search for the networks with the best accuracy at their cost.

A configuration is a TOML file whose keys are the options below with underscores; options come before the file. A search
that was stopped resumes with the same command, or with `nas resume RUN`.

Objectives:

\b
"""


def _help() -> str:
    width = max(map(len, OBJECTIVES))
    return _HELP + "\n".join(f"{name:{width}}  {objective.meaning}" for name, objective in OBJECTIVES.items())


@click.command("search", help=_help())
@click.argument("file", required=False, metavar="[CONFIG.toml]")
@click.option(
    "-o", "folder", type=OutputPath(), required=True, metavar="RUN", help="Directory of the run; made if there is none."
)
@worker_options
@format_option
@click.option("--quiet", "-q", is_flag=True, help="No progress on stderr.")
@options_of(SearchConfig, given_only=True)
@old_machine_option
@replaces_nothing
def command(
    file: str | None, folder: str, workers: int, cluster: str | None, form: str, quiet: bool, **keys: Any
) -> int:
    """Run the search that the options describe."""
    from nas.cli.progress import finish, shown
    from nas.runs.config import config_from_dict, load_config
    from nas.runs.search import search

    config = config_from_dict(given(keys)) if file is None else load_config(file, given(keys))
    with shown(folder, quiet) as progress:
        run = search(config, folder, workers=workers, cluster=cluster, progress=progress)
    return finish(run, form)
