"""Options of commands that are keys of a configuration: `options_for`."""

from __future__ import annotations

import dataclasses
import types
from collections.abc import Callable, Sequence
from typing import Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

import click

from nas.runs.config import SearchConfig

Command = TypeVar("Command", bound=Callable[..., Any])


def options_for(names: Sequence[str], *, defaults: bool = True) -> Callable[[Command], Command]:
    """Give a command one option for each of these keys, with the key's help and kind.

    Args:
        names: Keys of `SearchConfig`.
        defaults: Whether the help says what counts where the option is missing.
    """
    fields = [f for f in dataclasses.fields(SearchConfig) if f.name in names]
    hints = get_type_hints(SearchConfig)

    def decorate(function: Command) -> Command:
        for f in reversed(fields):
            function = _option(f, hints[f.name], defaults)(function)
        return function

    return decorate


def _option(f: dataclasses.Field[Any], hint: Any, defaults: bool) -> Callable[[Command], Command]:
    flag = f"--{f.name.replace('_', '-')}"
    meaning = f.metadata["help"]
    if isinstance(f.default, bool):
        return click.option(flag, f.name, is_flag=True, default=None, help=meaning)
    if not defaults:
        meaning = meaning.partition("  [default")[0].partition(" [default")[0]
    elif f.default not in (None, (), ""):
        meaning += f"  [default: {f.default}]"
    kind = click.Choice(f.metadata["choices"]) if f.metadata["choices"] else _kind(hint)
    return click.option(flag, f.name, type=kind, default=None, metavar=f.metadata["metavar"], help=meaning)


def _kind(hint: Any) -> Any:
    is_union = get_origin(hint) in (Union, types.UnionType)
    kinds = [kind for kind in get_args(hint) if kind is not type(None)] if is_union else [hint]
    if get_origin(kinds[0]) is Literal:
        return click.Choice(get_args(kinds[0]))
    return kinds[0] if kinds[0] in (int, float) else str
