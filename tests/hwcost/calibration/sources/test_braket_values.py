"""Single values of Braket's device properties."""

from __future__ import annotations

from typing import Any

import pytest

from hwcost.calibration.record import Qubits
from hwcost.calibration.sources.braket_values import duration_s, edge_key, largest, probability, qubit_key, time_s
from hwcost.calibration.values import Place
from hwcost.core.errors import CalibrationError

PLACE = Place("x.json")


def test_keys() -> None:
    assert qubit_key(PLACE, "f", "12") == 12
    assert edge_key(PLACE, "f", "0-12") == (0, 12)
    for key in ("", "-1", "a", "1.0", "9" * 30, "²"):
        with pytest.raises(CalibrationError, match="it must be the number of a qubit"):
            qubit_key(PLACE, "f", key)
    for key in ("", "1", "1-1", "1-2-3", "a-b", "1--2", "9" * 30 + "-1"):
        with pytest.raises(CalibrationError, match="it must be two qubits"):
            edge_key(PLACE, "f", key)


@pytest.mark.parametrize(
    ("unit", "scale"), [("s", 1.0), ("S", 1.0), ("ms", 1e-3), ("us", 1e-6), ("ns", 1e-9), ("NS", 1e-9)]
)
def test_times(unit: str, scale: float) -> None:
    assert time_s(PLACE, "T1", {"value": 3, "unit": unit}) == pytest.approx(3 * scale)


@pytest.mark.parametrize(
    "value", [3, [], {"value": 3}, {"value": 3, "unit": "h"}, {"unit": "s"}, {"value": -1, "unit": "s"}]
)
def test_impossible_times(value: Any) -> None:
    with pytest.raises(CalibrationError, match="T1"):
        time_s(PLACE, "T1", value)


def test_bounds() -> None:
    assert (probability(PLACE, "f", 1), duration_s(PLACE, "f", 1.0), duration_s(PLACE, "f", None)) == (1.0, 1.0, None)
    for check, value in ((probability, 1.01), (duration_s, 0.0), (duration_s, 2.0)):
        with pytest.raises(CalibrationError):
            check(PLACE, "f", value)


def test_the_largest_error_stays() -> None:
    errors: dict[tuple[str, Qubits], float] = {}
    for error in (0.1, 0.3, 0.2):
        largest(errors, ("cz", (0, 1)), error)
    assert errors == {("cz", (0, 1)): 0.3}
