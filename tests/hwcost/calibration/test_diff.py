"""What changed between two calibrations, worked out by hand."""

from __future__ import annotations

import json
from dataclasses import replace

from hwcost.backend.prepared import prepare_device
from hwcost.calibration.audit import audit
from hwcost.calibration.diff import CalibrationDiff, diff_calibrations
from hwcost.calibration.record import Calibration
from make import small_calibration


def diff(first: Calibration, second: Calibration) -> CalibrationDiff:
    return diff_calibrations(audit(first), audit(second))


def test_nothing_changed() -> None:
    found = diff(small_calibration(), small_calibration(source="live", origin="elsewhere"))
    assert found.is_empty
    assert found.to_dict()["schema"] == "hwcost.calibration-diff/1"
    assert "No value differs." in str(found)


def test_values_settings_and_medians() -> None:
    second = small_calibration(
        qubits={0: {"t1_s": 50e-6}, 1: {"t1_s": 200e-6, "readout_error": None}},
        gates={("cx", (0, 1)): {"error": 0.03}, ("sx", (2,)): {"operational": False}},
        rep_delay_s=500e-6,
    )
    found = diff(small_calibration(), second)
    settings = [(c.quantity, c.first, c.second) for c in found.settings]
    assert settings == [("rep_delay_s", 250e-6, 500e-6)]
    values = {(c.place, c.quantity): (c.first, c.second, c.factor) for c in found.values}
    assert values == {
        ("qubit 0", "t1_s"): (100e-6, 50e-6, 0.5),
        ("qubit 1", "t1_s"): (100e-6, 200e-6, 2.0),
        ("qubit 1", "readout_error"): (0.02, None, None),
        ("cx on 0-1", "error"): (0.01, 0.03, 3.0),
        ("sx on 2", "operational"): (True, False, None),
    }
    # What has no factor stands first, then the largest factor, up or down.
    assert [c.factor for c in found.values[2:]] == [3.0, 0.5, 2.0]
    # Qubits 1 (no readout error) and 2 (sx out of use) are excluded: what is left is qubit 0.
    medians = {c.quantity: (c.first, c.second) for c in found.medians}
    assert medians["t1_s"] == (100e-6, 50e-6)
    assert medians["cx error"] == (0.01, None)
    assert found.to_dict()["excluded"]["qubits"] == {"only_first": [], "only_second": [1, 2]}
    text = str(found)
    assert "5 values differ; by the largest factor" in text
    assert "rep_delay_s               250 µs  →  500 µs" in text
    assert "only in B: 1 2" in text


def test_exclusions_that_come_and_go() -> None:
    dead = {("cx", pair): {"error": 1.0} for pair in ((0, 1), (1, 0))}
    other = {("cx", pair): {"error": 1.0} for pair in ((1, 2), (2, 1))}
    found = diff(small_calibration(gates=dead), small_calibration(gates=other))
    assert found.to_dict()["excluded"]["edges"] == {"only_first": [(0, 1)], "only_second": [(1, 2)]}


def test_gates_that_only_one_has() -> None:
    found = diff(small_calibration(both_directions=False), small_calibration())
    assert (found.only_first, found.only_second) == ((), ("cx on 1-0", "cx on 2-1"))
    assert "0 only in A, 2 only in B" in str(found)


def test_devices_of_different_size_are_compared_by_their_medians_alone() -> None:
    found = diff(small_calibration(3), small_calibration(4, qubits={3: {"t1_s": 1e-5}}))
    assert (found.values, found.only_first, found.only_second) == ((), (), ())
    assert [c.quantity for c in found.settings] == ["num_qubits"]
    assert "not compared one by one" in str(found)


def test_the_order_of_the_basis_gates_is_no_difference() -> None:
    calibration = small_calibration()
    assert diff(calibration, replace(calibration, basis_gates=calibration.basis_gates[::-1])).is_empty


def test_fake_backends_of_two_devices() -> None:
    found = diff_calibrations(prepare_device("fake_lima").audited, prepare_device("fake_quito").audited)
    assert {"t1_s", "cx error"} <= {change.quantity for change in found.medians}
    assert all(len(line) < 160 for line in str(found).splitlines())
    json.dumps(found.to_dict(), allow_nan=False)
