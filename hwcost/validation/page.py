"""A `Validation` as text for a terminal or a notebook."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from hwcost.core.units import format_age, format_count, format_share

if TYPE_CHECKING:
    from rich.console import RenderableType
    from rich.table import Table

    from hwcost.validation.record import QubitValidation, Validation

MOST_QUBITS_SHOWN = 40


def render(validation: Validation) -> Iterator[RenderableType]:
    """The report, section by section: what was checked, per qubit, per method, what to know."""
    from rich.padding import Padding
    from rich.text import Text

    circuit, backend, simulation = validation.circuit, validation.backend, validation.simulation
    yield Text.assemble((circuit.name, "bold"), " on ", (backend.name, "bold"))
    yield Text(f"  {validation.statement}")
    date = "" if backend.snapshot_date is None else f" of {backend.snapshot_date:%Y-%m-%d}"
    yield Text(f"  calibration{date}, {format_age(backend.snapshot_age_days)}, {_compiled(validation)}", style="dim")
    how = (
        "density matrix, exact"
        if simulation.num_trajectories is None
        else f"{format_count(simulation.num_trajectories)} trajectories each"
    )
    drawn = "draws of all free angles" if simulation.draws == "angles" else "basis states as input"
    yield Text(
        f"  {simulation.num_qubits} qubits in use, {format_count(simulation.num_draws)} {drawn}, {how}, "
        f"seed {simulation.seed}, qiskit-aer {simulation.qiskit_aer}",
        style="dim",
    )
    yield Text()
    yield Text("Attenuation of ⟨Z⟩ (slope of noisy on ideal, readout included)", style="bold")
    yield Padding(_attenuation_table(validation), (0, 0, 0, 2))
    if simulation.draws == "inputs":
        yield Text()
        yield Text("⟨Z⟩ at the input |0…0⟩, with the shifts by relaxation and readout", style="bold")
        yield Padding(_value_table(validation), (0, 0, 0, 2))
    yield Text()
    yield Text(f"Shot inflation 1/λ² and shots {_target(validation)}", style="bold")
    yield Padding(_method_table(validation), (0, 0, 0, 2))
    yield Text()
    for line in _remarks(validation):
        yield Padding(Text.assemble("• ", line), (0, 0, 0, 2))


def _compiled(validation: Validation) -> str:
    transpile = validation.transpile
    if transpile.optimization_level is None:
        return "circuit as given"
    return f"transpiled at level {transpile.optimization_level}, seed {transpile.seed_chosen}"


def _target(validation: Validation) -> str:
    if validation.precision is not None:
        return f"for a standard error of {validation.precision:g}"
    return f"for the precision of {format_count(validation.shots_requested)} noiseless shots"


def _grid(*headings: str) -> Table:
    from rich.table import Table

    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for heading in headings:
        table.add_column(heading, justify="right" if heading else "left", no_wrap=True)
    return table


def _attenuation_table(validation: Validation) -> RenderableType:
    methods = [score.method for score in validation.methods]
    table = _grid("qubit", "clbit", "measured", "", *methods)
    for qubit in validation.qubits[:MOST_QUBITS_SHOWN]:
        predicted = (f"{qubit.predicted[method].attenuation:.4f}" for method in methods)
        table.add_row(str(qubit.qubit), str(qubit.clbit), *_measured(qubit), *predicted)
    return table


def _value_table(validation: Validation) -> RenderableType:
    table = _grid("qubit", "clbit", "ideal", "noisy", "ratio")
    for qubit in validation.qubits[:MOST_QUBITS_SHOWN]:
        values = (qubit.ideal_value, qubit.measured_value, qubit.value_ratio)
        table.add_row(str(qubit.qubit), str(qubit.clbit), *map(_number, values))
    return table


def _measured(qubit: QubitValidation) -> tuple[str, str]:
    if qubit.attenuation is None:
        return "flat", ""
    return f"{qubit.attenuation:.4f}", "" if qubit.standard_error is None else f"± {qubit.standard_error:.4f}"


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f}"


def _method_table(validation: Validation) -> RenderableType:
    table = _grid("", "mean", "worst", "error", "shots", "reached", "own")
    table.add_row("simulated", _times(validation.inflation_mean), _times(validation.inflation_worst), "", "", "", "")
    for score in validation.methods:
        table.add_row(
            score.method,
            _times(score.inflation_mean),
            _times(score.inflation_worst),
            _error(score.median_error),
            "no number" if score.shots_needed is None else format_count(score.shots_needed),
            _number(score.precision_ratio),
            _number(score.median_precision_ratio),
        )
    return table


def _error(value: float | None) -> str:
    if value is None:
        return "-"
    return "< 0.01 %" if value < 1e-4 else format_share(value)


def _times(value: float | None) -> str:
    return "-" if value is None else f"× {value:.4g}"


def _remarks(validation: Validation) -> Iterator[str]:
    yield (
        "error: median over the qubits. reached: standard error that the shots reach on the qubit with the smallest "
        "measured attenuation, over the target; own: median over all qubits, each with its own shots. 1 is right, less "
        "wastes shots, more misses the target"
    )
    if validation.precision is None:
        yield (
            "where ⟨Z⟩ is near ±1, noiseless shots hardly scatter but noisy ones do, so that 1/λ² alone misses the "
            "target there"
        )
    if validation.rule == "mean":
        yield "the mean qubit sets the shots, so the one with the smallest attenuation misses the target by design"
    if validation.precision is not None:
        yield "a precision is asked for with ⟨Z⟩ unknown, hence taken as 0: ratios of √(1 − ⟨Z⟩²) are expected"
    if validation.simulation.draws == "inputs":
        yield (
            "no free parameters, and one set of angles gives no slope: the circuit keeps its angles and is run on "
            "basis states, prepared without error"
        )
    hidden = len(validation.qubits) - MOST_QUBITS_SHOWN
    if hidden > 0:
        yield f"{hidden} more qubits are in the JSON"
    for qubit in validation.qubits:
        if qubit.note is not None:
            yield f"qubit {qubit.qubit} (clbit {qubit.clbit}): {qubit.note}"
    yield "not in either side: crosstalk, coherent errors, leakage, drift"
