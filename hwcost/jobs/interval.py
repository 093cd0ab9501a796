"""How far a real job may lie from a prediction: `JobTimeInterval`."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias, get_args

from hwcost.core.errors import InputError
from hwcost.core.text import shown
from hwcost.jobs.values import check_finite

Scale: TypeAlias = Literal["seconds", "log"]

_MOST = 100.0
"""Half-widths beyond this on the logarithmic scale overflow, and say no more than that nothing is known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class JobTimeInterval:
    """How far a real job may lie from a prediction p.

    On the scale of seconds::

        low  = max(0, p − sqrt(low_s² + (low_share·p)²))
        high = p + sqrt(high_s² + (high_share·p)²)

    On the logarithmic one, with a = low_s / low_share, and in the same way above::

        low  = max(0, a·sinh(asinh(p/a) − low_share))        p·exp(−low_share) where p is large against a

    An absolute part for the fixed overhead, a relative part for the shots: short jobs are relatively worse predicted.
    asinh(p/a) is the scale on which errors of that size are equally wide everywhere (it stabilises their variance).

    Where a covariance is given, the error of the constants *at the job's own size*, sqrt(xᵀ·covariance·x) with x the
    sizes that multiply them, times `constants_factor`, is added in quadrature: the four numbers hold for jobs like the
    timed ones, and this grows away from them.

    Attributes:
        nominal: Share of jobs that the interval is meant to contain.
        low_s: Absolute part below, in seconds.
        low_share: Relative part below.
        high_s: Absolute part above, in seconds.
        high_share: Relative part above.
        source: What the numbers come from.
        scale: Scale on which the parts are half-widths.
        covariance: Covariance of the constants, in the order of the profile's parameters; empty where it is not known.
        constants_factor: Quantile of Student's t with (groups − 1) degrees of freedom, on one standard error of the
            constants.
    """

    nominal: float
    low_s: float
    low_share: float
    high_s: float
    high_share: float
    source: str
    scale: Scale = "seconds"
    covariance: tuple[tuple[float, ...], ...] = ()
    constants_factor: float = 0.0

    def __post_init__(self) -> None:
        for name in ("low_s", "low_share", "high_s", "high_share", "nominal", "constants_factor"):
            check_finite(getattr(self, name), f"interval: {name}")
        if not 0.0 < self.nominal < 1.0:
            raise InputError(f"interval: nominal is {self.nominal}; it must lie between 0 and 1")
        if self.scale not in get_args(Scale):
            raise InputError(f"interval: scale is {shown(self.scale)}; it must be {' or '.join(get_args(Scale))}")
        size = len(self.covariance)
        if any(len(row) != size for row in self.covariance):
            raise InputError("interval: covariance must have as many columns as rows")
        if any(self.covariance[i][i] < 0.0 for i in range(size)):
            raise InputError("interval: covariance has a variance below 0")

    def constants_error_s(self, sizes: Sequence[float]) -> float:
        """Return the error of a prediction because of its constants, in seconds, `constants_factor` included.

        Args:
            sizes: What multiplies each parameter of the profile, in their order.
        """
        variance = math.fsum(
            entry * sizes[i] * sizes[j] for i, row in enumerate(self.covariance) for j, entry in enumerate(row)
        )
        return self.constants_factor * math.sqrt(max(0.0, variance))

    def around(
        self, value_s: float, *, factor: float = 1.0, extra_s: float = 0.0, extra_share: float = 0.0
    ) -> tuple[float, float]:
        """Return the interval around a prediction: half-widths times `factor`, in quadrature with the extra parts."""
        if self.scale == "seconds":
            below = math.hypot(self.low_s, self.low_share * value_s)
            above = math.hypot(self.high_s, self.high_share * value_s)
        else:
            below = -_shift(value_s, self.low_s, self.low_share, -1.0)
            above = _shift(value_s, self.high_s, self.high_share, 1.0)
        extra = math.hypot(extra_s, extra_share * value_s)
        return max(0.0, value_s - math.hypot(factor * below, extra)), value_s + math.hypot(factor * above, extra)


def _shift(value_s: float, part_s: float, share: float, sign: float) -> float:
    """Return the seconds from a prediction to one end on the logarithmic scale, see `JobTimeInterval`."""
    if share == 0.0:  # an absolute part alone, which is the limit of a small share
        return sign * part_s
    if part_s <= 1e-9 * share * value_s:
        return value_s * math.expm1(sign * min(share, _MOST))
    ratio = part_s / share
    return ratio * math.sinh(math.asinh(value_s / ratio) + sign * min(share, _MOST)) - value_s
