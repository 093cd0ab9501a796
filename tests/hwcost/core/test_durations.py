"""Durations as people write them."""

from __future__ import annotations

from typing import Any

import pytest

from hwcost.core.durations import parse_duration_s
from hwcost.core.errors import OptionError


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("10min", 600.0),
        ("10 minutes", 600.0),
        ("10m", 600.0),
        ("90s", 90.0),
        ("90", 90.0),
        (" 1h30m ", 5400.0),
        ("1h 30min 5s", 5405.0),
        ("1.5h", 5400.0),
        (".5 hours", 1800.0),
        ("2d", 172800.0),
        ("1w", 604800.0),
        ("1H30M", 5400.0),
        ("250us", 250e-6),
        ("250µs", 250e-6),
        ("250\u03bcs", 250e-6),
        ("5ms", 5e-3),
        ("1m500ms", 60.5),
        ("1e2", 100.0),
        ("2.5e-4", 2.5e-4),
        ("1e2s", 100.0),
        (600, 600.0),
        (0.25, 0.25),
    ],
)
def test_durations(value: Any, seconds: float) -> None:
    assert parse_duration_s(value) == pytest.approx(seconds, rel=1e-15)


@pytest.mark.parametrize(
    "value",
    [
        "", " ", "soon", "min", "10 parsecs", "1h30", "30m1h", "1h2h", "1m5min", "10min!", "1,000s", "1:30:00",
        "10-20s", "\u0663s", "1e", "--5s", "nan", "inf", "5 s s",
    ],
)  # fmt: skip
def test_what_is_no_duration(value: str) -> None:
    with pytest.raises(OptionError, match="budget is .*not a duration; give 10min"):
        parse_duration_s(value, name="budget")


@pytest.mark.parametrize("value", ["-5s", "-1h30m", -1, "0", "0s", 0, float("nan"), float("inf"), "1e400", "1e308w"])
def test_what_is_no_length_of_time(value: Any) -> None:
    with pytest.raises(OptionError, match="^budget is .*; give (more than zero|a finite)"):
        parse_duration_s(value, name="budget")


@pytest.mark.parametrize("value", [True, None, [1], b"5s"])
def test_what_is_no_number(value: Any) -> None:
    with pytest.raises(OptionError, match="budget is .*; give a number"):
        parse_duration_s(value, name="budget")


def test_zero_where_it_is_allowed() -> None:
    assert parse_duration_s("0s", may_be_zero=True) == parse_duration_s(0, may_be_zero=True) == 0.0
    with pytest.raises(OptionError, match="zero or more"):
        parse_duration_s("-5ns", may_be_zero=True)


def test_a_message_is_one_short_line() -> None:
    with pytest.raises(OptionError) as error:
        parse_duration_s("soon\n" * 1000)
    assert "\n" not in str(error.value)
    assert len(str(error.value)) < 200
