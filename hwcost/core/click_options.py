"""Options of a command made from the fields of a record, so that neither can have what the other lacks."""

from __future__ import annotations

import types
from collections.abc import Callable, Iterable, Mapping
from dataclasses import Field
from typing import Any, Literal, TypeAlias, TypeVar, Union, get_args, get_origin, get_type_hints

import click

from hwcost.core.numbers import parse_real, parse_whole
from hwcost.core.option_fields import flag_of, option_fields

_Function = TypeVar("_Function", bound=Callable[..., Any])
Parser: TypeAlias = Callable[[click.Context, click.Parameter, Any], Any]


def options_of(
    record: type[Any],
    names: Iterable[str] | None = None,
    *,
    parsers: Mapping[str, Parser] | None = None,
    defaults: Mapping[str, Any] | None = None,
    given_only: bool = False,
    show_defaults: bool = True,
) -> Callable[[_Function], _Function]:
    """Return a decorator that gives a click command an option for each field that `option` made.

    The command gets the values under the names of the fields, by default with the defaults of the fields.

    Args:
        record: The record.
        names: Which fields; default all.
        parsers: Click callbacks by kind of field, for text that is not simply a number.
        defaults: Other defaults than the record's, by field.
        given_only: Whether the command gets None where an option is missing, because something else comes before the
            default: `given` leaves it out.
        show_defaults: Whether the help says what counts where an option is missing.
    """
    fields = {f.name: f for f in option_fields(record)}
    hints = get_type_hints(record)
    own = vars(record).get("__annotations__", {})

    def _is_inherited(name: str) -> bool:
        return name not in own  # they come last in the help

    def decorate(function: _Function) -> _Function:
        for name in reversed(sorted(fields, key=_is_inherited) if names is None else list(names)):
            default = (defaults or {}).get(name, fields[name].default)
            settings = _settings(fields[name], hints[name], default, parsers or {})
            settings["help"] = _help(fields[name].metadata, default) if show_defaults else fields[name].metadata["help"]
            if given_only:
                settings["default"] = None
            function = click.option(*_names(fields[name]), **settings)(function)
        return function

    return decorate


def _names(f: Field[Any]) -> list[str]:
    """Return the names of the option, and that of the value."""
    return [flag_of(f), *([f.metadata["short"]] if f.metadata["short"] else []), f.name]


def _settings(f: Field[Any], hint: Any, default: Any, parsers: Mapping[str, Parser]) -> dict[str, Any]:
    meta = f.metadata
    if isinstance(default, bool):
        return {"is_flag": True, "default": default, "flag_value": not default}
    settings: dict[str, Any] = {"metavar": meta["metavar"], "default": default}
    if meta["kind"] == "list":
        settings |= {"multiple": True, "default": ()}
    elif meta["choices"]:
        settings["type"] = click.Choice(meta["choices"])
    else:
        settings["type"] = _type(hint) if meta["kind"] == "plain" else str
    if meta["kind"] in parsers:
        settings["callback"] = parsers[meta["kind"]]
    return settings


def _help(meta: Mapping[str, Any], default: Any) -> str:
    shown = default if default not in (None, (), "") and not isinstance(default, bool) else meta["shown_default"]
    return meta["help"] if shown is None else f"{meta['help']} [default: {shown}]"


def _type(hint: Any) -> Any:
    """Return int, float or str, whichever a field holds beside None; or a number or a word."""
    kinds = [kind for kind in get_args(hint) if kind is not type(None)] if _is_union(hint) else [hint]
    if get_origin(kinds[0]) is Literal:
        return str
    words = [word for kind in kinds if get_origin(kind) is Literal for word in get_args(kind)]
    if kinds[0] is int and words:
        return WholeOrWord(words)
    return {int: WHOLE, float: REAL}.get(kinds[0], str)


class WholeNumber(click.types.IntParamType):
    """A whole number, of plain digits: Python itself would also take `1_000`, ` 1` and digits of other scripts."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Return the number."""
        if isinstance(value, str) and parse_whole(value) is None:
            self.fail(f"{value!r} is not a valid integer.", param, ctx)
        return super().convert(value, param, ctx)


class WholeRange(click.IntRange):
    """The same, of a range."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Return the number."""
        return super().convert(WHOLE.convert(value, param, ctx), param, ctx)


class RealNumber(click.types.FloatParamType):
    """A number of plain digits."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Return the number."""
        if isinstance(value, str) and parse_real(value) is None:
            self.fail(f"{value!r} is not a valid float.", param, ctx)
        return super().convert(value, param, ctx)


WHOLE = WholeNumber()
"""Type of every option that is a whole number."""
REAL = RealNumber()
"""Type of every option that is any number."""


class WholeOrWord(click.ParamType):  # type: ignore[type-arg]  # generic from click 8.3 on
    """A whole number, or one of some words.

    Args:
        words: The words.
    """

    name = "integer"

    def __init__(self, words: Iterable[str]):
        self._words = tuple(words)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int | str:
        """Return the number or the word."""
        if value in self._words:
            return str(value)
        number = parse_whole(value) if isinstance(value, str) else int(value)
        if number is None:
            self.fail(f"{value!r} is neither a whole number nor {' or '.join(self._words)}.", param, ctx)
        return number


def _is_union(hint: Any) -> bool:
    return get_origin(hint) in (Union, types.UnionType)


def taken(record: type[Any], values: dict[str, Any]) -> dict[str, Any]:
    """Take what belongs to a record out of the values of a command."""
    return {f.name: values.pop(f.name) for f in option_fields(record) if f.name in values}


def given(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the options that were given, of a command that gets None, or no values, where one is missing.

    >>> given({"shots": 100, "seed": None, "max": ()})
    {'shots': 100}
    """
    return {name: value for name, value in values.items() if value is not None and value != ()}
