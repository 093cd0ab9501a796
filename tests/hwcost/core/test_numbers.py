import math

import pytest

from hwcost.core.numbers import parse_real, parse_whole

NO_NUMBERS = (
    "", " ", " 1", "1 ", "1\n", "1\xa0", "1_000", "１", "\u0661", "\u00b2", "0x10", "1,5", "1e", "e5", ".", "+", "--1",
    "one", "true", "1\0", "1.5.2",
)  # fmt: skip


@pytest.mark.parametrize("text", NO_NUMBERS)
def test_what_only_python_or_nobody_reads_as_a_number(text):
    assert parse_whole(text) is None
    assert parse_real(text) is None


@pytest.mark.parametrize(("text", "number"), [("0", 0), ("-7", -7), ("+7", 7), ("007", 7), (str(2**80), 2**80)])
def test_whole_numbers(text, number):
    assert parse_whole(text) == number
    assert parse_real(text) == float(number)


def test_reals_and_what_is_not_finite():
    assert [parse_real(text) for text in ("1.", ".5", "-2.5E-4", "1e308", "1e999")] == [
        1.0,
        0.5,
        -2.5e-4,
        1e308,
        math.inf,
    ]
    assert parse_real("-Infinity") == -math.inf
    assert math.isnan(parse_real("NaN") or 0.0)
    assert [parse_whole(text) for text in ("1.", "1e3", "inf", "9" * 5000)] == [None] * 4
    assert parse_real("9" * 5000) == math.inf
