"""A study of a SuperCircuit as a page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hwcost.core.text import printable
from hwcost.core.units import format_seconds
from hwcost.report.page import Block, Bullets, Column, Line, Page, Table, registered_page
from nas.results.supercircuit_record import ALONE, EARLY, FINE_TUNED, FITTED, INHERITED, SuperCircuitStudy

if TYPE_CHECKING:
    from nas.results.crossed import Interval
    from nas.results.supercircuit_record import Way

WIDTH = 120

_MEANINGS = {
    ALONE: "own training, other seed (ceiling)",
    INHERITED: "inherited weights",
    FITTED: "size and embedding, fitted",
}


@registered_page.register
def _(study: SuperCircuitStudy) -> Page:
    context, settings = study.context, study.settings
    config = context.config
    title = f"SuperCircuit of {printable(context.space.name)} on {printable(context.dataset.name)}"
    failed = f", {study.num_failed} more failed" if study.num_failed else ""
    blocks: list[Block] = [
        Line(((title, "bold"),)),
        Line(
            (
                f"{len(study.networks)} networks{failed}; {settings.steps:,} steps of {settings.per_step} networks, "
                f"{settings.sampling} sampling, weights shared by {settings.sharing}; batches of {config.batch_size}, "
                f"learning rate {config.learning_rate:g}",
            )
        ),
        _table(study),
        Line((f"Does the SuperCircuit pay? {answer(study)}",)),
        Bullets(None, _notes(study)),
    ]
    return Page(title=title, blocks=tuple(blocks), width=WIDTH)


def _table(study: SuperCircuitStudy) -> Table:
    columns = (
        Column("networks ranked by", wraps=False),
        Column("rank correlation", "right", wraps=False),
        Column("beyond size", "right", wraps=False),
        Column(f"above {study.best_free}", "right", wraps=False),
        Column("CPU time", "right", wraps=False),
    )
    rows = tuple(
        (
            meaning(study, way),
            _text(way.correlation),
            _text(way.beyond),
            _text(way.ahead),
            format_seconds(way.cpu_s) if way.trained else "0",
        )
        for way in study.ways
    )
    return Table(columns=columns, rows=rows)


def meaning(study: SuperCircuitStudy, way: Way) -> str:
    """Say what ranks, in words."""
    epochs = f"{study.fine_tune} epoch{'s' * (study.fine_tune > 1)}"
    if way.name == FINE_TUNED:
        return f"{epochs} from inherited weights"
    if way.name == EARLY:
        return f"{epochs} of an own training"
    return _MEANINGS.get(way.name, way.name)


def answer(study: SuperCircuitStudy) -> str:
    """Say in a sentence or two whether a SuperCircuit pays."""
    ways = [way for name in (INHERITED, FINE_TUNED) if (way := study.way(name)) is not None and way.correlation]
    if not ways:
        return "Cannot be told: all networks were scored alike."
    best = max(ways, key=_value)
    free, early = study.way(study.best_free), study.way(EARLY)
    at_best = f"at best it ranks with {_value(best):.2f} ({best.name})"
    against = f"{study.best_free} alone, which cost nothing, with {_value(free):.2f}"
    verdict = study.verdict(best.name)
    if verdict == "no":
        return f"No: {at_best}, {against}."
    if early is not None and _value(early) >= _value(best) and early.cpu_s <= best.cpu_s:
        return (
            f"No: {at_best}, {against}, and {meaning(study, early)} ranks with {_value(early):.2f} in "
            f"{format_seconds(early.cpu_s)} instead of {format_seconds(best.cpu_s)}."
        )
    if verdict == "cannot be told":
        return f"Not shown: {at_best}, {against}; the interval of the difference holds 0."
    even = study.break_even(best.name)
    if even is None:
        return f"No: {at_best}, {against}; but it takes no less than trainings of their own."
    return f"Yes, where more than {even:,} networks are ranked: {at_best}, {against}."


def _value(way: Way | None) -> float:
    return -2.0 if way is None or way.correlation is None else way.correlation.value


def _text(interval: Interval | None) -> str:
    return "" if interval is None else f"{interval.value:.2f} ({interval.low:.2f} to {interval.high:.2f})"


def _notes(study: SuperCircuitStudy) -> tuple[str, ...]:
    num, epochs = len(study.networks), study.context.config.epochs
    mean = [
        sum(values) / num
        for values in zip(*((sum(o.alone) / len(o.alone), o.inherited) for o in study.networks), strict=True)
    ]
    inherited = study.break_even(INHERITED)
    even = "never" if inherited is None else f"from {inherited:,} networks on"
    notes = [
        f"Spearman's rank correlation with the validation accuracy of one training ({epochs} epochs), mean over "
        f"{len(study.networks[0].alone)} seeds, with 95% intervals over networks; no way has seen the seed that it is "
        "compared with",
        "beyond size: of what qubits, layers, parameters, FLOPs and embedding leave over of the ranks; fitted: a ridge "
        "regression on these that has seen own trainings of all other networks",
        f"mean accuracy {mean[0]:.3f} when trained alone, {mean[1]:.3f} inherited",
        f"the SuperCircuit's training took {format_seconds(study.super_s)}; scoring inherited weights takes less CPU "
        f"time than training each network {even}",
    ]
    if study.context.dataset.num_validation < 100:
        notes.append(f"{study.context.dataset.num_validation} validation samples: accuracies have ties and much noise")
    return tuple(notes)
