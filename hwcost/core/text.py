"""Text for messages of one line: other people's errors and values, numbers of things, lists of them."""

from __future__ import annotations

import sys
from collections.abc import Sequence

_MESSAGE_CHARACTERS = 240
_VALUE_CHARACTERS = 60
LONGEST_NUMBER_BITS = 200  # Python refuses to print the largest integers


def printable(text: str) -> str:
    """Put text from outside on one line, without what a terminal would obey."""
    flat = " ".join(text.split())
    return "".join(character if character.isprintable() else ascii(character)[1:-1] for character in flat)


def one_line(text: str) -> str:
    """Do the same, and cut it to a length that can be read."""
    flat = printable(text)
    return flat if len(flat) <= _MESSAGE_CHARACTERS else flat[: _MESSAGE_CHARACTERS - 1] + "…"


def shown(value: object) -> str:
    """Write a value that was read from a file, on one line and short; None is what was missing.

    >>> shown("\\n"), shown(None)
    ("'\\\\n'", 'missing')
    """
    if isinstance(value, int) and value.bit_length() > LONGEST_NUMBER_BITS:
        return "a huge number"
    text = "missing" if value is None else ascii(value)
    return text if len(text) <= _VALUE_CHARACTERS else text[: _VALUE_CHARACTERS - 3] + "..."


def plural(count: int, noun: str, *, digits: str = "") -> str:
    """Write a number of things; `digits` is a format of the number.

    >>> plural(1, "qubit"), plural(5, "qubit"), plural(5000, "job", digits=",")
    ('1 qubit', '5 qubits', '5,000 jobs')
    """
    return f"{count:{digits}} {noun}" if count == 1 else f"{count:{digits}} {noun}s"


def listing(items: Sequence[object], limit: int = 8, *, separator: str = ", ") -> str:
    """Write the first items and how many more there are.

    >>> listing([3, 4, 5], 2)
    '3, 4 and 1 more'
    """
    more = f" and {len(items) - limit} more" if len(items) > limit else ""
    return separator.join(map(str, items[:limit])) + more


def error_text(error: BaseException) -> str:
    """Return what an exception says, without its type."""
    # str() of a QiskitError is the repr of its message.
    return str(getattr(error, "message", "") or error)


def internal_error(error: Exception, *, program: str = "hwcost") -> str:
    """Write the message for an unexpected exception."""
    return f"internal error, {type(error).__name__}: {error}; `{program} --debug …` shows where, please report it"


def shows_progress(quiet: bool) -> bool:
    """Return whether to show progress: not asked to be quiet, and stderr is a terminal (None if it was closed)."""
    return not quiet and sys.stderr is not None and sys.stderr.isatty()


def say(message: str, *, program: str = "hwcost") -> None:
    """Print one line on stderr, whatever the message has in it; nothing if there is no stderr."""
    if sys.stderr is None:
        return
    print(f"{program}: {printable(message)}", file=sys.stderr)  # noqa: T201
