"""What the two commands, `hwcost` and `nas`, have in common: subcommands imported on use, and how errors end.

Data goes to stdout, progress and warnings to stderr. Exit codes: 0 done, 1 the work failed, 2 the input was wrong or
there is no room for the output, 130 interrupted.
"""

from __future__ import annotations

import atexit
import errno
import gc
import io
import sys
from collections.abc import Mapping
from importlib import import_module
from typing import TYPE_CHECKING, Any

import click

from hwcost.core.errors import HwcostError, InputError, MissingDependencyError
from hwcost.core.garbage import SHORT_WORK
from hwcost.core.origins import Origins
from hwcost.core.text import internal_error, one_line, say

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

_REMEDIES = {
    errno.ENAMETOOLONG: "check the path",
    errno.ELOOP: "check the path",
    errno.ENOSPC: "make room, or write elsewhere",
    errno.EDQUOT: "make room, or write elsewhere",
    errno.EFBIG: "files may not grow so large here (ulimit -f); write elsewhere",
    errno.EROFS: "write elsewhere",
    errno.EACCES: "change its permissions, or write elsewhere",
    errno.EPERM: "change its permissions, or write elsewhere",
}
"""What the user can do about faults of the system."""


class LazyGroup(click.Group):
    """A click group whose commands live in modules of their own name, imported on use.

    Args:
        package: Where the modules are; `estimate-model` is in `estimate_model`, each has a `command`.
        summaries: One line about each command, by name.
    """

    def __init__(self, *args: Any, package: str = "", summaries: Mapping[str, str] | None = None, **settings: Any):
        super().__init__(*args, **settings)
        self._package = package
        self._summaries = dict(summaries or {})

    def list_commands(self, ctx: click.Context) -> list[str]:
        """List names in the order of the table."""
        return list(self._summaries)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import the command."""
        if cmd_name not in self._summaries:
            return None
        command: click.Command = import_module(f"{self._package}.{cmd_name.replace('-', '_')}").command
        return command

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """Complete names of commands from the summaries: no subcommand is imported for it."""
        from click.shell_completion import CompletionItem

        if incomplete and not incomplete[0].isalnum():
            return click.Command.shell_complete(self, ctx, incomplete)
        names = [name for name in self._summaries if name.startswith(incomplete)]
        return [CompletionItem(name, help=self._summaries[name]) for name in names]

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the table of commands from the summaries: no subcommand is imported for it."""
        with formatter.section("Commands"):
            formatter.write_dl(list(self._summaries.items()))


def run(root: click.Group, program: str, arguments: list[str] | None) -> int:
    """Run a command line and return the exit code.

    Args:
        root: The group of commands.
        program: Name of the command, for messages.
        arguments: What follows the name; default the process's own arguments.
    """
    words = sys.argv[1:] if arguments is None else arguments
    if arguments is None:
        # A short process that mostly imports: looking for garbage meanwhile finds none and takes 4 % of the time.
        gc.set_threshold(*SHORT_WORK)
        # Nor need the interpreter look through all that was imported before it ends: a fifth of a short run.
        atexit.register(gc.freeze)
    # Taken out here, so that it may stand anywhere on the line.
    debug = "--debug" in words
    words = [word for word in words if word != "--debug"]
    origins = Origins(words)
    if sys.stdout is None:
        say("stdout is closed; there is nowhere to write the result to", program=program)
        return 1
    for stream in (sys.stdout, sys.stderr):
        # A terminal that has no µ gets a question mark, not a crash.
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")
    try:
        outcome: Any = root.main(
            words,
            prog_name=program,
            standalone_mode=False,
            obj={"debug": debug, "origins": origins},
        )
    except (click.exceptions.Exit, SystemExit, KeyboardInterrupt, click.Abort) as stop:
        return _stopped(stop, program)
    except click.ClickException as error:
        if not words:  # the message is the help text
            click.echo(error.format_message(), err=True)
        else:
            say(_with_hint(error, origins), program=program)
        return 2
    except BrokenPipeError:
        # The reader of a pipe went away (`| head`): not an error of ours. Keep the interpreter from flushing again.
        sys.stdout = None
        return 0
    except Exception as error:
        if debug:
            raise
        return _failed(error, program, origins)
    return outcome if isinstance(outcome, int) else 0


def _stopped(stop: BaseException, program: str) -> int:
    """Return the exit code of a command that ended early."""
    if isinstance(stop, click.exceptions.Exit):
        return stop.exit_code
    if isinstance(stop, SystemExit):
        # click and rich leave this way when the reader of a pipe went away (`| head`): not an error of ours.
        return 0
    say("interrupted", program=program)
    return 130


def _failed(error: Exception, program: str, origins: Origins) -> int:
    """Say why a command failed, and return its exit code."""
    if isinstance(error, HwcostError):
        say(f"{error}{origins.of_error(error)}", program=program)
        return 2 if isinstance(error, (InputError, MissingDependencyError)) else 1
    if isinstance(error, OSError):
        return _system_failed(error, program)
    say(internal_error(error, program=program), program=program)
    return 1


def _system_failed(error: OSError, program: str) -> int:
    """Say what the system could not do: 2 where the user can mend it, such as a full disk."""
    from hwcost.core.reading import path_label  # only here: `--help` needs no reader

    if error.errno == errno.ENOENT and "temporary directory" in str(error.strerror):
        say("no folder for temporary files can be written to; make room, or set TMPDIR to another", program=program)
        return 2
    remedy = _REMEDIES.get(error.errno or 0)
    advice = "" if remedy is None else f"; {remedy}"
    say(f"{path_label(str(error.filename or 'output'))}: {error.strerror or error}{advice}", program=program)
    return 1 if remedy is None else 2


def _with_hint(error: click.ClickException, origins: Origins) -> str:
    context = getattr(error, "ctx", None)
    hint = f" (`{context.command_path} --help` lists the options)" if context is not None else ""
    # The value found may be as long as the user likes.
    return one_line(error.format_message()) + origins.of_error(error) + hint
