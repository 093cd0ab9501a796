"""Samples from the binary files of image sets: IDX (MNIST and its kin), gzipped or not, and NPZ."""

from __future__ import annotations

import gzip
import math
import struct
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from hwcost.core.arrays import read_npz_arrays
from hwcost.core.reading import opened_file, path_label
from hwcost.core.text import error_text, one_line
from nas.core.errors import DataError
from nas.datasets.samples import Samples, make_samples

if TYPE_CHECKING:
    from numpy.typing import NDArray

MAX_ARRAY_BYTES = 400_000_000
"""The images of MNIST are 47 MB, those of CIFAR-10 184 MB. Parts joined and made float64, this much takes 2 GB."""

IDX_FILES = ("train-images-idx3-ubyte", "train-labels-idx1-ubyte", "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte")
"""Names under which MNIST was published; Fashion-MNIST has the same."""

NPZ_KEYS = ("x_train", "y_train", "x_test", "y_test")
"""Names of the arrays in an NPZ file with a test part, as Keras publishes MNIST; `x` and `y` without one."""

_ONE_PART = ("x", "y")

_IDX_TYPES = {0x08: ">u1", 0x09: ">i1", 0x0B: ">i2", 0x0C: ">i4", 0x0D: ">f4", 0x0E: ">f8"}
_FOLDERS = (".", "raw")


def read_idx(path: str | Path) -> NDArray[Any]:
    """Read the array in an IDX file, gzipped or not.

    The format: two zero bytes, a byte for the type, a byte for the number of axes, the length of each axis as a
    big-endian 32-bit number, the values in big-endian order.

    Raises:
        DataError: The file cannot be read, or is not an IDX file, or is cut short.
    """
    path = Path(path)
    try:
        with opened_file(path, what="IDX", limit_bytes=MAX_ARRAY_BYTES, error=DataError) as raw:
            packed = raw.read(2) == b"\x1f\x8b"
            raw.seek(0)
            file = gzip.GzipFile(fileobj=raw) if packed else raw
            head = file.read(4)
            kind = _IDX_TYPES.get(head[2]) if len(head) == 4 and head[:2] == b"\0\0" else None
            if kind is None or head[3] == 0:
                raise DataError(f"{path}: not an IDX file (it begins with {head.hex() or 'nothing'})")
            lengths = file.read(4 * head[3])
            if len(lengths) < 4 * head[3]:
                raise DataError(f"{path}: cut short within its head; fetch it again")
            shape = struct.unpack(f">{head[3]}I", lengths)
            num_bytes = math.prod(shape) * np.dtype(kind).itemsize
            if num_bytes > MAX_ARRAY_BYTES:
                raise DataError(f"{path}: says that it holds {num_bytes:,} bytes; at most {MAX_ARRAY_BYTES:,} are read")
            data = file.read(num_bytes + 1)
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise DataError(f"{path}: damaged ({one_line(error_text(error))}); fetch it again") from None
    except OSError as error:
        raise DataError(f"{path}: cannot be read ({error.strerror})") from None
    if len(data) != num_bytes:
        found = "more" if len(data) > num_bytes else f"{len(data):,}"
        raise DataError(f"{path}: its head says {num_bytes:,} bytes, the file has {found}; fetch it again")
    array = np.frombuffer(data, dtype=kind).reshape(shape)
    return array.astype(array.dtype.newbyteorder("="), copy=False)


def idx_bytes(array: NDArray[np.uint8]) -> bytes:
    """Write an array of bytes as an IDX file.

    >>> idx_bytes(np.zeros((1, 2), dtype=np.uint8)).hex()
    '0000080200000001000000020000'
    """
    return struct.pack(f">4B{array.ndim}I", 0, 0, 0x08, array.ndim, *array.shape) + array.tobytes()


def find_idx_files(folder: Path) -> dict[str, Path]:
    """Find the IDX files of an image set in a folder, by their published name; some or all may be missing.

    They may be gzipped, have a point in place of the hyphen before `idx`, and lie in a folder `raw`.
    """
    found: dict[str, Path] = {}
    for name in IDX_FILES:
        variants = (name, name.replace("-idx", ".idx"))
        candidates = [
            folder / inner / (variant + suffix) for inner in _FOLDERS for variant in variants for suffix in ("", ".gz")
        ]
        first = next((path for path in candidates if path.is_file()), None)
        if first is not None:
            found[name] = first
    return found


def read_idx_folder(folder: str | Path, *, name: str) -> Samples:
    """Read the samples in the four IDX files of a folder; the t10k files are the test part.

    Raises:
        DataError: A file is missing or malformed, or images and labels do not match.
    """
    folder = Path(folder)
    files = find_idx_files(folder)
    missing = [file for file in IDX_FILES if file not in files]
    if missing:
        raise DataError(f"{folder}: no {', '.join(missing)} (with or without .gz); put them there")
    arrays = [read_idx(files[file]) for file in IDX_FILES]
    return samples_of_parts(
        dict(zip(NPZ_KEYS, arrays, strict=True)), name=name, origin=f"IDX files in {folder}", is_image=True
    )


def read_npz(path: str | Path, *, name: str) -> Samples:
    """Read the samples in an NPZ file: arrays x_train, y_train, x_test, y_test, or x and y where there is no test part.

    Nothing in the file is executed: arrays of Python objects are refused.

    Raises:
        DataError: The file cannot be read, or has other arrays.
    """
    path = Path(path)
    with opened_file(path, what="NPZ", limit_bytes=MAX_ARRAY_BYTES, error=DataError) as file:
        arrays = read_npz_arrays(
            file,
            path_label(path),
            limit_bytes=MAX_ARRAY_BYTES,
            names={"x_train": NPZ_KEYS, "": _ONE_PART},
            error=DataError,
        )
    origin = f"NPZ file {path}"
    is_image = next(iter(arrays.values())).ndim > 2
    if len(arrays) == len(_ONE_PART):
        return make_samples(arrays["x"], arrays["y"], name=name, origin=origin, is_image=is_image)
    return samples_of_parts(arrays, name=name, origin=origin, is_image=is_image)


def samples_of_parts(parts: Mapping[str, NDArray[Any]], *, name: str, origin: str, is_image: bool) -> Samples:
    """Make samples of the arrays `NPZ_KEYS`, the test part last.

    Raises:
        DataError: The arrays do not fit each other.
    """
    x_train, y_train, x_test, y_test = (parts[key] for key in NPZ_KEYS)
    for x, y, part in ((x_train, y_train, "training"), (x_test, y_test, "test")):
        if x.ndim < 2 or y.ndim != 1 or len(x) != len(y) or not len(x):
            raise DataError(
                f"{origin}: {part} samples of shape {x.shape} and labels of shape {y.shape}; one for each is needed"
            )
    if x_train.shape[1:] != x_test.shape[1:] or x_train.dtype != x_test.dtype:
        raise DataError(
            f"{origin}: training samples are {x_train.dtype} of shape {x_train.shape[1:]}, those of the test part "
            f"{x_test.dtype} of shape {x_test.shape[1:]}; they must be the same"
        )
    return make_samples(
        np.concatenate([x_train, x_test]),
        np.concatenate([y_train, y_test]),
        name=name,
        origin=origin,
        num_official_test=len(x_test),
        is_image=is_image,
    )
