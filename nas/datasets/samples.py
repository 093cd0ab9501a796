"""Labelled samples as a source gave them, checked: `Samples`, before any split or scaling."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from hwcost.core.text import column_name, one_line
from nas.core.errors import DataError

if TYPE_CHECKING:
    import numpy.typing as npt
    from numpy.typing import NDArray

    Features: TypeAlias = NDArray[np.float64] | NDArray[np.uint8]
    Labels: TypeAlias = NDArray[np.int64]

NUM_NAMES_SHOWN = 8


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Samples:
    """Labelled samples from one source.

    Attributes:
        name: Name of the data set.
        features: (samples, features), finite; float64, or uint8 for images so that they stay small.
        labels: (samples,) numbers of classes.
        feature_names: Names of the columns.
        class_names: Names of the classes, in the order of their numbers.
        origin: Where the samples came from, in words.
        num_official_test: How many of the last samples are the test part by whoever published the data; 0 if none.
        is_image: Whether the features are the pixels of an image, all on one scale.
        notes: What a user should know about the source.
    """

    name: str
    features: Features
    labels: Labels
    feature_names: tuple[str, ...]
    class_names: tuple[str, ...]
    origin: str
    num_official_test: int = 0
    is_image: bool = False
    notes: tuple[str, ...] = ()

    def sha256(self) -> str:
        """Return a digest of features, labels and class names; the same content gives the same in any kind of file."""
        digest = hashlib.sha256()
        heads = [str(self.features.dtype), self.features.shape, self.num_official_test, self.class_names]
        digest.update(json.dumps(heads).encode())
        digest.update(np.ascontiguousarray(self.features).data)
        digest.update(np.ascontiguousarray(self.labels).data)
        return digest.hexdigest()


def checked_features(values: npt.ArrayLike, where: str) -> Features:
    """Check the values as (samples, features): uint8 stays, everything else becomes float64.

    Args:
        values: Array of two or more axes; further ones (rows and columns of an image) are made flat.
        where: What to call the values in a message.

    Raises:
        DataError: The values are no finite real numbers, or there are none.
    """
    array = np.asarray(values)
    if array.dtype.kind not in "fiub":
        raise DataError(f"{where}: values of type {array.dtype}; numbers are needed")
    if array.ndim < 2 or array.size == 0:
        raise DataError(f"{where}: shape {array.shape}; give (samples, features) with at least one of each")
    flat = array.reshape(len(array), -1)
    if flat.dtype == np.uint8:
        return np.ascontiguousarray(flat)
    with np.errstate(over="ignore"):
        floats: NDArray[np.float64] = np.ascontiguousarray(flat, dtype=np.float64)
    bad = np.argwhere(~np.isfinite(floats))
    if len(bad):
        row, column = bad[0]
        raise DataError(
            f"{where}: {floats[row, column]} in row {row}, column {column} (from 0), one of {len(bad)} that are not "
            "finite; leave such rows out or fill them"
        )
    return floats


def numbered_labels(values: npt.ArrayLike, where: str) -> tuple[Labels, tuple[str, ...]]:
    """Encode the labels as numbers from 0 and name the classes; whole numbers are ordered as numbers.

    >>> numbered_labels(["b", "a", "b"], "labels")
    (array([1, 0, 1]), ('a', 'b'))
    >>> numbered_labels(["10", "9"], "labels")[1]
    ('9', '10')

    Raises:
        DataError: The labels are neither whole numbers nor text, or not one for each sample.
    """
    array = np.asarray(values)
    # Labels in a table of floats; beyond 2⁵³ not every whole number is one.
    if array.dtype.kind == "f" and _are_whole(array.astype(np.float64)):
        array = array.astype(np.int64)
    if array.dtype.kind not in "iubU":
        raise DataError(f"{where}: labels of type {array.dtype}; whole numbers or text are needed")
    if array.ndim != 1:
        raise DataError(f"{where}: labels of shape {array.shape}; one whole number or text for each sample is needed")
    found, inverse = np.unique(array, return_inverse=True)
    names = [str(name) for name in found.tolist()]
    order = _order(names) if array.dtype.kind == "U" else list(range(len(names)))
    rank = np.empty(len(names), dtype=np.int64)
    rank[order] = np.arange(len(names))
    return rank[inverse.reshape(-1)], tuple(names[i] for i in order)


def _are_whole(values: NDArray[np.float64]) -> bool:
    return bool(np.all((values == np.floor(values)) & (np.abs(values) < 2**53)))


def _order(names: Sequence[str]) -> list[int]:
    """Return the indices in the order of the numbers that all names are, else of the text."""
    if all(name.isascii() and name.removeprefix("-").isdigit() and len(name) < 19 for name in names):
        return sorted(range(len(names)), key=lambda i: (int(names[i]), names[i]))
    return sorted(range(len(names)), key=lambda i: names[i])


def make_samples(
    features: npt.ArrayLike,
    labels: npt.ArrayLike,
    *,
    name: str,
    origin: str,
    feature_names: Sequence[str] | None = None,
    class_names: Sequence[str] | None = None,
    num_official_test: int = 0,
    is_image: bool = False,
    notes: Sequence[str] = (),
) -> Samples:
    """Make samples of arrays, checked.

    Args:
        features: (samples, …) finite numbers.
        labels: One whole number or text for each sample.
        name: Name of the data set.
        origin: Where the samples came from, in words; begins messages.
        feature_names: Names of the columns. [default: x0, x1, …; pixel1, pixel2, … of images]
        class_names: Names of the classes in the order of the labels. [default: the labels]
        num_official_test: How many of the last samples are the published test part.
        is_image: Whether the features are pixels.
        notes: What a user should know.

    Raises:
        DataError: The arrays are no labelled samples of at least two classes.
    """
    checked = checked_features(features, origin)
    numbers, found = numbered_labels(labels, origin)
    if len(checked) != len(numbers):
        raise DataError(f"{origin}: {len(checked)} samples but {len(numbers)} labels; one label for each is needed")
    if len(found) < 2:
        raise DataError(f"{origin}: all {len(numbers)} samples have the label {one_line(found[0])!r}; two are needed")
    if class_names is not None:
        if len(class_names) != len(found):
            raise DataError(f"{origin}: {len(class_names)} names for the {len(found)} classes {shown_names(found)}")
        found = tuple(class_names)
    if feature_names is None:
        pattern, first = ("pixel{}", 1) if is_image else ("x{}", 0)
        feature_names = [pattern.format(first + i) for i in range(checked.shape[1])]
    elif len(feature_names) != checked.shape[1]:
        raise DataError(f"{origin}: {len(feature_names)} names for {checked.shape[1]} features")
    return Samples(
        name=name,
        features=checked,
        labels=numbers,
        feature_names=tuple(feature_names),
        class_names=found,
        origin=origin,
        num_official_test=num_official_test,
        is_image=is_image,
        notes=tuple(notes),
    )


def shown_names(names: Sequence[str]) -> str:
    """Return the first few names, fit for a message."""
    more = f" and {len(names) - NUM_NAMES_SHOWN} more" if len(names) > NUM_NAMES_SHOWN else ""
    return ", ".join(map(column_name, names[:NUM_NAMES_SHOWN])) + more
