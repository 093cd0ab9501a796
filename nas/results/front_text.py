"""The front of a run, or all that it evaluated, as text for a terminal: `front_text`, `shown_text`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from hwcost.core.text import one_line, printable
from nas.results.estimate_facts import estimate_notes
from nas.results.front import Front
from nas.results.picks import picks
from nas.results.shares import time_shares
from nas.results.values import interval_text, objective_title, observed_texts, parts_note, value_text
from nas.runs.objectives import NOISE
from nas.spaces.genes import active_genes
from nas.spaces.record import format_genome
from nas.spaces.short import MEANING, short_genome

if TYPE_CHECKING:
    from nas.results.picks import Pick
    from nas.runs.objectives import Objective
    from nas.runs.record import Evaluation
    from nas.runs.run import Run


def front_text(run: Run) -> str:
    """Format the front of a run for people."""
    return shown_text(Front(run=run))


def shown_text(front: Front) -> str:
    """Format the front of a run, the best networks or all evaluations for people, whichever is asked for."""
    run, shown = front.run, front.shown
    lines = [_headline(run), ""]
    if front.top is not None:
        lines += [f"  the best {len(shown)}, the front first; within a front the least norm first", ""]
    elif front.everything:
        lines += ["  all evaluations, in the order in which they were asked for", ""]
    lines += [f"  {line}" for line in _table(front, shown)]
    if run.front:
        lines += ["", *(f"  {line}" for line in _pick_lines(picks(run)))]
        if not front.whole_genomes and shown:
            lines.append(f"  {MEANING}; whole: --genomes")
    lines += [f"  {note}" for note in _notes(run)]
    return "\n".join(lines)


def _headline(run: Run) -> str:
    config, dataset = run.context.config, run.context.dataset
    device = f" on {printable(config.backend)}" if config.backend else ""
    limits = f", {len(run.infeasible)} too costly" if config.limits else ""
    state = run.stop or "not finished; `nas resume` continues it"
    return (
        f"{printable(run.context.space.name)} on {printable(dataset.name)}{device}: {len(run.front)} networks on the "
        f"front, {len(run.evaluations)} evaluated, {len(run.failures)} failed{limits} ({state})"
    )


def _table(front: Front, shown: Sequence[Evaluation]) -> list[str]:
    """Return the lines of the table: numbers of members, objectives, what is estimated, genomes."""
    run = front.run
    estimated = run.estimates is not None
    titles = ["member", *([] if front.is_front else ["front"]), *map(objective_title, run.objectives)]
    titles += ["observed", "on front"] if estimated else []
    members = {one.architecture_hash: number for number, one in enumerate(run.front, start=1)}
    fronts = {} if front.is_front else front.front_numbers
    chosen = run.compromise
    cells = []
    for one in shown:
        number = members.get(one.architecture_hash)
        mark = "*" if one is chosen else ""
        row = [f"{mark}{number or ''}"]
        row += [] if front.is_front else [str(fronts.get(one.architecture_hash, "–"))]
        row += [*_values(run, one), *(_observed(run, one) if estimated else ())]
        cells.append([*row, _genome(one, whole=front.whole_genomes)])
    widths = [max(len(row[i]) for row in [titles, *cells]) for i in range(len(titles))]
    lines = []
    for row in [[*titles, "genome"], *cells]:
        aligned = "  ".join(text.rjust(width) for text, width in zip(row[:-1], widths, strict=True))
        lines.append(f"{aligned}  {row[-1]}".rstrip())
    return lines


def _values(run: Run, one: Evaluation) -> list[str]:
    return [_value(run, one, objective) for objective in run.objectives]


def _value(run: Run, one: Evaluation, objective: Objective) -> str:
    known = None if run.estimates is None else run.estimates.networks.get(one.architecture_hash)
    if objective.trained and known is not None:
        return interval_text(known)
    value = one.objectives.get(objective.name)
    return "–" if value is None else value_text(objective, value)


def _observed(run: Run, one: Evaluation) -> tuple[str, str]:
    known = None if run.estimates is None else run.estimates.networks.get(one.architecture_hash)
    return ("–", "–") if known is None else observed_texts(known)


def _genome(one: Evaluation, *, whole: bool) -> str:
    text = format_genome(active_genes(one.genome)) if whole else short_genome(one.genome)
    reason = "" if one.state == "COMPLETE" else f"  {one.state}: {one_line(one.reason or '')}"
    return printable(text) + reason


def _pick_lines(found: Iterable[Pick]) -> list[str]:
    lines = []
    for pick in found:
        mark = "*" if pick.name == "least-norm" else " "
        title = pick.title if pick.title == pick.meaning else f"{pick.title}: {pick.meaning}"
        lines.append(f"{mark}member {pick.number:<3} {title}")
    return lines


def _notes(run: Run) -> list[str]:
    members, dataset, config = run.front, run.context.dataset, run.context.config
    notes = list(estimate_notes(run))
    shares = time_shares(run)
    if shares is not None:
        notes.append(shares.text())
    dead = [f"{number} ({one.num_dead_weights})" for number, one in enumerate(members, start=1) if one.num_dead_weights]
    if dead:
        notes.append(
            f"members with angles that influence no output, and how many; `nas report` says which: {', '.join(dead)}"
        )
    reasons = [failure.reason or "" for failure in run.failures]
    most = sorted(set(reasons), key=lambda text: -reasons.count(text))[:5]
    notes += [f"failed: {reasons.count(reason)} × {one_line(reason)}" for reason in most]
    if run.pilot is not None:
        notes.append(run.pilot.summary())
        if run.pilot.chosen is not None:
            notes.append(f"settings of the pilot's choice: {run.pilot.used.text()}")
    if config.limits:
        limits = ", ".join(limit.text() for limit in config.limits)
        notes.append(f"limits: {limits}; {len(run.infeasible)} networks break them and were not trained")
    seeds = config.num_train_seeds
    notes.append(
        f"accuracies: {dataset.num_validation} validation samples, "
        f"{'one training' if seeds == 1 else f'mean of {seeds} trainings'} each at first{parts_note(run)}; the "
        f"search did not touch the {dataset.num_test} test samples"
    )
    if NOISE in config.needs:
        notes.append(
            f"they are those under the noise of the device, predicted, with {config.shots:,} shots of each circuit"
        )
    return notes
