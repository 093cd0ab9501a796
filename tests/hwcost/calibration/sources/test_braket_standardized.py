"""Braket's standardized gate-model properties, versions 1 to 3."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

import hwcost
from hostile import read_document
from vendor_files import braket, braket_ionq, fidelity, standardized, standardized_3


def read(document: Any) -> hwcost.Calibration:
    return read_document(document, "braket.json")


def value_of(calibration: hwcost.Calibration, name: str, *qubits: int) -> tuple[float | None, float | None]:
    gate = calibration.gate(name, qubits)
    assert gate is not None
    return gate.error, gate.duration_s


@pytest.mark.parametrize("version", ["1", "2"])
def test_versions_1_and_2_have_errors_of_each_qubit_and_no_durations(version: str) -> None:
    calibration = read(braket(standardized=standardized(version)))
    assert (calibration.name, calibration.source, calibration.processor) == ("braket", "braket", "IQM")
    assert (calibration.num_qubits, calibration.basis_gates, calibration.max_shots) == (3, ("cz", "r"), 20000)
    assert calibration.snapshot_date == datetime(2026, 3, 1, 10, tzinfo=UTC)
    record = calibration.qubits[0]
    assert (record.t1_s, record.t2_s) == (pytest.approx(40e-6), pytest.approx(20e-6))
    assert record.readout_error == pytest.approx(0.02)
    assert record.readout_duration_s is None
    assert value_of(calibration, "r", 1) == (pytest.approx(0.001), None)
    # Braket's qubits 1, 2, 3 are 0, 1, 2 here; cz acts both ways.
    assert value_of(calibration, "cz", 0, 1) == value_of(calibration, "cz", 1, 0) == (pytest.approx(0.01), None)
    assert calibration.gate("cz", (0, 2)) is None
    assert any("qubit 0 is Braket's 1" in line for line in calibration.assumptions)


def test_the_lowest_of_several_fidelities() -> None:
    part = standardized()
    part["oneQubitProperties"]["1"]["oneQubitFidelity"] += [
        fidelity(0.995, "SIMULTANEOUS_RANDOMIZED_BENCHMARKING"),
        fidelity(0.5, "READOUT_ERROR_0_TO_1"),
    ]
    calibration = read(braket(standardized=part))
    assert value_of(calibration, "r", 0)[0] == pytest.approx(0.005)
    assert value_of(calibration, "r", 1)[0] == pytest.approx(0.001)
    assert calibration.qubits[0].readout_error == pytest.approx(0.02)
    assert any("the lowest is used" in line for line in calibration.assumptions)


def test_version_3_has_durations() -> None:
    calibration = read(braket_ionq())
    assert calibration.basis_gates == ("gpi", "gpi2", "ms", "rz")
    assert calibration.snapshot_date == datetime(2026, 2, 22, 12, 29, 3, tzinfo=UTC)  # its own, not the document's
    record = calibration.qubits[2]
    assert (record.t1_s, record.t2_s, record.readout_duration_s) == (100.0, 1.0, pytest.approx(150e-6))
    assert record.readout_error == pytest.approx(0.005)
    assert value_of(calibration, "gpi", 0) == (pytest.approx(0.0005), pytest.approx(100e-6))
    assert value_of(calibration, "ms", 2, 0) == (pytest.approx(0.01), pytest.approx(600e-6))
    assert value_of(calibration, "reset", 0) == (None, pytest.approx(100e-6))
    assert len([gate for gate in calibration.gates if gate.name == "ms"]) == 6
    assert any("one value for the whole device" in line for line in calibration.assumptions)


def test_version_3_without_values_of_qubits_takes_those_of_the_device() -> None:
    part = standardized_3()
    part["oneQubitProperties"] = None
    part["singleQubitFidelity"] = [fidelity(0.999, unit="fraction")]
    assert value_of(read(braket_ionq(standardized=part)), "gpi", 1)[0] == pytest.approx(0.001)
    for name in ("T1", "readoutFidelity", "twoQubitGateFidelity", "singleQubitGateDuration"):
        part[name] = None
    calibration = read(braket_ionq(standardized=part))
    assert (calibration.qubits[0].t1_s, calibration.qubits[0].readout_error) == (None, None)
    assert value_of(calibration, "ms", 0, 1) == (None, pytest.approx(600e-6))
    assert value_of(calibration, "gpi", 0) == (pytest.approx(0.001), None)
