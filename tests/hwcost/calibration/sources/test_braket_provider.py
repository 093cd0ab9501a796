"""Braket's device properties: the vendors' own parts."""

from __future__ import annotations

from typing import Any

import pytest

import hwcost
from hostile import read_document
from hwcost.core.errors import CalibrationError
from vendor_files import braket, braket_ionq, ionq_provider, standardized_3


def read(document: Any) -> hwcost.Calibration:
    return read_document(document, "braket.json")


def value_of(calibration: hwcost.Calibration, name: str, *qubits: int) -> tuple[float | None, float | None]:
    gate = calibration.gate(name, qubits)
    assert gate is not None
    return gate.error, gate.duration_s


def test_ionqs_part() -> None:
    calibration = read(braket_ionq(provider=ionq_provider()))
    record = calibration.qubits[1]
    # T1 and T2 of the schema's example are microseconds beside gate times in seconds.
    assert (record.t1_s, record.t2_s) == (1e4, 0.5)
    assert any("T1 is read as microseconds" in line for line in calibration.assumptions)
    assert value_of(calibration, "ms", 0, 1) == (pytest.approx(0.01), 600e-6)


def test_the_vendors_part_fills_what_the_standardized_part_lacks() -> None:
    part = standardized_3()
    part["twoQubitGateDuration"] = part["T2"] = None
    calibration = read(braket_ionq(standardized=part, provider=ionq_provider()))
    assert (calibration.qubits[0].t1_s, calibration.qubits[0].t2_s) == (100.0, 0.5)
    assert value_of(calibration, "ms", 0, 1)[1] == 600e-6


def test_rigettis_first_part() -> None:
    one = {q: {"T1": 2e-5, "T2": 1e-5, "f1QRB": 0.995, "f1Q_simultaneous_RB": 0.99, "fRO": 0.92} for q in "123"}
    two = {"1-2": {"fCZ": 0.84, "fCZ_std_err": 0.01, "fXY": 0.9, "Avg_T1": 1.0}, "2-3": {"fCZ": 0.9}}
    document = braket("rigetti", gates=("rx", "rz", "cz", "xy"), provider={"specs": {"1Q": one, "2Q": two}})
    calibration = read(document)
    assert (calibration.qubits[0].t1_s, calibration.qubits[0].readout_error) == (2e-5, pytest.approx(0.08))
    assert value_of(calibration, "sx", 0)[0] == pytest.approx(0.01)
    assert value_of(calibration, "cz", 0, 1)[0] == pytest.approx(0.16)
    assert value_of(calibration, "xy", 1, 0)[0] == pytest.approx(0.1)
    assert value_of(calibration, "xy", 1, 2)[0] is None


def test_oqcs_part() -> None:
    one = {q: {"T1": 12.2, "T2": 13.5, "fRO": 0.99, "fRB": 0.98, "EPE": 0.001} for q in "123"}
    coupling = {"control_qubit": 1, "target_qubit": 2}
    two = {"1-2": {"coupling": coupling, "CLf": 0.99, "ECR_f": 0.97}, "2-3": {"ECR_f": 0.96}}
    provider = {"properties": {"one_qubit": one, "two_qubit": two}}
    document = braket("oqc", gates=("ecr", "v", "x", "rz"), graph={"1": ["2"], "2": ["3"]}, provider=provider)
    calibration = read(document)
    assert calibration.qubits[0].t1_s == pytest.approx(12.2e-6)
    assert any("read as microseconds" in line for line in calibration.assumptions)
    assert value_of(calibration, "ecr", 0, 1)[0] == pytest.approx(0.03)
    assert value_of(calibration, "sx", 0)[0] == pytest.approx(0.02)


def test_aqts_part() -> None:
    properties = {
        "single_qubit_gate_fidelity": {q: {"value": 99.9, "uncertainty": 0.1} for q in "012"},
        "mean_two_qubit_gate_fidelity": {"value": 98.0, "uncertainty": 0.5},
        "spam_fidelity_lower_bound": 99.5,
        "t2_coherence_time_s": {"value": 0.9, "uncertainty": 0.1},
        "t1_s": {"value": 1.1, "uncertainty": 0.1},
        "readout_time_micros": 2000.0,
        "single_qubit_gate_duration_micros": 15.0,
        "two_qubit_gate_duration_micros": 200.0,
        "updated_at": "2026-02-01T00:00:00Z",
    }
    document = braket("aqt", gates=("prx", "xx", "rz"), full=True, provider={"properties": properties})
    calibration = read(document)
    assert calibration.basis_gates == ("r", "rxx", "rz")
    assert value_of(calibration, "r", 0) == (pytest.approx(0.001), pytest.approx(15e-6))
    assert value_of(calibration, "rxx", 2, 1) == (pytest.approx(0.02), pytest.approx(200e-6))
    record = calibration.qubits[0]
    assert (record.t1_s, record.t2_s, record.readout_duration_s) == (1.1, 0.9, pytest.approx(2e-3))
    assert record.readout_error == pytest.approx(0.005)


@pytest.mark.parametrize(
    ("vendor", "gates", "provider", "message"),
    [
        ("oqc", ("ecr", "v"), {"properties": 3}, "provider is 3"),
        ("oqc", ("ecr", "v"), {"properties": {"one_qubit": {"1": {"T1": -1}}}}, "provider: qubit 1: T1 is -1.0"),
        ("oqc", ("ecr", "v"), {"properties": {"one_qubit": {"1": {"fRB": 99}}}}, "fRB is 99.0; a probability"),
        ("oqc", ("ecr", "v"), {"properties": {"two_qubit": {"1-2": {"ECR_f": 2}}}}, "ECR_f is 2; a fidelity"),
        (
            "oqc",
            ("ecr", "v"),
            {"properties": {"two_qubit": {"1-2": {"coupling": {"control_qubit": [1], "target_qubit": 2}}}}},
            "it must name the two qubits of its key",
        ),
        ("aqt", ("prx", "xx"), {"properties": None}, "properties is missing"),
        ("aqt", ("prx", "xx"), {"properties": {"spam_fidelity_lower_bound": 101}}, "in percent must lie between"),
        ("aqt", ("prx", "xx"), {"properties": {"readout_time_micros": 0}}, "readout_time_micros is 0 s"),
        ("aqt", ("prx", "xx"), {"properties": {"t1_s": {"value": "1"}}}, "t1_s is '1'"),
        ("ionq", ("gpi", "gpi2", "ms"), {"fidelity": {}, "timing": {"2Q": "1"}}, "timing 2q is '1'"),
        ("rigetti", ("rx", "rz", "cz"), {"specs": {"other": 1}}, "has neither"),
        ("rigetti", ("rx", "rz", "cz"), {"specs": {"1Q": []}}, "1Q is []"),
    ],
)
def test_impossible_values_are_one_line(vendor: str, gates: tuple[str, ...], provider: Any, message: str) -> None:
    with pytest.raises(CalibrationError) as caught:
        read(braket(vendor, gates=gates, provider=provider))
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)
