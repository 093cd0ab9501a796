"""The CSV of the IBM Quantum web page, in the headers of each year: right values, or one line with row and column."""

from __future__ import annotations

import csv
import io
import math
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from qiskit import QuantumCircuit

import hwcost
from csv_tables import SPANISH, cells, gate_values, outcome_of, parse, table
from hwcost.calibration.audit import audit
from hwcost.calibration.health import DEAD_ERROR
from hwcost.calibration.load import import_calibration
from hwcost.calibration.record import Calibration
from hwcost.calibration.sources.ibm_csv import name_and_date
from hwcost.core.errors import CalibrationError

ERA_2019 = (
    "Qubit,T1 (µs),T2 (µs),Frequency (GHz),Readout error,Single-qubit U2 error rate,CNOT error rate,Date\n"
    'Q0,60.5,70,5.25,2.5e-2,4e-4,"cx0_1: 1.286e-2",2020-01-15T08:00:00Z\n'
    'Q1,50,40.25,5.3,3e-2,5e-4,"cx1_0: 1.286e-2, cx1_2: 1.117e-2",2020-01-15T08:00:00Z\n'
    'Q2,70,60,5.1,1e-2,1,"cx2_1: 1.117e-2",2020-01-15T08:00:00Z\n'
)
ERA_2021 = (
    "Qubit,T1 (us),T2 (us),Frequency (GHz),Anharmonicity (GHz),Readout assignment error ,Prob meas0 prep1 ,"
    "Prob meas1 prep0 ,Readout length (ns),ID error ,√x (sx) error ,Single-qubit Pauli-X error ,CNOT error ,"
    "Gate time (ns)\n"
    '0,100,120,5.2,-0.34,0.02,0.03,0.01,5351.111,2e-4,2e-4,2e-4,"0_1:0.0106","0_1:300"\n'
    '1,110,130,5.3,-0.34,0.03,0.04,0.02,5351.111,3e-4,3e-4,3e-4,"1_2:0.0053; 1_0:0.0106","1_2:250; 1_0:335.5"\n'
    '2,120,undefined,5.1,-0.34,0.01,0.01,0.01,5351.111,1e-4,1e-4,1e-4,"2_1:0.0053; ","2_1:285.5; "\n'
)
ERA_2023 = (
    "Qubit,T1 (us),T2 (us),Frequency (GHz),Anharmonicity (GHz),Readout assignment error ,Prob meas0 prep1 ,"
    "Prob meas1 prep0 ,Readout length (ns),ID error ,Z-axis rotation (rz) error ,√x (sx) error ,Pauli-X error ,"
    "ECR error ,Gate time (ns),Operational\n"
    "0,250.5,undefined,4.9,-0.3,0.01,0.012,0.008,1400,2e-4,0,2e-4,2e-4,0_1:0.0074,0_1:660,Yes\n"
    "1,300,150,4.8,-0.3,0.02,0.022,0.018,1400,3e-4,0,3e-4,3e-4,2_1:1; 0_1:0.0074,2_1:660; 0_1:660,Yes\n"
    "2,280,90,4.7,-0.3,0.5,0.5,0.5,1400,4e-4,0,4e-4,4e-4,2_1:1; 2_3:0.0061,2_1:660; 2_3:533.3,No\n"
    "3,280,90,4.7,-0.3,0.03,0.03,0.03,1400,4e-4,0,4e-4,4e-4,2_3:0.0061,2_3:533.3,true\n"
)
ERA_2024 = (
    "Qubit,T1 (us),T2 (us),Readout assignment error,Init error,Prob meas0 prep1,Prob meas1 prep0,Readout length (us),"
    "ID error,Single-qubit gate length (ns),RX error,Z-axis rotation (rz) error,√x (sx) error,Pauli-X error,"
    "XSLOW error,CZ error,Gate length (ns),RZZ error,MEASURE error,MEASURE_2 error,Operational\n"
    "0,180,140,0.01,0.001,0.012,0.008,1.56,2e-4,32,2e-4,0,2e-4,2e-4,,1:0.0013;2:0.0011,1:68;2:84,1:0.003,0.01,,Yes\n"
    "1,190,150,0.02,0.001,0.02,0.02,1.56,3e-4,32,3e-4,0,3e-4,3e-4,,0:0.0013,0:68,0:0.003,0.02,,Yes\n"
    "2,170,130,0.03,0.001,0.03,0.03,1.56,4e-4,36,4e-4,0,4e-4,4e-4,,0:0.0011,0:84,,0.03,,Yes\n"
)
ERAS = {"2019": ERA_2019, "2021": ERA_2021, "2023": ERA_2023, "2024": ERA_2024, "Spanish": SPANISH}


