"""A member on a noisy device as a page."""

from __future__ import annotations

from collections.abc import Iterator

from hwcost.core.text import printable
from hwcost.report.page import Block, Bullets, Column, Heading, Line, Page, Rows, Table, registered_page
from nas.results.evaluation_record import MEANINGS, DeviceEvaluation, OutputFit, Tried

WIDTH = 110


@registered_page.register
def _(evaluation: DeviceEvaluation) -> Page:
    context = evaluation.run.context
    device, dataset = printable(evaluation.device), printable(context.dataset.name)
    title = f"Member {evaluation.number} on {device}: {printable(context.space.name)} on {dataset}"
    about = f"{evaluation.num_samples:,} {evaluation.part} samples, {evaluation.shots:,} shots each"
    accuracies = Table(
        columns=(
            Column(""),
            Column("raw", "right", wraps=False),
            Column("readout mitigated", "right", wraps=False),
        ),
        rows=tuple(_row(evaluation, way) for way in dict.fromkeys(one.way for one in evaluation.tried)),
    )
    outputs = Table(
        columns=tuple(
            Column(name, "left" if number == 0 else "right", wraps=False)
            for number, name in enumerate(
                ("output", "λ predicted", "slope run", "offset predicted", "offset run", "rms error")
            )
        ),
        rows=tuple(_output_row(one) for one in evaluation.outputs),
    )
    return Page(
        title=title,
        blocks=(
            Line(((title, "bold"),)),
            Line((about,)),
            Heading("Accuracy"),
            accuracies,
            Heading("Outputs"),
            outputs,
            *_live(evaluation),
            Bullets(None, _notes(evaluation)),
        ),
        width=WIDTH,
    )


def _live(evaluation: DeviceEvaluation) -> Iterator[Block]:
    live = evaluation.live
    if live is None:
        return
    counted = "not told by IBM" if live.qpu_time_s is None else f"{live.qpu_time_s:.3g} s"
    predicted = f"{live.predicted_s:.3g} s ({live.predicted_low_s:.3g}–{live.predicted_high_s:.3g})"
    yield Heading("QPU time")
    yield Rows(
        (
            ("predicted", predicted),
            ("counted by IBM", counted),
            ("allowed", f"{live.max_time_s:g} s"),
            ("jobs", ", ".join(printable(job.job_id) for job in live.jobs)),
        )
    )


def _row(evaluation: DeviceEvaluation, way: str) -> tuple[str, str, str]:
    found = {one.mitigated: one for one in evaluation.tried if one.way == way}
    return MEANINGS[way], _accuracy(found[False]), _accuracy(found[True]) if True in found else ""


def _accuracy(one: Tried) -> str:
    if one.accuracy is None:
        return f"{one.value:.1%}"
    return f"{one.value:.1%} ({100 * one.accuracy.low:.1f}–{100 * one.accuracy.high:.1f})"


def _output_row(one: OutputFit) -> tuple[str, ...]:
    fitted = (one.measured_slope, one.measured_offset)
    slope, offset = ("" if value is None else f"{value:.3f}" for value in fitted)
    return (
        f"{one.output} {one.way}",
        f"{one.attenuation:.3f}",
        slope,
        f"{one.offset:.3f}",
        offset,
        f"{one.rms_error:.3f}",
    )


def _noise(evaluation: DeviceEvaluation) -> str:
    calibration = "noise is that of the calibration: no crosstalk, coherent errors, leakage or drift"
    if evaluation.live is None:
        return calibration
    date = evaluation.estimate.backend.snapshot_date
    when = "" if date is None else f" of {date:%Y-%m-%d %H:%M} UTC"
    told = calibration.replace("calibration", f"calibration{when}")
    return f"predicted and simulated {told}; the live device has all of it"


def _notes(evaluation: DeviceEvaluation) -> tuple[str, ...]:
    notes = [
        "intervals hold for other samples, with these weights; shots are another draw in each line",
        _noise(evaluation),
        (
            "the weights are those that the run kept"
            if evaluation.weights_kept
            else "the member was trained again from its recorded seed; nas search --keep-weights keeps weights"
        )
        + ("" if evaluation.as_recorded else ", and its accuracy is not quite that of the run"),
    ]
    if evaluation.part == "test":
        notes.append("the test samples have now been looked at: a member that is chosen by these figures has none left")
    return tuple(notes)
