"""Other validation parts of the same samples, for small data: `fold`, `num_folds`.

Fold 0 is the division as it is. Each further fold validates with as many samples of the training part, of each class in
proportion, that no fold before it validated with, and trains with all others. The test part is that of all folds.
"""

from __future__ import annotations

import dataclasses
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from nas.core.errors import SettingError
from nas.datasets.dataset import Dataset
from nas.datasets.scaling import fit_scaling
from nas.datasets.splits import divide

if TYPE_CHECKING:
    from numpy.typing import NDArray

SMALL = 100
"""Validation samples below which one of them is more than a point of accuracy: there, `auto` takes other folds."""

AUTO_FOLDS = 5
FOLD_STREAM = 1
"""Second word of the seed, so that folds are drawn independently of the parts."""


def num_folds(asked: int | str, num_training: int, num_validation: int) -> int:
    """Return how many validation parts trainings take in turn.

    Args:
        asked: A number, or `auto`: 5, or as many as there are, where a validation part has fewer than 100 samples, and
            1 where it has more.
        num_training: Samples of the training part.
        num_validation: Samples of the validation part.

    Raises:
        SettingError: There are not so many samples.

    >>> num_folds("auto", 96, 24), num_folds("auto", 1150, 287), num_folds("auto", 30, 20), num_folds(3, 1150, 287)
    (5, 1, 2, 3)
    """
    most = 1 + num_training // num_validation
    if asked == "auto":
        return min(AUTO_FOLDS, most) if num_validation < SMALL else 1
    if int(asked) > most:
        raise SettingError(
            f"num_folds is {asked}, but {num_training + num_validation} samples have {most} validation parts of "
            f"{num_validation} that do not overlap; give at most {most}, or a smaller validation_fraction"
        )
    return int(asked)


@lru_cache(maxsize=16)
def fold(data: Dataset, number: int, count: int) -> Dataset:
    """Return the data with another of `count` validation parts, scaled by what then trains.

    Args:
        data: The data.
        number: Number of the fold; 0 are the data as they are.
        count: How many there are, at most as `num_folds` says.
    """
    if number == 0:
        return data
    rows = data.split
    validation = _validation_parts(data, count)[number]
    training = np.setdiff1d(np.concatenate([rows.training, rows.validation]), validation)
    split = dataclasses.replace(rows, training=training, validation=validation)
    scaling = fit_scaling(data.scaling.kind, data.features[training], data.feature_names)
    return dataclasses.replace(data, split=split, scaling=scaling, split_sha256=split.sha256())


def _validation_parts(data: Dataset, count: int) -> list[NDArray[np.int64]]:
    rows = data.split
    stream = np.random.PCG64(np.random.SeedSequence([rows.settings.seed, FOLD_STREAM]))
    left = rows.training[np.argsort(stream.random_raw(len(rows.training)), kind="stable")]
    parts = [rows.validation]
    for _ in range(1, count):
        taken, left = divide(left, data.labels, len(rows.validation), num_classes=data.num_classes)
        parts.append(np.sort(taken))
    return parts
