"""`hwcost estimate`."""

from __future__ import annotations

import io
import os
import sys
from typing import TYPE_CHECKING, Any

import click

from hwcost.cli.options import device_options, live_options, noise_options, resolve_backend
from hwcost.cli.progress import counter
from hwcost.core.errors import CircuitError, HwcostError, OptionError
from hwcost.core.files import check_target, write_file
from hwcost.core.text import internal_error, one_line, say

if TYPE_CHECKING:
    from hwcost.circuits.load import LoadedCircuit
    from hwcost.estimation.record import CostEstimate


@click.command("estimate")
@click.argument("files", nargs=-1, required=True, metavar="FILE...")
@click.option("--backend", "-b", required=True, metavar="NAME|FILE", help="fake_torino, ibm_torino or a file.")
@click.option("--max-age", metavar="AGE", help="Refuse an older calibration; such as 7d, 36h or 2w.")
@live_options
@click.option("--shots", type=int, metavar="N", help="Shots that a noiseless device would need. [default: 4096]")
@click.option("--precision", type=float, metavar="E", help="Instead of --shots: standard error of each ⟨Z⟩.")
@click.option("--optimization-level", "-O", type=int, default=2, show_default=True, metavar="0-3", help="Qiskit's.")
@click.option("--num-seeds", type=int, default=4, show_default=True, help="Transpiler seeds to try; the best counts.")
@click.option("--seed", type=int, default=0, show_default=True, help="First transpiler seed.")
@click.option("--no-transpile", is_flag=True, help="Take the circuit as ISA circuit, on the backend's qubit numbers.")
@noise_options
@click.option(
    "--observable", multiple=True, metavar="PAULI", help="Pauli label such as ZZII, qubit 0 right; repeatable."
)
@device_options
@click.option("--index", type=int, metavar="I", help="Only the I-th circuit of each file, from 0.")
@click.option("--format", "form", type=click.Choice(["text", "json", "csv"]), default="text", show_default=True)
@click.option("--save-isa", type=click.Path(), metavar="OUT.qpy", help="Save ISA circuits.")
@click.option("--quiet", "-q", is_flag=True, help="No progress on stderr.")
def command(
    files: tuple[str, ...], form: str, save_isa: str | None, quiet: bool, index: int | None, **options: Any
) -> int:
    """Cost circuits (QPY, OpenQASM 2 or 3, one or many in a file) on a device.

    A file that cannot be read is reported and does not keep the others from being costed.
    """
    from hwcost.backend.prepared import prepare_device
    from hwcost.calibration.age import check_age, parse_age
    from hwcost.estimation.estimate import DEFAULT_JOB_PROFILE
    from hwcost.jobs.profile_file import load_profile

    device = prepare_device(
        resolve_backend(options.pop("backend"), options),
        durations_only=options.pop("durations_only"),
        keep_dead_readout=options.pop("keep_dead_readout"),
    )
    max_age = options.pop("max_age")
    if max_age is not None:
        check_age(device.audited, parse_age(max_age))

    # What is the same for all circuits is checked before any work.
    options["job_profile"] = load_profile(options["job_profile"] or DEFAULT_JOB_PROFILE)
    if save_isa is not None:
        target = check_target(save_isa)
        if any(os.path.realpath(name) == str(target) for name in files):
            raise OptionError(f"--save-isa {save_isa} would overwrite an input file; choose another name")
    costs: list[CostEstimate] = []
    failed = broken = 0
    many = len(files) > 1
    interrupted = False
    try:
        for circuit in _circuits(files, index):
            many = many or (not isinstance(circuit, HwcostError) and circuit.num_in_file > 1 and index is None)
            try:
                costs.append(_estimate(circuit, device, options, quiet))
            except OptionError:
                raise
            except HwcostError as error:
                if click.get_current_context().obj["debug"]:
                    raise
                failed += 1
                say(f"{_where(circuit)}{error}")
                continue
            except Exception as error:
                if click.get_current_context().obj["debug"]:
                    raise
                broken += 1
                say(f"{_where(circuit)}{internal_error(error)}")
                continue
            if form == "text":
                _print_text(costs)
    except KeyboardInterrupt:
        # What is finished is not lost.
        interrupted = True
    if costs and form != "text":
        _print_data(costs, form, many)
    if costs and save_isa is not None:
        _save(costs, save_isa)
    if interrupted:
        raise KeyboardInterrupt
    return 1 if broken else 2 if failed else 0


def _circuits(files: tuple[str, ...], index: int | None) -> Any:
    """Each circuit of each file, or the error that kept a file from being read."""
    from hwcost.circuits.load import read_circuit_file

    for name in files:
        try:
            circuits = read_circuit_file(name)
            if index is not None:
                if not 0 <= index < len(circuits):
                    raise CircuitError(
                        f"{name}: there is no circuit {index}; the file has {len(circuits)}, counted from 0"
                    )
                circuits = (circuits[index],)
        except HwcostError as error:
            yield error
            continue
        yield from circuits


def _where(circuit: LoadedCircuit | HwcostError) -> str:
    if isinstance(circuit, HwcostError):
        return ""  # messages about files name the file themselves
    return f"{circuit.source}: " if circuit.num_in_file == 1 else f"{circuit.source}, circuit {circuit.index}: "


def _estimate(circuit: LoadedCircuit | HwcostError, device: Any, options: dict[str, Any], quiet: bool) -> CostEstimate:
    if isinstance(circuit, HwcostError):
        raise circuit
    from hwcost.estimation.estimate import estimate
    from hwcost.estimation.options import DEFAULT_ATTENUATION

    return estimate(
        circuit,
        device,
        shots=options["shots"],
        precision=options["precision"],
        optimization_level=options["optimization_level"],
        num_seeds=options["num_seeds"],
        seed=options["seed"],
        transpile=not options["no_transpile"],
        attenuation=options["attenuation"] or DEFAULT_ATTENUATION,
        inflation=options["inflation"],
        task=options["task"],
        observable=list(options["observable"]) or None,
        rep_delay_s=options["rep_delay"],
        job_profile=options["job_profile"],
        measure_all=options["measure_all"],
        progress=counter(f"{one_line(circuit.circuit.name)}: seed", quiet),
    )


def _save(costs: list[CostEstimate], path: str) -> None:
    from qiskit import qpy

    buffer = io.BytesIO()
    qpy.dump([cost.isa_circuit for cost in costs], buffer)
    write_file(path, buffer.getvalue())


def _print_data(costs: list[CostEstimate], form: str, many: bool) -> None:
    import json

    from hwcost.report.formats import to_csv

    if form == "csv":
        click.echo(to_csv(costs), nl=False)
        return
    plain = [cost.to_dict() for cost in costs]
    click.echo(json.dumps(plain if many else plain[0], indent=2, allow_nan=False, ensure_ascii=False))


def _print_text(costs: list[CostEstimate]) -> None:
    """Print the newest report, below a line if it is not the first."""
    from rich.console import Console

    from hwcost.report.formats import REPORT_WIDTH

    console = Console(highlight=False, width=None if sys.stdout.isatty() else REPORT_WIDTH)
    if len(costs) > 1:
        console.rule(style="dim")
    console.print(costs[-1])
