"""`nas report`: a run as a page with pictures."""

from __future__ import annotations

import click

from hwcost.core.click_outputs import OutputPath, writes_files


@click.command("report")
@click.argument("folder", metavar="RUN")
@click.option("-o", "output", type=OutputPath(), metavar="DIR", help="Directory to write to. [default: RUN]")
@writes_files
def command(folder: str, output: str | None) -> int:
    """Write report.html, one file with everything in it, and its pictures as PNG files."""
    from hwcost.core.text import printable
    from nas.results.report import write_report

    done = write_report(folder, output)
    click.echo(f"{printable(str(done.page))}, {', '.join(path.name for path in done.pictures)}")
    return 0
