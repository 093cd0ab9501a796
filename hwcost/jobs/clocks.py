"""What the seconds of a job are counted from and to, and when the jobs ran."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Literal, TypeAlias, get_args

from hwcost.core.errors import InputError
from hwcost.core.text import listing, shown

Clock: TypeAlias = Literal["quantum_seconds", "execution_span", "time_taken"]

CLOCKS: tuple[Clock, ...] = ("quantum_seconds", "execution_span", "time_taken")
"""What saved jobs tell: the time that is billed (whole seconds, the QPU reserved), from the first start to the last
stop of data collection, or `Result.time_taken`."""

AnyClock: TypeAlias = Literal["quantum_seconds", "execution_span", "time_taken", "submission_to_result"]

CLOCK_TEXTS: Mapping[str, str] = MappingProxyType(
    {
        "quantum_seconds": "billed seconds",
        "execution_span": "execution span",
        "time_taken": "time_taken of the result",
        "submission_to_result": "submission to result",
    }
)

_MONTH = re.compile(r"(\d{4})-(\d{2})(?:\D.*)?", re.ASCII)
_YEAR = re.compile(r"(?<!\d)(?:19|20)\d{2}(?!\d)", re.ASCII)


def check_clock(clock: object, where: str) -> AnyClock | None:
    """Return a clock, None where it is not known.

    Raises:
        InputError: There is no such clock.
    """
    if clock is None:
        return None
    for known in get_args(AnyClock):
        if clock == known:
            return known  # type: ignore[no-any-return]
    raise InputError(f"{where}: clock is {shown(clock)}; it must be {listing(list(CLOCK_TEXTS))}")


def clock_of(labels: Mapping[str, Sequence[str]], source: str) -> AnyClock | None:
    """Return the clock that the column `clock` of a table names; None where there is no such column, or it is empty.

    Raises:
        InputError: The rows are of different clocks, or of one that is not known.

    >>> clock_of({"clock": ("time_taken", "time_taken")}, "jobs.csv")
    'time_taken'
    """
    named = sorted(set(labels.get("clock", ())))
    if len(named) > 1:
        raise InputError(
            f"{source}: jobs of different clocks ({listing(named)}); constants fitted to a mixture are those of "
            "neither: split the table"
        )
    return check_clock(named[0], source) if named and named[0] else None


def era_of(labels: Mapping[str, Sequence[str]]) -> str | None:
    """Return the first and the last month in the column `date` of a table; None where it has other dates, or none.

    >>> era_of({"date": ("2026-02-09", "2025-11-26T10:00:00Z", "2026-02-11")})
    '2025-11 to 2026-02'
    """
    matches = [_MONTH.fullmatch(text) for text in labels.get("date", ())]
    if not matches or not all(match is not None and 1 <= int(match[2]) <= 12 for match in matches):
        return None
    months = sorted({f"{match[1]}-{match[2]}" for match in matches if match is not None})
    return months[0] if len(months) == 1 else f"{months[0]} to {months[-1]}"


def years_of(era: str | None) -> range:
    """Return the years from the first to the last that a text names.

    >>> years_of("2025-11 to 2026-02"), years_of("up to the end of 2023"), years_of(None)
    (range(2025, 2027), range(2023, 2024), range(0, 0))
    """
    years = [int(year) for year in _YEAR.findall(era or "")]
    return range(min(years), max(years) + 1) if years else range(0)
