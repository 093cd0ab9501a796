"""`hwcost calibration`: look at a calibration, save it, bring in one from a file, compare two."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from hwcost.calibration.assumed import GivenValues
from hwcost.cli.options import live_options, request_options, resolve_backend
from hwcost.core.click_outputs import OutputPath, writes_files
from hwcost.core.reading import path_label
from hwcost.core.text import printable
from hwcost.report.console import format_option, write

if TYPE_CHECKING:
    from hwcost.calibration.record import Calibration

# What a file did not say, worth a line when it is imported.
_GAPS = frozenset(
    {
        "age_unknown",
        "dt_unknown",
        "error_unknown",
        "gate_duration_unknown",
        "gate_without_record",
        "readout_duration_unknown",
        "rep_delay_unknown",
        "t1_t2_unknown",
    }
)


@click.group("calibration")
def command() -> None:
    """Show a calibration, save it, import one from a file, compare two.

    NAME|FILE is a backend such as fake_sherbrooke, or a file: a snapshot, IBM's properties JSON, or the CSV of the IBM
    Quantum web page.
    """


@command.command("show")
@click.argument("backend", metavar="NAME|FILE")
@format_option
@click.option("--map", "map_path", metavar="OUT.png", type=OutputPath("picture"), help="Draw the coupling map.")
@live_options
@writes_files
def show(backend: str, form: str, map_path: str | None, **live: Any) -> None:
    """Show medians, quartiles, the worst qubits and edges, what is excluded, and every finding."""
    from hwcost.backend.prepared import prepare_device
    from hwcost.calibration.summary import summarize

    audited = prepare_device(resolve_backend(backend, live)).audited
    if map_path is not None:
        from hwcost.calibration.map import draw_map

        click.echo(f"map written to {path_label(draw_map(audited, map_path))}", err=True)
    write([summarize(audited)], form)


@command.command("save")
@click.argument("backend", metavar="NAME|FILE")
@click.option(
    "-o", "--output", metavar="FILE", type=OutputPath("calibration"), help="Snapshot file.  [default: NAME/DATE.json]"
)
@click.option("--name", metavar="NAME", help="Name to report in place of the device's own.")
@request_options(GivenValues)
@live_options
def save(backend: str, output: str | None, **options: Any) -> None:
    """Save a calibration as a snapshot: one readable JSON file in SI units, never changed once written.

    NAME|FILE may also be a Qiskit Target or backend in Python code of yours: file.py:name or module:name. What the
    device does not say, options give, only where it has nothing; they are listed as assumptions.
    """
    from hwcost.calibration.load import calibration_from_target

    source = resolve_backend(backend, options)
    _save(calibration_from_target(source, **options), output)


@command.command("import")
@click.argument("path", metavar="FILE", type=click.Path())
@click.option(
    "--config", "conf", metavar="CONF", type=click.Path(), help="IBM's configuration JSON of the same device."
)
@click.option("-o", "--output", metavar="SNAPSHOT", type=OutputPath("calibration"), help="[default: NAME/DATE.json]")
@click.option("--name", metavar="NAME", help="Name to report in place of the file's own.")
@request_options(GivenValues)
def import_file(path: str, output: str | None, **given: Any) -> None:
    """Turn IBM's JSON or CSV into a snapshot.

    FILE is properties().to_dict() as JSON, or the table that the IBM Quantum web page offers. What it does not say is
    unknown in the snapshot; options give it, only where the file has nothing, and are listed as assumptions. A bare
    number is a time in seconds.
    """
    from hwcost.calibration.audit import audit
    from hwcost.calibration.load import import_calibration

    calibration = import_calibration(path, **given)
    _save(calibration, output)
    for finding in audit(calibration).findings:
        if finding.code in _GAPS:
            click.echo(f"unknown: {printable(finding.message)}", err=True)


@command.command("diff")
@click.argument("first", metavar="A")
@click.argument("second", metavar="B")
@click.option("--circuit", metavar="FILE", type=click.Path(), help="Cost this circuit on both.")
@format_option
def diff(first: str, second: str, circuit: str | None, form: str) -> None:
    """Compare two calibrations, of two days or two devices, each NAME|FILE."""
    from hwcost.backend.prepared import prepare_device
    from hwcost.calibration.diff import diff_calibrations
    from hwcost.comparison.calibrations import cost_on_both

    a, b = prepare_device(first), prepare_device(second)
    write([diff_calibrations(a.audited, b.audited) if circuit is None else cost_on_both(circuit, a, b)], form)


def _save(calibration: Calibration, output: str | None) -> None:
    from hwcost.calibration.sources.snapshot import default_snapshot_path, save_snapshot

    click.echo(path_label(save_snapshot(calibration, default_snapshot_path(calibration) if output is None else output)))
