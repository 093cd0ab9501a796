"""What a page that follows a search shows, as plain data: `watch_state`."""

from __future__ import annotations

import os
import time
from functools import lru_cache
from typing import Any

from hwcost.core.text import printable
from nas.results.estimate_facts import estimate_notes
from nas.results.front import signal_facts
from nas.results.picks import picked_names, picks
from nas.results.values import interval_text, objective_title, observed_texts, value_text
from nas.results.volume import DEFINITION, generation_volumes
from nas.runs.record import Evaluation
from nas.runs.run import Run, read_run
from nas.runs.store import EVALUATIONS, RUN, RunStore
from nas.spaces.genes import active_genes
from nas.spaces.record import SearchSpace, format_genome
from nas.spaces.short import short_genome
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
        "limits": [limit.text() for limit in config.limits],
        "generation": len(run.generations),
        "left": left,
        "work_s": sum(seconds),
        "work_left_s": None if left is None or mean_s is None else left * mean_s,
        "signal": None
        if run.pilot is None
        else {**signal_facts(run.pilot), "summary": run.pilot.summary(), "warning": run.pilot.warning()},
        "objectives": [
            {
                "name": o.name,
                "title": objective_title(o),
                "direction": o.direction,
                "logarithmic": o.logarithmic,
                "estimated": o.trained and run.estimates is not None,
            }
            for o in run.objectives
        ],
        "picks": [{"title": pick.title, "meaning": pick.meaning, "member": pick.number} for pick in picks(run)],
        "hypervolume_means": DEFINITION,
        "notes": [printable(note) for note in estimate_notes(run)],
        "front": _front(run),
        "points": _points(run),
        "generations": [
            {
                "number": g.number,
                "evaluated": g.evaluated,
                "front": g.front_size,
                "best_error": g.best_error,
                "hypervolume": volume,
            }
            for g, volume in zip(run.generations, generation_volumes(run), strict=True)
        ],
    }


def _front(run: Run) -> list[dict[str, Any]]:
    chosen, picked = run.compromise, picked_names(run)
    return [
        {
            "member": number,
            "rank": number,  # its old name
            "compromise": member is chosen,
            "picked": list(picked.get(member.architecture_hash, ())),
            **_judged(run, member),
            "accuracy": member.accuracy,
            "generation": member.generation,
            "genome": printable(format_genome(active_genes(member.genome))),
            "short_genome": printable(short_genome(member.genome)),
        }
        for number, member in enumerate(run.front, start=1)
    ]


def _judged(run: Run, member: Evaluation) -> dict[str, Any]:
    """Return a member's objectives, its error as it is estimated where it is, and what is known of that."""
    known = None if run.estimates is None else run.estimates.networks.get(member.architecture_hash)
    texts = [
        interval_text(known)
        if objective.trained and known
        else value_text(objective, member.objectives[objective.name])
        for objective in run.objectives
    ]
    observed, on_front = ("", "") if known is None else observed_texts(known)
    return {
        "values": _values(run, member),
        "texts": texts,
        "interval": None if known is None else [known.low, known.high],
        "observed": observed,
        "on_front": on_front,
    }


def _values(run: Run, one: Evaluation) -> list[float]:
    judged = one if run.estimates is None else run.estimates.judged(one)
    return [judged.objectives[objective.name] for objective in run.objectives]


def _points(run: Run) -> list[list[float]]:
    """Return the objectives of complete evaluations, in the order of the objectives, errors as they are estimated."""
    complete = [one for one in run.evaluations if one.state == "COMPLETE"]
    step = -(-len(complete) // MAX_POINTS) or 1
    return [_values(run, one) for one in complete[::step]]


def _left(run: Run) -> int | None:
    """Return how many networks will be evaluated at most; None where that is not known."""
    if run.stop is not None:
        return 0
    config, space = run.context.config, run.context.space
    if config.exhaustive:
        count = _num_architectures(space)
        return None if count is None else max(0, count - len(run.evaluations))
    again = sum(len(one.trainings) - config.num_train_seeds for one in run.evaluations if one.trainings)
    return max(0, (config.generations + 1) * config.population - len(run.evaluations) - again)


@lru_cache(maxsize=4)
def _num_architectures(space: SearchSpace) -> int | None:
    return None if space.num_genomes > MAX_COUNTED else count_architectures(space).num_architectures


def _changed_s_ago(run: Run) -> float:
    """Return the seconds since anything was written."""
    times = [(run.folder / name).stat().st_mtime for name in (RUN, EVALUATIONS) if (run.folder / name).exists()]
    return max(0.0, time.time() - max(times)) if times else 0.0
