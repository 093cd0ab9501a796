"""The command line of `hwcost`. Subcommands are imported when they are called, so that `--help` answers at once."""

from __future__ import annotations

import click

from hwcost.core.command_line import LazyGroup, run
from hwcost.core.version import __version__

_COMMANDS = {
    "estimate": "Cost circuits on a device: time, shots, routing, noise.",
    "estimate-job": "Cost a job as it is submitted: PUBs and options of an Estimator or a Sampler.",
    "estimate-model": "Cost a whole hybrid model, quantum and classical half, in seconds.",
    "compare": "Compare backends, compilers and circuits side by side, with a test against seed noise.",
    "backends": "List the backends whose calibration is available, with what is wrong with each.",
    "calibration": "Show, save, import and compare calibrations.",
    "device": "List and measure classical devices.",
    "jobs": "Fit and score job-time profiles from timed jobs.",
    "mcp": "Serve read-only tools to an assistant (Model Context Protocol).",
    "validate": "Simulate the noise of a circuit exactly and compare with what `estimate` predicts.",
}


@click.group(
    cls=LazyGroup,
    package="hwcost.cli",
    summaries=_COMMANDS,
    context_settings={"help_option_names": ["-h", "--help"]},
)
@click.version_option(__version__, prog_name="hwcost")
@click.option("--debug", is_flag=True, expose_value=False, help="Show the traceback of an error.")
def _root() -> None:
    """Estimate what a quantum circuit or a hybrid model will cost on a device, before it runs."""


def main(arguments: list[str] | None = None) -> int:
    """Run the command line and return the exit code (console scripts pass it to `sys.exit`)."""
    return run(_root, "hwcost", arguments)
