"""The pages of what rooms above show of a run: its front, a pilot, members that were retrained or evaluated."""

from __future__ import annotations

from hwcost.core.text import printable
from hwcost.core.units import format_seconds
from hwcost.report.page import BLANK, Column, Line, Page, Table, Verbatim, registered_page
from nas.results import evaluation_page, retrained_page
from nas.results.front import Front
from nas.results.front_text import front_text, shown_text
from nas.results.pilot import PilotReport

__all__ = ["evaluation_page", "front_text", "retrained_page"]  # the modules register their pages


@registered_page.register
def _(front: Front) -> Page:
    context = front.run.context
    title = f"Front: {printable(context.space.name)} on {printable(context.dataset.name)}"
    return Page(title=title, blocks=(Verbatim(shown_text(front)),))


@registered_page.register
def _(report: PilotReport) -> Page:
    context, pilot = report.context, report.pilot
    config, dataset = context.config, context.dataset
    title = f"Pilot: {printable(context.space.name)} on {printable(dataset.name)}"
    columns = (
        "",
        "batch",
        "rate",
        "steps",
        "mean error",
        "±network",
        "±seed",
        "network's share",
        "interval",
        "CPU",
        "",
    )
    table = Table(
        columns=tuple(
            Column(name, align="left" if number in (0, 10) else "right", wraps=False)
            for number, name in enumerate(columns)
        ),
        rows=tuple(_setting_row(report, number) for number in range(len(pilot.settings))),
    )
    tried = max((one.shares.num_architectures for one in pilot.settings if one.shares is not None), default=0)
    seeds = max((one.shares.num_seeds for one in pilot.settings if one.shares is not None), default=0)
    notes = [
        f"{tried} networks, {seeds} trainings each, {config.epochs} epochs; share: intraclass correlation of the "
        f"validation error of one training; guessing has the error {pilot.guessing_error:.3f}, one of "
        f"{dataset.num_validation} samples is {1.0 / dataset.num_validation:.3f}",
        pilot.summary(),
        report.advice,
    ]
    return Page(
        title=title,
        blocks=(Line(((title, "bold"),)), BLANK, table, BLANK, *(Line((note,), indent=2) for note in notes)),
        width=120,
    )


def _setting_row(report: PilotReport, number: int) -> tuple[str, ...]:
    pilot = report.pilot
    one, shares = pilot.settings[number], pilot.settings[number].shares
    marks = [
        "the search's" if number == 0 else "",
        "FAQNAS's" if report.is_published(number) else "",
        "recommended" if number == pilot.recommended else "",
        f"{one.num_failed} failed" if one.num_failed else "",
    ]
    facts: tuple[str, ...] = ("–",) * 5
    if shares is not None:
        share, interval = "–", "–"
        if shares.share is not None:
            share, interval = f"{shares.share:.0%}", f"{shares.low:.0%} to {shares.high:.0%}"
        facts = (f"{shares.mean:.3f}", f"{shares.architecture_sd:.3f}", f"{shares.seed_sd:.3f}", share, interval)
    return (
        "*" if number == pilot.recommended else "",
        str(one.batch_size),
        f"{one.learning_rate:g}",
        str(one.num_steps),
        *facts,
        format_seconds(one.cpu_s),
        ", ".join(filter(None, marks)),
    )
