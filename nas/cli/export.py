"""`nas export`: a member of a front as files."""

from __future__ import annotations

from typing import Any

import click

from hwcost.core.click_outputs import OutputPath, writes_files


@click.command("export")
@click.argument("folder", metavar="RUN")
@click.option("--rank", type=int, required=True, metavar="N", help="Number of the member, as `nas front` shows it.")
@click.option(
    "-o",
    "output",
    type=OutputPath(),
    required=True,
    metavar="DIR",
    help="Directory to write to; made if there is none.",
)
@click.option("--backend", metavar="NAME|FILE", help="Compile and cost for another device than the run's.")
@writes_files
def command(folder: str, rank: int, output: str, backend: str | None) -> int:
    """Write a member of the front: circuits as QPY (logical, trained, compiled), checkpoint, cost report.

    A run keeps no weights; the network is trained again from its seed.
    """
    from hwcost.core.text import printable
    from nas.results.export import export

    changes: dict[str, Any] = {} if backend is None else {"backend": backend}
    done = export(folder, rank, output, **changes)
    click.echo(f"{printable(str(done.folder))}: {', '.join(done.files)}; validation accuracy {done.accuracy:.1%}")
    return 0
