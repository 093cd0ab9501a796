"""A run as one HTML page: `report_page`. It holds everything, and nothing in it is loaded from elsewhere."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from hwcost.core.own_files import HTML_MARK
from hwcost.core.units import format_seconds
from hwcost.core.version import __version__
from nas.results.device_cost import device_cost
from nas.results.estimate_facts import estimate_notes
from nas.results.report_members import (
    Members,
    front_table,
    member_boxes,
    part_names,
    pick_cards,
    pick_notes,
    time_bars,
)
from nas.results.report_pictures import front_pictures, gene_pictures, growth_picture
from nas.results.report_style import POLICY, SCRIPT, STYLE
from nas.results.settings_text import settings_text
from nas.results.shares import time_shares
from nas.results.svg import text
from nas.results.values import parts_note
from nas.results.volume import generation_volumes
from nas.runs.store import EVALUATIONS

if TYPE_CHECKING:
    from nas.results.importance import GeneImportance
    from nas.runs.run import Run

MAX_SHOWN = 50
"""Networks that cost too much; an exhaustive search may have thousands."""


def report_page(run: Run, members: Members, importances: Sequence[GeneImportance], notes: Sequence[str] = ()) -> str:
    """Return the page of a run.

    Args:
        run: The run.
        members: Its front, with what is known of it.
        importances: Importance of genes for each objective that has enough evaluations.
        notes: What else is to be said at the top.
    """
    config, dataset = run.context.config, run.context.dataset
    device = f" on {config.backend}" if config.backend else ""
    title = f"{run.context.space.name}, {dataset.name}{device}"
    names = part_names(members)
    sections = [
        _section("The front", f"{front_pictures(members)}{front_table(members)}{pick_notes(members)}{_claims(run)}"),
        _section("Where the time goes", f"{time_bars(members, names)}{_shares(run)}") if names else "",
        _section("The members", member_boxes(members)),
        _section("How the search went", f"{growth_picture(members)}{_generations(run)}"),
        _section("Which genes matter", gene_pictures(importances)) if importances else "",
        _failures(run),
        _infeasible(run),
        _section("What it rests on", _provenance(run)),
    ]
    head = (
        f'<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">{HTML_MARK}'
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">'
        f'<meta name="viewport" content="width=device-width"><title>{text(title)}</title><style>{STYLE}</style></head>'
    )
    body = (
        f'<h1>Search: {text(title)}</h1>\n<p class="lead">{text(_lead(run))}</p>\n'
        f"{''.join(f'<p>{text(note)}</p>' for note in notes)}{_signal(run)}{pick_cards(members)}\n{''.join(sections)}"
    )
    return f"{head}\n<body><main>{body}</main><script>{SCRIPT}</script></body></html>\n"


def _section(title: str, content: str) -> str:
    return f"<section><h2>{text(title)}</h2>\n{content}</section>\n" if content else ""


def _lead(run: Run) -> str:
    costly = f", {len(run.infeasible)} too costly" if run.context.config.limits else ""
    return (
        f"{len(run.front)} networks on the front of {len(run.evaluations)} evaluated, "
        f"{len(run.failures)} failed{costly}; {run.stop or 'not finished'}."
    )


def _signal(run: Run) -> str:
    if run.pilot is None:
        return ""
    warning = run.pilot.warning()
    said = run.pilot.summary() if warning is None else warning
    kind = "note-box" if warning is None else "note-box warning"
    return f'<div class="{kind}"><p>{text(said[0].upper() + said[1:])}.</p></div>\n'


def _claims(run: Run) -> str:
    dataset, seeds = run.context.dataset, run.context.config.num_train_seeds
    notes = [f"{note[0].upper()}{note[1:]}." for note in estimate_notes(run)]
    if notes:
        notes.append(
            "On front: probability to be on the front of the evaluated networks; by cost: costs alone keep it there."
        )
    trainings = "one training" if seeds == 1 else f"the mean of {seeds} trainings"
    trainings += ", and of repeats where there were any" if any(g.num_repeats for g in run.generations) else ""
    notes.append(
        f"Accuracies are those of {dataset.num_validation} validation samples, so one sample is "
        f"{1.0 / dataset.num_validation:.1%}, after {trainings}{parts_note(run)}, the best epoch of each. "
        f"The search did not touch the {dataset.num_test} test samples."
    )
    return "".join(f'<p class="note">{text(note)}</p>' for note in notes)


def _shares(run: Run) -> str:
    shares = time_shares(run)
    return "" if shares is None else f"<p>{text(shares.text()[0].upper() + shares.text()[1:])}.</p>"


def _generations(run: Run) -> str:
    names = ("generation", "evaluated", "repeats", "known before", "failed", "front", "best error", "hypervolume")
    head = "".join(f"<th>{name}</th>" for name in names)
    body = "".join(
        f"<tr><td>{g.number}</td><td>{g.evaluated}</td><td>{g.num_repeats}</td><td>{g.duplicates}</td>"
        f"<td>{g.num_failed}</td><td>{g.front_size}</td>"
        f"<td>{'' if g.best_error is None else f'{g.best_error:.3g}'}</td><td>{volume:.3f}</td></tr>"
        for g, volume in zip(run.generations, generation_volumes(run), strict=True)
    )
    return (
        f'<div class="scroll"><table><tr>{head}</tr>{body}</table></div>'
        '<p class="note">Front and best error are those of the errors as they were observed then.</p>'
    )


def _failures(run: Run) -> str:
    reasons = [failure.reason or "" for failure in run.failures]
    items = "".join(
        f"<li>{reasons.count(reason)} × {text(reason)}</li>"
        for reason in sorted(set(reasons), key=lambda reason: -reasons.count(reason))
    )
    return _section("What failed", f"<ul>{items}</ul>") if items else ""


def _infeasible(run: Run) -> str:
    """List what the limits kept from being trained, the cheapest first by its closed forms."""
    if not run.context.config.limits:
        return ""
    limits = ", ".join(limit.text() for limit in run.context.config.limits)
    body = "".join(
        f"<tr><td>{one.num_parameters:,}</td><td>{(one.cost or {}).get('quantum_flops', 0):,}</td>"
        f'<td class="wrap">{text(one.reason or "")}</td></tr>'
        for one in sorted(run.infeasible, key=lambda one: (one.num_parameters or 0, one.architecture_hash))[:MAX_SHOWN]
    )
    head = '<tr><th>parameters</th><th>quantum FLOP</th><th class="left">limit that it breaks</th></tr>'
    table = f'<div class="scroll"><table>{head}{body}</table></div>' if body else ""
    rest = len(run.infeasible) - MAX_SHOWN
    table += f'<p class="note">{rest:,} more are in the file of all evaluations.</p>' if rest > 0 else ""
    about = f"<p>Limits: {text(limits)}. {len(run.infeasible)} networks break one and were not trained.</p>"
    return _section("What costs too much", about + table)


def _provenance(run: Run) -> str:
    config, dataset = run.context.config, run.context.dataset
    prose = "".join(f"<p>{text(sentence)}</p>" for sentence in settings_text(run))
    training_s = sum(evaluation.training_s for evaluation in run.evaluations)
    costing_s = sum(evaluation.costing_s for evaluation in run.evaluations)
    facts: dict[str, Any] = {
        "begun": run.created,
        "versions then": ", ".join(f"{name} {version}" for name, version in run.versions.items()),
        "report by": f"hwcost {__version__}",
        "data": f"sha256 {dataset.sha256[:16]}…, parts {dataset.split_sha256[:16]}…",
        "space": f"{run.context.space.name}, {run.context.space.num_genomes:,} genomes",
        **_calibration_facts(run),
        "work": f"{format_seconds(training_s)} of training and {format_seconds(costing_s)} of costing, all workers",
        "all evaluations": f"{run.folder / EVALUATIONS}; nas front {run.folder} --all --format csv",
    }
    given = {name: value for name, value in config.to_dict().items() if value not in (None, [], "", {})}
    return (
        f'{prose}{_table(facts)}<details class="plain"><summary>every setting by its key</summary>{_table(given)}'
        "</details>"
    )


def _table(facts: dict[str, Any]) -> str:
    lines = "".join(f"<tr><td>{text(str(name))}</td><td>{text(str(value))}</td></tr>" for name, value in facts.items())
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
