"""Numbers as people read them. Only reports and messages use this; formulas never round."""

from __future__ import annotations

import math
from collections.abc import Mapping

# The micro sign is written both as U+00B5 and as the Greek letter U+03BC.
SECONDS_PER_UNIT: Mapping[str, float] = {"s": 1.0, "ms": 1e-3, "us": 1e-6, "µs": 1e-6, "μs": 1e-6, "ns": 1e-9}

_STEPS = ((1.0, "s"), (1e-3, "ms"), (1e-6, "µs"), (1e-9, "ns"))


def format_seconds(value: float | None) -> str:
    """Write a time with three significant digits and a fitting unit, `unknown` for None.

    Example:
        >>> format_seconds(0.000287), format_seconds(4000.0), format_seconds(None)
        ('287 µs', '1.11 h', 'unknown')
    """
    if value is None:
        return "unknown"
    size = abs(value)
    if size >= 2 * 86400:
        years = value / (365.25 * 86400)
        return f"{value / 86400:.3g} days" if abs(years) < 2 else f"{years:.3g} years"
    if size >= 3600:
        return f"{value / 3600:.3g} h"
    if size >= 120:
        return f"{value / 60:.3g} min"
    for unit_s, unit in _STEPS:
        if size >= unit_s:
            return f"{value / unit_s:.3g} {unit}"
    return "0 s" if value == 0 else f"{value / 1e-9:.3g} ns"


def format_share(value: float) -> str:
    """Write a fraction as percent with a sensible number of digits.

    Example:
        >>> format_share(0.8712), format_share(0.00012)
        ('87.1 %', '0.012 %')
    """
    if not math.isfinite(value):
        return "unknown"
    percent = 100.0 * value
    return f"{percent:.1f} %" if abs(percent) >= 1 or percent == 0 else f"{percent:.2g} %"


def format_count(value: int | None) -> str:
    """Write a whole number with thousands separated, large ones as powers of ten.

    Example:
        >>> format_count(4096), format_count(3 * 10**12)
        ('4,096', '3.0e+12')
    """
    if value is None:
        return "unknown"
    return f"{value:,}" if abs(value) < 10**9 else f"{value:.1e}"


def format_age(days: int | None) -> str:
    """Write the age of a calibration in the unit that people think in.

    Example:
        >>> format_age(0), format_age(12), format_age(632)
        ('today', '12 days old', '1.7 years old')
    """
    if days is None:
        return "of unknown date"
    if days <= 0:
        return "today"
    if days < 60:
        return f"{days} day{'s' if days > 1 else ''} old"
    return f"{days / 30.44:.0f} months old" if days < 365 else f"{days / 365.25:.1f} years old"
