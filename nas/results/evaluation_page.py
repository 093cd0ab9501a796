"""A member on a noisy device as a page."""

from __future__ import annotations

from hwcost.core.text import printable
from hwcost.report.page import Bullets, Column, Heading, Line, Page, Table, registered_page
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
            Bullets(None, _notes(evaluation)),
        ),
        width=WIDTH,
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


def _notes(evaluation: DeviceEvaluation) -> tuple[str, ...]:
    notes = [
        "intervals hold for other samples, with these weights; shots are another draw in each line",
        "noise is that of the calibration: no crosstalk, coherent errors, leakage or drift",
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