# The right values of each era.


def test_2019_only_u2_and_pairs_that_name_the_gate() -> None:
    calibration = parse(ERA_2019)
    qubit = calibration.qubits[1]
    assert (qubit.t1_s, qubit.t2_s) == pytest.approx((50e-6, 40.25e-6), rel=1e-12)
    assert (qubit.readout_error, qubit.prob_meas0_prep1, qubit.readout_duration_s) == (0.03, None, None)
    assert calibration.basis_gates == ("cx", "u1", "u2", "u3")
    assert gate_values(calibration, "cx", 1, 0) == (0.01286, None)
    assert calibration.gate("cx", (0, 2)) is None
    assert gate_values(calibration, "u1", 0) == (0.0, 0.0)
    assert gate_values(calibration, "u2", 0) == (4e-4, None)
    # Two pulses: 1 − (1 − 0.0004)².
    assert gate_values(calibration, "u3", 0) == (pytest.approx(0.00079984, rel=1e-9), None)
    assert gate_values(calibration, "u3", 2)[0] == 1.0
    assert len(calibration.assumptions) == 2
    date = datetime(2020, 1, 15, 8, tzinfo=UTC)
    assert calibration.snapshot_date == calibration.oldest_value_date == calibration.newest_value_date == date
    assert dict(qubit.dates) == dict.fromkeys(("t1_s", "t2_s", "readout_error"), date)


def test_2021_trailing_blanks_and_directed_gate_times() -> None:
    calibration = parse(ERA_2021)
    qubit = calibration.qubits[2]
    assert qubit.readout_duration_s == pytest.approx(5351.111e-9, rel=1e-12)
    assert (qubit.t2_s, qubit.prob_meas0_prep1, qubit.prob_meas1_prep0) == (None, 0.01, 0.01)
    assert gate_values(calibration, "cx", 0, 1) == (0.0106, 300.0)
    assert gate_values(calibration, "cx", 1, 0) == (0.0106, 335.5)
    assert gate_values(calibration, "cx", 2, 1) == (0.0053, 285.5)
    assert calibration.basis_gates == ("cx", "id", "rz", "sx", "x")
    assert gate_values(calibration, "x", 1) == (3e-4, None)
    assert gate_values(calibration, "rz", 1) == (0.0, 0.0)
    assert calibration.assumptions == ("rz is virtual: no error and no duration",)
    unknown = (calibration.dt_s, calibration.rep_delay_s, calibration.snapshot_date, calibration.max_shots)
    assert unknown == (None,) * 4
    assert calibration.source == "csv"


def test_2023_directed_ecr_dead_gates_and_qubits_out_of_use() -> None:
    calibration = parse(ERA_2023)
    assert gate_values(calibration, "ecr", 0, 1) == (0.0074, 660.0)
    assert calibration.gate("ecr", (1, 0)) is None
    assert gate_values(calibration, "ecr", 2, 1) == (1.0, 660.0)
    assert [record.operational for record in calibration.qubits] == [True, True, False, True]
    assert calibration.qubits[0].t2_s is None
    assert calibration.assumptions == ()
    findings = {finding.code: finding for finding in audit(calibration, durations_only=False).findings}
    assert findings["dead_2q_gate"].edges == ((1, 2),)
    assert findings["not_operational"].qubits == (2,)


def test_2024_symmetric_gates_partners_and_one_qubit_times() -> None:
    calibration = parse(ERA_2024)
    for pair in ((0, 2), (2, 0)):
        assert gate_values(calibration, "cz", *pair) == (0.0011, 84.0)
    for pair in ((0, 1), (1, 0)):
        assert gate_values(calibration, "rzz", *pair) == (0.003, None)  # the gate length is that of cz
    assert gate_values(calibration, "sx", 2) == (4e-4, 36.0)
    assert gate_values(calibration, "rz", 2) == (0.0, 0.0)
    assert calibration.qubits[0].readout_duration_s == pytest.approx(1.56e-6, rel=1e-12)
    # IBM offers rx and rzz on request only.
    assert calibration.basis_gates == ("cz", "id", "rz", "sx", "x")
    assert "columns not read" not in calibration.origin


