"""`hwcost mcp`."""

from __future__ import annotations

import click


@click.command("mcp")
@click.option(
    "--allow",
    "folders",
    multiple=True,
    type=click.Path(),
    metavar="FOLDER",
    help="Circuits and calibrations in it may be read; repeatable. [default: no files]",
)
def command(folders: tuple[str, ...]) -> int:
    """Serve read-only tools to an assistant by the Model Context Protocol, on standard input and output.

    The tools are `estimate`, `compare`, `calibration_show` and `backends`. Needs the extra `mcp`.
    """
    from hwcost.integrations.mcp_server import serve

    serve(folders)
    return 0
