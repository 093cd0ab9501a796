"""Where the defaults of a run came from, so that an error about one names its variable or file: `Origins`."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

import click


@dataclass(slots=True)
class Origins:
    """Where the defaults of this run came from; filled when the command is known.

    Attributes:
        words: The command line.
        by_flag: Origin such as `HWCOST_SHOTS`, and the value as text, by flag.
    """

    words: Sequence[str] = ()
    by_flag: dict[str, tuple[str, str]] = field(default_factory=dict)

    def of_error(self, error: BaseException) -> str:
        """Return the origin of the values that an error is about, as the end of its message; empty if there is none."""
        option = getattr(error, "param", None)
        if isinstance(option, click.Option):
            about = [flag(option)] if flag(option) in self.by_flag else []
        else:
            about = [name for name, (_, value) in self.by_flag.items() if _is_about(str(error), name, value)]
        origins = dict.fromkeys(self.by_flag[name][0] for name in about)
        return f" (from {', '.join(origins)})" if origins else ""


def _is_about(message: str, name: str, value: str) -> bool:
    """Return whether a message speaks of an option or its value."""
    word = re.escape(name).replace(r"\-", "[-_]")
    spoken = rf"--{word}(?![\w-])|\b{word}(_s)?\b (is|are|and|belongs?|needs?)\b|\band {word}\b"
    return bool(re.search(spoken, message)) or f"'{value}'" in message or (len(value) > 3 and value in message)


def flag(option: click.Option) -> str:
    """Return the long name of an option without dashes, `shots` for `--shots`."""
    return max(option.opts, key=len).lstrip("-")
