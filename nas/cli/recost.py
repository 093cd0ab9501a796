"""`nas recost`: the front of a run on another device."""

from __future__ import annotations

from typing import Any

import click


@click.command("recost")
@click.argument("folder", metavar="RUN")
@click.option("--backend", metavar="NAME|FILE", help="Another device or calibration.")
@click.option("--objectives", metavar="A,B,…", help="Other objectives.")
@click.option("--device", metavar="NAME|FILE", help="Profile of another classical device.")
@click.option("--job-profile", metavar="NAME|FILE", help="Another profile of job times.")
@click.option("--scope", metavar="inference|step|epoch|training", help="Another scope.")
@click.option("--shots", type=int, metavar="N", help="Other shots.")
@click.option("--gradient", metavar="NAME", help="Another gradient method.")
@click.option("--optimization-level", type=int, metavar="0…3", help="Another level of Qiskit's transpiler.")
@click.option("--num-seeds", type=int, metavar="N", help="Another number of transpiler seeds.")
@click.option("--qpu-power-w", type=float, metavar="W", help="Power of the quantum computer.")
@click.option("--device-power-w", type=float, metavar="W", help="Power of the classical device.")
@click.option("--format", "form", type=click.Choice(["text", "csv", "json"]), default="text", show_default=True)
@click.option("--quiet", "-q", is_flag=True, help="No progress on stderr.")
def command(folder: str, form: str, quiet: bool, **keys: Any) -> int:
    """Show the front of a run on another device, calibration or job profile, without training again.

    Every network of the run is costed, not only those of the old front. The run stays as it is.
    """
    from nas.cli.progress import counter
    from nas.results.front import front_csv, front_json, front_text
    from nas.results.recost import recost

    given = {name: value for name, value in keys.items() if value is not None}
    with counter("costing", quiet) as progress:
        run = recost(folder, progress=progress, **given)
    write = {"text": front_text, "csv": front_csv, "json": front_json}[form]
    click.echo(write(run), nl=form != "csv")
    return 0
