"""Published data sets that are read from the user's own files, by the names of the files: `read_user_files`."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from hwcost.core.errors import MissingDependencyError
from hwcost.core.reading import path_label, read_file
from hwcost.core.text import one_line
from nas.core.errors import DataError
from nas.datasets.batches import read_cifar_batch
from nas.datasets.binary import MAX_ARRAY_BYTES, NPZ_KEYS, read_idx, samples_of_parts
from nas.datasets.csv import read_csv
from nas.datasets.samples import Samples

if TYPE_CHECKING:
    from numpy.typing import NDArray

CIFAR_CLASSES = ("airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck")
EMNIST_CLASSES = tuple("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabdefghnqrt")
"""The balanced set: lower-case letters that look like their capitals are one class with these."""

_CIFAR_PARTS = (*(f"data_batch_{i}" for i in range(1, 6)), "test_batch")
_EMNIST_FILES = tuple(
    f"emnist-balanced-{part}-{what}"
    for part in ("train", "test")
    for what in ("images-idx3-ubyte", "labels-idx1-ubyte")
)
_SVHN_FILES = ("train_32x32.mat", "test_32x32.mat")
_MAT_NUMBERS = ("uint8", "int8", "uint16", "int16", "uint32", "int32", "uint64", "int64", "single", "double")
_HEART_FILES = ("heart_failure_clinical_records_dataset.csv", "heart_failure_clinical_records.csv")


@dataclass(frozen=True, slots=True, kw_only=True)
class UserSet:
    """A data set that is not fetched.

    Attributes:
        title: Its name in words.
        files: Names of the files that it needs, for messages.
        source: Where people get them.
        folders: Folders in which the files lie when the archive is unpacked.
        read: Reads it from a folder; None where the files are not there.
    """

    title: str
    files: str
    source: str
    folders: tuple[str, ...]
    read: Callable[[Path, str], Samples | None]


def read_user_files(name: str, folder: Path | None) -> Samples:
    """Read one of `USER_SETS` from a folder, or a folder in it that the published archive makes.

    Args:
        name: Its name.
        folder: Where the files are.

    Raises:
        DataError: There is no folder, a file is missing, or is not what it should be.
    """
    known = USER_SETS[name]
    if folder is None:
        raise DataError(
            f"{name} is read from your own files; give their folder (--data-folder, folder=), which has {known.files}, "
            f"as published at {known.source}"
        )
    if not folder.is_dir():
        raise DataError(f"{path_label(folder)}: there is no such folder; give the one that has {known.files}")
    for place in (folder, *(folder / inner for inner in known.folders)):
        samples = known.read(place, name)
        if samples is not None:
            return samples
    raise DataError(
        f"{path_label(folder)}: no files of {known.title} there; put {known.files} into it, as published at "
        f"{known.source}"
    )


def _present(folder: Path, names: Sequence[str], suffixes: Sequence[str] = ("",)) -> list[Path] | None:
    """Return the files of these names, None where not even one is there.

    Raises:
        DataError: Some are there and some are not.
    """
    found = [next((folder / (name + s) for s in suffixes if (folder / (name + s)).is_file()), None) for name in names]
    if not any(found):
        return None
    missing = [name for name, path in zip(names, found, strict=True) if path is None]
    if missing:
        raise DataError(f"{path_label(folder)}: no {', '.join(missing)}; put them there beside the others")
    return [path for path in found if path is not None]


def _read_cifar(folder: Path, name: str) -> Samples | None:
    files = _present(folder, _CIFAR_PARTS) or _present(folder, _CIFAR_PARTS, (".bin",))
    if files is None:
        return None
    batches = [read_cifar_batch(path) for path in files]
    train, test = batches[:-1], batches[-1]
    parts: dict[str, NDArray[Any]] = {
        "x_train": np.concatenate([images for images, _ in train]),
        "y_train": np.concatenate([labels for _, labels in train]),
        "x_test": test[0],
        "y_test": test[1],
    }
    return _images(parts, name, f"CIFAR-10 files in {path_label(folder)}", CIFAR_CLASSES)


def _read_emnist(folder: Path, name: str) -> Samples | None:
    files = _present(folder, _EMNIST_FILES, ("", ".gz"))
    if files is None:
        return None
    parts: dict[str, NDArray[Any]] = {}
    for key, path in zip(NPZ_KEYS, files, strict=True):
        array = read_idx(path)
        # Published with rows and columns exchanged.
        parts[key] = np.ascontiguousarray(array.swapaxes(1, 2)) if array.ndim == 3 else array
    return _images(parts, name, f"EMNIST files in {path_label(folder)}", EMNIST_CLASSES)


def _read_svhn(folder: Path, name: str) -> Samples | None:
    files = _present(folder, _SVHN_FILES)
    if files is None:
        return None
    (x_train, y_train), (x_test, y_test) = map(_read_mat, files)
    parts: dict[str, NDArray[Any]] = {"x_train": x_train, "y_train": y_train, "x_test": x_test, "y_test": y_test}
    return _images(parts, name, f"SVHN files in {path_label(folder)}", tuple("0123456789"))


def _read_mat(path: Path) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """Read X (rows, columns, colours, samples) and y (10 is the digit 0) of a MATLAB file of version 5."""
    try:
        from scipy.io import loadmat, whosmat
    except ImportError:
        raise MissingDependencyError(
            'MATLAB files need scipy, which is not installed; run: pip install "hwcost[nas]"'
        ) from None
    content = read_file(path, what="MATLAB", limit_bytes=MAX_ARRAY_BYTES, error=DataError)
    if not content.startswith(b"MATLAB 5.0 MAT-file"):
        raise DataError(f"{path_label(path)}: not a MATLAB file of version 5, as SVHN is published in")
    try:
        kinds = {one: (shape, kind) for one, shape, kind in whosmat(io.BytesIO(content))}
        shape, kind = kinds.get("X", ((), ""))
        if kind != "uint8" or len(shape) != 4 or tuple(shape[:3]) != (32, 32, 3) or np.prod(shape) > MAX_ARRAY_BYTES:
            raise DataError(f"{path_label(path)}: X is {kind or 'missing'} {tuple(shape)}; images uint8 (32, 32, 3, N)")
        if kinds.get("y", ((), ""))[0] != (shape[3], 1) or kinds["y"][1] not in _MAT_NUMBERS:
            raise DataError(f"{path_label(path)}: y has not one label for each of {shape[3]:,} images")
        arrays = loadmat(io.BytesIO(content), variable_names=["X", "y"])
        images, labels = np.asarray(arrays["X"]), np.asarray(arrays["y"]).reshape(-1)
    except DataError:
        raise
    except Exception as error:  # scipy raises whatever a damaged file leads to
        raise DataError(f"{path_label(path)}: damaged ({one_line(str(error))}); fetch it again") from None
    if labels.dtype.kind not in "iuf" or not np.isin(labels, np.arange(11)).all():
        raise DataError(f"{path_label(path)}: labels from 1 to 10 were expected")
    return np.ascontiguousarray(images.transpose(3, 0, 1, 2)), labels.astype(np.int64) % 10


def _read_heart(folder: Path, name: str) -> Samples | None:
    path = next((folder / file for file in _HEART_FILES if (folder / file).is_file()), None)
    if path is None:
        return None
    samples = read_csv(path, "DEATH_EVENT", name=name)
    note = "the feature time is the length of the follow-up, which a death ends: no one knows it beforehand"
    return replace(samples, notes=(*samples.notes, note) if "time" in samples.feature_names else samples.notes)


def _images(parts: Mapping[str, NDArray[Any]], name: str, origin: str, classes: tuple[str, ...]) -> Samples:
    for key in ("x_train", "x_test"):
        if parts[key].dtype != np.uint8:
            raise DataError(f"{origin}: images are {parts[key].dtype}; bytes were expected")
    samples = samples_of_parts(parts, name=name, origin=origin, is_image=True)
    if not all(label.isdigit() and int(label) < len(classes) for label in samples.class_names):
        raise DataError(f"{origin}: labels from 0 to {len(classes) - 1} were expected")
    return replace(samples, class_names=tuple(classes[int(label)] for label in samples.class_names))


USER_SETS: Mapping[str, UserSet] = {
    "cifar-10": UserSet(
        title="CIFAR-10",
        files="data_batch_1 to data_batch_5 and test_batch (the version for Python, or the binary one, .bin)",
        source="https://www.cs.toronto.edu/~kriz/cifar.html",
        folders=("cifar-10-batches-py", "cifar-10-batches-bin"),
        read=_read_cifar,
    ),
    "svhn": UserSet(
        title="SVHN",
        files=" and ".join(_SVHN_FILES),
        source="http://ufldl.stanford.edu/housenumbers/",
        folders=("SVHN", "svhn"),
        read=_read_svhn,
    ),
    "emnist-balanced": UserSet(
        title="EMNIST, balanced",
        files=f"{', '.join(_EMNIST_FILES)} (with or without .gz)",
        source="https://www.nist.gov/itl/products-and-services/emnist-dataset",
        folders=("gzip", "EMNIST/raw", "EMNIST", "emnist"),
        read=_read_emnist,
    ),
    "heart-failure": UserSet(
        title="heart failure clinical records",
        files=_HEART_FILES[0],
        source="https://archive.ics.uci.edu/dataset/519",
        folders=("heart_failure_clinical_records",),
        read=_read_heart,
    ),
}
"""Data sets by the names that `load_dataset` knows them by."""
