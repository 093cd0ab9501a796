"""Defaults of the user's: `HWCOST_…` in the environment, and `hwcost.toml`."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click
from click.core import ParameterSource

from hwcost.calibration.assumed import AssumedValues
from hwcost.core.default_values import Policy, default_map, read_tables
from hwcost.core.errors import OptionError
from hwcost.core.option_fields import flag_of, option_fields
from hwcost.core.reading import path_label

if TYPE_CHECKING:
    from hwcost.core.origins import Origins

WORKING_FOLDER_FILE = "hwcost.toml"

POLICY = Policy(
    prefix="HWCOST",
    # In others the same name means something else: `--device` of `jobs fit`, `--backend` of `jobs collect`.
    environment_commands=frozenset({"estimate", "estimate-job", "estimate-model", "compare", "validate"}),
    # What is written, what belongs to one input or device, what opens folders, and what runs code: a file of defaults
    # that lies in a folder must not run anything there.
    never=frozenset(
        {
            "output", "save-isa", "plot", "plots", "map", "index", "name", "date", "config", "allow", "compiler",
            "cluster", "help", "sample", "circuit", "live",
            # Values of one device; a snapshot with them is the default to give.
            *(flag_of(f).removeprefix("--") for f in option_fields(AssumedValues)),
        }
    ),
    rivals=(("shots", "precision"), ("cache", "no-cache")),
)  # fmt: skip


def config_file() -> Path | None:
    """Return the file of defaults: `hwcost.toml` here, else the user's; None if there is neither."""
    base = os.environ.get("XDG_CONFIG_HOME") or ""
    folder = Path(base) if os.path.isabs(base) else Path(os.path.expanduser("~")) / ".config"
    places = (Path(WORKING_FOLDER_FILE), folder / "hwcost" / "config.toml")
    return next((place for place in places if os.path.lexists(place)), None)


def use_defaults(context: click.Context, config: str | None, no_config: bool, commands: Sequence[str]) -> None:
    """Give the command that is called its defaults; the command line stays stronger.

    Args:
        context: Of the root.
        config: The file that was named, None for the usual places.
        no_config: Read no file.
        commands: Names of all commands.

    Raises:
        OptionError: The file or a value in it or in the environment is invalid.
    """
    name = context.invoked_subcommand
    command = None if name is None or not isinstance(context.command, click.Group) else _command(context, name)
    if name is None or command is None:
        return
    path = _file(context, config, no_config)
    tables = {} if path is None else read_tables(path, commands)
    origins: Origins = context.obj["origins"]
    label = "" if path is None else path_label(path)
    found = default_map(command, (name,), POLICY, tables.get(name, {}), label, origins)
    context.default_map = {name: found}


def _command(context: click.Context, name: str) -> click.Command | None:
    group = context.command
    return group.get_command(context, name) if isinstance(group, click.Group) else None


def _file(context: click.Context, config: str | None, no_config: bool) -> str | Path | None:
    if no_config:
        if config is not None and context.get_parameter_source("config") is ParameterSource.COMMANDLINE:
            raise OptionError("--config and --no-config are both given; give one")
        return None
    return config_file() if config is None else config
