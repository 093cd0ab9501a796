"""Scaling of features, fitted on the training part only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

import numpy as np

from hwcost.core.text import one_line
from nas.core.errors import DataError

if TYPE_CHECKING:
    import numpy.typing as npt
    from numpy.typing import NDArray

ScalingKind: TypeAlias = Literal["standard", "global", "minmax", "none"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Scaling:
    """The map x ↦ (x − offset)/scale of each feature.

    Attributes:
        kind: `standard` (mean and standard deviation of each feature), `global` (one mean and one standard deviation
            of all features, for the pixels of images), `minmax` (each feature to 0…1), `none`.
        offset: (features,) what is subtracted.
        scale: (features,) what is divided by; 1 for a feature that is constant in the training part.
    """

    kind: ScalingKind
    offset: NDArray[np.float64]
    scale: NDArray[np.float64]

    def apply(self, features: npt.ArrayLike) -> NDArray[np.float64]:
        """Scale features; the result is float64."""
        scaled: NDArray[np.float64] = np.subtract(features, self.offset, dtype=np.float64)
        scaled /= self.scale
        return scaled


def fit_scaling(kind: ScalingKind, features: npt.ArrayLike, feature_names: Sequence[str]) -> Scaling:
    """Fit the scaling to features, which must be those of the training part.

    Standard deviations are those of the population (divided by the number of samples), as in scikit-learn's
    `StandardScaler`. A feature that is constant is only shifted.

    Args:
        kind: Which scaling.
        features: (samples, features) of the training part.
        feature_names: Names, for messages.

    Raises:
        DataError: Numbers are so large that their spread overflows.

    >>> scaling = fit_scaling("minmax", [[1.0, 5.0], [3.0, 5.0]], ["a", "b"])
    >>> scaling.apply([[2.0, 6.0]]).tolist()
    [[0.5, 1.0]]
    """
    values = np.asarray(features)
    ones = np.ones(values.shape[1])
    with np.errstate(over="ignore", invalid="ignore"):
        if kind == "none":
            offset, scale = 0.0 * ones, ones
        elif kind == "minmax":
            offset = values.min(axis=0).astype(np.float64)
            scale = values.max(axis=0) - offset
        elif kind == "global":
            offset, scale = values.mean(dtype=np.float64) * ones, values.std(dtype=np.float64) * ones
        else:
            offset, scale = values.mean(axis=0, dtype=np.float64), values.std(axis=0, dtype=np.float64)
    bad = np.flatnonzero(~(np.isfinite(offset) & np.isfinite(scale)))
    if len(bad):
        name = one_line(feature_names[bad[0]])
        raise DataError(
            f"feature {name!r}: its values reach {np.abs(values[:, bad[0]]).max():.3g}, too large to scale; "
            "give it in a larger unit"
        )
    # The standard deviation of equal numbers need not come out as exactly 0, so their range decides.
    constant = values.min() == values.max() if kind == "global" else values.min(axis=0) == values.max(axis=0)
    return Scaling(kind=kind, offset=offset, scale=np.where(constant | (scale == 0.0), 1.0, scale))
