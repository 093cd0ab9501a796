"""Clocks and eras of tables of jobs."""

from __future__ import annotations

import pytest

from hwcost.core.errors import InputError
from hwcost.jobs.clocks import check_clock, clock_of, era_of, years_of


def test_a_table_has_one_clock_that_is_known() -> None:
    assert clock_of({}, "t") is None
    assert clock_of({"clock": ("execution_span",) * 2}, "t") == "execution_span"
    with pytest.raises(InputError, match="different clocks"):
        clock_of({"clock": ("execution_span", "time_taken")}, "t")
    with pytest.raises(InputError, match="clock is 'wall'"):
        check_clock("wall", "t")


def test_eras() -> None:
    assert era_of({"date": ("2026-02-01", "2026-02-03")}) == "2026-02"
    assert era_of({"date": ("2026-02-01", "yesterday")}) is None
    assert list(years_of("2024-11 to 2026-01")) == [2024, 2025, 2026]
