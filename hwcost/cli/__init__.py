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
@click.option(
    "--config",
    envvar="HWCOST_CONFIG",
    type=click.Path(),
    metavar="FILE",
    help="Defaults of options.  [default: hwcost.toml, else $XDG_CONFIG_HOME/hwcost/config.toml]",
)
@click.option("--no-config", is_flag=True, help="Read no file of defaults.")
@click.option("--verbose", is_flag=True, help="Log on stderr: files read, seeds, times.")
@click.option("--debug", is_flag=True, expose_value=False, help="Show the traceback of an error.")
@click.pass_context
def _root(context: click.Context, config: str | None, no_config: bool, verbose: bool) -> None:
    """Estimate what a quantum circuit or a hybrid model will cost on a device, before it runs.

    Defaults of options come from the environment too, such as HWCOST_BACKEND and HWCOST_SHOTS.
    """
    if verbose:
        from hwcost.cli.verbose import log_to_stderr

        context.call_on_close(log_to_stderr())
    from hwcost.cli.defaults import use_defaults

    use_defaults(context, config, no_config, list(_COMMANDS))


def main(arguments: list[str] | None = None) -> int:
    """Run the command line and return the exit code (console scripts pass it to `sys.exit`)."""
    return run(_root, "hwcost", arguments)
