"""Numbers in text, of options, cells and files: plain ASCII digits, and nothing that Python alone reads as a number."""

from __future__ import annotations

import re

_WHOLE = re.compile(r"[+-]?[0-9]+")
_REAL = re.compile(r"[+-]?(?:(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:e[+-]?[0-9]+)?|inf|infinity|nan)", re.IGNORECASE | re.ASCII)


def parse_whole(text: str) -> int | None:
    """Return the whole number that a text is; None for anything else, such as `1_000`, ` 1` or digits of other scripts.

    >>> parse_whole("-20"), parse_whole("1_000"), parse_whole(" 1"), parse_whole("\uff11"), parse_whole("1.0")
    (-20, None, None, None, None)
    """
    if not _WHOLE.fullmatch(text):
        return None
    try:
        return int(text)
    except ValueError:  # more digits than Python reads
        return None


def parse_real(text: str) -> float | None:
    """Return the number that a text is, infinite ones and NaN too; None for anything else.

    >>> parse_real("2.5e-4"), parse_real(".5"), parse_real("-inf"), parse_real("1_000.0"), parse_real("1,5")
    (0.00025, 0.5, -inf, None, None)
    """
    return float(text) if _REAL.fullmatch(text) else None
