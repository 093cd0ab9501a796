"""Candidates of a run as a table: text, CSV, JSON."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from hwcost.core.text import one_line, printable
from hwcost.core.units import format_seconds
from nas.runs.fronts import compromise
from nas.spaces.genes import active_genes
from nas.spaces.record import format_genome

if TYPE_CHECKING:
    from nas.runs.objectives import Objective
    from nas.runs.record import Evaluation
    from nas.runs.run import Run

SCHEMA = "nas.front/1"


def rows(members: Sequence[Evaluation], objectives: Sequence[Objective]) -> list[dict[str, Any]]:
    """Make one flat row for each member of a front, numbered from 1, genes as columns of their own."""
    chosen = compromise(members, objectives)
    return [
        {
            "rank": number,
            **{objective.name: member.objectives[objective.name] for objective in objectives},
            "validation_accuracy": member.accuracy,
            "accuracy_spread": max(member.accuracies) - min(member.accuracies),
            "num_parameters": member.num_parameters,
            "compromise": member is chosen,
            "generation": member.generation,
            "architecture": member.architecture_hash,
            **{f"gene.{name}": value for name, value in member.genome.items()},
        }
        for number, member in enumerate(members, start=1)
    ]


def front_csv(run: Run) -> str:
    """Format the front of a run as CSV."""
    return table_csv(rows(run.front, run.objectives))


def table_csv(table: Sequence[dict[str, Any]]) -> str:
    """Format rows as CSV with a header."""
    buffer = io.StringIO()
    if table:
        writer = csv.DictWriter(buffer, fieldnames=list(table[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(table)
    return buffer.getvalue()


def front_dict(run: Run, members: Sequence[Evaluation] | None = None) -> dict[str, Any]:
    """Return the front of a run as plain data, genomes as they are, with what it rests on."""
    members = run.front if members is None else members
    config, dataset = run.context.config, run.context.dataset
    chosen = compromise(members, run.objectives)
    return {
        "schema": SCHEMA,
        "space": run.context.space.name,
        "dataset": dataset.name,
        "backend": config.backend,
        "objectives": [
            {"name": o.name, "direction": o.direction, "unit": o.unit, "meaning": o.meaning} for o in run.objectives
        ],
        "num_evaluations": len(run.evaluations),
        "num_failed": len(run.failures),
        "stop": run.stop,
        "front": [
            {
                "rank": number,
                "architecture": member.architecture_hash,
                "genome": dict(member.genome),
                "objectives": dict(member.objectives),
                "accuracies": list(member.accuracies),
                "num_parameters": member.num_parameters,
                "generation": member.generation,
                "compromise": member is chosen,
            }
            for number, member in enumerate(members, start=1)
        ],
    }


def front_json(run: Run) -> str:
    """Format the front of a run as JSON."""
    return json.dumps(front_dict(run), indent=2, ensure_ascii=False, allow_nan=False)


def front_text(run: Run, members: Sequence[Evaluation] | None = None, *, where: str | None = None) -> str:
    """Format the front of a run for people."""
    members = run.front if members is None else members
    config, dataset = run.context.config, run.context.dataset
    where = config.backend if where is None else where
    device = f" on {printable(where)}" if where else ""
    state = run.stop or "not finished; `nas resume` continues it"
    lines = [
        f"{printable(run.context.space.name)} on {printable(dataset.name)}{device}: {len(members)} networks on the "
        f"front, {len(run.evaluations)} evaluated, {len(run.failures)} failed ({state})",
        "",
    ]
    chosen = compromise(members, run.objectives)
    titles = ["", *(objective_title(objective) for objective in run.objectives), "genome"]
    cells = [
        [
            f"{'*' if member is chosen else ' '}{number}",
            *(value_text(objective, member.objectives[objective.name]) for objective in run.objectives),
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
    dead = [str(number) for number, member in enumerate(members, start=1) if member.num_dead_weights]
    if dead:
        lines.append(f"  with angles that influence no output (`nas.dead_weights`): {', '.join(dead)}")
    reasons = [failure.reason or "" for failure in run.failures]
    for reason in sorted(set(reasons), key=lambda text: -reasons.count(text))[:5]:
        lines.append(f"  failed: {reasons.count(reason)} × {one_line(reason)}")
    seeds = config.num_train_seeds
    lines.append(
        f"  accuracies: {dataset.num_validation} validation samples, "
        f"{'one training' if seeds == 1 else f'mean of {seeds} trainings'} each; the {dataset.num_test} test samples "
        "were not touched"
    )
    return "\n".join(lines)


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
