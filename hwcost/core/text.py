"""Text for messages of one line: other people's errors and values, numbers of things, lists of them."""

from __future__ import annotations

import re
import sys
from collections.abc import Sequence

_MESSAGE_CHARACTERS = 240
_LONGEST_LINE = 1200
_VALUE_CHARACTERS = 60
LONGEST_NUMBER_BITS = 200  # Python refuses to print the largest integers


def printable(text: str) -> str:
    """Put text from outside on one line, without what a terminal would obey."""
    flat = " ".join(text.split())
    return "".join(character if character.isprintable() else ascii(character)[1:-1] for character in flat)


def escaped(text: str, *, kept: str = "") -> str:
    r"""Escape what does not print, line ends too: control characters, what turns the direction of writing, and so on.

    Args:
        text: From outside.
        kept: Characters that stay.

    >>> escaped("a\x1b[2Jb\u202e\n")
    'a\\x1b[2Jb\\u202e\\n'
    """
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() or c in kept else ascii(c)[1:-1] for c in text)


def shortened(text: str, most: int = _MESSAGE_CHARACTERS) -> str:
    """Put text from outside on one line and cut what is too much out of its middle, so that its end can be read.

    >>> shortened("a" * 50 + "/file.json", 20)
    'aaaaaaa…aa/file.json'
    """
    flat = printable(text[: 10 * most] + text[-10 * most :] if len(text) > 20 * most else text)
    if len(flat) <= most:
        return flat
    head = (most - 1) * 2 // 5
    return f"{flat[:head]}…{flat[head + 1 - most :]}"


def one_line(text: str) -> str:
    """Do the same, and cut it to a length that can be read."""
    flat = printable(text)
    return flat if len(flat) <= _MESSAGE_CHARACTERS else flat[: _MESSAGE_CHARACTERS - 1] + "…"


def shown(value: object, most: int = _VALUE_CHARACTERS) -> str:
    """Write a value that was read from a file, on one line and short; None is what was missing.

    >>> shown("\\n"), shown(None)
    ("'\\\\n'", 'missing')
    """
    if isinstance(value, int) and value.bit_length() > LONGEST_NUMBER_BITS:
        return "a huge number"
    text = "missing" if value is None else ascii(value)
    return text if len(text) <= most else text[: most - 3] + "..."


def column_name(text: str) -> str:
    """Return the head of a table's column as messages show it; of a file that is no table not more than a beginning.

    >>> column_name("mean radius"), column_name("TOKEN=secret")
    ('mean radius', 'TOKEN…')
    """
    name = re.match(r"[\w ()/.%+-]{0,24}", text)
    start = name[0] if name else ""
    return start if start == text else f"{start}…"


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
    print(f"{program}: {shortened(message, _LONGEST_LINE)}", file=sys.stderr)  # noqa: T201
