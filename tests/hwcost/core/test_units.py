"""Numbers as people read them."""

from __future__ import annotations

import math

import pytest

from hwcost.core.units import SECONDS_PER_UNIT, format_age, format_count, format_seconds, format_share


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (None, "unknown"),
        (0.0, "0 s"),
        (3e-11, "0.03 ns"),
        (60e-9, "60 ns"),
        (250e-6, "250 µs"),
        (1.5e-3, "1.5 ms"),
        (119.0, "119 s"),
        (120.0, "2 min"),
        (3600.0, "1 h"),
        (2 * 86400.0, "2 days"),
        (4 * 365.25 * 86400, "4 years"),
    ],
)
def test_times(seconds: float | None, text: str) -> None:
    assert format_seconds(seconds) == text


@pytest.mark.parametrize("unit", ["s", "ms", "µs", "ns"])
def test_units_are_read_as_they_are_written(unit: str) -> None:
    assert format_seconds(5 * SECONDS_PER_UNIT[unit]) == f"5 {unit}"


def test_both_micro_signs_are_one_unit() -> None:
    assert len({SECONDS_PER_UNIT[unit] for unit in ("us", "\u00b5s", "\u03bcs")}) == 1


def test_shares_counts_and_ages() -> None:
    assert [format_share(share) for share in (0.0, 0.5, 0.004, math.nan)] == ["0.0 %", "50.0 %", "0.4 %", "unknown"]
    assert [format_count(number) for number in (None, 0, 999_999, 10**9)] == ["unknown", "0", "999,999", "1.0e+09"]
    ages = (None, -1, 1, 59, 100, 800)
    assert [format_age(days) for days in ages] == [
        "of unknown date", "today", "1 day old", "59 days old", "3 months old", "2.2 years old"
    ]  # fmt: skip
