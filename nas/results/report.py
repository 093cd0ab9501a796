"""A run as one page: `write_report`. The page holds everything; nothing is loaded from elsewhere."""

from __future__ import annotations

import base64
import io
import os
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hwcost.core.files import write_files
from hwcost.core.guard import guarded
from hwcost.core.own_files import HTML_MARK, PROGRAM
from hwcost.core.text import printable
from hwcost.core.version import __version__
from nas.core.errors import RunError
from nas.results.device_cost import device_cost
from nas.results.estimate_facts import estimate_notes
from nas.results.front import rows
from nas.results.importance import gene_importance
from nas.results.page import interval_text, objective_title, observed_texts, value_text
from nas.results.plots import pictures
from nas.results.shares import time_shares
from nas.runs.run import open_run
from nas.runs.store import EVALUATIONS, unusable
from nas.spaces.genes import active_genes

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from nas.runs.run import Run

MAX_SHOWN = 50
"""Networks that cost too much; an exhaustive search may have thousands."""

_STYLE = """
body { font: 15px/1.5 system-ui, sans-serif; max-width: 70rem; margin: 2rem auto; padding: 0 1rem; color: #111; }
h1 { font-size: 1.5rem; } h2 { font-size: 1.15rem; margin-top: 2.2rem; border-bottom: 1px solid #bbb; }
table { border-collapse: collapse; font-size: 13px; display: block; overflow-x: auto; }
th, td { padding: 0.2rem 0.6rem; text-align: right; border-bottom: 1px solid #ddd; white-space: nowrap; }
th:last-child, td:last-child { text-align: left; white-space: normal; min-width: 22rem; }
tr.chosen td { font-weight: 600; }
table.facts td { text-align: left; white-space: normal; }
img { max-width: 100%; height: auto; } figcaption { font-size: 13px; color: #444; } figure { margin: 1rem 0; }
.note { font-size: 13px; color: #444; }
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What was written.

    Attributes:
        page: The HTML file.
        pictures: The PNG files.
    """

    page: Path
    pictures: tuple[Path, ...]


def write_report(
    folder: str | os.PathLike[str], output: str | os.PathLike[str] | None = None, *, force: bool = False
) -> Report:
    """Write report.html and its pictures as PNG files beside it.

    Args:
        folder: Directory of the run.
        output: Directory to write to. [default: the run's own]
        force: Whether files of these names that the package did not write are replaced.

    Raises:
        RunError: The directory is no run or has no finished evaluation, or the output cannot be written to.
        OptionError: There are other people's files of these names.
        MissingDependencyError: matplotlib or scikit-learn is not installed.
    """
    run = open_run(folder)
    if not run.front:
        raise RunError(f"{run.folder}: no network has been evaluated yet; `nas resume` continues it")
    target = Path(folder if output is None else output)
    importances = [gene_importance(run.evaluations, objective) for objective in run.objectives]
    shown = [importance for importance in importances if importance is not None]
    drawn = [(name, caption, _png(figure)) for name, caption, figure in pictures(run, shown)]
    try:
        target.mkdir(parents=True, exist_ok=True)
        files = {name: content for name, _, content in drawn} | {"report.html": _page(run, drawn).encode()}
        with guarded(force=force):
            write_files(target, files)
    except OSError as error:
        raise unusable(target, error) from error
    return Report(page=target / "report.html", pictures=tuple(target / name for name, _, _ in drawn))


def _png(figure: Figure) -> bytes:
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", metadata={"Software": PROGRAM})
    return buffer.getvalue()


