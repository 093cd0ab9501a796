"""Marks of axes in the units of the tables: `ticks`."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from nas.results.picks import words
from nas.results.values import value_text

if TYPE_CHECKING:
    from nas.runs.objectives import Objective

MOST = 6
"""Marks of an axis."""

_MINUTE, _HOUR, _DAY, _YEAR = 60.0, 3600.0, 86400.0, 365.25 * 86400.0

# Numbers that are round in the unit in which `format_seconds` writes a time of that size.
_TIMES = (
    *(m * 10.0**e for e in range(-9, 2) for m in (1.0, 2.0, 5.0)),
    *(m * _MINUTE for m in (2.0, 5.0, 10.0, 20.0, 30.0)),
    *(m * _HOUR for m in (1.0, 2.0, 5.0, 10.0, 20.0)),
    *(m * _DAY for m in (2.0, 5.0, 10.0, 20.0, 50.0, 100.0, 200.0, 500.0)),
    *(m * 10.0**e * _YEAR for e in range(13) for m in (2.0, 5.0, 10.0)),
)
_UNITS = (_YEAR * 2, _YEAR), (_DAY * 2, _DAY), (_HOUR, _HOUR), (_MINUTE * 2, _MINUTE)
"""From which time on its unit is larger than a second, and that unit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scale:
    """An axis of an objective.

    Attributes:
        title: Its name, with what is better where that is more.
        is_log: Whether it is logarithmic.
        low: Smallest value of the axis.
        high: Largest.
        marks: Values with a mark and what is written there, ascending.
    """

    title: str
    is_log: bool
    low: float
    high: float
    marks: tuple[tuple[float, str], ...]

    def place(self, value: float) -> float:
        """Return where a value stands: 0 at the low end, 1 at the high one."""
        low, high, at = self.low, self.high, value
        if self.is_log:
            low, high, at = math.log10(low), math.log10(high), math.log10(max(value, self.low * 1e-3))
        return (at - low) / (high - low)


def scale_of(objective: Objective, values: Sequence[float], *, estimated: bool = False) -> Scale:
    """Return the axis of an objective that holds these values with a margin.

    Args:
        objective: The objective.
        values: At least one, finite.
        estimated: Whether they are estimates.
    """
    is_log = objective.logarithmic and min(values) > 0.0
    low, high = _with_margin(min(values), max(values), is_log=is_log)
    if objective.trained:
        low, high = max(0.0, low), min(1.0, high)
    better = ", more is better" if objective.direction == "maximize" else ""
    title = f"{words(objective)}{_unit(objective)}{', estimated' if estimated else ''}{better}"
    return Scale(title=title, is_log=is_log, low=low, high=high, marks=ticks(objective, low, high, is_log=is_log))


def ticks(objective: Objective, low: float, high: float, *, is_log: bool) -> tuple[tuple[float, str], ...]:
    """Return round values from `low` to `high`, at most `MOST`, written as the tables write them.

    >>> from nas.runs.objectives import OBJECTIVES
    >>> ticks(OBJECTIVES["unified_time_s"], 2000.0, 50000.0, is_log=True)
    ((3600.0, '1 h'), (7200.0, '2 h'), (18000.0, '5 h'), (36000.0, '10 h'))
    """
    is_time = objective.unit == "s"
    marks = _on_log(low, high, is_time=is_time) if is_log else []
    if len(marks) < 2:
        marks = _linear(low, high, is_time=is_time)
    while len(marks) > MOST:
        marks = marks[::2]
    return tuple((value, value_text(objective, value)) for value in marks)


def _on_log(low: float, high: float, *, is_time: bool) -> list[float]:
    if is_time:
        return [value for value in _TIMES if low <= value <= high]
    first, last = math.floor(math.log10(low)), math.ceil(math.log10(high))
    steps = (1.0, 1.5, 2.0, 3.0, 5.0, 7.0) if high < 12.0 * low else (1.0, 2.0, 5.0) if last - first <= 3 else (1.0,)
    return [m * 10.0**e for e in range(first, last + 1) for m in steps if low <= m * 10.0**e <= high]


def _linear(low: float, high: float, *, is_time: bool) -> list[float]:
    unit = next((size for start, size in _UNITS if high >= start), 1.0) if is_time else 1.0
    raw = (high - low) / unit / 5.0
    power = 10.0 ** math.floor(math.log10(raw))
    step = next(m * power for m in (1.0, 2.0, 5.0, 10.0) if m * power >= raw * 0.999)
    first = math.ceil(low / unit / step - 1e-9)
    values = [i * step * unit for i in range(first, first + 8) if i * step * unit <= high * (1 + 1e-12)]
    return [float(f"{value:.12g}") for value in values] or [low]


def _with_margin(low: float, high: float, *, is_log: bool) -> tuple[float, float]:
    if is_log:
        spread = math.log10(high / low) if high > low else 0.2
        return low / 10.0 ** (0.06 * spread), high * 10.0 ** (0.06 * spread)
    spread = high - low if high > low else (abs(high) or 1.0) * 0.1
    return low - 0.06 * spread, high + 0.06 * spread


def _unit(objective: Objective) -> str:
    name = words(objective)
    return f" ({objective.unit})" if objective.unit not in ("", "s") and objective.unit not in name else ""
