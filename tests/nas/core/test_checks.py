"""Numbers of settings, right and wrong."""

from __future__ import annotations

import numpy as np
import pytest

from nas.core.checks import positive, whole
from nas.core.errors import SettingError


def test_numbers_of_any_kind_become_those_of_python():
    assert type(whole("n", np.int32(3), 1, 10)) is int
    assert (whole("n", 1, 1, 10), whole("n", 10, 1, 10)) == (1, 10)
    assert type(positive("x", np.float32(0.5))) is float


@pytest.mark.parametrize("value", [0, 11, True, 1.0, "3", None, np.float64(3.0)])
def test_what_is_no_whole_number_in_range_is_refused(value):
    with pytest.raises(SettingError, match="n is .*; give a whole number from 1 to 10"):
        whole("n", value, 1, 10)


@pytest.mark.parametrize("value", [0, -1.0, float("nan"), float("inf"), True, "1", None])
def test_what_is_no_positive_number_is_refused(value):
    with pytest.raises(SettingError, match="x is .*; give a positive number"):
        positive("x", value)
