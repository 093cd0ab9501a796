"""The backends whose calibration is available, each with what is wrong with it: `backend_listing`."""

from __future__ import annotations

from typing import Any

from hwcost.calibration.audit import AuditedCalibration, audit
from hwcost.calibration.load import load_calibration
from hwcost.calibration.sources.ibm_fake import list_fake_backends
from hwcost.calibration.sources.iqm_objects import list_iqm_backends
from hwcost.report.page import Column, Table
from hwcost.report.result import Listing

_WIDTH = 160
_COLUMNS = (
    Column("backend", wraps=False),
    Column("processor", wraps=False),
    Column("qubits", "right", wraps=False),
    Column("usable", "right", wraps=False),
    Column("2q gate", wraps=False),
    Column("calibrated", wraps=False),
    Column("findings"),
)


def backend_listing() -> Listing:
    """Return all of them, IBM's and then IQM's where its package is installed, each in alphabetical order.

    Each with size, two-qubit gates, date and findings.

    Raises:
        MissingDependencyError: qiskit-ibm-runtime is not installed.
    """
    records = [_record(audit(load_calibration(name))) for name in (*list_fake_backends(), *list_iqm_backends())]
    return Listing(
        title="backends",
        records=tuple(records),
        table=Table(_COLUMNS, tuple(_cells(record) for record in records), indent=0),
        rows=tuple(_csv_row(record) for record in records),
        width=_WIDTH,
    )


def _record(audited: AuditedCalibration) -> dict[str, Any]:
    calibration = audited.calibration
    used = {gate.name for gate in calibration.gates if len(gate.qubits) == 2}
    return {
        "name": calibration.name,
        "processor": calibration.processor,
        "num_qubits": calibration.num_qubits,
        "num_qubits_usable": len(audited.component),
        "two_qubit_gates": [name for name in calibration.basis_gates if name in used],
        "snapshot_date": None if calibration.snapshot_date is None else calibration.snapshot_date.date().isoformat(),
        "snapshot_age_days": audited.age_days,
        "rep_delay_s": calibration.rep_delay_s,
        "findings": [
            {"code": finding.code, "severity": finding.severity, "message": finding.message}
            for finding in audited.findings
        ],
    }


def _csv_row(record: dict[str, Any]) -> dict[str, Any]:
    codes = " ".join(finding["code"] for finding in record["findings"])
    return {**record, "two_qubit_gates": " ".join(record["two_qubit_gates"]), "findings": codes}


def _cells(record: dict[str, Any]) -> tuple[str, ...]:
    # Every snapshot here is old; saying so 60 times would hide the rest.
    codes = dict.fromkeys(f["code"].replace("_", " ") for f in record["findings"] if f["code"] != "stale")
    return (
        record["name"],
        record["processor"] or "",
        str(record["num_qubits"]),
        str(record["num_qubits_usable"]),
        " ".join(record["two_qubit_gates"]) or "none",
        record["snapshot_date"] or "unknown",
        ", ".join(codes) or "none",
    )
