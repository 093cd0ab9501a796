"""Defaults of options from environment variables and from one TOML file.

The command line wins over the environment, the environment over the file. A value is checked as the option's own text
would be, and an error names where the value came from.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import click

from hwcost.core.errors import OptionError
from hwcost.core.origins import Origins, flag
from hwcost.core.reading import path_label, read_file
from hwcost.core.text import listing, one_line, shown

_MAX_FILE_BYTES = 2**20
_TRUE, _FALSE = ("1", "true", "yes", "on"), ("0", "false", "no", "off")


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """What may have a default from outside.

    Attributes:
        prefix: Of the environment variables, such as `HWCOST`.
        environment_commands: Commands whose options have variables: one name means the same in all of them.
        never: Options that have none anywhere, by flag: what is written, and what runs code of the user's.
        rivals: Pairs of flags of which one may be given: one on the command line takes the other's default away.
    """

    prefix: str
    environment_commands: frozenset[str]
    never: frozenset[str]
    rivals: Sequence[tuple[str, str]] = ()


def default_map(
    command: click.Command,
    path: Sequence[str],
    policy: Policy,
    tables: Mapping[str, Any],
    file_label: str,
    origins: Origins,
) -> dict[str, Any]:
    """Return click's `default_map` of a command, or of a group with one for each of its commands.

    Args:
        command: The command.
        path: Its name, such as `("calibration", "show")`.
        policy: What may have a default.
        tables: The table of the command in the file.
        file_label: The file, for messages.
        origins: Gets where each value came from.

    Raises:
        OptionError: The file has a key that is no option, or a value has the wrong type.
    """
    if isinstance(command, click.Group):
        _refuse_unknown(tables, command.commands, path, file_label, "command")
        after = origins.words[list(origins.words).index(path[-1]) + 1 :]
        wanted = next((word for word in after if word in command.commands), None)
        if wanted is None:
            return {}
        table = _table(tables.get(wanted, {}), (*path, wanted), file_label)
        return {wanted: default_map(command.commands[wanted], (*path, wanted), policy, table, file_label, origins)}
    options = {flag(p): p for p in command.params if isinstance(p, click.Option) and flag(p) not in policy.never}
    _refuse_unknown(tables, options, path, file_label, "option")
    found: dict[str, tuple[Any, str]] = {}
    for name, value in tables.items():
        origin = f"{file_label}, [{'.'.join(path)}] {name}"
        found[name] = _from_file(options[name], value, origin), origin
    from_environment = set()
    if path[0] in policy.environment_commands:
        for name, option in options.items():
            variable = f"{policy.prefix}_{name.upper().replace('-', '_')}"
            text = os.environ.get(variable, "")
            if text.strip():
                found[name] = _from_text(option, text, variable), variable
                from_environment.add(name)
    for loser in _losers(policy.rivals, found, from_environment, options, origins.words):
        del found[loser]
    origins.by_flag |= {
        name: (origin, " ".join(value) if isinstance(value, list) else str(value))
        for name, (value, origin) in found.items()
        if not _given(name, options[name], origins.words)
    }
    return {str(options[name].name): value for name, (value, _) in found.items()}


def _losers(
    rivals: Iterable[tuple[str, str]],
    found: Mapping[str, object],
    from_environment: set[str],
    options: Mapping[str, click.Option],
    words: Sequence[str],
) -> Iterator[str]:
    """Yield each default that gives way to its rival."""
    for pair in rivals:
        for name, other in (pair, pair[::-1]):
            if name not in found or other not in options:
                continue
            stronger = other in from_environment and name not in from_environment
            if stronger or _given(other, options[other], words):
                yield name


def _given(name: str, option: click.Option, words: Sequence[str]) -> bool:
    """Return whether an option stands on the command line."""
    short = tuple(opt for opt in option.opts if not opt.startswith("--"))
    return any(word == f"--{name}" or word.startswith((f"--{name}=", *short)) for word in words)


def _refuse_unknown(
    tables: Mapping[str, Any], known: Iterable[str], path: Sequence[str], file_label: str, kind: str
) -> None:
    names = sorted(known)
    for key in tables:
        if key not in names:
            where = f"[{'.'.join(path)}]" if path else "the file"
            raise OptionError(
                f"{file_label}: {shown(key)} in {where} is no {kind} that can have a default; known are "
                f"{listing(names, 60)}"
            )


def _table(value: object, path: Sequence[str], file_label: str) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise OptionError(f"{file_label}: {'.'.join(path)} is {shown(value)}; write a table [{'.'.join(path)}]")
    return value


def _from_text(option: click.Option, text: str, origin: str) -> object:
    """Return the value of an environment variable as click takes it; several are separated by blanks."""
    if option.is_flag:
        word = text.strip().lower()
        if word not in (*_TRUE, *_FALSE):
            raise OptionError(f"{origin} is {shown(text)}; give 1 or 0")
        return _switched(option, word in _TRUE)
    return text.split() if option.multiple else text


def _from_file(option: click.Option, value: object, origin: str) -> object:
    """Return a value of the file as click takes it: as text, so that it is checked like the command line."""
    if option.is_flag:
        if not isinstance(value, bool):
            raise OptionError(f"{origin} is {shown(value)}; write true or false")
        return _switched(option, value)
    values = value if isinstance(value, list) else [value]
    if any(isinstance(each, bool) or not isinstance(each, (str, int, float)) for each in values):
        raise OptionError(f"{origin} is {shown(value)}; write a number or a text in quotes")
    if isinstance(value, list) and not option.multiple:
        raise OptionError(f"{origin} is {shown(value)}; the option takes one value")
    texts = [each if isinstance(each, str) else repr(each) for each in values]
    return texts if option.multiple else texts[0]


def _switched(option: click.Option, on: bool) -> object:
    # Newer versions of click have no value of a flag that is not given one.
    value = option.flag_value if isinstance(option.flag_value, bool) else True
    return value if on else not value


def read_tables(path: str | os.PathLike[str], commands: Iterable[str]) -> dict[str, Mapping[str, Any]]:
    """Read the file: one table for each command.

    Args:
        path: The file.
        commands: Names of the commands.

    Raises:
        OptionError: It cannot be read, is no TOML, or has a table for no command; the message names the file.
    """
    import tomllib

    label = path_label(path)
    data = read_file(path, what="configuration", limit_bytes=_MAX_FILE_BYTES, error=OptionError)
    try:
        found = tomllib.loads(data.decode())
    except (ValueError, RecursionError) as error:
        raise OptionError(f"{label}: is not TOML ({one_line(str(error))}); correct it or use --no-config") from None
    _refuse_unknown(found, commands, (), label, "command")
    return {name: _table(table, (name,), label) for name, table in found.items()}
