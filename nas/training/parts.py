"""Data as tensors, and how torch is used for them: `load_parts`, `one_thread`."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cache
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

import numpy as np

from hwcost.core.errors import MissingDependencyError
from nas.core.errors import SettingError
from nas.datasets.shared import ArrayParts, SharedArrays
from nas.training.record import TrainSettings

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from torch import Tensor

    from nas.datasets.dataset import Dataset

VALIDATION_AMPLITUDES = 2**18
"""Amplitudes that are simulated at once in validation: 4 MB in double precision, about a core's cache."""


def require_torch() -> Any:
    """Import the package torch.

    Raises:
        MissingDependencyError: It is not installed.
    """
    try:
        import torch
    except ImportError:
        raise MissingDependencyError(
            'training needs torch, which is not installed; run: pip install "hwcost[nas]"'
        ) from None
    return torch


def compile_kernels(dtype: str) -> None:
    """Compile the kernels of the engine `compiled` for a precision, unless that has been done on this machine.

    Raises:
        MissingDependencyError: Numba is not installed.
    """
    from nas.engine.kernel_cache import is_compiled, note_compiled

    if find_spec("numba") is not None and is_compiled(dtype):
        return
    torch = require_torch()
    from nas.engine.compiled import compile_now

    compile_now(getattr(torch, dtype))
    note_compiled(dtype)


@contextmanager
def one_thread() -> Iterator[None]:
    """Compute with one thread; the caller's number comes back at the end.

    Sums over more threads round differently, and batches as small as these gain nothing from them. The products of
    NumPy, of which steps of small circuits consist, are limited as those of torch.
    """
    torch = require_torch()
    # Asking first makes this Python thread take the setting over now and not in the midst of the work.
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        with _libraries().limit(limits=1, user_api="blas"):
            yield
    finally:
        torch.set_num_threads(before)


@cache
def _libraries() -> Any:
    """Return what sets the threads of the linear algebra that is loaded; looking for it takes milliseconds."""
    from threadpoolctl import ThreadpoolController

    return ThreadpoolController()


@dataclass(frozen=True, slots=True, eq=False)
class Parts:
    """Training and validation part as tensors: scaled features and labels."""

    x_training: Tensor
    y_training: Tensor
    x_validation: Tensor
    y_validation: Tensor

    def on(self, device: str) -> Parts:
        """Return the parts on a device."""
        tensors = (self.x_training, self.y_training, self.x_validation, self.y_validation)
        return Parts(*(tensor.to(device) for tensor in tensors))


# A search trains thousands of networks on one data set: its tensors are made once, and go when it goes.
_PARTS: WeakKeyDictionary[Dataset, tuple[str, str, Parts]] = WeakKeyDictionary()


# Arrays of the parts that processes share, and their precision.
_SHARED: WeakKeyDictionary[Dataset, tuple[str, list[NDArray[Any]]]] = WeakKeyDictionary()


def load_parts(data: Dataset, settings: TrainSettings) -> Parts:
    """Load training and validation part in the precision and on the device of the settings.

    Raises:
        SettingError: The device is not there.
    """
    require_device(settings.device)
    dtype, device, parts = _PARTS.get(data, ("", "", None))
    if parts is None or (dtype, device) != (settings.dtype, settings.device):
        if parts is None or (dtype, device) != (settings.dtype, "cpu"):
            parts = _made(data, settings.dtype)
        parts = parts.on(settings.device)
        _PARTS[data] = (settings.dtype, settings.device, parts)
    return parts


def _made(data: Dataset, dtype: str) -> Parts:
    torch = require_torch()
    shared_dtype, arrays = _SHARED.get(data, ("", []))
    if shared_dtype != dtype:
        arrays = [_whole(array) for array in part_arrays(data, dtype)]
    return Parts(*map(torch.from_numpy, arrays))


def part_arrays(data: Dataset, dtype: str) -> list[ArrayParts]:
    """Describe the arrays of `Parts` in order, in this precision; they are computed as they are read."""
    arrays = []
    for rows in (data.split.training, data.split.validation):
        shape = (len(rows), data.num_features)
        arrays.append(ArrayParts(shape=shape, dtype=np.dtype(dtype), parts=data.scaled_pieces(rows)))
        arrays.append(ArrayParts.of(data.labels[rows]))
    return arrays


def _whole(array: ArrayParts) -> NDArray[Any]:
    whole = np.empty(array.shape, dtype=array.dtype)
    start = 0
    with np.errstate(over="ignore"):  # what does not fit the precision ends in a training that fails
        for part in array.parts:
            whole[start : start + len(part)] = part
            start += len(part)
    return whole


class SharedData:
    """A data set and its parts in memory that processes share, to be handed to each that is started.

    Args:
        data: The data set.
        dtype: Precision of the parts.

    Raises:
        OSError: There is no room.
    """

    def __init__(self, data: Dataset, dtype: str):
        self._dtype = dtype
        arrays = [ArrayParts.of(np.ascontiguousarray(data.features)), ArrayParts.of(data.labels)]
        self._arrays = SharedArrays([*arrays, *part_arrays(data, dtype)])
        none = np.empty((0, data.num_features), dtype=data.features.dtype)
        self._rest = replace(data, features=none, labels=data.labels[:0])

    def dataset(self) -> Dataset:
        """Return the data set; `load_parts` gives its parts without a copy of them."""
        features, labels, *parts = self._arrays.arrays()
        data = replace(self._rest, features=features, labels=labels)
        _SHARED[data] = (self._dtype, parts)
        return data

    def close(self) -> None:
        """Start no more processes with it."""
        self._arrays.close()


def require_device(name: str, what: str = "device") -> None:
    """Check that torch has the device.

    Args:
        name: `cpu`, `cuda` or `cuda:1`.
        what: The setting that has it, for the message.

    Raises:
        SettingError: It has not.
    """
    if not _has_device(name):
        raise SettingError(f"{what} is {name!r}, but torch finds no such device; use cpu")


def chosen_device(name: str) -> str:
    """Return the device of that name: `auto` is `cuda` where torch finds it, else `cpu`."""
    if name != "auto":
        return name
    return "cuda" if _has_device("cuda") else "cpu"


def _has_device(device: str) -> bool:
    if device == "cpu":
        return True
    torch = require_torch()
    return bool(torch.cuda.is_available()) and int(device.partition(":")[2] or 0) < torch.cuda.device_count()


def validation_chunk(num_qubits: int, num_networks: int, batch_size: int) -> int:
    """Choose how many samples are validated at once: many where a sample is small, never fewer than a batch."""
    return max(batch_size, (VALIDATION_AMPLITUDES >> num_qubits) // num_networks)
