"""A `MeasuredValidation` as a page: the scores, what they are of, then each run."""

from __future__ import annotations

from collections.abc import Iterator

from hwcost.core.text import one_line, plural
from hwcost.core.units import format_share
from hwcost.report.page import Block, Bullets, Column, Heading, Line, Page, Table, registered_page
from hwcost.validation.measured_record import MeasuredRun, MeasuredScore, MeasuredValidation

MOST_RUNS_SHOWN = 40
MOST_LEFT_OUT = 6


@registered_page.register
def _(validation: MeasuredValidation) -> Page:
    return Page(title="hwcost validate --measured", blocks=tuple(_blocks(validation)), width=110)


def _blocks(validation: MeasuredValidation) -> Iterator[Block]:
    yield Line((plural(len(validation.runs), "run") + " on hardware",), style="bold")
    yield Line((f"  {validation.statement}",))
    yield from _answer(validation)
    yield Heading("Predicted against measured λ (mean over the observables of a run, readout included)")
    yield _score_table(validation.scores)
    yield Heading("Runs")
    yield _run_table(validation)
    yield Bullets("Left out", tuple(_left_out(validation)))
    yield Bullets("Assumed", validation.assumptions)
    yield Bullets("Notes", tuple(_remarks(validation)))


def _answer(validation: MeasuredValidation) -> Iterator[Line]:
    score = validation.score()
    error = "none, because signals were lost" if score.median_error is None else format_share(score.median_error)
    text = f"Median error of λ: {error}"
    if score.coverage is not None:
        text += f"; {format_share(score.coverage)} of the runs lie within the error that reports give (90 % is right)"
    yield Line((text,))


def _score_table(scores: tuple[MeasuredScore, ...]) -> Table:
    headings = ("", "", "runs", "Spearman", "error of λ", "90 %", "error of 1/λ²", "predicted/measured", "inside")
    columns = tuple(Column(name, "right" if name else "left", wraps=False) for name in headings)
    rows = [
        (
            score.group,
            score.predictor,
            str(score.num_runs),
            "-" if score.spearman is None else f"{score.spearman:.2f}",
            _share(score.median_error),
            _share(score.error_90),
            _share(score.median_inflation_error),
            "-" if score.inflation_ratio is None else f"{score.inflation_ratio:.2f}",
            "-" if score.coverage is None else format_share(score.coverage),
        )
        for score in scores
    ]
    return Table(columns, tuple(rows))


def _run_table(validation: MeasuredValidation) -> Table:
    first = validation.score().predictor
    headings = ("circuit", "backend", "level", "qubits", "2q", "measured", "", first, "from", "to", "esp", "")
    columns = tuple(
        Column(name, "left" if name in ("circuit", "backend", "") else "right", wraps=name == "circuit")
        for name in headings
    )
    return Table(columns, tuple(_run_row(run, first) for run in validation.runs[:MOST_RUNS_SHOWN]))


def _run_row(run: MeasuredRun, first: str) -> tuple[str, ...]:
    return (
        one_line(run.circuit),
        run.backend,
        "-" if run.optimization_level is None else str(run.optimization_level),
        str(run.num_qubits),
        str(run.num_2q),
        f"{run.measured:.3f}",
        "" if run.standard_error is None else f"± {run.standard_error:.3f}",
        f"{run.predicted[first]:.3f}",
        "-" if run.low is None else f"{run.low:.3f}",
        "-" if run.high is None else f"{run.high:.3f}",
        "-" if "esp" not in run.predicted else f"{run.predicted['esp']:.3f}",
        "" if run.inside is not False else "outside",
    )


def _share(value: float | None) -> str:
    return "lost" if value is None else format_share(value)


def _left_out(validation: MeasuredValidation) -> Iterator[str]:
    yield from validation.left_out[:MOST_LEFT_OUT]
    if len(validation.left_out) > MOST_LEFT_OUT:
        yield f"and {len(validation.left_out) - MOST_LEFT_OUT} more; JSON has all"


def _remarks(validation: MeasuredValidation) -> Iterator[str]:
    if any(run.optimization_level is not None for run in validation.runs):
        yield (
            "compiled here, on qubits that the calibration here prefers; with ISA circuits (transpile: false) the "
            "qubits are those of the run"
        )
    yield "circuits: runs of one circuit on one device are averaged first; esp: success probability read as λ"
    hidden = len(validation.runs) - MOST_RUNS_SHOWN
    if hidden > 0:
        yield f"{hidden} more runs are in JSON and CSV"
