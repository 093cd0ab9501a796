"""Checks of the values of settings: `whole`, `positive`."""

from __future__ import annotations

from hwcost.core import checks
from nas.core.errors import SettingError


def whole(name: str, value: object, low: int, high: int) -> int:
    """Check a whole number of any kind, NumPy's too, and return it as int.

    Raises:
        SettingError: It is none, or out of range.

    >>> whole("epochs", 5, 1, 10)
    5
    """
    return checks.whole(name, value, low, high, error=SettingError)


def positive(name: str, value: object) -> float:
    """Check a positive finite number of any kind and return it as float.

    Raises:
        SettingError: It is none.

    >>> positive("learning_rate", 1)
    1.0
    """
    return checks.positive(name, value, error=SettingError)
