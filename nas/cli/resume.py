"""`nas resume`: resumes a search that was stopped or killed."""

from __future__ import annotations

import click

from hwcost.report.console import format_option
from nas.cli.options import worker_options


@click.command("resume")
@click.argument("folder", metavar="RUN")
@worker_options
@format_option
@click.option("--quiet", "-q", is_flag=True, help="No progress on stderr.")
def command(folder: str, workers: int, cluster: str | None, form: str, quiet: bool) -> int:
    """Resume a search that was stopped or killed; it ends with the front of an uninterrupted one."""
    from hwcost.core.text import say
    from nas.cli.progress import finish, shown
    from nas.runs.search import resume
    from nas.runs.store import RunStore, changed_versions

    with RunStore(folder) as store:
        changed = changed_versions(store.plain)
    if changed:
        say(f"{folder}: other versions than at its start ({', '.join(changed)}); results may differ", program="nas")
    with shown(folder, quiet) as progress:
        run = resume(folder, workers=workers, cluster=cluster, progress=progress)
    return finish(run, form)
