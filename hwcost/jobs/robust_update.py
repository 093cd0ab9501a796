"""Shift a few constants to a few timed jobs, some of which may be far too slow: `robust_update`."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hwcost.jobs.table import Matrix, Vector

FREEDOM = 2.0
"""Degrees of freedom of Student's t, of residuals and of shifts: a job that is far off counts little."""
SPREAD = 0.05
SPREAD_JOBS = 2.0
"""Spread of repeated jobs on the logarithmic scale before any was seen, and how many jobs that belief counts for."""
LEAST_SHARE = 0.05
"""No shift takes away more than all but this share of a predicted time."""

_MAX_STEPS = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Update:
    """Where the shifts end up.

    Attributes:
        shifts: One number per constant.
        covariance: Their covariance.
        spread: Spread of the jobs about the shifted prediction, on the logarithmic scale.
        residuals: log(observed / predicted) of each job.
        freedom: Degrees of freedom of `spread`.
    """

    shifts: Vector
    covariance: Matrix
    spread: float
    residuals: Vector
    freedom: float


def robust_update(
    design: Matrix, observed: Vector, predicted: Vector, prior: Sequence[float], least: Sequence[float]
) -> Update:
    """Find the most probable shifts b of constants, so that predicted + design·b are the seconds observed.

    Residuals on the logarithmic scale and shifts have Student's t as distribution (Lange, Little and Taylor 1989,
    doi 10.1080/01621459.1989.10478852), fitted by reweighted least squares. One slow job among several then counts
    little. There may be more than one maximum; the search starts from no shift, and from the median residual, once as
    overhead and once as time of the shots, and the most probable end counts. The order of the jobs does not matter.

    Args:
        design: Seconds per unit of each constant, one row per job; the first constant is the overhead of a job, the
            last a factor on the seconds of the shots.
        observed: Seconds observed.
        predicted: Seconds predicted without a shift.
        prior: Standard deviation of each shift before any job was seen.
        least: Least value that each shift may have.
    """
    import numpy as np

    order = np.lexsort((*design.T, predicted, observed))
    ordered = design[order], observed[order], predicted[order]
    excess = float(np.median(ordered[1] - ordered[2]))
    shots = np.median((ordered[1] - ordered[2]) / np.maximum(ordered[0][:, -1], 1e-12))
    starts = np.zeros((3, len(prior)))
    starts[1, 0], starts[2, -1] = excess, float(shots)
    ends = [_climb(*ordered, np.asarray(prior), np.asarray(least), np.maximum(start, least)) for start in starts]
    _, shifts, covariance, spread = min(ends, key=lambda end: end[0])
    return Update(
        shifts=shifts,
        covariance=covariance,
        spread=spread,
        residuals=np.log(observed / _shifted(design, predicted, shifts)),
        freedom=SPREAD_JOBS + len(observed),
    )


def _shifted(design: Matrix, predicted: Vector, shifts: Vector) -> Vector:
    import numpy as np

    shifted: Vector = np.maximum(predicted + design @ shifts, LEAST_SHARE * predicted)
    return shifted


def _climb(
    design: Matrix, observed: Vector, predicted: Vector, prior: Vector, least: Vector, start: Vector
) -> tuple[float, Vector, Matrix, float]:
    """Return the loss at the end of a search, the shifts there, their covariance, and the spread."""
    import numpy as np
    from scipy.optimize import lsq_linear

    shifts, spread = start, 0.0
    bounds = (least, np.full(len(least), np.inf))
    for _ in range(_MAX_STEPS):
        seconds = _shifted(design, predicted, shifts)
        residuals = np.log(observed / seconds)
        if not spread:
            spread = max(SPREAD, 1.4826 * float(np.median(np.abs(residuals))))
        weights = (FREEDOM + 1.0) / (FREEDOM + (residuals / spread) ** 2)
        spread = math.sqrt(
            (SPREAD_JOBS * SPREAD**2 + float(np.sum(weights * residuals**2))) / (SPREAD_JOBS + len(observed))
        )
        of_prior = np.sqrt((FREEDOM + 1.0) / (FREEDOM + (shifts / prior) ** 2)) / prior
        slope = design / seconds[:, None]
        root = np.sqrt(weights) / spread
        # In units of the prior: constants differ by six orders of magnitude.
        rows = np.vstack((slope * root[:, None], np.diag(of_prior))) * prior
        target = np.concatenate(((residuals + slope @ shifts) * root, np.zeros(len(prior))))
        solved = lsq_linear(rows, target, bounds=(bounds[0] / prior, bounds[1])).x * prior
        step = float(np.max(np.abs(solved - shifts) / prior))
        shifts = solved
        if step < 1e-9:
            break
    residuals = np.log(observed / _shifted(design, predicted, shifts))
    loss = float(np.sum(np.log1p((residuals / spread) ** 2 / FREEDOM))) * (FREEDOM + 1.0) / 2.0
    loss += float(np.sum(np.log1p((shifts / prior) ** 2 / FREEDOM))) * (FREEDOM + 1.0) / 2.0
    loss += (len(observed) + SPREAD_JOBS) * math.log(spread) + SPREAD_JOBS * SPREAD**2 / (2.0 * spread**2)
    covariance = np.linalg.inv(rows.T @ rows) * np.outer(prior, prior)
    return loss, shifts, covariance, spread