@pytest.mark.parametrize("era", ERAS)
def test_byte_order_marks_line_ends_and_blank_lines_change_nothing(era: str, tmp_path: Path) -> None:
    plain, odd = tmp_path / "a.csv", tmp_path / "b.csv"
    plain.write_text(ERAS[era], encoding="utf-8")
    odd.write_bytes(("\ufeff" + ERAS[era] + "\n , ,\n").replace("\n", "\r\n").encode())
    first, second = import_calibration(plain, name="a"), import_calibration(odd, name="a")
    assert (first.qubits, first.gates, first.basis_gates) == (second.qubits, second.gates, second.basis_gates)


def test_rows_may_come_in_any_order() -> None:
    lines = ERA_2021.splitlines()
    assert parse("\n".join([lines[0], lines[3], lines[1], lines[2]])) == parse(ERA_2021)


def test_columns_that_are_not_understood_are_named_in_the_origin() -> None:
    calibration = parse("Qubit,T1 (us),Mood\n0,100,good\n")
    assert calibration.origin == "CSV of the IBM Quantum web page: mine.csv; columns not read: 'Mood'"


def test_an_edge_with_a_time_and_no_error_is_there_and_unusable() -> None:
    text = (
        "Qubit,√x (sx) error,CZ error,Gate length (ns)\n0,1e-4,1:0.002,1:68;2:72\n1,1e-4,0:0.002,0:68\n2,1e-4,,0:72\n"
    )
    calibration = parse(text)
    assert gate_values(calibration, "cz", 0, 2) == (None, 72.0)
    assert gate_values(calibration, "cz", 1, 0) == (0.002, 68.0)


# From the name of the file.


@pytest.mark.parametrize(
    ("file_name", "name", "date"),
    [
        (
            "ibm_osaka_calibrations_2024-01-16T15_16_48Z.csv",
            "ibm_osaka",
            datetime(2024, 1, 16, 15, 16, 48, tzinfo=UTC),
        ),
        (
            "ibm_fez_calibrations_2025-02-01T00_00_00Z (1).csv",
            "ibm_fez",
            datetime(2025, 2, 1, tzinfo=UTC),
        ),
        ("ibm_fez_calibrations_2025-02-31T00_00_00Z.csv", "ibm_fez", None),
        ("today.csv", "today", None),
        ("noending", "noending", None),
    ],
)
def test_name_and_date_come_from_the_file_name(file_name: str, name: str, date: datetime | None) -> None:
    assert name_and_date(file_name) == (name, date)


def test_the_date_of_the_file_name_is_used(tmp_path: Path) -> None:
    path = tmp_path / "ibm_x_calibrations_2024-01-16T15_16_48Z.csv"
    path.write_text(ERA_2023, encoding="utf-8")
    calibration = hwcost.load_calibration(path)
    assert (calibration.name, calibration.source) == ("ibm_x", "csv")
    assert calibration.snapshot_date == datetime(2024, 1, 16, 15, 16, 48, tzinfo=UTC)
    assert str(tmp_path) not in calibration.origin


# Estimates.


def bell() -> QuantumCircuit:
    circuit = QuantumCircuit(2)
    circuit.h(0)
    circuit.cx(0, 1)
    circuit.measure_all()
    return circuit


def test_a_heron_table_is_enough_for_an_estimate(tmp_path: Path) -> None:
    path = tmp_path / "heron.csv"
    path.write_text(ERA_2024, encoding="utf-8")
    cost = hwcost.estimate(bell(), str(path), num_seeds=1)
    assert cost.backend.source == "csv"
    assert cost.backend.snapshot_age_days is None
    assert any("250 µs assumed" in line for line in cost.backend.assumptions)
    assert cost.time.circuit_duration_s > 1.56e-6


def test_a_table_without_gate_durations_is_refused_until_they_are_given(tmp_path: Path) -> None:
    path = tmp_path / "eagle.csv"
    path.write_text(ERA_2021, encoding="utf-8")
    with pytest.raises(CalibrationError, match=r"sx gates have no duration.*hwcost calibration import.*--duration-1q"):
        hwcost.estimate(bell(), str(path), num_seeds=1)
    given = import_calibration(path, duration_1q_s=60e-9, rep_delay_s=250e-6)
    assert gate_values(given, "sx", 0) == (2e-4, 60.0)
    assert gate_values(given, "rz", 0) == (0.0, 0.0)
    cost = hwcost.estimate(bell(), given, num_seeds=1)
    assert cost.time.rep_delay_s == 250e-6
    found = [finding.message for finding in cost.backend.findings if finding.code == "assumed"]
    assert "60 ns a pulse for id, sx, x where no duration is known as given by the user" in found
    assert given.origin.endswith("rep_delay, duration_1q given by the user")