def _page(run: Run, drawn: list[tuple[str, str, bytes]]) -> str:
    config, dataset = run.context.config, run.context.dataset
    device = f" on {config.backend}" if config.backend else ""
    title = f"{run.context.space.name}, {dataset.name}{device}"
    state = run.stop or "not finished"
    figures = "".join(
        f'<figure><img alt="{_text(caption)}" src="data:image/png;base64,{base64.b64encode(png).decode()}">'
        f"<figcaption>{_text(caption)}</figcaption></figure>"
        for _, caption, png in drawn
    )
    return (
        f'<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">{HTML_MARK}'
        f"<title>{_text(title)}</title>"
        f"<style>{_STYLE}</style></head><body>\n<h1>Search: {_text(title)}</h1>\n"
        f"<p>{len(run.front)} networks on the front of {len(run.evaluations)} evaluated, {len(run.failures)} failed"
        f"{f', {len(run.infeasible)} too costly' if config.limits else ''}; {_text(state)}.</p>\n"
        f"{_signal(run)}"
        f"<h2>The front</h2>\n{_front_table(run)}\n{_seeds_note(run)}\n<h2>Pictures</h2>\n{figures}\n"
        f"<h2>Generations</h2>\n{_generations_table(run)}\n{_failures(run)}{_infeasible(run)}"
        f"<h2>What it rests on</h2>\n{_provenance(run)}\n</body></html>\n"
    )


def _signal(run: Run) -> str:
    if run.pilot is None:
        return ""
    warning = run.pilot.warning()
    return f"<p>{_text(run.pilot.summary() if warning is None else warning)}</p>\n"


def _front_table(run: Run) -> str:
    head = "".join(f"<th>{_text(objective_title(objective))}</th>" for objective in run.objectives)
    body = []
    members = run.front
    known = {} if run.estimates is None else run.estimates.networks
    if known:
        head += "<th>retrained</th><th>observed</th><th>on front</th>"
    for member, row in zip(members, rows(run), strict=True):
        genome = ", ".join(f"{name} {value}" for name, value in active_genes(member.genome).items())
        own = known.get(member.architecture_hash)
        cells = "".join(
            f"<td>{value_text(o, row[o.name]) if own is None or not o.trained else interval_text(own)}</td>"
            for o in run.objectives
        )
        if own is not None:
            again = f"{own.retrained_low:.3f}–{own.retrained_high:.3f}"
            cells += "".join(f"<td>{text}</td>" for text in (again, *observed_texts(own)))
        mark = ' class="chosen"' if row["compromise"] else ""
        spread = f" ± {row['accuracy_spread'] / 2:.1%}" if run.context.config.num_train_seeds > 1 else ""
        body.append(
            f"<tr{mark}><td>{row['rank']}</td>{cells}<td>{row['validation_accuracy']:.1%}{spread}</td>"
            f"<td>{row['generation']}</td><td>{_text(genome)}</td></tr>"
        )
    return (
        f"<table><tr><th>rank</th>{head}<th>accuracy</th><th>generation</th><th>genome</th></tr>{''.join(body)}</table>"
        '<p class="note">Bold: compromise, the smallest norm after each objective is divided by its largest value.'
        f"{_estimates_note(run)}{_shares_note(run)}</p>"
    )


def _estimates_note(run: Run) -> str:
    notes = [f"{note[0].upper()}{note[1:]}." for note in estimate_notes(run)]
    if notes:
        notes.append(
            "Retrained: the 90 % interval of the error of one training with another seed. On front: probability to be "
            "on the front of the evaluated networks; by cost: its costs alone keep a member there."
        )
    return "".join(f"<br>{_text(note)}" for note in notes)


def _shares_note(run: Run) -> str:
    shares = time_shares(run)
    return "" if shares is None else f"<br>{_text(shares.text())}."


def _seeds_note(run: Run) -> str:
    dataset, seeds = run.context.dataset, run.context.config.num_train_seeds
    trainings = "one training" if seeds == 1 else f"the mean of {seeds} trainings"
    trainings += ", and of repeats where there were any" if any(g.num_repeats for g in run.generations) else ""
    step = 1.0 / dataset.num_validation
    return (
        f'<p class="note">Accuracies are those of {dataset.num_validation} validation samples, so one sample is '
        f"{step:.1%}, after {trainings}, the best epoch of each. The {dataset.num_test} test samples were not touched."
        "</p>"
    )


def _generations_table(run: Run) -> str:
    head = "".join(
        f"<th>{name}</th>"
        for name in (
            "generation",
            "evaluated",
            "repeats",
            "known before",
            "failed",
            "front",
            "best error",
            "hypervolume",
        )
    )
    body = "".join(
        f"<tr><td>{g.number}</td><td>{g.evaluated}</td><td>{g.num_repeats}</td><td>{g.duplicates}</td><td>{g.num_failed}</td>"
        f"<td>{g.front_size}</td><td>{'' if g.best_error is None else f'{g.best_error:.3g}'}</td>"
        f"<td>{g.hypervolume:.3f}</td></tr>"
        for g in run.generations
    )
    return (
        f"<table>{f'<tr>{head}</tr>'}{body}</table>"
        '<p class="note">Hypervolume here: within the limits of the first generation, above 1 where later ones are '
        "better than its best values; front, best error and hypervolume of the errors as they were observed.</p>"
    )


