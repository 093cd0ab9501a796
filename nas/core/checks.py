"""Checks of the values of settings: those of `hwcost.core.checks`, with the exception of `nas`."""

from __future__ import annotations

from collections.abc import Sequence

from hwcost.core import checks
from nas.core.errors import SettingError


def whole(name: str, value: object, low: int, high: int) -> int:
    """Return a whole number of any kind, NumPy's too, as int.

    Raises:
        SettingError: It is none, or out of range.

    >>> whole("epochs", 5, 1, 10)
    5
    """
    return checks.whole(name, value, low, high, error=SettingError)


def positive(name: str, value: object) -> float:
    """Return a positive finite number of any kind as float.

    Raises:
        SettingError: It is none.

    >>> positive("learning_rate", 1)
    1.0
    """
    return checks.positive(name, value, error=SettingError)


def real(name: str, value: object) -> float:
    """Return a number of any kind as float, infinite ones and NaN too.

    Raises:
        SettingError: It is none, or too large for a float.

    >>> real("test_fraction", 0.2)
    0.2
    """
    return checks.real(name, value, error=SettingError)


def choice(name: str, value: object, choices: Sequence[str]) -> str:
    """Return the text, if it is one of `choices`.

    Raises:
        SettingError: It is not.

    >>> choice("engine", "fast", ("fast", "pennylane"))
    'fast'
    """
    return checks.choice(name, value, choices, error=SettingError)
