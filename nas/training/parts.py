"""Data as tensors, and how torch is used for them: `load_parts`, `one_thread`."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from hwcost.core.errors import MissingDependencyError
from nas.core.errors import SettingError
from nas.training.record import TrainSettings

if TYPE_CHECKING:
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
    torch = require_torch()
    from nas.engine.compiled import compile_now

    compile_now(getattr(torch, dtype))


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


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Parts:
    """Training and validation part as tensors: scaled features and labels."""

    x_training: Tensor
    y_training: Tensor
    x_validation: Tensor
    y_validation: Tensor


# A search trains thousands of networks on one data set: its tensors are made once, and go when it goes.
_PARTS: WeakKeyDictionary[Dataset, tuple[str, str, Parts]] = WeakKeyDictionary()


def load_parts(data: Dataset, settings: TrainSettings) -> Parts:
    """Load training and validation part in the precision and on the device of the settings.

    Raises:
        SettingError: The device is not there.
    """
    torch = require_torch()
    if settings.device != "cpu" and not _has_device(settings.device):
        raise SettingError(f"device is {settings.device!r}, but torch finds no such device; use cpu")
    dtype, device, parts = _PARTS.get(data, ("", "", None))
    if parts is None or (dtype, device) != (settings.dtype, settings.device):
        x_training, y_training = data.training_part()
        x_validation, y_validation = data.validation_part()
        floats = {"dtype": getattr(torch, settings.dtype), "device": settings.device}
        parts = Parts(
            x_training=torch.as_tensor(x_training, **floats),
            y_training=torch.as_tensor(y_training, device=settings.device),
            x_validation=torch.as_tensor(x_validation, **floats),
            y_validation=torch.as_tensor(y_validation, device=settings.device),
        )
        _PARTS[data] = (settings.dtype, settings.device, parts)
    return parts


def _has_device(device: str) -> bool:
    torch = require_torch()
    number = int(device.partition(":")[2] or 0)
    return bool(torch.cuda.is_available()) and number < torch.cuda.device_count()


def validation_chunk(num_qubits: int, num_networks: int, batch_size: int) -> int:
    """Choose how many samples are validated at once: many where a sample is small, never fewer than a batch."""
    return max(batch_size, (VALIDATION_AMPLITUDES >> num_qubits) // num_networks)
