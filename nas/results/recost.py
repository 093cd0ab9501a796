"""The same networks on another device: `recost`, without training again."""

from __future__ import annotations

import dataclasses
import os
import time
from collections.abc import Callable
from typing import Any

from hwcost import HwcostError
from hwcost.core.text import one_line
from nas.core.errors import SearchError, SettingError
from nas.runs.context import SearchContext
from nas.runs.evaluation import Evaluation, candidate_cost_in, known_values
from nas.runs.run import Run, open_run
from nas.spaces.genes import architecture

COSTING_KEYS = (
    *("objectives", "backend", "device", "job_profile", "scope", "shots", "gradient"),
    *("optimization_level", "num_seeds", "qpu_power_w", "device_power_w"),
)
"""What may be changed: everything that training does not depend on."""


def recost(
    folder: str | os.PathLike[str], *, progress: Callable[[int, int], None] | None = None, **changes: Any
) -> Run:
    """The run with its networks costed anew; accuracies are those that were measured. Nothing is written.

    Every evaluation is costed, because what another device favours need not be on the old front.

    Args:
        folder: Directory of the run.
        progress: Called with networks costed, networks in all.
        changes: Keys of the configuration, of `COSTING_KEYS`: `backend="fake_torino"`, `job_profile=…`,
            `objectives=…`.

    Raises:
        SettingError: A key cannot be changed, or a value makes no sense.
        RunError: The directory is no run.
        SearchError: Nothing in it can be costed there.
        HwcostError: The device or a profile cannot be used.
    """
    for key in changes:
        if key not in COSTING_KEYS:
            allowed = ", ".join(COSTING_KEYS)
            raise SettingError(f"{key} cannot be changed without training again; recost takes {allowed}")
    run = open_run(folder)
    context = run.context.on(**changes)
    of_device = [name for name in changes if name not in ("objectives", "qpu_power_w", "device_power_w")]
    if of_device and not any(objective.needs_backend for objective in context.config.chosen):
        raise SettingError(
            f"no objective of this run depends on {of_device[0]} ({', '.join(context.config.objectives)}); name others "
            "with objectives, such as validation_error,unified_time_s"
        )
    evaluations = []
    for number, one in enumerate(run.evaluations):
        if progress is not None:
            progress(number, len(run.evaluations))
        evaluations.append(_recosted(context, one))
    if progress is not None:
        progress(len(evaluations), len(evaluations))
    if evaluations and all(one.state == "FAILED" for one in evaluations):
        raise SearchError(f"nothing can be costed there: {evaluations[0].reason}")
    return dataclasses.replace(run, context=context, evaluations=tuple(evaluations))


def _recosted(context: SearchContext, one: Evaluation) -> Evaluation:
    """A trained network with the costs of another context. One that failed only in costing gets its chance."""
    accuracies = one.accuracies or tuple(
        record["best_validation_accuracy"] for record in one.trainings if record["state"] == "COMPLETE"
    )
    if not accuracies or len(accuracies) < len(one.trainings):
        return one
    started = time.perf_counter()
    try:
        cost = candidate_cost_in(context, architecture(context.space, one.genome))
        known = known_values(context, cost, accuracies)
        values = {name: known[name] for name in context.config.objectives}
    except HwcostError as error:
        return _failed(one, f"costing failed: {one_line(str(error))}")
    except KeyError as missing:
        return _failed(one, f"there is no honest {missing.args[0]} on this device")
    return dataclasses.replace(
        one,
        state="COMPLETE",
        reason=None,
        accuracies=accuracies,
        objectives=values,
        cost=cost.to_dict(),
        costing_s=time.perf_counter() - started,
    )


def _failed(one: Evaluation, reason: str) -> Evaluation:
    return dataclasses.replace(one, state="FAILED", reason=reason, objectives={}, accuracies=(), cost=None)
