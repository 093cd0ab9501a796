"""A data set that is ready to train on: `Dataset`, with its parts, its scaling and where it came from."""

from __future__ import annotations

import difflib
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias, get_args

import numpy as np

from hwcost.core.text import one_line
from nas.core.checks import choice, whole
from nas.core.errors import DataError
from nas.datasets.binary import read_idx_folder, read_npz
from nas.datasets.csv import read_csv, split_label
from nas.datasets.published import IMAGE_SETS, SKLEARN_LOADERS, read_image_set, read_sklearn
from nas.datasets.samples import Samples, make_samples
from nas.datasets.scaling import Scaling, ScalingKind, fit_scaling
from nas.datasets.splits import MAX_SEED, Split, SplitSettings, split
from nas.datasets.user_files import USER_SETS, read_user_files

if TYPE_CHECKING:
    import numpy.typing as npt
    from numpy.typing import NDArray

    from nas.datasets.samples import Features, Labels

    Part: TypeAlias = tuple[NDArray[np.float64], NDArray[np.int64]]

DATASETS = (*SKLEARN_LOADERS, *IMAGE_SETS, *USER_SETS)
"""Names that `load_dataset` knows."""

PIECE_BYTES = 2**23
"""Scaled features that are in memory at once where a part is scaled in pieces."""

