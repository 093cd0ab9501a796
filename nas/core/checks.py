"""Checks of the values of settings: `whole`, `positive`."""

from __future__ import annotations

import math
import operator
from typing import SupportsFloat

from hwcost.core.text import one_line
from nas.core.errors import SettingError


def whole(name: str, value: object, low: int, high: int) -> int:
    """Check a whole number of any kind, NumPy's too, and return it as int.

    Raises:
        SettingError: It is none, or out of range.

    >>> whole("epochs", 5, 1, 10)
    5
    """
    try:
        number = operator.index(value)  # type: ignore[arg-type]
    except TypeError:
        number = low - 1
    if isinstance(value, bool) or not low <= number <= high:
        raise SettingError(f"{name} is {one_line(repr(value))}; give a whole number from {low} to {high}")
    return number


def positive(name: str, value: object) -> float:
    """Check a positive finite number of any kind and return it as float.

    Raises:
        SettingError: It is none.

    >>> positive("learning_rate", 1)
    1.0
    """
    number = math.nan
    if isinstance(value, SupportsFloat) and not isinstance(value, (bool, str, bytes)):
        number = float(value)
    if not 0.0 < number < math.inf:
        raise SettingError(f"{name} is {one_line(repr(value))}; give a positive number")
    return number
