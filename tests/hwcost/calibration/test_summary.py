"""The summary of a device: schema, medians, and what is excluded."""

from __future__ import annotations

from hwcost.calibration.audit import audit
from hwcost.calibration.page import format_value
from hwcost.calibration.summary import summarize
from make import DURATION_1Q_S, READOUT_ERROR, SNAPSHOT, small_calibration


def test_a_small_device() -> None:
    summary = summarize(audit(small_calibration(), today=SNAPSHOT))
    data = summary.to_dict()
    assert data["schema"] == "hwcost.calibration-summary/1"
    assert len(data["qubits"]) == 3
    assert "small" in str(summary)


def test_values_have_the_unit_of_their_quantity() -> None:
    assert format_value("duration_s", DURATION_1Q_S) == "50 ns"
    assert format_value("readout_error", READOUT_ERROR) == "2.0 %"
    assert format_value("readout_error", None) == format_value("t1_s", None)
