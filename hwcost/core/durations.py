"""Durations as people write them: `10min`, `90s`, `1h30m`, `250us`, or seconds."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping

from hwcost.core.checks import real
from hwcost.core.errors import OptionError
from hwcost.core.text import shown
from hwcost.core.units import SECONDS_PER_UNIT

MAX_DURATION_S = 1e10
"""Three hundred years."""

_LONG_UNITS: Mapping[str, float] = {"w": 604800.0, "d": 86400.0, "h": 3600.0, "min": 60.0, "m": 60.0}
_WORDS: Mapping[str, str] = {
    "week": "w", "weeks": "w", "day": "d", "days": "d", "hour": "h", "hours": "h", "hr": "h", "hrs": "h",
    "minute": "min", "minutes": "min", "mins": "min", "second": "s", "seconds": "s", "sec": "s", "secs": "s",
}  # fmt: skip
_UNITS = {**SECONDS_PER_UNIT, **_LONG_UNITS}
_NUMBER = r"(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:e[+-]?[0-9]+)?"
_PLAIN = re.compile(_NUMBER)
_PART = re.compile(rf"\s*({_NUMBER})\s*([a-zµμ]+)\s*")
_EXAMPLES = "10min, 90s, 1h30m or a number of seconds"


def parse_duration_s(value: str | float, *, name: str = "duration", may_be_zero: bool = False) -> float:
    """Return the seconds that a text or a number says; a number without a unit is in seconds.

    Args:
        value: Such as `10min`, `1h30m`, `250us`, `2 hours`, `600` or 600.0. Several parts have a unit each, the largest
            first, each unit once. `m` is minutes.
        name: What the duration is, for messages.
        may_be_zero: Allow no time at all.

    Raises:
        OptionError: It is no duration, negative, not finite, or zero where that is not allowed.

    >>> parse_duration_s("1h30m"), parse_duration_s("90s"), parse_duration_s(600)
    (5400.0, 90.0, 600.0)
    """
    found = shown(value)
    if isinstance(value, str):
        parsed = _seconds(value.lower())
        if parsed is None:
            raise OptionError(f"{name} is {found}, which is not a duration; give {_EXAMPLES}")
        result = parsed
    else:
        result = real(name, value)
    if not math.isfinite(result):
        raise OptionError(f"{name} is {found}; give a finite duration such as {_EXAMPLES}")
    if result < 0 or (result == 0 and not may_be_zero):
        limit = "zero or more" if may_be_zero else "more than zero"
        raise OptionError(f"{name} is {found}; give {limit}, such as {_EXAMPLES}")
    if result > MAX_DURATION_S:
        raise OptionError(f"{name} is {found}; give at most {MAX_DURATION_S:.0e} s, such as {_EXAMPLES}")
    return result


def _seconds(text: str) -> float | None:
    """Return the seconds; None for what is not a duration."""
    if _PLAIN.fullmatch(text.removeprefix("-")):
        return float(text)
    text = text.strip()
    negative = text.startswith("-")
    text = text.removeprefix("-").lstrip()
    parts: list[float] = []
    units: list[float] = []
    place = 0
    while place < len(text):
        match = _PART.match(text, place)
        unit_s = None if match is None else _UNITS.get(_WORDS.get(match[2], match[2]))
        if match is None or unit_s is None or (units and unit_s >= units[-1]):
            return None
        parts.append(float(match[1]) * unit_s)
        units.append(unit_s)
        place = match.end()
    if not parts:
        return None
    return -math.fsum(parts) if negative else math.fsum(parts)
