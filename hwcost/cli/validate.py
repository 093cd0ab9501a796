"""`hwcost validate`: measured against predicted attenuation, by a noise simulation of the same calibration."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from hwcost.circuits.load import LoadedCircuit


@click.command("validate")
@click.argument("file", metavar="FILE")
@click.option("--backend", "-b", required=True, metavar="NAME", help="Backend, for example fake_sherbrooke.")
@click.option("--draws", "num_draws", type=int, default=20, show_default=True, metavar="N", help="Sets of angles.")
@click.option("--seed", type=int, default=0, show_default=True, help="Seed of angles, trajectories and shots.")
@click.option(
    "--attenuation", "methods", multiple=True, metavar="METHOD", help="Method to check; repeatable. [default: all four]"
)
@click.option("--trajectories", type=int, metavar="N", help="Trajectories per draw, for wide circuits. [default: 400]")
@click.option("--shots", type=int, metavar="N", help="Noiseless shots whose precision is the target. [default: 4096]")
@click.option("--precision", type=float, metavar="E", help="Instead of --shots: standard error of each ⟨Z⟩.")
@click.option("--optimization-level", "-O", type=int, default=2, show_default=True, metavar="0-3", help="Qiskit's.")
@click.option("--num-seeds", type=int, default=4, show_default=True, help="Transpiler seeds to try; the best counts.")
@click.option("--seed-transpiler", type=int, default=0, show_default=True, help="First transpiler seed.")
@click.option("--no-transpile", is_flag=True, help="Take the circuit as ISA circuit, on the backend's qubit numbers.")
@click.option(
    "--inflation", default="worst", show_default=True, metavar="worst|mean", help="Which qubit sets the shots."
)
@click.option("--measure-all", is_flag=True, help="Measure every qubit of a circuit without measurements.")
@click.option("--keep-dead-readout", is_flag=True, help="Keep qubits whose readout error is 0.5 or more.")
@click.option("--index", type=int, metavar="I", help="The I-th circuit of the file, from 0.")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
@click.option("--quiet", "-q", is_flag=True, help="No progress on stderr.")
def command(file: str, backend: str, form: str, quiet: bool, index: int | None, **options: Any) -> int:
    """Check the attenuation and the shots of an estimate against a noise simulation.

    Qiskit Aer (extra "noise") simulates the transpiled circuit with the noise of the same calibration: this checks the
    reduction to attenuation and shots, not that the calibration describes the hardware.
    """
    from hwcost.noise.attenuation import ATTENUATION_METHODS
    from hwcost.validation.channels import require_aer
    from hwcost.validation.simulation import DEFAULT_TRAJECTORIES
    from hwcost.validation.validate import validate

    require_aer()
    show = not quiet and sys.stderr.isatty()

    def progress(done: int, total: int) -> None:
        if show:
            end = "\r" if done < total else "\r\033[K"
            click.echo(f"hwcost: simulated {done} of {total}{end}", err=True, nl=False)

    trajectories = options.pop("trajectories")
    result = validate(
        _read_one(file, index),
        backend,
        methods=options.pop("methods") or ATTENUATION_METHODS,
        num_trajectories=DEFAULT_TRAJECTORIES if trajectories is None else trajectories,
        transpile=not options.pop("no_transpile"),
        progress=progress,
        **options,
    )
    if form == "json":
        click.echo(result.to_json())
    else:
        from rich.console import Console

        from hwcost.report.formats import REPORT_WIDTH

        # A pipe or file has no width: one that holds the tables.
        Console(highlight=False, width=None if sys.stdout.isatty() else REPORT_WIDTH).print(result)
    return 0


def _read_one(name: str, index: int | None) -> LoadedCircuit:
    from hwcost.circuits.load import read_circuit_file
    from hwcost.core.errors import CircuitError

    circuits = read_circuit_file(name)
    if index is None and len(circuits) > 1:
        raise CircuitError(f"{name}: the file has {len(circuits)} circuits; choose one with --index, counted from 0")
    if index is not None and not 0 <= index < len(circuits):
        raise CircuitError(f"{name}: there is no circuit {index}; the file has {len(circuits)}, counted from 0")
    return circuits[index or 0]
