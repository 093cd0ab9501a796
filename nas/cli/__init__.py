"""The command line of `nas`. Subcommands are imported when they are called, so that `--help` answers at once."""

from __future__ import annotations

import click

from hwcost.core.command_line import LazyGroup, run
from hwcost.core.version import __version__

_COMMANDS = {
    "space": "Show a search space: genes, genomes, distinct architectures.",
    "train": "Train one network and save it.",
    "supercircuit": "Train weights that all networks share, and say whether they rank them.",
    "pilot": "Measure how much of an error is the network's, before a search.",
    "search": "Search for networks with the best accuracy at their cost.",
    "resume": "Resume a search that was stopped or killed.",
    "watch": "Follow a search in the browser.",
    "front": "Show the Pareto front of a run.",
    "curves": "Show how early trainings tell what they end with.",
    "report": "Write a run as a page with pictures.",
    "recost": "Show the front of a run on another device.",
    "retrain": "Train members of the front to convergence, beside classical rivals.",
    "evaluate": "Run a member of the front with the noise of a device.",
    "reproduce": "Try the claims of a paper over seeds.",
    "export": "Write a network of the front: circuits, weights, costs.",
}


@click.group(
    cls=LazyGroup,
    package="nas.cli",
    summaries=_COMMANDS,
    context_settings={"help_option_names": ["-h", "--help"]},
)
@click.version_option(__version__, prog_name="nas")
@click.option("--debug", is_flag=True, expose_value=False, help="Show the traceback of an error.")
def _root() -> None:
    """Search for hybrid quantum-classical networks with the best accuracy at their cost on hardware."""


def main(arguments: list[str] | None = None) -> int:
    """Run the command line and return the exit code (console scripts pass it to `sys.exit`)."""
    return run(_root, "nas", arguments)
