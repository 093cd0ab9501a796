"""`nas front`: the Pareto front of a run."""

from __future__ import annotations

import click


@click.command("front")
@click.argument("folder", metavar="RUN")
@click.option("--format", "form", type=click.Choice(["text", "csv", "json"]), default="text", show_default=True)
def command(folder: str, form: str) -> int:
    """Show the Pareto front of a run, finished or not."""
    from nas.results.front import front_csv, front_json, front_text
    from nas.runs.run import open_run

    run = open_run(folder)
    write = {"text": front_text, "csv": front_csv, "json": front_json}[form]
    click.echo(write(run), nl=form != "csv")
    return 0
