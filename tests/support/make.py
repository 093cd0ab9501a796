"""Small hand-made calibrations with round values, for tests whose arithmetic is shown."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from hwcost.calibration.record import Calibration, GateCalibration, QubitCalibration, Qubits

SNAPSHOT = datetime(2026, 1, 1, tzinfo=UTC)
T1_S, T2_S = 100e-6, 80e-6
READOUT_ERROR, READOUT_S = 0.02, 1e-6
ERROR_1Q, DURATION_1Q_S = 0.001, 50e-9
ERROR_2Q, DURATION_2Q_S = 0.01, 300e-9
RESET_S = 1.1e-6


def small_calibration(
    num_qubits: int = 3,
    *,
    edges: Iterable[tuple[int, int]] | None = None,
    two_qubit_gate: str = "cx",
    both_directions: bool = True,
    qubits: Mapping[int, Mapping[str, Any]] | None = None,
    gates: Mapping[tuple[str, Qubits], Mapping[str, Any] | None] | None = None,
    **fields: Any,
) -> Calibration:
    """A device coupled as a line (or by `edges`): rz, sx, x, one two-qubit gate, reset, all with the values above.

    `qubits[q]` and `gates[name, qubits]` change or add fields of one record (None removes a gate's record);
    `fields` are fields of `Calibration`.
    """
    pairs = [(q, q + 1) for q in range(num_qubits - 1)] if edges is None else list(edges)
    if both_directions:
        pairs = [pair for a, b in pairs for pair in ((a, b), (b, a))]
    table: dict[tuple[str, Qubits], dict[str, Any]] = {}
    for q in range(num_qubits):
        table["rz", (q,)] = {"error": 0.0, "duration_s": 0.0}
        table["sx", (q,)] = {"error": ERROR_1Q, "duration_s": DURATION_1Q_S}
        table["x", (q,)] = {"error": ERROR_1Q, "duration_s": DURATION_1Q_S}
        table["reset", (q,)] = {"duration_s": RESET_S}
    for pair in pairs:
        table[two_qubit_gate, pair] = {"error": ERROR_2Q, "duration_s": DURATION_2Q_S}
    for key, changes in (gates or {}).items():
        if changes is None:
            del table[key]
        else:
            table.setdefault(key, {}).update(changes)
    records = [
        {
            "qubit": q,
            "t1_s": T1_S,
            "t2_s": T2_S,
            "readout_error": READOUT_ERROR,
            "prob_meas0_prep1": READOUT_ERROR,
            "prob_meas1_prep0": READOUT_ERROR,
            "readout_duration_s": READOUT_S,
            **(qubits or {}).get(q, {}),
        }
        for q in range(num_qubits)
    ]
    values: dict[str, Any] = {
        "name": "small",
        "source": "snapshot",
        "origin": "made by hand",
        "num_qubits": num_qubits,
        "basis_gates": ("rz", "sx", "x", two_qubit_gate),
        "supported_operations": ("measure", "reset", "delay", "if_else", "for_loop", "switch_case"),
        "qubits": tuple(QubitCalibration(**record) for record in records),
        "gates": tuple(GateCalibration(name=name, qubits=where, **values) for (name, where), values in table.items()),
        "dt_s": 1e-9,
        "rep_delay_s": 250e-6,
        "snapshot_date": SNAPSHOT,
    }
    return Calibration(**{**values, **fields})


def small_ibm_json() -> tuple[dict[str, Any], dict[str, Any]]:
    """Properties and configuration of a two-qubit device in IBM's JSON, with the values above."""
    date = "2026-01-01T00:00:00Z"

    def value(name: str, number: float, unit: str = "") -> dict[str, Any]:
        return {"name": name, "value": number, "unit": unit, "date": date}

    def gate(name: str, qubits: list[int], error: float | None, length_ns: float) -> dict[str, Any]:
        parameters = [] if error is None else [value("gate_error", error)]
        parameters.append(value("gate_length", length_ns, "ns"))
        return {"gate": name, "qubits": qubits, "parameters": parameters, "name": name + "_".join(map(str, qubits))}

    qubit = [
        value("T1", 100.0, "us"),
        value("T2", 80.0, "us"),
        value("frequency", 5.0, "GHz"),
        value("readout_error", 0.02),
        value("prob_meas0_prep1", 0.03),
        value("prob_meas1_prep0", 0.01),
        value("readout_length", 1000.0, "ns"),
    ]
    props = {
        "backend_name": "ibm_small",
        "backend_version": "1.0.0",
        "last_update_date": date,
        "qubits": [[dict(entry) for entry in qubit] for _ in range(2)],
        "gates": [
            *(gate("rz", [q], 0.0, 0.0) for q in range(2)),
            *(gate("sx", [q], 0.001, 50.0) for q in range(2)),
            *(gate("reset", [q], None, 1100.0) for q in range(2)),
            *(gate("cx", pair, 0.01, 300.0) for pair in ([0, 1], [1, 0])),
        ],
        "general": [],
    }
    conf = {
        "backend_name": "ibm_small",
        "n_qubits": 2,
        "basis_gates": ["cx", "rz", "sx", "reset"],
        "supported_instructions": ["cx", "rz", "sx", "measure", "reset", "delay", "if_else", "play", "acquire"],
        "coupling_map": [[0, 1], [1, 0]],
        "gates": [
            {"name": "sx", "parameters": [], "qasm_def": "", "coupling_map": [[0], [1]]},
            {"name": "cx", "parameters": [], "qasm_def": "", "coupling_map": [[0, 1], [1, 0]]},
            {"name": "reset", "parameters": None, "qasm_def": None},
        ],
        "dt": 0.5,
        "default_rep_delay": 250.0,
        "rep_delay_range": [0.0, 500.0],
        "timing_constraints": {"granularity": 8, "acquire_alignment": 8, "min_length": 16, "pulse_alignment": 8},
        "processor_type": {"family": "Eagle", "revision": 3},
        "max_shots": 100000,
        "supported_features": ["q", "o", "b", "j"],
        "clops": "None",
    }
    return props, conf
