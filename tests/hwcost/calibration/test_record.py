"""Records refuse what cannot be, and keep what can."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest

from hwcost.calibration.record import GateCalibration, QubitCalibration
from hwcost.core.errors import CalibrationError
from make import small_calibration


@pytest.mark.parametrize("value", [-1e-9, math.inf, math.nan])
def test_times_are_finite_and_not_negative(value: float) -> None:
    for make in (lambda: QubitCalibration(qubit=0, t1_s=value), lambda: replace(small_calibration(), dt_s=value)):
        with pytest.raises(CalibrationError, match="a time must be finite and not negative"):
            make()


@pytest.mark.parametrize("value", [-0.1, 1.1, math.nan])
def test_errors_are_probabilities(value: float) -> None:
    with pytest.raises(CalibrationError, match="cx on \\(0, 1\\): error is .*; a probability must lie between 0 and 1"):
        GateCalibration(name="cx", qubits=(0, 1), error=value)


def test_each_qubit_and_gate_has_one_record() -> None:
    calibration = small_calibration()
    with pytest.raises(CalibrationError, match="each qubit needs exactly one record"):
        replace(calibration, qubits=calibration.qubits[::-1])
    with pytest.raises(CalibrationError, match="is given twice"):
        replace(calibration, gates=(*calibration.gates, calibration.gates[0]))
    with pytest.raises(CalibrationError, match="the device has 3 qubits"):
        replace(calibration, gates=(GateCalibration(name="x", qubits=(3,)),))


def test_a_gate_is_found_by_name_and_ordered_qubits() -> None:
    calibration = small_calibration(both_directions=False)
    assert calibration.gate("cx", (0, 1)) is not None
    assert calibration.gate("cx", (1, 0)) is None
    assert calibration.gate("cz", (0, 1)) is None


@pytest.mark.parametrize("value", [10**400, 1e302, -1.0, float("inf"), float("nan"), "1"])
@pytest.mark.parametrize("name", ["t1_s", "t2_s", "readout_duration_s"])
def test_times_have_a_range(name, value) -> None:
    with pytest.raises(CalibrationError, match=f"qubit 3: {name} is .*; a time (must|is at most)"):
        QubitCalibration(qubit=3, **{name: value})


@pytest.mark.parametrize("value", [10**400, 1.5, -1e-308, float("nan")])
def test_probabilities_have_a_range(value) -> None:
    with pytest.raises(CalibrationError, match="a probability must lie between 0 and 1"):
        QubitCalibration(qubit=3, readout_error=value)
