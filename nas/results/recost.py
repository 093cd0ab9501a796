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
from nas.runs.config import CHECKED_KEYS, COSTING_KEYS, renamed
from nas.runs.context import SearchContext
from nas.runs.evaluate import candidate_cost_in
from nas.runs.limits import broken_limit
from nas.runs.objectives import NOISE
from nas.runs.record import Evaluation
from nas.runs.run import Run, open_run
from nas.spaces.build import architecture


def recost(
    folder: str | os.PathLike[str], *, progress: Callable[[int, int], None] | None = None, **changes: Any
) -> Run:
    """Cost the networks of a run anew; accuracies are those that were measured. Nothing is written.

    Every evaluation is costed, because what another device favours need not be on the old front.

    Args:
        folder: Directory of the run.
        progress: Called with networks costed, networks in all.
        changes: Keys of the configuration that training does not depend on: `backend="fake_torino"`, `job_profile=…`,
            `objectives=…`.

    Raises:
        SettingError: A key cannot be changed, or a value is invalid.
        RunError: The directory is no run.
        SearchError: Nothing in it can be costed there.
        HwcostError: The device or a profile cannot be used.
    """
    changes = renamed(changes)
    for key in changes:
        if key not in COSTING_KEYS:
            allowed = ", ".join(COSTING_KEYS)
            raise SettingError(f"{key} cannot be changed without training again; recost takes {allowed}")
    run = open_run(folder)
    context = run.context.on(**changes)
    if NOISE in run.context.config.needs | context.config.needs:
        raise SettingError(
            "noisy_validation_error on another device needs the trained weights, which a run does not keep; search "
            "with that device, or try one member with nas evaluate"
        )
    unused = [name for name in changes if name in CHECKED_KEYS and name not in context.config.used_keys]
    if unused:
        raise SettingError(
            f"no objective of this run depends on {unused[0]} ({', '.join(context.config.objectives)}); name others "
            "with objectives, such as validation_error,unified_time_s"
        )
    evaluations = []
    for number, evaluation in enumerate(run.evaluations):
        if progress is not None:
            progress(number, len(run.evaluations))
        evaluations.append(_recosted(context, evaluation))
    if progress is not None:
        progress(len(evaluations), len(evaluations))
    if evaluations and not any(evaluation.state == "COMPLETE" for evaluation in evaluations):
        what = "can be costed" if all(one.state == "FAILED" for one in evaluations) else "keeps the limits"
        raise SearchError(f"nothing {what} there: {evaluations[0].reason}")
    return dataclasses.replace(run, context=context, evaluations=tuple(evaluations))


def _recosted(context: SearchContext, evaluation: Evaluation) -> Evaluation:
    """Cost a trained network in another context, also one that failed only in costing or breaks a limit there."""
    accuracies = evaluation.trained_accuracies
    if not accuracies:
        return evaluation
    started = time.perf_counter()
    try:
        built = architecture(context.space, evaluation.genome)
        cost = candidate_cost_in(context, built)
    except HwcostError as error:
        return _failed(evaluation, f"costing failed: {one_line(str(error))}")
    verdict = broken_limit(context.config.limits, built, context.config.evaluated(cost))
    if verdict is not None:
        return dataclasses.replace(
            evaluation,
            state=verdict.state,
            reason=verdict.reason,
            objectives=context.config.values(cost, ()) if verdict.state == "INFEASIBLE" else {},
            accuracies=(),
            cost=cost.to_dict(),
        )
    values = context.config.values(cost, accuracies)
    missing = [name for name in context.config.objectives if name not in values]
    if missing:
        return _failed(evaluation, f"{missing[0]} cannot be estimated on this device")
    return dataclasses.replace(
        evaluation,
        state="COMPLETE",
        reason=None,
        accuracies=accuracies,
        objectives=values,
        cost=cost.to_dict(),
        costing_s=time.perf_counter() - started,
    )


def _failed(evaluation: Evaluation, reason: str) -> Evaluation:
    return dataclasses.replace(evaluation, state="FAILED", reason=reason, objectives={}, accuracies=(), cost=None)
