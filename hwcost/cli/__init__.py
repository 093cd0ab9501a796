"""The command line. Subcommands are imported when they are called, so that `--help` and typing errors answer at once.

Data goes to stdout, progress and warnings to stderr. Exit codes: 0 done, 1 the work failed, 2 the input was wrong.
"""

from __future__ import annotations

import gc
import io
import sys
from importlib import import_module
from typing import Any

import click

from hwcost import __version__
from hwcost.errors import HwcostError, InputError, MissingDependencyError
from hwcost.messages import internal_error, say

_COMMANDS = {
    "estimate": "Cost circuits on a device: time, shots, routing, noise.",
    "backends": "List the backends whose calibration is at hand, with what is wrong with each.",
    "calibration": "Show, save, import and compare calibrations.",
    "jobs": "Fit and score job-time profiles from timed jobs.",
    "validate": "Simulate the noise of a circuit exactly and compare with what `estimate` predicts.",
}


class _LazyGroup(click.Group):
    """A click group whose commands live in modules of their own name, imported on use."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in _COMMANDS:
            return None
        command: click.Command = import_module(f"hwcost.cli.{cmd_name}").command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The table of commands, from the texts above: no subcommand is imported for it."""
        with formatter.section("Commands"):
            formatter.write_dl(list(_COMMANDS.items()))


@click.group(cls=_LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="hwcost")
@click.option("--debug", is_flag=True, expose_value=False, help="Show the traceback of an error.")
def _root() -> None:
    """What a quantum circuit will cost on a device, before it runs."""


def main(arguments: list[str] | None = None) -> int:
    """Run the command line and return the exit code (console scripts pass it to `sys.exit`)."""
    given = sys.argv[1:] if arguments is None else arguments
    if arguments is None:
        # A short process that mostly imports: looking for garbage meanwhile finds none and takes 4 % of the time.
        gc.set_threshold(200_000, 20, 20)
    # Taken out here, so that it may stand anywhere on the line.
    debug = "--debug" in given
    if sys.stdout is None:
        say("stdout is closed; there is nowhere to write the result to")
        return 1
    for stream in (sys.stdout, sys.stderr):
        # A terminal that has no µ gets a question mark, not a crash.
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")
    try:
        outcome: Any = _root.main(
            [a for a in given if a != "--debug"], prog_name="hwcost", standalone_mode=False, obj={"debug": debug}
        )
    except click.exceptions.Exit as stop:
        return stop.exit_code
    except SystemExit:
        # click and rich leave this way when the reader of a pipe went away (`| head`): not an error of ours.
        return 0
    except click.ClickException as error:
        if not given:  # the message is the help text
            click.echo(error.format_message(), err=True)
            return 2
        say(_with_hint(error))
        return 2
    except (KeyboardInterrupt, click.Abort):
        say("interrupted")
        return 130
    except HwcostError as error:
        if debug:
            raise
        say(str(error))
        return 2 if isinstance(error, (InputError, MissingDependencyError)) else 1
    except BrokenPipeError:
        # The reader of a pipe went away (`| head`): not an error of ours. Keep the interpreter from flushing again.
        sys.stdout = None
        return 0
    except OSError as error:
        if debug:
            raise
        say(f"{error.filename or 'output'}: {error.strerror or error}")
        return 1
    except Exception as error:
        if debug:
            raise
        say(internal_error(error))
        return 1
    return outcome if isinstance(outcome, int) else 0


def _with_hint(error: click.ClickException) -> str:
    context = getattr(error, "ctx", None)
    hint = f" (`{context.command_path} --help` lists the options)" if context is not None else ""
    return error.format_message() + hint
