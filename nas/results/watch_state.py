"""What a page that follows a search shows, as plain data: `watch_state`."""

from __future__ import annotations

import os
import time
from functools import lru_cache
from typing import Any

from hwcost.core.text import printable
from nas.results.front import signal_facts
from nas.results.page import objective_title, value_text
from nas.runs.run import Run, read_run
from nas.runs.store import EVALUATIONS, RUN, RunStore
from nas.spaces.genes import active_genes
from nas.spaces.record import SearchSpace, format_genome
from nas.spaces.size import count_architectures

SCHEMA = "nas.watch/1"

MAX_POINTS = 5000
"""Networks of a picture; of more, evenly spaced ones are shown, and all of the front."""

MAX_COUNTED = 100_000
"""Genomes of a space whose distinct architectures are counted, a few seconds."""


def watch_state(folder: str | os.PathLike[str]) -> dict[str, Any]:
    """Read a run as it is now, running or not, and return what a page shows of it; nothing is changed.

    Args:
        folder: Directory of the run.

    Raises:
        RunError: It is none, or is damaged, or of another version.
    """
    with RunStore(folder) as store:
        run = read_run(store)
        piloted = len(store.pilot_cells()) if run.pilot is None and not run.evaluations else None
    config, dataset = run.context.config, run.context.dataset
    left = _left(run)
    seconds = [one.training_s + one.costing_s for one in run.evaluations]
    mean_s = sum(seconds) / len(seconds) if seconds else None
    return {
        "schema": SCHEMA,
        "title": printable(f"{run.context.space.name} on {dataset.name}")
        + (printable(f" on {config.backend}") if config.backend else ""),
        "run": printable(run.folder.resolve().name),
        "algorithm": config.algorithm,
        "begun": run.created,
        "finished": run.stop is not None,
        "stop": run.stop,
        "changed_s_ago": _changed_s_ago(run),
        "pilot_cells": piloted,
        "num_evaluations": len(run.evaluations),
        "num_failed": len(run.failures),
        "num_infeasible": len(run.infeasible),
        "num_stopped": len(run.stopped),
        "limits": [limit.text() for limit in config.limits],
        "generation": len(run.generations),
        "left": left,
        "work_s": sum(seconds),
        "work_left_s": None if left is None or mean_s is None else left * mean_s,
        "signal": None
        if run.pilot is None
        else {**signal_facts(run.pilot), "summary": run.pilot.summary(), "warning": run.pilot.warning()},
        "objectives": [
            {"name": o.name, "title": objective_title(o), "direction": o.direction, "logarithmic": o.logarithmic}
            for o in run.objectives
        ],
        "front": _front(run),
        "points": _points(run),
        "generations": [
            {
                "number": g.number,
                "evaluated": g.evaluated,
                "front": g.front_size,
                "best_error": g.best_error,
                "hypervolume": g.hypervolume,
            }
            for g in run.generations
        ],
    }


def _front(run: Run) -> list[dict[str, Any]]:
    members = run.front
    chosen = run.compromise
    return [
        {
            "rank": rank,
            "compromise": member is chosen,
            "values": [member.objectives[objective.name] for objective in run.objectives],
            "texts": [value_text(objective, member.objectives[objective.name]) for objective in run.objectives],
            "accuracy": member.accuracy,
            "generation": member.generation,
            "genome": printable(format_genome(active_genes(member.genome))),
        }
        for rank, member in enumerate(members, start=1)
    ]


def _points(run: Run) -> list[list[float]]:
    """Return the objectives of complete evaluations, in the order of the objectives."""
    complete = [one for one in run.evaluations if one.state == "COMPLETE"]
    step = -(-len(complete) // MAX_POINTS) or 1
    return [[one.objectives[objective.name] for objective in run.objectives] for one in complete[::step]]


def _left(run: Run) -> int | None:
    """Return how many networks will be evaluated at most; None where that is not known."""
    if run.stop is not None:
        return 0
    config, space = run.context.config, run.context.space
    if config.exhaustive:
        count = _num_architectures(space)
        return None if count is None else max(0, count - len(run.evaluations))
    ended = sum(generation.evaluated for generation in run.generations)
    generations = config.generations + 1 - len(run.generations)
    return max(0, generations * config.population - (len(run.evaluations) - ended))


@lru_cache(maxsize=4)
def _num_architectures(space: SearchSpace) -> int | None:
    return None if space.num_genomes > MAX_COUNTED else count_architectures(space).num_architectures


def _changed_s_ago(run: Run) -> float:
    """Return the seconds since anything was written."""
    times = [(run.folder / name).stat().st_mtime for name in (RUN, EVALUATIONS) if (run.folder / name).exists()]
    return max(0.0, time.time() - max(times)) if times else 0.0