_IN_FOLDERS = ", ".join((*IMAGE_SETS, *USER_SETS))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, weakref_slot=True)
class Dataset:
    """Samples, divided and scaled.

    The papers name no scaling; the default here is standard scaling. Training uses `training_part` and
    `validation_part` alone. The samples of the test part are read by `test_part`, which nothing in a search calls.

    Attributes:
        name: Its name.
        features: (samples, features) of all parts as the source had them; float64, or uint8 for images.
        labels: (samples,) numbers of classes.
        feature_names: Names of the columns.
        class_names: Names of the classes, in the order of their numbers.
        split: Rows of each part.
        scaling: The scaling, fitted on the training part.
        sha256: Digest of features, labels and class names.
        split_sha256: Digest of the rows of the three parts.
        origin: Where the samples came from.
        notes: What to know about the source.
    """

    name: str
    features: Features
    labels: Labels
    feature_names: tuple[str, ...]
    class_names: tuple[str, ...]
    split: Split
    scaling: Scaling
    sha256: str
    split_sha256: str
    origin: str
    notes: tuple[str, ...] = ()

    @property
    def num_features(self) -> int:
        """Return the number of features of a sample."""
        return len(self.feature_names)

    @property
    def num_classes(self) -> int:
        """Return the number of classes."""
        return len(self.class_names)

    def training_part(self) -> Part:
        """Return the scaled features (float64) and labels of the samples that train."""
        return self._part(self.split.training)

    def validation_part(self) -> Part:
        """Return the scaled features (float64) and labels of the samples that validate."""
        return self._part(self.split.validation)

    def test_part(self) -> Part:
        """Return the scaled features (float64) and labels of the test part; for a final figure, never for a choice."""
        return self._part(self.split.test)

    def scaled_pieces(self, rows: NDArray[np.int64]) -> Iterator[NDArray[np.float64]]:
        """Scale the features of rows in pieces of some thousand, so that few of them are float64 at once."""
        size = max(1, PIECE_BYTES // (8 * self.num_features))
        for start in range(0, len(rows), size):
            yield self.scaling.apply(self.features[rows[start : start + size]])

    def _part(self, rows: NDArray[np.int64]) -> Part:
        return self.scaling.apply(self.features[rows]), self.labels[rows]

    def __repr__(self) -> str:
        parts = self.split
        return (
            f"<Dataset {self.name}: {self.num_features} features, {self.num_classes} classes, {len(parts.training)} "
            f"training, {len(parts.validation)} validation and {len(parts.test)} test samples, "
            f"{self.scaling.kind} scaling>"
        )


def load_dataset(
    source: str | os.PathLike[str],
    *,
    label: str | None = None,
    folder: str | os.PathLike[str] | None = None,
    scaling: ScalingKind | None = None,
    test_fraction: float = 0.2,
    validation_fraction: float = 0.2,
    split_seed: int = 0,
    max_samples: int | None = None,
) -> Dataset:
    """Load the data set of that name, or in that file, divided and scaled.

    Args:
        source: `iris`, `wine`, `breast-cancer`, `digits` (they come with scikit-learn); `mnist`, `fashion-mnist`;
            `cifar-10`, `svhn`, `emnist-balanced`, `heart-failure` (from your files in `folder`); a CSV
            file, its label column given by `label` or as `data.csv:label`; an NPZ file with x_train, y_train, x_test,
            y_test or with x, y; a folder with the four IDX files of an image set.
        label: Label column of a CSV file.
        folder: Where the files of a data set with files are; without it OpenML is asked for `mnist` and
            `fashion-mnist`, by scikit-learn.
        scaling: `standard` (each feature to mean 0 and standard deviation 1), `global` (the same with one mean and one
            deviation of all features), `minmax` (each feature to 0…1) or `none`. [default: `global` for the pixels of
            images in IDX and NPZ files and from OpenML, of which some are almost always 0; else `standard`]
        test_fraction: Share of all samples that is kept for the test; an official test part stays what it is.
        validation_fraction: Share of the others that validates.
        split_seed: Seed of the division.
        max_samples: At most N samples for training and validation together.

    Raises:
        DataError: There is no such data set, or it is malformed, or too small to divide; the message says where.
        SettingError: A setting is invalid.
        MissingDependencyError: scikit-learn is needed and not installed.

    >>> load_dataset("iris")
    <Dataset iris: 4 features, 3 classes, 96 training, 24 validation and 30 test samples, standard scaling>
    """
    settings = _split_settings(scaling, test_fraction, validation_fraction, split_seed, max_samples)
    return _prepare(_read(os.fspath(source), label, folder), settings, scaling)


def dataset_from_arrays(
    features: npt.ArrayLike,
    labels: npt.ArrayLike,
    *,
    name: str = "arrays",
    scaling: ScalingKind = "standard",
    test_fraction: float = 0.2,
    validation_fraction: float = 0.2,
    split_seed: int = 0,
    max_samples: int | None = None,
) -> Dataset:
    """Make a data set of arrays in memory, divided and scaled as `load_dataset` does.

    Args:
        features: (samples, …) finite numbers; further axes are made flat.
        labels: (samples,) whole numbers or text.
        name: Name to give it.
        scaling: As in `load_dataset`.
        test_fraction: As in `load_dataset`.
        validation_fraction: As in `load_dataset`.
        split_seed: As in `load_dataset`.
        max_samples: As in `load_dataset`.

    Raises:
        DataError: The arrays are no labelled samples, or too few.
        SettingError: A setting is invalid.

    >>> dataset_from_arrays([[0.0], [1.0]] * 10, [0, 1] * 10)
    <Dataset arrays: 1 features, 2 classes, 13 training, 3 validation and 4 test samples, standard scaling>
    """
    settings = _split_settings(scaling, test_fraction, validation_fraction, split_seed, max_samples)
    return _prepare(make_samples(features, labels, name=name, origin=f"{name} in memory"), settings, scaling)


def _split_settings(
    scaling: object, test: float, validation: float, seed: int, max_samples: int | None
) -> SplitSettings:
    """Check the settings before anything is read."""
    if scaling is not None:
        choice("scaling", scaling, get_args(ScalingKind))
    whole("split_seed", seed, 0, MAX_SEED)
    return SplitSettings(test_fraction=test, validation_fraction=validation, seed=seed, max_samples=max_samples)


def _prepare(samples: Samples, settings: SplitSettings, scaling: ScalingKind | None) -> Dataset:
    rows = split(samples, settings)
    kind = scaling or ("global" if samples.is_image else "standard")
    return Dataset(
        name=samples.name,
        features=samples.features,
        labels=samples.labels,
        feature_names=samples.feature_names,
        class_names=samples.class_names,
        split=rows,
        scaling=fit_scaling(kind, samples.features[rows.training], samples.feature_names),
        sha256=samples.sha256(),
        split_sha256=rows.sha256(),
        origin=samples.origin,
        notes=samples.notes,
    )


def _read(source: str, label: str | None, folder: str | os.PathLike[str] | None) -> Samples:
    if source in DATASETS:
        if label is not None:
            raise DataError(f"{source} has labels of its own; a label column is for CSV files")
        if source in IMAGE_SETS:
            return read_image_set(source, None if folder is None else Path(folder))
        if source in USER_SETS:
            return read_user_files(source, None if folder is None else Path(folder))
        if folder is not None:
            raise DataError(f"{source} comes with scikit-learn; a folder is for {_IN_FOLDERS}")
        return read_sklearn(source)
    if folder is not None:
        raise DataError(f"{one_line(source)}: a folder is for {_IN_FOLDERS}; give the path itself")
    file, column = split_label(source)
    path = Path(file)
    # Of os.path: for names that are too long or otherwise impossible the methods of Path raise.
    if not source or not os.path.exists(file):
        near = difflib.get_close_matches(source, DATASETS, n=1)
        meant = f"; is {near[0]} meant?" if near else ""
        raise DataError(
            f"there is no data set and no file {one_line(source)!r}{meant}; give one of "
            f"{', '.join(DATASETS)}, a CSV file as data.csv:label, an NPZ file or a folder of IDX files"
        )
    if path.is_dir() or path.suffix.lower() == ".npz":
        if label is not None or column is not None:
            raise DataError(f"{path}: a label column is for CSV files")
        name = path.resolve().name if path.is_dir() else path.stem
        return read_idx_folder(path, name=name) if path.is_dir() else read_npz(path, name=name)
    if label is not None and column is not None and label != column:
        raise DataError(f"{path}: two label columns are given, {one_line(column)!r} and {one_line(label)!r}; give one")
    return read_csv(path, label if column is None else column)
