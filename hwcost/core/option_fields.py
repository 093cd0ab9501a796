"""Fields of a record that are options of a command: the meaning of each stands once, beside the field."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import Field, field, fields
from typing import Any, Literal, TypeAlias

Kind: TypeAlias = Literal["plain", "time", "age", "list"]


def option(
    default: Any,
    meaning: str,
    *,
    metavar: str | None = None,
    shown_default: str | None = None,
    flag: str | None = None,
    short: str | None = None,
    kind: Kind = "plain",
    choices: Iterable[str] = (),
    only: Any = None,
) -> Any:
    """Return a dataclass field that the command lines turn into an option.

    Args:
        default: Default of the field.
        meaning: Help text.
        metavar: What the help writes for the value.
        shown_default: Default as the help writes it where the field's own says nothing.
        flag: Name of the option; default the field's name. `--no-…` switches a True off.
        short: Second name, such as `-O`.
        kind: How text becomes a value: `time` has a unit, `age` is one such as 7d, `list` may be given repeatedly.
        choices: Words of which it is one; default any text.
        only: What the option has an effect for, as the record understands it; default always.
    """
    metadata = {
        "help": meaning,
        "metavar": metavar,
        "shown_default": shown_default,
        "flag": flag,
        "short": short,
        "kind": kind,
        "choices": tuple(choices),
        "only": only,
    }
    return field(default=default, metadata=metadata)


def option_fields(record: type[Any]) -> tuple[Field[Any], ...]:
    """Return the fields of a record that are options, in order."""
    return tuple(f for f in fields(record) if "help" in f.metadata)


def flag_of(f: Field[Any]) -> str:
    """Return the long name of a field's option."""
    return f.metadata["flag"] or "--" + f.name.replace("_", "-")


def flag_and_keyword(name: str) -> str:
    """Return option and keyword of a field without a flag of its own, for messages that both kinds of users read.

    >>> flag_and_keyword("duration_1q_s")
    '--duration-1q (duration_1q_s)'
    """
    return f"--{name.removesuffix('_s').replace('_', '-')} ({name})"