def _failures(run: Run) -> str:
    if not run.failures:
        return ""
    reasons = [failure.reason or "" for failure in run.failures]
    items = "".join(
        f"<li>{reasons.count(reason)} × {_text(reason)}</li>"
        for reason in sorted(set(reasons), key=lambda text: -reasons.count(text))
    )
    return f"<h2>What failed</h2>\n<ul>{items}</ul>\n"


def _infeasible(run: Run) -> str:
    """List what the limits kept from being trained, the cheapest first by its closed forms."""
    if not run.context.config.limits:
        return ""
    limits = ", ".join(limit.text() for limit in run.context.config.limits)
    body = "".join(
        f"<tr><td>{one.num_parameters:,}</td><td>{(one.cost or {}).get('quantum_flops', 0):,}</td>"
        f"<td>{_text(one.reason or '')}</td></tr>"
        for one in sorted(run.infeasible, key=lambda one: (one.num_parameters or 0, one.architecture_hash))[:MAX_SHOWN]
    )
    head = "<tr><th>parameters</th><th>quantum FLOP</th><th>limit that it breaks</th></tr>"
    table = f"<table>{head}{body}</table>" if body else ""
    rest = len(run.infeasible) - MAX_SHOWN
    table += f'<p class="note">{rest:,} more are in the file of all evaluations.</p>' if rest > 0 else ""
    return (
        f"<h2>What costs too much</h2>\n<p>Limits: {_text(limits)}. {len(run.infeasible)} networks break one and were "
        f"not trained.</p>{table}\n"
    )


def _provenance(run: Run) -> str:
    config, dataset = run.context.config, run.context.dataset
    facts: dict[str, Any] = {
        "begun": run.created,
        "versions then": ", ".join(f"{name} {version}" for name, version in run.versions.items()),
        "report by": f"hwcost {__version__}",
        "data": f"{dataset.name}, {dataset.num_features} features, {dataset.num_classes} classes, "
        f"{dataset.num_training} training, {dataset.num_validation} validation, {dataset.num_test} test samples; "
        f"sha256 {dataset.sha256[:16]}…, parts {dataset.split_sha256[:16]}…",
        "space": f"{run.context.space.name}, {run.context.space.num_genomes:,} genomes",
        **_calibration_facts(run),
        "time": f"{sum(evaluation.training_s for evaluation in run.evaluations):.1f} s of training, "
        f"{sum(evaluation.costing_s for evaluation in run.evaluations):.1f} s of costing, all workers together",
        **{f"setting {name}": value for name, value in config.to_dict().items() if value not in (None, [], "", {})},
        "all evaluations": f"{run.folder / EVALUATIONS}",
    }
    lines = "".join(
        f"<tr><td>{_text(str(name))}</td><td>{_text(str(value))}</td></tr>" for name, value in facts.items()
    )
    return f'<table class="facts">{lines}</table>'


def _calibration_facts(run: Run) -> dict[str, str]:
    """Describe the calibration that the costs rest on, by the first member that has a cost."""
    cost = next((cost for cost in map(device_cost, run.front) if cost is not None), None)
    if cost is None:
        return {}
    if not cost.snapshot_date:
        return {"costed": cost.backend, "assumed": "; ".join(cost.assumptions) or "nothing"}
    return {
        "calibration": f"{cost.backend}, {cost.origin}, of {cost.snapshot_date}, {cost.snapshot_age_days} days old "
        "when it was used",
        "excluded": f"{cost.num_excluded_qubits} qubits, {cost.num_excluded_edges} edges",
        "assumed": "; ".join(cost.assumptions) or "nothing",
        "warnings": "; ".join(cost.warnings[:6]) or "none",
    }


def _text(value: str) -> str:
    return escape(printable(value))
