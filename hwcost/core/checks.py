"""Checks of given values, such as `whole`, `real`, `positive`, `choice`; each names the value and what will do."""

from __future__ import annotations

import math
import operator
from collections.abc import Sequence
from typing import SupportsFloat

from hwcost.core.errors import OptionError
from hwcost.core.text import LONGEST_NUMBER_BITS, one_line


def whole(
    name: str,
    value: object,
    low: int,
    high: int,
    *,
    high_text: str | None = None,
    error: type[Exception] = OptionError,
) -> int:
    """Return a whole number of any kind, NumPy's too, as int.

    Args:
        name: Of the option, for the message.
        value: What the caller gave.
        low: Smallest number that is allowed.
        high: Largest one.
        high_text: How the message writes `high`; default all of its digits.
        error: Type of the exception.

    Raises:
        OptionError: It is not a whole number (True and False are not), or out of range; or what `error` says.

    >>> whole("num_seeds", 5, 1, 10)
    5
    """
    try:
        number = operator.index(value)  # type: ignore[arg-type]
    except TypeError:
        number = low - 1
    if isinstance(value, bool) or not low <= number <= high:
        limit = str(high) if high_text is None else high_text
        raise error(f"{name} is {_written(value)}; give a whole number from {low} to {limit}")
    return number


def real(name: str, value: object, *, error: type[Exception] = OptionError) -> float:
    """Return a number of any kind as float, infinite ones and NaN too.

    Raises:
        OptionError: It is none, or too large for a float; or what `error` says.

    >>> real("rep_delay", 0)
    0.0
    """
    number = _as_float(value)
    if number is None:
        raise error(f"{name} is {_written(value)}; give a number")
    return number


def positive(name: str, value: object, *, error: type[Exception] = OptionError) -> float:
    """Return a positive finite number of any kind as float.

    Raises:
        OptionError: It is none; or what `error` says.

    >>> positive("precision", 1)
    1.0
    """
    number = _as_float(value)
    if number is None or not 0.0 < number < math.inf:
        raise error(f"{name} is {_written(value)}; give a positive number")
    return number


def choice(name: str, value: object, choices: Sequence[str], *, error: type[Exception] = OptionError) -> str:
    """Return the text, if it is one of `choices`.

    Raises:
        OptionError: It is not; or what `error` says.

    >>> choice("task", "sampling", ("expectation", "sampling"))
    'sampling'
    """
    if not isinstance(value, str) or value not in choices:
        raise error(f"{name} is {_written(value)}; choose from {', '.join(choices)}")
    return value


def is_finite(value: object) -> bool:
    """Return whether this is a number that a float can hold: neither infinite nor an integer of 400 digits, no bool.

    >>> is_finite(3), is_finite(1e308), is_finite(10**400), is_finite(math.nan), is_finite("3"), is_finite(True)
    (True, True, False, False, False, False)
    """
    number = _as_float(value)
    return number is not None and math.isfinite(number)


def is_between(value: object, low: float, high: float) -> bool:
    """Return whether this is a number of that range, its ends included.

    >>> is_between(3, 0, 10), is_between(10**400, 0, 1e15), is_between(math.nan, 0, 1)
    (True, False, False)
    """
    number = _as_float(value)
    return number is not None and low <= number <= high


def _as_float(value: object) -> float | None:
    if type(value) is float:  # nearly always, and the test of a protocol takes longer than all else here
        return value
    if not isinstance(value, SupportsFloat) or isinstance(value, (bool, str, bytes)):
        return None
    try:
        return float(value)
    except (OverflowError, TypeError, ValueError):  # 10**400; an array of several numbers
        return None


def _written(value: object) -> str:
    if isinstance(value, int) and value.bit_length() > LONGEST_NUMBER_BITS:
        return "a huge number"
    return one_line(repr(value))
