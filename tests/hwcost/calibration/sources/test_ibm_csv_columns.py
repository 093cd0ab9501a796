"""Headers of all years are understood."""

from __future__ import annotations

import pytest

from csv_tables import SPANISH, gate_values, parse
from hwcost.calibration.sources.ibm_csv_columns import read_header


def test_spanish_headers() -> None:
    calibration = parse(SPANISH)
    assert calibration.qubits[1].readout_error == 0.02
    assert calibration.qubits[1].readout_duration_s == pytest.approx(1.4e-6, rel=1e-12)
    assert [record.operational for record in calibration.qubits] == [True, False]
    assert gate_values(calibration, "ecr", 0, 1) == (0.0074, 660.0)
    assert gate_values(calibration, "x", 1) == (3e-4, None)
    assert calibration.basis_gates == ("ecr", "id", "rz", "sx", "x")


@pytest.mark.parametrize(
    ("header", "seconds"),
    [("(us)", 1e-6), ("(µs)", 1e-6), ("(μs)", 1e-6), ("(ns)", 1e-9), ("(ms)", 1e-3), ("(s)", 1.0)],
)
def test_the_header_says_the_unit(header: str, seconds: float) -> None:
    calibration = parse(f"Qubit,T1 {header},Readout length {header}\n0,5,7\n")
    assert calibration.qubits[0].t1_s == pytest.approx(5 * seconds, rel=1e-12)
    assert calibration.qubits[0].readout_duration_s == pytest.approx(7 * seconds, rel=1e-12)


@pytest.mark.parametrize(
    ("header", "name"),
    [
        ("√x (sx) error ", "sx"),
        ("?x (sx) error", "sx"),  # the root sign lost
        ("âˆšx (sx) error", "sx"),  # UTF-8 taken for Windows-1252
        ("Error √x (sx)", "sx"),
        ("Pauli-X error", "x"),
        ("Single-qubit Pauli-X error ", "x"),
        ("Z-axis rotation (rz) error ", "rz"),
        ("CNOT error rate", "cx"),
        ("Error CZ", "cz"),
        ("Readout error", "readout_error"),
        ("MEASURE error", ""),
        ("Init error", ""),
        ("Frequency (GHz)", ""),
    ],
)
def test_headers_of_all_years_are_understood(header: str, name: str) -> None:
    column = read_header(header)
    assert column.name == name
    assert column.kind != "unknown"
