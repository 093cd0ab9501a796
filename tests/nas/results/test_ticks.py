"""Marks of axes: round in the units of the tables, in order, within the axis, and not too many."""

from __future__ import annotations

import math
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nas.results.ticks import MOST, scale_of, ticks
from nas.results.values import value_text
from nas.runs.objectives import OBJECTIVES

TIME, ERROR, COUNT = (OBJECTIVES[name] for name in ("unified_time_s", "validation_error", "parameters"))


@given(
    st.sampled_from(list(OBJECTIVES.values())),
    st.lists(st.floats(1e-9, 1e12), min_size=1, max_size=8),
)
def test_marks_are_in_the_axis_and_written_as_the_tables_write_them(objective, values):
    if objective.trained:
        values = [min(1.0, value) for value in values]
    scale = scale_of(objective, values)
    marks = [value for value, _ in scale.marks]
    assert 1 <= len(marks) <= MOST
    assert marks == sorted(marks)
    assert scale.low < scale.high
    for value, label in scale.marks:
        assert label == value_text(objective, value)
        assert -1e-6 <= scale.place(value) <= 1 + 1e-6 or len(marks) == 1
    for value in values:
        assert -1e-9 <= scale.place(value) <= 1 + 1e-9


@pytest.mark.parametrize(
    ("low", "high", "labels"),
    [
        (0.001, 1.0, ["1 ms", "5 ms", "20 ms", "100 ms", "500 ms"]),
        (60.0, 4000.0, ["2 min", "5 min", "10 min", "20 min", "30 min", "1 h"]),
        (3000.0, 1e6, ["1 h", "5 h", "20 h", "5 days"]),
    ],
)
def test_times_have_round_marks(low, high, labels):
    assert [label for _, label in ticks(TIME, low, high, is_log=True)] == labels


def test_a_narrow_range_of_times_has_marks_too():
    marks = ticks(TIME, 3700.0, 4900.0, is_log=True)
    assert len(marks) >= 2
    assert all(re.fullmatch(r"1\.\d+ h", label) for _, label in marks)


def test_errors_stay_within_0_and_1_and_equal_values_have_an_axis():
    scale = scale_of(ERROR, [0.0, 1.0], estimated=True)
    assert (scale.low, scale.high, scale.title) == (0.0, 1.0, "validation error, estimated")
    one = scale_of(COUNT, [120.0])
    assert one.low < 120.0 < one.high
    assert math.isclose(one.place(120.0), 0.5, abs_tol=0.05)
    assert scale_of(OBJECTIVES["esp"], [0.2, 0.9]).title == "esp, more is better"
