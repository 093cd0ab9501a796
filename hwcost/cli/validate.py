"""`hwcost validate`: measured against predicted attenuation, by a noise simulation of the same calibration."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from hwcost.cli.options import request_options
from hwcost.cli.outputs import output_option
from hwcost.cli.progress import counter
from hwcost.core.click_outputs import writes_files
from hwcost.estimation.options import EstimateRequest
from hwcost.noise.methods import METHODS
from hwcost.report.console import format_option, write

if TYPE_CHECKING:
    from hwcost.circuits.load import LoadedCircuit

# Of an estimate; the transpiler's seed has a name of its own here.
_OPTIONS = (
    "shots", "precision", "optimization_level", "num_seeds", "transpile", "inflation", "measure_all",
    "keep_dead_readout", "fractional_gates", "readout_from",
)  # fmt: skip


@click.command("validate")
@click.argument("file", metavar="FILE")
@click.option("--backend", "-b", required=True, metavar="NAME", help="Backend, for example fake_sherbrooke.")
@click.option("--draws", "num_draws", type=int, default=20, show_default=True, metavar="N", help="Sets of angles.")
@click.option("--seed", type=int, default=0, show_default=True, help="Seed of angles, trajectories and shots.")
@click.option(
    "--attenuation",
    "methods",
    multiple=True,
    metavar="METHOD",
    help=f"Method to check; repeatable. [default: {', '.join(METHODS)}]",
)
@click.option("--trajectories", type=int, metavar="N", help="Trajectories per draw, for wide circuits. [default: 400]")
@click.option("--seed-transpiler", type=int, default=0, show_default=True, help="First transpiler seed.")
@request_options(EstimateRequest, _OPTIONS)
@click.option("--index", type=int, metavar="I", help="The I-th circuit of the file, from 0.")
@format_option
@output_option
@click.option("--quiet", "-q", is_flag=True, help="No progress on stderr.")
@writes_files
def command(
    file: str, backend: str, form: str, output: str | None, quiet: bool, index: int | None, **options: Any
) -> int:
    """Check the attenuation and the shots of an estimate against a noise simulation.

    Qiskit Aer (extra "noise") simulates the transpiled circuit with the noise of the same calibration: this checks the
    reduction to attenuation and shots, not that the calibration describes the hardware.
    """
    from hwcost.validation.channels import require_aer
    from hwcost.validation.simulation import DEFAULT_TRAJECTORIES
    from hwcost.validation.validate import validate

    require_aer()
    trajectories = options.pop("trajectories")
    result = validate(
        _read_one(file, index),
        backend,
        methods=options.pop("methods") or tuple(METHODS),
        num_trajectories=DEFAULT_TRAJECTORIES if trajectories is None else trajectories,
        progress=counter("simulated", quiet),
        **options,
    )
    write([result], form, output=output)
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
