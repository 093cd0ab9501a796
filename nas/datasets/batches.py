"""Batches of CIFAR-10 without running what is in them: `read_cifar_batch`.

The version for Python is pickled, and unpickling runs what a file asks for. Here no name in a file is looked up: those
that the batches need stand for two classes of this module, which hold bytes and numbers; any other name is refused.
"""

from __future__ import annotations

import io
import pickle
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from hwcost.core.reading import path_label, read_file
from hwcost.core.text import one_line
from nas.core.errors import DataError

if TYPE_CHECKING:
    from numpy.typing import NDArray

PIXELS = 3 * 32 * 32
MAX_BATCH_BYTES = 40_000_000
"""A published batch has 31 MB."""


class _Kind:
    """What a dtype is in a batch: its code, such as u1."""

    def __init__(self, code: object = "", *rest: object):
        self.code = code.decode("ascii", "replace") if isinstance(code, bytes) else str(code)

    def __setstate__(self, state: object) -> None:
        """Take byte order and the like of numbers of one byte, which have none."""


class _Values:
    """An array in a batch: its shape, and its bytes."""

    def __init__(self, *arguments: object):
        self.shape: object = None
        self.kind: object = None
        self.data: object = None

    def __setstate__(self, state: object) -> None:
        """Take version, shape, dtype, whether columns come first, and bytes."""
        if isinstance(state, tuple) and len(state) == 5:
            _, self.shape, self.kind, columns_first, self.data = state
            self.kind = None if columns_first else self.kind

    def bytes(self) -> NDArray[np.uint8] | None:
        """Return the array if it is of bytes, row by row."""
        shape, data = self.shape, self.data
        if not isinstance(self.kind, _Kind) or self.kind.code != "u1" or not isinstance(data, bytes):
            return None
        if not isinstance(shape, tuple) or not all(type(n) is int and n >= 0 for n in shape):
            return None
        if len(shape) != 2 or shape[0] * shape[1] != len(data):
            return None
        return np.frombuffer(data, dtype=np.uint8).reshape(shape)


_NAMES: Mapping[tuple[str, str], type] = {
    ("numpy.core.multiarray", "_reconstruct"): _Values,
    ("numpy._core.multiarray", "_reconstruct"): _Values,
    ("numpy", "ndarray"): _Values,
    ("numpy", "dtype"): _Kind,
}


# The one in Python, because that in C reserves as much memory as a file's largest number of a memo asks for.
class _Reader(pickle._Unpickler):
    def find_class(self, module: str, name: str, /) -> type:
        """Return what stands for a name; a file that asks for any other is refused."""
        found = _NAMES.get((module, name))
        if found is None:
            raise pickle.UnpicklingError(f"it asks for {module}.{name}, which no batch of images needs")
        return found


def read_cifar_batch(path: Path) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """Read images and labels of one batch of CIFAR-10, pickled for Python or binary (`.bin`).

    Args:
        path: The file.

    Returns:
        Images (samples, 3072): red, green and blue, each row by row; labels from 0 to 9.

    Raises:
        DataError: The file cannot be read, or is no batch; nothing in it was run.
    """
    content = read_file(path, what="CIFAR-10", limit_bytes=MAX_BATCH_BYTES, error=DataError)
    images, labels = _binary(content, path) if path.suffix == ".bin" else _pickled(content, path)
    if not len(labels) or labels.min() < 0 or labels.max() > 9:
        raise DataError(f"{path_label(path)}: labels from 0 to 9 were expected; it is no batch of CIFAR-10")
    return images, labels


def _binary(content: bytes, path: Path) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    if not content or len(content) % (PIXELS + 1):
        raise DataError(
            f"{path_label(path)}: {len(content):,} bytes are no whole number of images of {PIXELS + 1:,} bytes; "
            "fetch it again"
        )
    rows = np.frombuffer(content, dtype=np.uint8).reshape(-1, PIXELS + 1)
    return rows[:, 1:], rows[:, 0].astype(np.int64)


def _pickled(content: bytes, path: Path) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    try:
        plain = _Reader(io.BytesIO(content), encoding="bytes").load()
    except Exception as error:  # whatever a damaged file leads to
        raise _no_batch(path, one_line(str(error)) or type(error).__name__) from None
    if not isinstance(plain, dict):
        raise _no_batch(path, "it holds no names with values")
    values = {key.decode("latin-1") if isinstance(key, bytes) else key: value for key, value in plain.items()}
    data, labels = values.get("data"), values.get("labels")
    images = data.bytes() if isinstance(data, _Values) else None
    if images is None or images.shape[1] != PIXELS:
        raise _no_batch(path, f"its data are no bytes of images of {PIXELS:,}")
    if not isinstance(labels, list) or not all(type(label) is int and 0 <= label < 10 for label in labels):
        raise _no_batch(path, "its labels are no list of numbers from 0 to 9")
    if len(labels) != len(images):
        raise _no_batch(path, f"it has {len(images):,} images and {len(labels):,} labels")
    return images, np.array(labels, dtype=np.int64)


def _no_batch(path: Path, why: str) -> DataError:
    return DataError(f"{path_label(path)}: no batch of CIFAR-10: {why}")
