"""Values of a job-time profile are checked, and a message names the place."""

from __future__ import annotations

import math

import pytest

from hwcost.core.errors import InputError
from hwcost.jobs import values
from hwcost.jobs.interval import JobTimeInterval

INTERVAL = {"nominal": 0.9, "low_s": 1, "low_share": 0, "high_s": 1, "high_share": 0, "source": "made up"}


def test_records_and_bounds_are_read() -> None:
    assert values.read_record(JobTimeInterval, INTERVAL, "p").nominal == 0.9
    assert values.read_bounds([1, 2.5], "p") == (1.0, 2.5)
    assert values.read_texts({"notes": ["a"]}, "notes", "p") == ("a",)


@pytest.mark.parametrize("value", [True, "1", None, math.inf, -1])
def test_numbers_are_finite_and_not_negative(value: object) -> None:
    with pytest.raises(InputError, match="p is .*; it must be a finite number that is not negative"):
        values.check_finite(value, "p")  # type: ignore[arg-type]


@pytest.mark.parametrize("data", [3, [], INTERVAL | {"extra": 1}, {"nominal": 1}, INTERVAL | {"nominal": 2}])
def test_a_defect_begins_with_its_place(data: object) -> None:
    with pytest.raises(InputError, match="^p.json: "):
        values.read_record(JobTimeInterval, data, "p.json")
