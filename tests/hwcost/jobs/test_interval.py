"""Intervals on the logarithmic scale, hand-worked."""

from __future__ import annotations

import math

import pytest

from hwcost.core.errors import InputError
from hwcost.jobs.interval import JobTimeInterval

PARTS = {"nominal": 0.9, "low_s": 0.0, "low_share": 0.1, "high_s": 0.0, "high_share": 0.5, "source": "made up"}


def test_relative_parts_are_factors() -> None:
    interval = JobTimeInterval(**PARTS, scale="log")  # type: ignore[arg-type]
    assert interval.around(2.0) == pytest.approx((2.0 * math.exp(-0.1), 2.0 * math.exp(0.5)))


def test_absolute_parts_are_seconds_where_a_job_is_short() -> None:
    interval = JobTimeInterval(**PARTS | {"high_s": 5.0}, scale="log")  # type: ignore[arg-type]
    # 10 · sinh(asinh(0 / 10) + 0.5)
    assert interval.around(0.0)[1] == pytest.approx(10.0 * math.sinh(0.5))


def test_error_of_the_constants_at_the_size_of_a_job() -> None:
    interval = JobTimeInterval(**PARTS, covariance=((0.04, 0.0), (0.0, 1e-4)), constants_factor=2.0)  # type: ignore[arg-type]
    # 2 · sqrt(0.04 · 1² + 1e-4 · 10²)
    assert interval.constants_error_s((1.0, 10.0)) == pytest.approx(2.0 * math.sqrt(0.05))
    with pytest.raises(InputError, match="as many columns as rows"):
        JobTimeInterval(**PARTS, covariance=((1.0, 2.0),))  # type: ignore[arg-type]
