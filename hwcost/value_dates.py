"""Single values that are much older than the snapshot they stand in.

A device keeps the last value of what it could not measure again, so one snapshot can hold values months apart.
"""

from __future__ import annotations

from collections.abc import Container
from datetime import timedelta

from hwcost.calibration import Calibration, GateCalibration, QubitCalibration
from hwcost.health import MAX_AGE_DAYS, GateKey

_NAMES = {
    "t1_s": "T1",
    "t2_s": "T2",
    "readout_error": "the readout error",
    "prob_meas0_prep1": "prob_meas0_prep1",
    "prob_meas1_prep0": "prob_meas1_prep0",
    "readout_duration_s": "the readout duration",
    "error": "the error",
    "duration_s": "the duration",
}


def old_values_text(
    calibration: Calibration, dead_gates: frozenset[GateKey], excluded_qubits: Container[int]
) -> str | None:
    """How many values in use are older than the snapshot by more than `MAX_AGE_DAYS`, and which is the oldest."""
    if calibration.snapshot_date is None:
        return None
    records: list[QubitCalibration | GateCalibration] = [
        *(record for record in calibration.qubits if record.qubit not in excluded_qubits),
        *(
            gate
            for gate in calibration.gates
            if (gate.name, gate.qubits) not in dead_gates and not any(qubit in excluded_qubits for qubit in gate.qubits)
        ),
    ]
    limit = calibration.snapshot_date - timedelta(days=MAX_AGE_DAYS)
    old = [(date, name, record) for record in records for name, date in record.dates.items() if date < limit]
    if not old:
        return None
    num_values, verb = sum(len(record.dates) for record in records), "is" if len(old) == 1 else "are"
    date, name, record = min(old, key=lambda entry: entry[0])
    return (
        f"{len(old)} of {num_values} values in use {verb} more than {MAX_AGE_DAYS} days older "
        f"than the snapshot; the oldest, {_NAMES.get(name, name)} of {_place(record)}, by "
        f"{(calibration.snapshot_date - date).days} days ({date:%Y-%m-%d})"
    )


def _place(record: QubitCalibration | GateCalibration) -> str:
    if isinstance(record, QubitCalibration):
        return f"qubit {record.qubit}"
    return f"{record.name} on {'-'.join(map(str, record.qubits))}"
