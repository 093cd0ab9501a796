"""What of a device can be used: resets, windows, ages and connected parts, by hand."""

from __future__ import annotations

from datetime import datetime

import pytest

from audits import codes, finding, look
from hwcost.calibration.audit import audit
from make import (
    DURATION_1Q_S,
    READOUT_S,
    small_calibration,
)


def test_a_reset_without_duration_is_readout_plus_flip_and_labelled() -> None:
    gates = {("reset", (q,)): None for q in range(3)}
    audited = look(small_calibration(gates=gates))
    assert audited.duration_s("reset", (1,)) == pytest.approx(READOUT_S + DURATION_1Q_S)
    assert audited.reset_is_assumed(1)
    assert finding(audited, "reset_duration_unknown").qubits == (0, 1, 2)


def test_a_reset_of_unknown_readout_has_no_duration() -> None:
    audited = look(small_calibration(gates={("reset", (0,)): None}, qubits={0: {"readout_duration_s": None}}))
    assert audited.duration_s("reset", (0,)) is None
    assert not audited.reset_is_assumed(0)
    assert "unknown" in finding(audited, "reset_duration_unknown").message
    assert finding(audited, "readout_duration_unknown").qubits == (0,)


def test_a_device_without_reset_gets_none() -> None:
    gates = {("reset", (q,)): None for q in range(3)}
    audited = look(small_calibration(gates=gates, supported_operations=("measure",)))
    assert audited.duration_s("reset", (0,)) is None
    assert codes(audited) == {"no_reset"}


@pytest.mark.parametrize("dt_s", [None, 3.6e-18, 0.0])
def test_an_implausible_dt_is_unknown(dt_s: float | None) -> None:
    audited = look(small_calibration(dt_s=dt_s))
    assert audited.dt_s is None
    assert codes(audited) == {"dt_unknown"}


def test_u3_may_take_two_pulses() -> None:
    u3 = {("u3", (q,)): {"error": 0.001, "duration_s": 320e-9} for q in range(3)}
    assert look(small_calibration(gates=u3, basis_gates=("rz", "sx", "x", "u3", "cx"))).findings == ()


def test_a_naive_today_is_utc_and_an_unknown_date_has_no_age() -> None:
    assert audit(small_calibration(), today=datetime(2026, 1, 4)).age_days == 3
    audited = look(small_calibration(snapshot_date=None))
    assert audited.age_days is None
    assert codes(audited) == {"age_unknown"}


def test_the_largest_component_is_taken_and_the_lowest_of_equals() -> None:
    audited = look(small_calibration(5, edges=[(0, 1), (2, 3), (3, 4)]))
    assert audited.component == (2, 3, 4)
    assert look(small_calibration(4, edges=[(2, 3), (0, 1)])).component == (0, 1)
