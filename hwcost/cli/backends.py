"""`hwcost backends`."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from hwcost.calibration.audit import AuditedCalibration


@click.command("backends")
@click.option("--format", "form", type=click.Choice(["text", "json", "csv"]), default="text", show_default=True)
def command(form: str) -> int:
    """List the backends whose calibration is at hand: size, two-qubit gate, date, and what is wrong with each."""
    from hwcost.calibration.audit import audit
    from hwcost.calibration.load import load_calibration
    from hwcost.calibration.sources.ibm_fake import list_fake_backends

    rows = [_row(audit(load_calibration(name))) for name in list_fake_backends()]
    if form == "json":
        click.echo(json.dumps(rows, indent=2, ensure_ascii=False))
    elif form == "csv":
        _print_csv(rows)
    else:
        _print_table(rows)
    return 0


def _row(audited: AuditedCalibration) -> dict[str, Any]:
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


def _print_csv(rows: list[dict[str, Any]]) -> None:
    import csv

    writer = csv.DictWriter(sys.stdout, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    for row in rows:
        codes = " ".join(finding["code"] for finding in row["findings"])
        writer.writerow({**row, "two_qubit_gates": " ".join(row["two_qubit_gates"]), "findings": codes})


def _print_table(rows: list[dict[str, Any]]) -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table(box=None, header_style="bold", pad_edge=False)
    for title in ("backend", "processor"):
        table.add_column(title, no_wrap=True)
    for title in ("qubits", "usable"):
        table.add_column(title, justify="right", no_wrap=True)
    table.add_column("2q gate", no_wrap=True)
    table.add_column("calibrated", no_wrap=True)
    table.add_column("findings")
    for row in rows:
        # Every snapshot here is old; saying so 60 times would hide the rest.
        codes = dict.fromkeys(f["code"].replace("_", " ") for f in row["findings"] if f["code"] != "stale")
        table.add_row(
            row["name"],
            row["processor"] or "",
            str(row["num_qubits"]),
            str(row["num_qubits_usable"]),
            " ".join(row["two_qubit_gates"]) or "none",
            row["snapshot_date"] or "unknown",
            ", ".join(codes) or "none",
        )
    width = None if sys.stdout.isatty() else 160
    Console(highlight=False, width=width).print(table)
