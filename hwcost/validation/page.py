"""A `Validation` as a page."""

from __future__ import annotations

from collections.abc import Iterator

from hwcost.core.units import format_age, format_count, format_share
from hwcost.noise.attenuation import SIGNED
from hwcost.report.page import Block, Bullets, Column, Heading, Line, Page, Table, registered_page
from hwcost.validation import measured_page
from hwcost.validation.record import QubitValidation, Validation

__all__ = ["measured_page"]  # registers the page of results from hardware

MOST_QUBITS_SHOWN = 40


@registered_page.register
def _(validation: Validation) -> Page:
    return Page(title=f"{validation.circuit.name} on {validation.backend.name}", blocks=tuple(_blocks(validation)))


def _blocks(validation: Validation) -> Iterator[Block]:
    """Yield what was checked, the values per qubit, the scores per method, what to know."""
    circuit, backend, simulation = validation.circuit, validation.backend, validation.simulation
    yield Line(((circuit.name, "bold"), " on ", (backend.name, "bold")))
    yield Line((f"  {validation.statement}",))
    date = "" if backend.snapshot_date is None else f" of {backend.snapshot_date:%Y-%m-%d}"
    age = format_age(backend.snapshot_age_days)
    yield Line((f"  calibration{date}, {age}, {_compiled(validation)}",), style="dim")
    how = (
        "density matrix, exact"
        if simulation.num_trajectories is None
        else f"{format_count(simulation.num_trajectories)} trajectories each"
    )
    drawn = "draws of all free angles" if simulation.draws == "angles" else "basis states as input"
    yield Line(
        (
            f"  {simulation.num_qubits} qubits in use, {format_count(simulation.num_draws)} {drawn}, {how}, "
            f"seed {simulation.seed}, qiskit-aer {simulation.qiskit_aer}",
        ),
        style="dim",
    )
    yield Heading("Attenuation of ⟨Z⟩ (slope of noisy on ideal, readout included)")
    yield _attenuation_table(validation)
    if simulation.draws == "inputs":
        yield Heading("⟨Z⟩ at the input |0…0⟩, with the shifts by relaxation and readout")
        yield _value_table(validation)
    yield Heading(f"Shot inflation 1/λ² and shots {_target(validation)}")
    yield _method_table(validation)
    yield Bullets(None, tuple(_remarks(validation)))


def _compiled(validation: Validation) -> str:
    transpile = validation.transpile
    if transpile.optimization_level is None:
        return "circuit as given"
    return f"transpiled at level {transpile.optimization_level}, seed {transpile.seed_chosen}"


def _target(validation: Validation) -> str:
    if validation.precision is not None:
        return f"for a standard error of {validation.precision:g}"
    return f"for the precision of {format_count(validation.shots_requested)} noiseless shots"


def _table(headings: tuple[str, ...], rows: list[tuple[str, ...]]) -> Table:
    columns = tuple(Column(heading, "right" if heading else "left", wraps=False) for heading in headings)
    return Table(columns, tuple(rows))


def _attenuation_table(validation: Validation) -> Table:
    # At one set of angles and one input there is a value of its own for the signed sum; it is in the next table.
    methods = [s.method for s in validation.methods if s.method != SIGNED]
    rows = []
    for qubit in validation.qubits[:MOST_QUBITS_SHOWN]:
        predicted = (f"{qubit.predicted[method].attenuation:.4f}" for method in methods)
        rows.append((str(qubit.qubit), str(qubit.clbit), *_measured(qubit), *predicted))
    return _table(("qubit", "clbit", "measured", "", *methods), rows)


def _value_table(validation: Validation) -> Table:
    rows = []
    for qubit in validation.qubits[:MOST_QUBITS_SHOWN]:
        values = (qubit.ideal_value, qubit.measured_value, qubit.value_ratio)
        attenuations = [qubit.own_attenuation]
        if SIGNED in qubit.predicted:
            attenuations.append(None if qubit.own_attenuation is None else qubit.predicted[SIGNED].attenuation)
        rows.append((str(qubit.qubit), str(qubit.clbit), *map(_number, values), *map(_attenuation, attenuations)))
    signed = [s.method for s in validation.methods if s.method == SIGNED]
    return _table(("qubit", "clbit", "ideal", "noisy", "ratio", "λ", *signed), rows)


def _attenuation(value: float | None) -> str:
    return "-" if value is None else f"{value:.4f}"


def _measured(qubit: QubitValidation) -> tuple[str, str]:
    if qubit.attenuation is None:
        return "flat", ""
    return f"{qubit.attenuation:.4f}", "" if qubit.standard_error is None else f"± {qubit.standard_error:.4f}"


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f}"


def _method_table(validation: Validation) -> Table:
    rows: list[tuple[str, ...]] = [
        ("simulated", _times(validation.inflation_mean), _times(validation.inflation_worst), "", "", "", "")
    ]
    rows += [
        (
            score.method,
            _times(score.inflation_mean),
            _times(score.inflation_worst),
            _error(score.median_error),
            "no number" if score.shots_needed is None else format_count(score.shots_needed),
            _number(score.precision_ratio),
            _number(score.median_precision_ratio),
        )
        for score in validation.methods
    ]
    return _table(("", "mean", "worst", "error", "shots", "reached", "own"), rows)


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
    if SIGNED in [score.method for score in validation.methods]:
        yield (
            f"λ: noisy over ideal ⟨Z⟩ at the input |0…0⟩ without the shift by readout; {SIGNED} is held against it, "
            "the other methods against the slope"
        )
    hidden = len(validation.qubits) - MOST_QUBITS_SHOWN
    if hidden > 0:
        yield f"{hidden} more qubits are in the JSON"
    for qubit in validation.qubits:
        if qubit.note is not None:
            yield f"qubit {qubit.qubit} (clbit {qubit.clbit}): {qubit.note}"
    yield "not in either side: crosstalk, coherent errors, leakage, drift"
