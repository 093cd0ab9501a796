"""Published data sets: those that come with scikit-learn, and MNIST and Fashion-MNIST from files or from OpenML."""

from __future__ import annotations

import hashlib
import warnings
from collections.abc import Mapping
from dataclasses import dataclass, replace
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import numpy as np

from hwcost.core.errors import MissingDependencyError
from hwcost.core.text import error_text, one_line
from nas.core.errors import DataError
from nas.datasets.binary import IDX_FILES, find_idx_files, idx_bytes, read_idx_folder, read_npz
from nas.datasets.samples import Samples, make_samples

SKLEARN_LOADERS: Mapping[str, str] = {
    "iris": "load_iris",
    "wine": "load_wine",
    "breast-cancer": "load_breast_cancer",
    "digits": "load_digits",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageSet:
    """An image set as it was published.

    Attributes:
        title: Its name in words.
        folders: Folders in which other libraries keep its files.
        npz: Names of NPZ files that hold it.
        openml_name: Name on OpenML.
        openml_version: Version there.
        num_test: How many of the last samples are the published test part.
        class_names: Names of the classes 0, 1, …
        image_shape: Rows and columns.
        md5: MD5 of each of `IDX_FILES`, unpacked.
    """

    title: str
    folders: tuple[str, ...]
    npz: tuple[str, ...]
    openml_name: str
    openml_version: int
    num_test: int
    class_names: tuple[str, ...]
    image_shape: tuple[int, int]
    md5: tuple[str, str, str, str]


# The MD5 sums are of the unpacked files; gzip adds its own date and level. Several independent projects list the same
# values. On OpenML the test part of both sets comes last.
IMAGE_SETS: Mapping[str, ImageSet] = {
    "mnist": ImageSet(
        title="MNIST",
        folders=("MNIST", "mnist"),
        npz=("mnist.npz",),
        openml_name="mnist_784",
        openml_version=1,
        num_test=10_000,
        class_names=tuple("0123456789"),
        image_shape=(28, 28),
        md5=(
            "6bbc9ace898e44ae57da46a324031adb",
            "a25bea736e30d166cdddb491f175f624",
            "2646ac647ad5339dbf082846283269ea",
            "27ae3e4e09519cfbb04c329615203637",
        ),
    ),
    "fashion-mnist": ImageSet(
        title="Fashion-MNIST",
        folders=("FashionMNIST", "fashion-mnist", "fashion_mnist"),
        npz=("fashion-mnist.npz", "fashion_mnist.npz"),
        openml_name="Fashion-MNIST",
        openml_version=1,
        num_test=10_000,
        class_names=(
            *("T-shirt/top", "Trouser", "Pullover", "Dress", "Coat"),
            *("Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot"),
        ),
        image_shape=(28, 28),
        md5=(
            "f4a8712d7a061bf5bd6d2ca38dc4d50a",
            "9018921c3c673c538a1fc5bad174d6f9",
            "8181f5470baa50b63fa0f6fddb340f0a",
            "15d484375f8d13e6eb1aabb0c3f46965",
        ),
    ),
}


def read_sklearn(name: str) -> Samples:
    """Read one of the data sets that come with scikit-learn.

    Raises:
        MissingDependencyError: scikit-learn is not installed.
    """
    datasets = _sklearn_datasets()
    bunch = getattr(datasets, SKLEARN_LOADERS[name])()
    import sklearn

    return make_samples(
        bunch.data,
        bunch.target,
        name=name,
        origin=f"scikit-learn {sklearn.__version__}, {SKLEARN_LOADERS[name]}",
        feature_names=[str(feature) for feature in bunch.feature_names],
        class_names=[str(label) for label in bunch.target_names],
    )


def read_image_set(name: str, folder: str | Path | None) -> Samples:
    """Read MNIST or Fashion-MNIST, from a folder, or from OpenML where no folder is given.

    In the folder, or in a folder in it that other libraries make, are looked for: the four IDX files, gzipped or not;
    an NPZ file. The content is compared with the published one; what differs is said in the notes, and the content of
    the other set is refused.

    Args:
        name: One of `IMAGE_SETS`.
        folder: Where the files are.

    Raises:
        DataError: The files are not there, or hold something else; without a folder: OpenML cannot be reached.
    """
    known = IMAGE_SETS[name]
    samples = fetch_openml(name, known) if folder is None else _read_folder(name, known, Path(folder))
    return checked_content(samples, known)


def _read_folder(name: str, known: ImageSet, folder: Path) -> Samples:
    if not folder.is_dir():
        raise DataError(f"{folder}: there is no such folder; give the one that has the files of {known.title}")
    places = [folder, *(folder / inner for inner in known.folders)]
    for place in places:
        if find_idx_files(place):
            return read_idx_folder(place, name=name)
        for file in known.npz:
            if (place / file).is_file():
                return read_npz(place / file, name=name)
    raise DataError(
        f"{folder}: no files of {known.title} there; put {', '.join(IDX_FILES)} (with or without .gz) or "
        f"{known.npz[0]} into it, or leave the folder out to fetch them from OpenML"
    )


def fetch_openml(name: str, known: ImageSet, *, data_home: str | Path | None = None) -> Samples:
    """Fetch the image set from OpenML by scikit-learn, which keeps a copy in its own data folder.

    Args:
        name: Name to give it.
        known: What to fetch.
        data_home: scikit-learn's data folder. [default: its own]

    Raises:
        DataError: OpenML cannot be reached, or has something else.
        MissingDependencyError: scikit-learn is not installed.
    """
    datasets = _sklearn_datasets()
    try:
        with warnings.catch_warnings():
            # Each retry warns; whether one succeeds is what counts.
            warnings.simplefilter("ignore", UserWarning)
            bunch = datasets.fetch_openml(
                known.openml_name,
                version=known.openml_version,
                as_frame=False,
                parser=_arff_parser(),
                data_home=None if data_home is None else str(data_home),
            )
        pixels, labels = np.asarray(bunch.data), np.asarray(bunch.target).astype(str)
    except (OSError, ValueError, EOFError, KeyError, RuntimeError) as error:
        raise DataError(
            f"{known.title} cannot be fetched from OpenML ({one_line(error_text(error)) or type(error).__name__}); "
            f"fetch it later, or give a folder with {', '.join(IDX_FILES)} (with or without .gz) or {known.npz[0]}"
        ) from None
    whole = pixels.dtype.kind in "iuf" and bool(np.all((pixels >= 0) & (pixels <= 255) & (pixels == np.floor(pixels))))
    if not whole or pixels.ndim != 2 or pixels.shape[1] != known.image_shape[0] * known.image_shape[1]:
        raise DataError(
            f"{known.title} from OpenML: {pixels.dtype} of shape {pixels.shape}; bytes of images of "
            f"{known.image_shape[0]} × {known.image_shape[1]} pixels were expected"
        )
    if len(pixels) <= known.num_test:
        raise DataError(f"{known.title} from OpenML: {len(pixels)} samples; more than {known.num_test} were expected")
    return make_samples(
        pixels.astype(np.uint8),
        labels,
        name=name,
        origin=f"OpenML, {known.openml_name} version {known.openml_version}",
        num_official_test=known.num_test,
        is_image=True,
    )


def _arff_parser() -> str:
    """Choose the parser of scikit-learn: `pandas` is the fast one; `liac-arff` needs half a minute for MNIST.

    scikit-learn before 1.10 fails on classes that are numbers with pandas 3.1 and later (its issue 34892), and fetches
    the data again each time.
    """
    try:
        pandas, sklearn = (tuple(map(int, version(name).split(".")[:2])) for name in ("pandas", "scikit-learn"))
    except (PackageNotFoundError, ValueError):
        return "liac-arff"
    return "pandas" if pandas < (3, 1) or sklearn >= (1, 10) else "liac-arff"


def checked_content(samples: Samples, known: ImageSet) -> Samples:
    """Give the classes their published names, and note whether the content is the published one.

    Raises:
        DataError: The content is that of another set of `IMAGE_SETS`.
    """
    found = content_md5(samples, known.image_shape)
    for other in IMAGE_SETS.values():
        if found is not None and found == other.md5 != known.md5:
            raise DataError(f"{samples.origin}: these are the files of {other.title}, not of {known.title}")
    if found == known.md5:
        note = f"the content is that of {known.title} as published (MD5 of all four files)"
    elif found is None:
        note = f"the content is not that of {known.title} as published: other image size or type of values"
    else:
        differing = [
            f"{file} has MD5 {mine}"
            for file, mine, theirs in zip(IDX_FILES, found, known.md5, strict=True)
            if mine != theirs
        ]
        note = f"the content is not that of {known.title} as published: {', '.join(differing)}"
    names = known.class_names if len(samples.class_names) == len(known.class_names) else samples.class_names
    return replace(samples, class_names=names, notes=(*samples.notes, note))


def content_md5(samples: Samples, image_shape: tuple[int, int]) -> tuple[str, str, str, str] | None:
    """Return the MD5 of the four unpacked IDX files that hold the samples, whatever kind of file they came from.

    None where such files cannot hold them.
    """
    if samples.features.dtype != np.uint8 or samples.features.shape[1] != image_shape[0] * image_shape[1]:
        return None
    if not all(name.isdigit() and int(name) < 256 for name in samples.class_names):
        return None
    values = np.array([int(name) for name in samples.class_names], dtype=np.uint8)[samples.labels]
    images = samples.features.reshape(-1, *image_shape)
    cut = len(values) - samples.num_official_test
    parts: list[Any] = [images[:cut], values[:cut], images[cut:], values[cut:]]
    first, second, third, fourth = (hashlib.md5(idx_bytes(part), usedforsecurity=False).hexdigest() for part in parts)
    return first, second, third, fourth


def _sklearn_datasets() -> Any:
    try:
        from sklearn import datasets
    except ImportError:
        raise MissingDependencyError(
            'these data need scikit-learn, which is not installed; run: pip install "hwcost[nas]"'
        ) from None
    return datasets
