"""Values of OpenQASM 3 expressions."""

from __future__ import annotations

import pytest

from hwcost.circuits.qasm3_values import NotConstant, Refused, new_scope, value_of

openqasm3 = pytest.importorskip("openqasm3")


def value(text, **names):
    (statement,) = openqasm3.parse(f"{text};").statements
    return value_of(statement.expression, new_scope().new_child(names))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("7 % 3", 1),
        ("2**3**2", 512),
        ("6/3", 2),
        ("1.0/4", 0.25),
        ("mod(7, 4)", 3),
        ("-(2 + n)", -5),
        ("int(2.9)", 2),
        ("n > 2 && !false", True),
    ],
)
def test_values(text, expected):
    assert value(text, n=3) == expected


def test_what_has_no_value():
    with pytest.raises(NotConstant):
        value("m + 1")
    for text in ("1/2", "1/0", "sqrt(-1.0)", "2 << 4000"):
        with pytest.raises(Refused):
            value(text)
