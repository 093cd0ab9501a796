"""The inverse question: what fits into so much time."""

from __future__ import annotations

import math
from collections.abc import Callable

_ROUNDING = 1e-9  # as for shots: rounding noise takes no shot away


def shots_within(budget_s: float, fixed_s: float, shot_s: float) -> int:
    """Return the shots ⌊(budget − fixed)/shot⌋ of a job that takes t = fixed + shots · shot, 0 if not one fits.

    Args:
        budget_s: Seconds there are.
        fixed_s: Seconds of the job without a shot.
        shot_s: Seconds of one shot of each of its circuits.

    >>> shots_within(10.0, 2.0, 0.25e-3), shots_within(1.0, 2.0, 0.25e-3)
    (32000, 0)
    """
    return max(0, math.floor((budget_s - fixed_s) / shot_s * (1.0 + _ROUNDING))) if budget_s > fixed_s else 0


def most_within(budget_s: float, most: int, time_s: Callable[[int], float]) -> int:
    """Return the largest number from 0 to `most` whose time, which grows with it, stays within the budget.

    >>> most_within(10.0, 1000, lambda number: 2.0 + number / 10)
    80
    """
    low, high = 0, min(1, most)
    while high < most and time_s(high) <= budget_s:  # no job larger than twice what fits is ever looked at
        low, high = high, min(2 * high, most)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if time_s(middle) <= budget_s else (low, middle - 1)
    return low
