"""Text of other people's errors and files, made fit for a message of one line."""

from __future__ import annotations

import sys

_MESSAGE_CHARACTERS = 240


def printable(text: str) -> str:
    """Text from outside on one line, without what a terminal would obey."""
    flat = " ".join(text.split())
    return "".join(character if character.isprintable() else ascii(character)[1:-1] for character in flat)


def one_line(text: str) -> str:
    """The same, cut to a length that can be read."""
    shown = printable(text)
    return shown if len(shown) <= _MESSAGE_CHARACTERS else shown[: _MESSAGE_CHARACTERS - 1] + "…"


def error_text(error: BaseException) -> str:
    """What an exception says, without its type."""
    # str() of a QiskitError is the repr of its message.
    return str(getattr(error, "message", "") or error)


def internal_error(error: Exception, *, program: str = "hwcost") -> str:
    """What to say of an exception that nobody foresaw."""
    return f"internal error, {type(error).__name__}: {error}; `{program} --debug …` shows where, please report it"


def shows_progress(quiet: bool) -> bool:
    """Whether progress is to be shown: not asked to be quiet, and somebody looks at stderr (None if it was closed)."""
    return not quiet and sys.stderr is not None and sys.stderr.isatty()


def say(message: str, *, program: str = "hwcost") -> None:
    """One line on stderr, whatever the message has in it; nothing if there is no stderr."""
    if sys.stderr is None:
        return
    print(f"{program}: {printable(message)}", file=sys.stderr)  # noqa: T201
