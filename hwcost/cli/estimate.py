"""`hwcost estimate`."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import click

from hwcost.cli.options import live_options, request_options, resolve_backend
from hwcost.cli.outputs import check_plot, output_option, plot_option
from hwcost.cli.progress import counter
from hwcost.core.click_options import WHOLE, taken
from hwcost.core.click_outputs import OutputPath, writes_files
from hwcost.core.cores import checked_num_workers
from hwcost.core.errors import CircuitError, HwcostError, OptionError
from hwcost.core.files import write_file
from hwcost.core.own_files import CIRCUIT_MARK
from hwcost.core.text import internal_error, one_line, say, shortened
from hwcost.estimation.options import EstimateRequest
from hwcost.report.console import format_option, print_text, write

if TYPE_CHECKING:
    from hwcost.circuits.load import LoadedCircuit
    from hwcost.estimation.conditions import Conditions
    from hwcost.estimation.record import CostEstimate


class CircuitIndex(click.ParamType):  # type: ignore[type-arg]  # generic from click 8.3 on
    """One circuit of a file, or a range of them as Python counts: `3`, `3:10`, `3:`."""

    name = "index"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> slice:
        """Return the range; one circuit is a range of one."""
        if isinstance(value, slice):
            return value
        match = re.fullmatch(r"(\d{1,9})(?:(:)(\d{1,9})?)?", str(value), re.ASCII)
        if match is None:
            self.fail(
                f"{shortened(str(value), 40)!r} is no number of a circuit, counted from 0, nor a range such as 3:10"
            )
        start = int(match[1])
        stop = start + 1 if match[2] is None else None if match[3] is None else int(match[3])
        if stop is not None and stop <= start:
            self.fail(
                f"{value!r} is a range without a circuit; give the first and the one after the last, such as 3:10"
            )
        return slice(start, stop)


@click.command("estimate")
@click.argument("files", nargs=-1, required=True, metavar="FILE...")
@click.option("--backend", "-b", required=True, metavar="NAME|FILE", help="fake_torino, ibm_torino or a file.")
@live_options
@request_options(EstimateRequest)
@click.option("--index", type=CircuitIndex(), metavar="I|I:J", help="Only circuit I of each file, from 0; or I to J-1.")
@format_option
@output_option
@click.option("--save-isa", type=OutputPath("circuits"), metavar="OUT.qpy", help="Save ISA circuits.")
@plot_option
@click.option("--workers", "-j", type=WHOLE, metavar="N", help="Processes that compile. [default: one per core]")
@click.option("--quiet", "-q", is_flag=True, help="No progress on stderr.")
@writes_files
def command(
    files: tuple[str, ...],
    backend: str,
    index: slice | None,
    form: str,
    output: str | None,
    save_isa: str | None,
    plot: str | None,
    workers: int | None,
    quiet: bool,
    **options: Any,
) -> int:
    """Cost circuits (QPY, OpenQASM 2 or 3, one or many in a file) on a device.

    A file that cannot be read is reported and does not keep the others from being costed.
    """
    from hwcost.estimation.conditions import prepare_conditions

    # What is the same for all circuits is checked before any work.
    check_plot(plot)
    request = EstimateRequest(**taken(EstimateRequest, options))
    conditions = prepare_conditions(resolve_backend(backend, options), request)
    circuits = _circuits(files, index)
    if plot is not None:
        circuits = _only_one(list(circuits))
    run = _Run(conditions, checked_num_workers(workers), quiet, shown=form == "text" and output is None)
    try:
        for circuit in circuits:
            run.cost(circuit, several=index is None or index.stop != index.start + 1)
    except KeyboardInterrupt:
        run.say_where_it_stopped()
        raise
    finally:  # what is finished is not lost, whatever ends the work
        if run.costs and not run.shown:
            write(run.costs, form, output=output, several=run.several or len(files) > 1)
        if run.costs and save_isa is not None:
            _save(run.costs, save_isa)
        if run.costs and plot is not None:
            run.costs[0].plot(path=plot)
    return 1 if run.num_broken else 2 if run.num_failed else 0


def _only_one(circuits: list[LoadedCircuit | HwcostError]) -> Iterator[LoadedCircuit | HwcostError]:
    """Refuse several circuits before they are costed: a picture shows one."""
    readable = sum(not isinstance(circuit, HwcostError) for circuit in circuits)
    if readable > 1:
        raise OptionError(f"--plot draws one circuit, and there are {readable}; choose one file, and --index in it")
    return iter(circuits)


class _Run:
    """Circuits costed one after the other; one that fails is reported and does not stop the others."""

    def __init__(self, conditions: Conditions, num_workers: int, quiet: bool, *, shown: bool) -> None:
        self._conditions, self._num_workers, self._quiet = conditions, num_workers, quiet
        self._debug = click.get_current_context().obj["debug"]
        self.shown = shown
        self.costs: list[CostEstimate] = []
        self.num_failed = self.num_broken = 0
        self.several = False
        self._next = self._num_in_file = 0

    def say_where_it_stopped(self) -> None:
        """Say how the rest of a file with many circuits is costed, after Ctrl-C."""
        if 1 < self._num_in_file > self._next:
            say(
                f"stopped at circuit {self._next} of {self._num_in_file}; finished circuits: {len(self.costs)}; go on "
                f"with --index {self._next}: and another --output"
            )

    def cost(self, circuit: LoadedCircuit | HwcostError, *, several: bool) -> None:
        """Cost one circuit, or report why its file cannot be read.

        Raises:
            OptionError: An option is invalid for every circuit.
        """
        from hwcost.estimation.estimate import estimate_under

        try:
            if isinstance(circuit, HwcostError):
                raise circuit
            self.several |= several and circuit.num_in_file > 1
            self._next, self._num_in_file = circuit.index, circuit.num_in_file
            progress = counter(f"{_shown(circuit)}: seed", self._quiet)
            cost = estimate_under(
                self._conditions,
                circuit,
                prove=True,
                both_gate_sets=True,
                num_workers=self._num_workers,
                progress=progress,
            )
            self.costs.append(cost)
            self._next += 1
        except OptionError:
            raise
        except Exception as error:
            if self._debug:
                raise
            self._report(circuit, error)
            return
        if self.shown:
            print_text(self.costs[-1], first=len(self.costs) == 1)

    def _report(self, circuit: LoadedCircuit | HwcostError, error: Exception) -> None:
        if isinstance(error, HwcostError):
            self.num_failed += 1
            say(f"{_where(circuit)}{error}")
        else:
            self.num_broken += 1
            say(f"{_where(circuit)}{internal_error(error)}")


def _shown(circuit: LoadedCircuit) -> str:
    name = one_line(circuit.circuit.name)
    return name if circuit.num_in_file == 1 else f"circuit {circuit.index} of {circuit.num_in_file}, {name}"


def _circuits(files: tuple[str, ...], index: slice | None) -> Iterator[LoadedCircuit | HwcostError]:
    """Yield each circuit of each file, or the error that kept a file from being read."""
    from hwcost.circuits.load import read_circuit_file

    for name in files:
        try:
            circuits = read_circuit_file(name)
            if index is not None:
                if index.start >= len(circuits):
                    raise CircuitError(
                        f"{name}: there is no circuit {index.start}; the file has {len(circuits)}, counted from 0"
                    )
                circuits = circuits[index]
        except HwcostError as error:
            yield error
            continue
        yield from circuits


def _where(circuit: LoadedCircuit | HwcostError) -> str:
    if isinstance(circuit, HwcostError):
        return ""  # messages about files name the file themselves
    return f"{circuit.source}: " if circuit.num_in_file == 1 else f"{circuit.source}, circuit {circuit.index}: "


def _save(costs: list[CostEstimate], path: str) -> None:
    from qiskit import qpy

    circuits = []
    for cost in costs:
        circuits.append(cost.isa_circuit.copy())
        circuits[-1].metadata = {**(cost.isa_circuit.metadata or {}), **CIRCUIT_MARK}
    buffer = io.BytesIO()
    qpy.dump(circuits, buffer)
    write_file(path, buffer.getvalue())
