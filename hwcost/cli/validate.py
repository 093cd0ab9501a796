"""`hwcost validate`: predicted attenuation against a noise simulation, or against results from hardware."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click
from click.core import ParameterSource

from hwcost.calibration.assumed import ASSUMED
from hwcost.cli.options import request_options
from hwcost.cli.outputs import output_option
from hwcost.cli.progress import counter
from hwcost.core.click_options import WHOLE
from hwcost.core.click_outputs import writes_files
from hwcost.core.errors import OptionError
from hwcost.estimation.options import EstimateRequest
from hwcost.noise.methods import METHODS
from hwcost.report.console import format_option, write

if TYPE_CHECKING:
    from hwcost.circuits.load import LoadedCircuit
    from hwcost.validation.measured_record import MeasuredValidation

# Of an estimate; the transpiler's seed has a name of its own here.
_OPTIONS = (
    "shots", "precision", "optimization_level", "num_seeds", "transpile", "inflation", "measure_all",
    "keep_dead_readout", "fractional_gates", "readout_from", *ASSUMED,
)  # fmt: skip


@click.command("validate")
@click.argument("file", required=False, metavar="[FILE]")
@click.option(
    "--measured",
    metavar="RESULTS.json",
    help="Compare with results from hardware instead; FILE has their circuits, if they do not name them.",
)
@click.option("--backend", "-b", required=True, metavar="NAME", help="Backend, for example fake_sherbrooke.")
@click.option("--draws", "num_draws", type=WHOLE, default=20, show_default=True, metavar="N", help="Sets of angles.")
@click.option("--seed", type=WHOLE, default=0, show_default=True, help="Seed of angles, trajectories and shots.")
@click.option(
    "--attenuation",
    "methods",
    multiple=True,
    metavar="METHOD",
    help=f"Method to check; repeatable. [default: {', '.join(METHODS)}]",
)
@click.option(
    "--trajectories", type=WHOLE, metavar="N", help="Trajectories per draw, for wide circuits. [default: 400]"
)
@click.option("--seed-transpiler", type=WHOLE, default=0, show_default=True, help="First transpiler seed.")
@request_options(EstimateRequest, _OPTIONS)
@click.option("--index", type=WHOLE, metavar="I", help="The I-th circuit of the file, from 0.")
@format_option
@output_option
@click.option("--quiet", "-q", is_flag=True, help="No progress on stderr.")
@writes_files
def command(
    file: str | None,
    measured: str | None,
    backend: str,
    form: str,
    output: str | None,
    quiet: bool,
    index: int | None,
    **options: Any,
) -> int:
    """Check the attenuation and the shots of an estimate.

    Qiskit Aer (extra "noise") simulates the transpiled circuit with the noise of the same calibration: this checks the
    reduction to attenuation and shots. With --measured, results of your own from hardware check the calibration too.
    """
    if measured is not None:
        write([_against_hardware(measured, file, backend, quiet, options)], form, output=output)
        return 0
    if file is None:
        raise OptionError("there is no circuit to validate; give a circuit file, or --measured with results")
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


_OF_MEASURED = (
    "file", "measured", "backend", "methods", "seed_transpiler", "optimization_level", "num_seeds", "keep_dead_readout",
    "fractional_gates", "readout_from", "form", "output", "quiet",
)  # fmt: skip


def _against_hardware(
    measured: str, file: str | None, backend: str, quiet: bool, options: dict[str, Any]
) -> MeasuredValidation:
    """Compare with results, and refuse what has no effect there."""
    from hwcost.noise.methods import DEFAULT_ATTENUATION
    from hwcost.validation.measured import validate_measured

    context = click.get_current_context()
    for parameter in context.command.params:
        given = context.get_parameter_source(parameter.name or "") is ParameterSource.COMMANDLINE
        if given and parameter.name in {*options, "index"} and parameter.name not in _OF_MEASURED:
            raise OptionError(f"{max(parameter.opts, key=len)} belongs to the simulation; leave it out with --measured")
    kept = {name: value for name, value in options.items() if name in _OF_MEASURED}
    return validate_measured(
        measured,
        backend,
        circuits=file,
        methods=kept.pop("methods") or (DEFAULT_ATTENUATION,),
        progress=counter("compared", quiet),
        **kept,
    )


def _read_one(name: str, index: int | None) -> LoadedCircuit:
    from hwcost.circuits.load import read_circuit_file
    from hwcost.core.errors import CircuitError

    circuits = read_circuit_file(name)
    if index is None and len(circuits) > 1:
        raise CircuitError(f"{name}: the file has {len(circuits)} circuits; choose one with --index, counted from 0")
    if index is not None and not 0 <= index < len(circuits):
        raise CircuitError(f"{name}: there is no circuit {index}; the file has {len(circuits)}, counted from 0")
    return circuits[index or 0]
