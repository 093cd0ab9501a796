"""Options of a command made from the fields of a record, so that neither can have what the other lacks."""

from __future__ import annotations

import types
from collections.abc import Callable, Iterable, Mapping
from dataclasses import Field
from typing import Any, Literal, TypeAlias, TypeVar, Union, get_args, get_origin, get_type_hints

import click

from hwcost.core.option_fields import flag_of, option_fields

_Function = TypeVar("_Function", bound=Callable[..., Any])
Parser: TypeAlias = Callable[[click.Context, click.Parameter, Any], Any]


def options_of(
    record: type[Any],
    names: Iterable[str] | None = None,
    *,
    parsers: Mapping[str, Parser] | None = None,
    defaults: Mapping[str, Any] | None = None,
) -> Callable[[_Function], _Function]:
    """Return a decorator that gives a click command an option for each field that `option` made.

    The command gets the values under the names of the fields, with the defaults of the fields.

    Args:
        record: The record.
        names: Which fields; default all.
        parsers: Click callbacks by kind of field, for text that is not simply a number.
        defaults: Other defaults than the record's, by field.
    """
    fields = {f.name: f for f in option_fields(record)}
    hints = get_type_hints(record)

    def decorate(function: _Function) -> _Function:
        for name in reversed(list(fields if names is None else names)):
            default = (defaults or {}).get(name, fields[name].default)
            function = _option(fields[name], hints[name], default, parsers or {})(function)
        return function

    return decorate


def _option(f: Field[Any], hint: Any, default: Any, parsers: Mapping[str, Parser]) -> Callable[[_Function], _Function]:
    meta = f.metadata
    names = [flag_of(f), *([meta["short"]] if meta["short"] else []), f.name]
    if isinstance(default, bool):
        return click.option(*names, is_flag=True, default=default, flag_value=not default, help=meta["help"])
    settings: dict[str, Any] = {"metavar": meta["metavar"], "help": _help(meta, default), "default": default}
    if meta["kind"] == "list":
        settings |= {"multiple": True, "default": ()}
    else:
        settings["type"] = _type(hint) if meta["kind"] == "plain" else str
    if meta["kind"] in parsers:
        settings["callback"] = parsers[meta["kind"]]
    return click.option(*names, **settings)


def _help(meta: Mapping[str, Any], default: Any) -> str:
    shown = default if default not in (None, (), "") else meta["shown_default"]
    return meta["help"] if shown is None else f"{meta['help']} [default: {shown}]"


def _type(hint: Any) -> Any:
    """Return int, float or str, whichever a field holds beside None."""
    kinds = [kind for kind in get_args(hint) if kind is not type(None)] if _is_union(hint) else [hint]
    if get_origin(kinds[0]) is Literal:
        return str
    return kinds[0] if kinds[0] in (int, float) else str


def _is_union(hint: Any) -> bool:
    return get_origin(hint) in (Union, types.UnionType)


def taken(record: type[Any], values: dict[str, Any]) -> dict[str, Any]:
    """Take what belongs to a record out of the values of a command."""
    return {f.name: values.pop(f.name) for f in option_fields(record) if f.name in values}
