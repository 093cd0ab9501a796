"""Rows of a job table that are not ordinary jobs: simulator runs, cancelled jobs, jobs that stood still."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from hwcost.jobs.profile import LeftOutJob, LeftOutKind
from hwcost.jobs.table import JobArrays, JobTable, job_arrays

if TYPE_CHECKING:
    from hwcost.jobs.table import Matrix, Vector

MIN_JOBS = 10
"""Fewest jobs that a profile is fitted from: fewer cannot fill two folds of a three-number model."""
FLOOR_SHARE = 0.6
"""A job shorter than this share of shots × repetition time did not run its shots on the device.

Real jobs on IBM machines sit at or above 1, simulator and cancelled jobs spread below; almost none lie between 0.6 and
0.95. The slack covers an error of the estimated repetition time.
"""
UNLIKE_FACTOR = 5.0
UNLIKE_SIGMA = 6.0
MAX_UNLIKE_SHARE = 0.2
"""A row is unlike jobs of its size when it is off by both limits; when more rows are, the model is at fault."""


def find_outliers(table: JobTable) -> tuple[LeftOutJob, ...]:
    """Find the rows that are not ordinary jobs of the device: simulator runs, cancelled jobs, jobs that stood still.

    `impossible`: shorter than `FLOOR_SHARE` of the time that its shots take. That time is Σ shots·(rep_delay + T) where
    the table has them; otherwise shots × circuits × the repetition time of the table itself, estimated by a fit of
    log seconds with absolute loss, which a minority of wrong rows cannot move. `short`, `long`: off that fit by more
    than `UNLIKE_FACTOR` and `UNLIKE_SIGMA` robust standard deviations; found only while such rows are few.

    Args:
        table: Jobs; with fewer than `MIN_JOBS` rows and no rep_delay nothing can be said, and nothing is left out.
    """
    import numpy as np

    jobs = job_arrays(table)
    observed = jobs.observed
    has_floor = "rep_delay_s" in jobs.columns
    if len(table) < MIN_JOBS and not has_floor:
        return ()
    typical, floor = _typical_times(jobs)
    if has_floor:
        floor = jobs.known("rep_delay")
    deviation = np.log(observed / typical)
    impossible = observed < FLOOR_SHARE * floor
    if not has_floor:
        impossible &= deviation < math.log(FLOOR_SHARE)
    rest = deviation[~impossible]
    unlike = np.zeros_like(impossible)
    if len(rest) >= MIN_JOBS:
        center = float(np.median(rest))
        sigma = 1.4826 * float(np.median(np.abs(rest - center)))
        unlike = ~impossible & (np.abs(deviation - center) > max(math.log(UNLIKE_FACTOR), UNLIKE_SIGMA * sigma))
        if unlike.sum() > max(1.0, MAX_UNLIKE_SHARE * len(rest)):
            unlike[:] = False
    found = []
    for row in np.flatnonzero(impossible | unlike):
        kind: LeftOutKind = "long" if deviation[row] > 0.0 else "short"
        if impossible[row]:
            kind = "impossible"
            reason = f"shorter than its shots can take ({floor[row]:.3g} s): a simulator run or a cancelled job"
        else:
            factor = math.exp(abs(deviation[row]))
            reason = f"{factor:.3g} times as {kind} as jobs like it ({typical[row]:.3g} s)"
        found.append(LeftOutJob(line=table.lines[row], observed_s=float(observed[row]), reason=reason, kind=kind))
    return tuple(found)


def nonnegative_solution(rows: Matrix) -> Vector:
    """Return the b ≥ 0 that minimises |A·b − y|², the rows being those of A with y as last column.

    The triangular factor has the same solution as all rows, in as many rows as columns.
    """
    import numpy as np
    from scipy.optimize import nnls

    triangle = np.asarray(np.linalg.qr(rows, mode="r"), dtype=np.float64)
    solution: Vector = nnls(triangle[:, :-1], triangle[:, -1])[0]
    return solution


def _typical_times(jobs: JobArrays) -> tuple[Vector, Vector]:
    """Return the seconds of an ordinary job of each row's size, and the part between shots; robust to errors.

    Minimises Σ |log(predicted / observed)|: a grid over (t0, tau) first, since the problem is not convex, then
    reweighted non-negative least squares on the linearised logarithm with layer time, where depth is known.
    """
    import numpy as np

    observed, executions = jobs.observed, jobs.amounts["tau"]
    some = np.linspace(0, len(observed) - 1, min(len(observed), 1000)).astype(int)
    t0_grid = np.concatenate(([0.0], np.geomspace(observed.min(), observed.max(), 40)))
    ratios = observed / executions
    tau_grid = np.concatenate(([0.0], np.geomspace(ratios.min(), ratios.max(), 80)))
    best, loss = (1.0, 0.0), math.inf
    for t0 in t0_grid:
        predicted = np.maximum(t0 + tau_grid[:, None] * executions[some], 1e-12)
        losses = np.abs(np.log(predicted / observed[some])).mean(axis=1)
        if losses.min() < loss:
            best, loss = (float(t0), float(tau_grid[losses.argmin()])), float(losses.min())
    names = ["t0", "tau"]
    if len(observed) >= 3 * MIN_JOBS:
        names += [name for name in ("c_circuit", "layer_time", "qubit_layer_time") if name in jobs.amounts]
    design = jobs.design(names)
    constants = np.zeros(len(names))
    constants[:2] = best
    predicted = np.maximum(design @ constants, 1e-12)
    for _ in range(20):
        deviation = np.log(observed / predicted)
        weights = 1.0 / np.sqrt(np.maximum(np.abs(deviation), 0.01))
        scaled = design * (weights / predicted)[:, None]
        norms = np.linalg.norm(scaled, axis=0)
        norms[norms == 0.0] = 1.0
        step = nonnegative_solution(np.column_stack((scaled / norms, (deviation + 1.0) * weights))) / norms
        share = 1.0
        while share > 0.01:
            trial = constants + share * (step - constants)
            trial_predicted = np.maximum(design @ trial, 1e-12)
            if np.abs(np.log(observed / trial_predicted)).mean() < np.abs(deviation).mean():
                constants, predicted = trial, trial_predicted
                break
            share /= 2.0
        else:
            break
    return predicted, constants[1] * executions
