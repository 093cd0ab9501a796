"""Values from outside are checked at the door, and a message names place and field."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from hwcost.calibration import values
from hwcost.calibration.values import Place
from hwcost.core.errors import CalibrationError

HERE = Place("x.json", "qubit 3")


@pytest.mark.parametrize(
    ("reader", "value", "expected"),
    [
        (values.number, 5, 5.0),
        (values.optional_number, None, None),
        (values.optional_probability, 1, 1.0),
        (values.count, 1, 1),
        (values.gate_name, "sx", "sx"),
        (values.gate_names, ["a", "b", "a"], ("a", "b")),
        (values.optional_date, "2026-01-01", datetime(2026, 1, 1, tzinfo=UTC)),
        (values.optional_date, None, None),
    ],
)
def test_good_values(reader: Any, value: object, expected: object) -> None:
    assert reader(HERE, "field", value) == expected


@pytest.mark.parametrize(
    ("reader", "value"),
    [
        (values.number, True),
        (values.number, "1"),
        (values.number, -1),
        (values.number, 10**400),
        (values.number, float("nan")),
        (values.optional_probability, 1.5),
        (values.count, 0),
        (values.count, 1.0),
        (values.gate_name, ""),
        (values.gate_name, "a\nb"),
        (values.gate_names, "abc"),
        (values.optional_date, "yesterday"),
        (values.optional_date, 3),
    ],
)
def test_bad_values_are_named(reader: Any, value: object) -> None:
    with pytest.raises(CalibrationError, match=r"^x\.json: qubit 3: (an entry of )?field is ") as caught:
        reader(HERE, "field", value)
    assert "\n" not in str(caught.value)


def test_qubits_are_those_of_the_device_and_as_many_as_the_gate_acts_on() -> None:
    assert values.qubit_tuple(HERE, "qubits", [1, 0], 2) == (1, 0)
    for wrong in ([2], [-1], [True], 1, [0.0]):
        with pytest.raises(CalibrationError):
            values.qubit_tuple(HERE, "qubits", wrong, 2)
    values.check_num_qubits(HERE, "cx", (0, 1))
    values.check_num_qubits(HERE, "unheard_of", (0, 1, 2))
    for name, qubits in (("cx", (0,)), ("sx", (0, 1)), ("measure", (0, 1)), ("unheard_of", ())):
        with pytest.raises(CalibrationError, match="it must have"):
            values.check_num_qubits(HERE, name, qubits)
