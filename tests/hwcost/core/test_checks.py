"""Checks accept numbers of any kind and name what they refuse."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
import pytest

from hwcost.core.checks import choice, positive, real, whole
from hwcost.core.errors import OptionError


@pytest.mark.parametrize("value", [1, 5, 10, np.int64(5), np.uint8(10)])
def test_whole_numbers_of_any_kind_become_int(value: object) -> None:
    assert type(whole("n", value, 1, 10)) is int
    assert whole("n", value, 1, 10) == value


@pytest.mark.parametrize("value", [0, 11, True, False, 1.0, "5", None, math.nan, np.float64(2), [1], np.bool_(True)])
def test_what_is_no_whole_number_in_range(value: object) -> None:
    with pytest.raises(OptionError, match=r"^n is .*; give a whole number from 1 to 10$"):
        whole("n", value, 1, 10)


def test_the_limit_can_be_written_short_and_the_error_chosen() -> None:
    class MineError(ValueError):
        pass

    with pytest.raises(MineError, match=r"give a whole number from 0 to 1e\+15$"):
        whole("n", -1, 0, 10**15, high_text="1e+15", error=MineError)
    with pytest.raises(MineError):
        positive("x", 0, error=MineError)
    with pytest.raises(MineError):
        choice("x", 0, ("a",), error=MineError)


def test_a_message_stays_on_one_line() -> None:
    with pytest.raises(OptionError) as caught:
        whole("n", np.zeros((20, 20)), 1, 10)
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 300


@pytest.mark.parametrize("value", [1, 0.5, np.float32(2), Fraction(1, 3)])
def test_positive_numbers_of_any_kind_become_float(value: object) -> None:
    assert type(positive("x", value)) is float


@pytest.mark.parametrize("value", [0, -1.0, math.inf, math.nan, True, "1", b"1", None, 10**400, np.ones(2), 1j])
def test_what_is_no_positive_number(value: object) -> None:
    with pytest.raises(OptionError, match=r"^x is .*; give a positive number$"):
        positive("x", value)


@pytest.mark.parametrize("value", [0, -0.5, math.inf, np.float32(2), Fraction(1, 4), np.array(3)])
def test_real_numbers_of_any_kind_become_float(value: float) -> None:
    assert type(real("x", value)) is float
    assert real("x", value) == value


@pytest.mark.parametrize("value", [True, "1", b"1", None, 10**400, np.ones(2), np.array([]), 1j, [1.0]])
def test_what_is_no_number(value: object) -> None:
    with pytest.raises(OptionError, match=r"^x is .*; give a number$"):
        real("x", value)


def test_a_number_that_python_refuses_to_print_is_called_huge() -> None:
    for check in (real, positive):
        with pytest.raises(OptionError, match="^x is a huge number; give a (positive )?number$"):
            check("x", 10**5000)
    with pytest.raises(OptionError, match="^n is a huge number; give a whole number from 1 to 10$"):
        whole("n", 10**5000, 1, 10)
    with pytest.raises(OptionError, match="^task is a huge number; choose from a, b$"):
        choice("task", 10**5000, ("a", "b"))


def test_choices() -> None:
    assert choice("task", "b", ("a", "b")) == "b"
    for value in ("c", "", None, 1, ["a"]):
        with pytest.raises(OptionError, match=r"^task is .*; choose from a, b$"):
            choice("task", value, ("a", "b"))
