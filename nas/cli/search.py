"""`nas search`: searches, or goes on where a search of the same configuration stopped."""

from __future__ import annotations

import dataclasses
import types
from collections.abc import Callable
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

import click

from nas.runs.config import SearchConfig


def _options(function: Callable[..., Any]) -> Callable[..., Any]:
    """One option for each key of a configuration, so that neither can have what the other lacks."""
    hints = get_type_hints(SearchConfig)
    for f in reversed(dataclasses.fields(SearchConfig)):
        flag = f"--{f.name.replace('_', '-')}"
        meaning = f.metadata["help"]
        if f.default not in (None, (), "") and not isinstance(f.default, bool):
            meaning += f"  [default: {f.default}]"
        if isinstance(f.default, bool):
            option = click.option(flag, f.name, is_flag=True, default=None, help=meaning)
        else:
            kind = _kind(hints[f.name])
            option = click.option(flag, f.name, type=kind, default=None, metavar=f.metadata["metavar"], help=meaning)
        function = option(function)
    return function


def _kind(hint: Any) -> Any:
    kinds = [kind for kind in get_args(hint) if kind is not type(None)] if _is_union(hint) else [hint]
    if get_origin(kinds[0]) is Literal:
        return click.Choice(get_args(kinds[0]))
    return kinds[0] if kinds[0] in (int, float) else str


def _is_union(hint: Any) -> bool:
    return get_origin(hint) in (Union, types.UnionType)


@click.command("search")
@click.argument("file", required=False, metavar="[CONFIG.toml]")
@click.option("-o", "folder", required=True, metavar="RUN", help="Directory of the run; made if there is none.")
@click.option("--workers", type=int, default=1, show_default=True, help="Processes that train and cost.")
@click.option("--cluster", metavar="ADDRESS", help="Dask scheduler instead of processes, such as tcp://host:8786.")
@click.option("--quiet", "-q", is_flag=True, help="No progress on stderr.")
@_options
def command(file: str | None, folder: str, workers: int, cluster: str | None, quiet: bool, **keys: Any) -> int:
    """Search for the networks with the best accuracy at their cost.

    A configuration is a TOML file whose keys are the options below with underscores; options come before the file.
    Objectives: validation_error, unified_time_s, qpu_time_s, quantum_flops, profiled_quantum_flops, parameters, esp,
    attenuation, peak_memory_bytes, energy_j. A search that was stopped goes on with the same command, or with `nas
    resume RUN`.
    """
    from nas.cli.progress import finish, shown
    from nas.runs.config import config_from_dict, load_config
    from nas.runs.search import search

    given = {name: value for name, value in keys.items() if value is not None}
    config = config_from_dict(given) if file is None else load_config(file, given)
    with shown(folder, quiet) as progress:
        run = search(config, folder, workers=workers, cluster=cluster, progress=progress)
    return finish(run)
