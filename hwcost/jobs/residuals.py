"""The interval of a fitted profile, from jobs whose whole group was left out and from fits to resampled groups."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from hwcost.jobs.interval import JobTimeInterval

if TYPE_CHECKING:
    from hwcost.jobs.table import Matrix, Vector

MIN_SIZE_SPAN = 3.0
"""Below this ratio of long to short jobs, residuals cannot tell an absolute from a relative width: all are relative."""


def fitted_interval(
    observed: Vector,
    predicted: Vector,
    *,
    design: Matrix,
    fits: Matrix | None,
    num_groups: int,
    nominal: float,
    notes: list[str],
) -> JobTimeInterval:
    """Return the interval of a fit, on the logarithmic scale (see `JobTimeInterval`).

    Each side has its own quantile of the residuals of left-out jobs, since slow jobs lie further off than fast ones;
    its scale is the one of least quantile loss, so that short and long jobs are both covered. To that comes, at the
    size of the job that is predicted, the error of the constants from fits to resampled groups (a cluster bootstrap),
    with Student's t of (groups − 1) degrees of freedom, since that error is known from so few groups. The left-out
    jobs have that error in their residuals already, at their own sizes; so much is taken out.

    Args:
        observed: Seconds of the jobs.
        predicted: Seconds predicted by constants fitted without the job's group.
        design: Sizes that multiply the constants, one row per job.
        fits: Constants fitted to resampled groups, one row per fit; None without a bootstrap.
        num_groups: How many groups there are.
        nominal: Share of jobs to contain.
        notes: Where a doubt is added.
    """
    import numpy as np
    from scipy.special import ndtri, stdtrit

    tail = (1.0 - nominal) / 2.0
    if len(observed) + 1 < 1.0 / tail:
        notes.append(f"only {len(observed)} jobs: the interval spans all residuals and may hold fewer jobs than stated")
    low_ratio, low = _side(observed, predicted, -1.0, tail)
    high_ratio, high = _side(observed, predicted, 1.0, tail)
    covariance: tuple[tuple[float, ...], ...] = ()
    if fits is not None:
        matrix = np.atleast_2d(np.cov(fits, rowvar=False))
        variances = np.einsum("ij,jk,ik->i", design, matrix, design)
        low, high = (
            math.sqrt(
                max(0.0, share**2 - float(ndtri(1.0 - tail) ** 2 * np.mean(variances / (ratio**2 + predicted**2))))
            )
            for ratio, share in ((low_ratio, low), (high_ratio, high))
        )
        covariance = tuple(tuple(float(entry) for entry in row) for row in matrix)
    return JobTimeInterval(
        nominal=nominal,
        low_s=low_ratio * low,
        low_share=low,
        high_s=high_ratio * high,
        high_share=high,
        source="residuals of jobs whose whole group was left out of the fit"
        + (", and the constants of fits to resampled groups" if covariance else ""),
        scale="log",
        covariance=covariance,
        constants_factor=float(stdtrit(num_groups - 1, 1.0 - tail)) if covariance else 0.0,
    )


def _side(observed: Vector, predicted: Vector, sign: float, tail: float) -> tuple[float, float]:
    """Return the ratio of absolute to relative part of one side, and the share beyond which `tail` of the jobs lie."""
    import numpy as np

    size = np.maximum(predicted, 1e-9)
    ratios = np.geomspace(0.01 * size.min(), 100.0 * size.max(), 80)
    best, best_loss = (0.0, 0.0), math.inf
    only_relative = np.percentile(size, 95) < MIN_SIZE_SPAN * np.percentile(size, 5)
    for ratio in (0.0,) if only_relative else (0.0, *ratios):
        if ratio:
            middle = np.arcsinh(size / ratio)
            excess = sign * (np.arcsinh(observed / ratio) - middle)
        else:
            middle = np.log(size)
            excess = sign * (np.log(observed) - middle)
        share = max(0.0, float(np.quantile(excess, 1.0 - tail, method="median_unbiased")))
        # An end that overflows is an end that nobody wants; its loss is infinite.
        with np.errstate(over="ignore"):
            end = middle + sign * share
            end = ratio * np.sinh(end) if ratio else np.exp(end)
            beyond = sign * (observed - end) / size
            loss = float(np.maximum((1.0 - tail) * beyond, -tail * beyond).mean())
        if loss < best_loss:
            best, best_loss = (float(ratio), share), loss
    return best
