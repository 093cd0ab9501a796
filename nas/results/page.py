"""The front of a run as a page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hwcost.core.text import one_line, printable
from hwcost.core.units import format_seconds
from hwcost.report.page import BLANK, Column, Line, Page, Table, Verbatim, registered_page
from nas.results import evaluation_page, retrained_page
from nas.results.estimate_facts import estimate_notes
from nas.results.front import Front
from nas.results.pilot import PilotReport
from nas.results.shares import time_shares
from nas.runs.objectives import NOISE
from nas.spaces.genes import active_genes
from nas.spaces.record import format_genome

if TYPE_CHECKING:
    from nas.runs.estimates import Estimate
    from nas.runs.objectives import Objective
    from nas.runs.run import Run


__all__ = ["evaluation_page", "front_text", "retrained_page"]  # the modules register their pages


@registered_page.register
def _(front: Front) -> Page:
    context = front.run.context
    title = f"Front: {printable(context.space.name)} on {printable(context.dataset.name)}"
    return Page(title=title, blocks=(Verbatim(front_text(front.run)),))


def front_text(run: Run) -> str:
    """Format the front of a run for people."""
    members = run.front
    config, dataset = run.context.config, run.context.dataset
    device = f" on {printable(config.backend)}" if config.backend else ""
    limits = f", {len(run.infeasible)} too costly" if config.limits else ""
    state = run.stop or "not finished; `nas resume` continues it"
    lines = [
        f"{printable(run.context.space.name)} on {printable(dataset.name)}{device}: {len(members)} networks on the "
        f"front, {len(run.evaluations)} evaluated, {len(run.failures)} failed{limits} ({state})",
        "",
    ]
    chosen = run.compromise
    known = {} if run.estimates is None else run.estimates.networks
    titles = ["", *(objective_title(objective) for objective in run.objectives)]
    titles += ["observed", "on front", "genome"] if known else ["genome"]
    cells = [
        [
            f"{'*' if member is chosen else ' '}{number}",
            *(
                interval_text(known[member.architecture_hash])
                if objective.trained and known
                else value_text(objective, member.objectives[objective.name])
                for objective in run.objectives
            ),
            *(observed_texts(known[member.architecture_hash]) if known else ()),
            printable(format_genome(active_genes(member.genome))),
        ]
        for number, member in enumerate(members, start=1)
    ]
    widths = [max(len(row[i]) for row in [titles, *cells]) for i in range(len(titles) - 1)]
    for row in [titles, *cells]:
        aligned = "  ".join(text.rjust(width) for text, width in zip(row[:-1], widths, strict=True))
        lines.append(f"  {aligned}  {row[-1]}")
    if members:
        lines += ["", "  * compromise: the smallest norm after each objective is divided by its largest value"]
    lines += [f"  {note}" for note in estimate_notes(run)]
    shares = time_shares(run)
    if shares is not None:
        lines.append(f"  {shares.text()}")
    dead = [str(number) for number, member in enumerate(members, start=1) if member.num_dead_weights]
    if dead:
        lines.append(f"  with angles that influence no output (`nas.dead_weights`): {', '.join(dead)}")
    reasons = [failure.reason or "" for failure in run.failures]
    for reason in sorted(set(reasons), key=lambda text: -reasons.count(text))[:5]:
        lines.append(f"  failed: {reasons.count(reason)} × {one_line(reason)}")
    if run.pilot is not None:
        lines.append(f"  {run.pilot.summary()}")
        if run.pilot.chosen is not None:
            lines.append(f"  settings of the pilot's choice: {run.pilot.used.text()}")
    if config.limits:
        limits = ", ".join(limit.text() for limit in config.limits)
        lines.append(f"  limits: {limits}; {len(run.infeasible)} networks break them and were not trained")
    seeds = config.num_train_seeds
    lines.append(
        f"  accuracies: {dataset.num_validation} validation samples, "
        f"{'one training' if seeds == 1 else f'mean of {seeds} trainings'} each at first; the "
        f"{dataset.num_test} test samples were not touched"
    )
    if NOISE in config.needs:
        lines.append(
            f"  they are those under the noise of the device, predicted, with {config.shots:,} shots of each circuit"
        )
    return "\n".join(lines)


def interval_text(known: Estimate) -> str:
    """Format an estimated error with its interval."""
    return f"{known.error:.3f} ({known.low:.3f}–{known.high:.3f})"


def observed_texts(known: Estimate) -> tuple[str, str]:
    """Format the mean error of a network's trainings with their number, and its probability to be on the front."""
    probability = "by cost" if known.by_cost else f"{known.on_front:.0%}"
    return f"{known.observed:.3f} in {known.num_trainings}", probability


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


def objective_title(objective: Objective) -> str:
    """Return the name and the unit of an objective as the head of a column; times have their units with them."""
    name = objective.name.removesuffix("_s").removesuffix("_bytes").removesuffix("_j").replace("_", " ")
    return f"{name} ({objective.unit})" if objective.unit not in ("", "s") and objective.unit not in name else name


def value_text(objective: Objective, value: float) -> str:
    """Format a value for people, times in a unit of their size.

    >>> from nas.runs.objectives import OBJECTIVES
    >>> value_text(OBJECTIVES["qpu_time_s"], 33989.0), value_text(OBJECTIVES["parameters"], 2079)
    ('9.44 h', '2,079')
    """
    if objective.unit == "s":
        return format_seconds(value)
    if float(value).is_integer() and abs(value) < 1e9:
        return f"{int(value):,}"
    return f"{value:.4g}"