def test_a_table_of_2019_is_enough_once_the_durations_are_given(tmp_path: Path) -> None:
    path = tmp_path / "old.csv"
    path.write_text(ERA_2019.replace("5e-4", "4e-4").replace(",1,", ",4e-4,"), encoding="utf-8")
    given = import_calibration(path, duration_1q_s=36e-9, duration_2q_s=300e-9, readout_duration_s=3.5e-6)
    cost = hwcost.estimate(bell(), given, num_seeds=1)
    assert set(cost.isa_circuit.count_ops()) <= {"u1", "u2", "u3", "cx", "measure", "barrier"}
    assert cost.time.circuit_duration_s > 3.5e-6 + 300e-9


# Defects.


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "has no row with a qubit"),
        ("Qubit,T1 (us)\n", "has no row with a qubit"),
        ("Qubit,T1 (us)\n0,1,2\n", "line 2: 3 cells, but the header has 2"),
        ("Qubit,T1\n0,1\n", "column 'T1' gives no unit of time that is known"),
        ("Qubit,T1 (parsec)\n0,1\n", r"column 'T1 \(parsec\)' gives no unit"),
        ("Qubit,T1 (Âµs)\n0,1\n", "gives no unit"),  # UTF-8 taken for Windows-1252
        ("Qubit,T1 (us),T1 (ns)\n0,1,1\n", r"columns 'T1 \(us\)' and 'T1 \(ns\)' say the same"),
        ("Qubit,CNOT error,CNOT error rate\n0,,\n", "say the same"),
        ("T1 (us),T2 (us)\n1,1\n", "is not a calibration table of the IBM Quantum web page"),
        ("Qubit,Name\n0,a\n", "is not a calibration table"),
        ("num_circuits,shots,observed_s\n1,2,3\n", "is not a calibration table .*found: 3 other columns"),
        ("Qubit;T1 (us)\n0;1\n", "columns are separated by ';'"),
        ("Qubit\tT1 (us)\n0\t1\n", "columns are separated by tabs"),
        ('Qubit,T1 (us)\n0,"1\n', "is not CSV"),
        ("Qubit,T1 (us)\n0,1\x00\n", "is not CSV|must be a number"),
    ],
)
def test_a_table_of_another_kind_is_refused(text: str, message: str) -> None:
    with pytest.raises(CalibrationError, match=f"^mine.csv.*({message})") as caught:
        parse(text)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("word", ["undefined", "", "null", "N/A", "-"])
def test_what_is_unknown_stays_unknown(word: str) -> None:
    calibration = parse(table(0, 1, word))
    assert calibration.qubits[0].t1_s is None
    assert parse(table(0, 2, word)).qubits[0].readout_error is None
    assert parse(table(0, 6, word)).qubits[0].operational


# Fuzz.

headers = st.sampled_from([*{name for text in ERAS.values() for name in text.splitlines()[0].split(",")}, "x", "T1"])


def check_bounds(calibration: Calibration) -> None:
    for gate in calibration.gates:
        assert gate.error is None or 0.0 <= gate.error <= 1.0
        assert gate.duration_s is None or (math.isfinite(gate.duration_s) and gate.duration_s >= 0.0)


@settings(max_examples=200, deadline=None)
@given(data=st.data())
def test_any_table_gives_a_calibration_or_one_line(data: st.DataObject) -> None:
    columns = ["Qubit", *data.draw(st.lists(headers, min_size=1, max_size=4))]
    rows = [[str(i), *(data.draw(cells) for _ in columns[1:])] for i in range(data.draw(st.integers(1, 3)))]
    buffer = io.StringIO()
    csv.writer(buffer).writerows([columns, *rows])
    outcome = outcome_of(buffer.getvalue())
    if isinstance(outcome, Calibration):
        check_bounds(outcome)


@settings(max_examples=100, deadline=None)
@given(text=st.text(max_size=200))
def test_any_text_gives_a_calibration_or_one_line(text: str) -> None:
    outcome_of(text)


def test_a_dead_gate_is_the_audits_business() -> None:
    calibration = parse(table(1, 4, "0:0.0013").replace("1:0.0013", "1:1").replace("0:0.0013", "0:1"))
    assert gate_values(calibration, "cz", 0, 1)[0] == 1.0
    assert gate_values(calibration, "cz", 0, 1)[0] > DEAD_ERROR
    assert (0, 1) in audit(calibration).excluded_edges
