"""Tables as the IBM Quantum web page offers them."""

from __future__ import annotations

import csv
import io

from hypothesis import strategies as st

from hwcost.calibration.record import Calibration
from hwcost.calibration.sources.ibm_csv import parse_calibration_csv
from hwcost.core.errors import CalibrationError

SPANISH = (
    "Cúbit,T1 (us),T2 (us),Error de asignación de lectura,Longitud de lectura (ns),Error ID,"
    "Error de rotación del eje Z (rz),Error √x (sx),Error Pauli-X,Error ECR,Tiempo de puerta (ns),Operativo\n"
    "0,250,120,0.01,1400,2e-4,0,2e-4,2e-4,0_1:0.0074,0_1:660,Sí\n"
    "1,300,150,0.02,1400,3e-4,0,3e-4,3e-4,0_1:0.0074,0_1:660,No\n"
)
HEAD = "Qubit,T1 (us),Readout error,√x (sx) error,CZ error,Gate length (ns),Operational\n"
ROWS = [
    ["0", "100", "0.01", "1e-4", "1:0.0013;2:0.0011", "1:68;2:84", "Yes"],
    ["1", "110", "0.02", "2e-4", "0:0.0013", "0:68", "Yes"],
    ["2", "120", "0.03", "3e-4", "0:0.0011", "0:84", "Yes"],
]


def parse(text: str) -> Calibration:
    return parse_calibration_csv(text, name="mine", origin="mine.csv")


def gate_values(calibration: Calibration, name: str, *qubits: int) -> tuple[float | None, float | None]:
    gate = calibration.gate(name, qubits)
    assert gate is not None, f"no {name} on {qubits}"
    return gate.error, None if gate.duration_s is None else round(gate.duration_s * 1e9, 6)


def table(row: int, column: int, cell: str, head: str = HEAD) -> str:
    rows = [list(cells) for cells in ROWS]
    rows[row][column] = cell
    buffer = io.StringIO()
    csv.writer(buffer, lineterminator="\n").writerows(rows)
    return head + buffer.getvalue()


cells = st.one_of(
    st.floats().map(repr),
    st.text(max_size=12),
    st.sampled_from(["undefined", "1", "01:00.0", "0_1:0.01", "1:0.01;2:0.02", "cx0_1: 1e-2", "Yes", "100", "0"]),
)


def outcome_of(text: str) -> Calibration | str:
    try:
        return parse(text)
    except CalibrationError as error:
        assert "\n" not in str(error)
        return str(error)
