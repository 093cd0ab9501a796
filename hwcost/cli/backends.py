"""`hwcost backends`."""

from __future__ import annotations

import click

from hwcost.report.console import format_option, write


@click.command("backends")
@format_option
def command(form: str) -> int:
    """List the backends whose calibration is available: size, two-qubit gate, date, and what is wrong with each."""
    from hwcost.calibration.listing import backend_listing

    write([backend_listing()], form)
    return 0
