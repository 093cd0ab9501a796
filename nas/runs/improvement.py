"""How much a network is expected to add to a front if only its error is unknown: `expected_improvement`, exact.

With its costs known, the hypervolume that a network adds is a sum over levels of the error. Between two errors of the
front that follow each other, the box from its costs to the reference point is free but for what the members with less
error dominate; that free volume A is the same all the way from one to the next. With the error e ~ N(μ, s²),

    E[gain] = Σ A_k · (ψ(t_{k+1}) − ψ(t_k)),   ψ(t) = E[max(0, t − e)] = (t − μ) Φ(z) + s φ(z),   z = (t − μ) / s,

from ψ(−∞) = 0 below the least error to the reference (Emmerich, Giannakoglou and Naujoks 2006; here one of the
dimensions is random). The boxes are cut into slabs, one dimension after the other, which is exact for any number.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


def expected_improvement(
    costs: NDArray[np.float64],
    mean: NDArray[np.float64],
    sd: NDArray[np.float64],
    front_costs: NDArray[np.float64],
    front_errors: NDArray[np.float64],
    reference: float,
) -> NDArray[np.float64]:
    """Return the expected gain in hypervolume of each network, alone, (networks,).

    Args:
        costs: (networks, costs), less is better.
        mean: Means of their errors, (networks,).
        sd: Standard deviations of their errors, (networks,); 0 where the error is known.
        front_costs: (members, costs) of what is known already; members that others dominate change nothing.
        front_errors: Their errors, (members,).
        reference: What is not below this in all dimensions counts nothing.
    """
    import moocore
    import numpy as np

    if not len(costs):
        return np.zeros(0)
    inside = (front_errors < reference) & (front_costs < reference).all(axis=1)
    front_costs, front_errors = front_costs[inside], front_errors[inside]
    if len(front_errors):  # each member is a level, so that those that change nothing would cost much
        best = moocore.is_nondominated(np.column_stack([front_costs, front_errors]))
        front_costs, front_errors = front_costs[best], front_errors[best]
    # Networks with equal costs share their volumes, which are most of the work.
    corners, corner_of = np.unique(costs, axis=0, return_inverse=True)
    corner_of = corner_of.reshape(-1)
    gain = np.zeros(len(costs))
    passed = np.zeros(len(costs))
    free = free_volume(front_costs[:0], corners, reference)
    for level in np.unique(front_errors):
        now = shortfall(level, mean, sd)
        gain += free[corner_of] * (now - passed)
        passed = now
        free = free_volume(front_costs[front_errors <= level], corners, reference)
    return gain + free[corner_of] * (shortfall(reference, mean, sd) - passed)


def shortfall(level: float, mean: NDArray[np.float64], sd: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return E[max(0, level − e)] for e ~ N(mean, sd²).

    >>> import numpy as np
    >>> [round(float(x), 4) for x in shortfall(0.0, np.array([0.0, -1.0, 1.0]), np.array([1.0, 0.0, 0.0]))]
    [0.3989, 1.0, 0.0]
    """
    import numpy as np
    from scipy.special import ndtr

    away = level - mean
    z = away / np.where(sd > 0.0, sd, 1.0)
    normal = away * ndtr(z) + sd * np.exp(-0.5 * z**2) / np.sqrt(2.0 * np.pi)
    return np.where(sd > 0.0, np.maximum(normal, 0.0), np.maximum(away, 0.0))


def free_volume(points: NDArray[np.float64], corners: NDArray[np.float64], reference: float) -> NDArray[np.float64]:
    """Return what is free of the box from each corner to the reference: no point dominates it.

    Args:
        points: (points, dimensions).
        corners: (corners, dimensions).
        reference: Upper end of the boxes in each dimension.

    >>> import numpy as np
    >>> free_volume(np.array([[0.5, 0.5]]), np.array([[0.0, 0.0], [0.6, 0.7]]), 1.0).tolist()
    [0.75, 0.0]
    """
    import numpy as np

    dimensions = corners.shape[1]
    if dimensions == 0:
        return np.full(len(corners), float(not len(points)))
    if dimensions == 1:
        end = min(reference, float(points.min())) if len(points) else reference
        return np.maximum(end - corners[:, 0], 0.0)
    points = points[(points < reference).all(axis=1)]
    last = points[:, -1]
    ends = [*np.unique(last), reference]
    volume: NDArray[np.float64] = np.maximum(ends[0] - corners[:, -1], 0.0) * np.prod(
        np.maximum(reference - corners[:, :-1], 0.0), axis=1
    )
    for start, end in pairwise(ends):
        thickness = np.maximum(end - np.maximum(start, corners[:, -1]), 0.0)
        if thickness.any():
            volume += thickness * free_volume(points[last <= start][:, :-1], corners[:, :-1], reference)
    return volume
