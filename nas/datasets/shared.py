"""Arrays that all processes of a machine read from the same memory: `SharedArrays`."""

from __future__ import annotations

import contextlib
import math
import mmap
import os
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from multiprocessing import reduction
from typing import IO, TYPE_CHECKING, Any, Protocol

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

_ALIGNED = 64
"""Each array begins at a multiple of this, a line of the cache."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ArrayParts:
    """An array as it is written, so that it need not be in memory twice.

    Attributes:
        shape: Its shape.
        dtype: Its type.
        parts: Its content in order, in pieces along the first axis.
    """

    shape: tuple[int, ...]
    dtype: np.dtype[Any]
    parts: Iterable[NDArray[Any]]

    @classmethod
    def of(cls, array: NDArray[Any]) -> ArrayParts:
        """Describe an array that is there."""
        return cls(shape=array.shape, dtype=array.dtype, parts=(array,))

    @property
    def num_bytes(self) -> int:
        """Return its size in bytes."""
        return math.prod(self.shape) * self.dtype.itemsize


@dataclass(frozen=True, slots=True, kw_only=True)
class _Place:
    shape: tuple[int, ...]
    dtype: np.dtype[Any]
    start: int


class _Descriptor(Protocol):
    def detach(self) -> int: ...


class SharedArrays:
    """Arrays in memory that is shared with processes that are started with this as one of their arguments.

    It has no name and leaves nothing behind: the memory goes when the last process has ended, however it ends. It can
    be pickled only on its way to a new process (`multiprocessing`, started by fork server or anew).

    Args:
        arrays: What to write.

    Raises:
        OSError: There is no room.
    """

    def __init__(self, arrays: Sequence[ArrayParts]):
        places, end = [], 0
        for array in arrays:
            start = -(-end // _ALIGNED) * _ALIGNED
            places.append(_Place(shape=array.shape, dtype=array.dtype, start=start))
            end = start + array.num_bytes
        self._places, self._size = tuple(places), max(1, end)
        self._file = _nameless_file()
        # Written and not mapped: where there is no room, a write is an error and a mapped page the end of the process.
        self._file.truncate(self._size)
        with np.errstate(over="ignore"):  # as a training meets them, too
            for place, array in zip(places, arrays, strict=True):
                self._file.seek(place.start)
                for part in array.parts:
                    self._file.write(np.ascontiguousarray(part, dtype=array.dtype).data)
        self._file.flush()

    def arrays(self) -> list[NDArray[Any]]:
        """Return the arrays, in memory that all processes share.

        What a process writes into them, it alone sees.
        """
        memory = mmap.mmap(self._file.fileno(), self._size, access=mmap.ACCESS_COPY)
        return [
            np.frombuffer(memory, dtype=place.dtype, count=math.prod(place.shape), offset=place.start).reshape(
                place.shape
            )
            for place in self._places
        ]

    def close(self) -> None:
        """Start no more processes; arrays that were given out stay."""
        self._file.close()

    def __reduce__(self) -> tuple[Any, ...]:
        return _received, (self._places, self._size, reduction.DupFd(self._file.fileno()))


def _received(places: tuple[_Place, ...], size: int, descriptor: _Descriptor) -> SharedArrays:
    shared = SharedArrays.__new__(SharedArrays)
    shared._places, shared._size = places, size
    shared._file = os.fdopen(descriptor.detach(), "r+b")
    return shared


def _nameless_file() -> IO[bytes]:
    """Open a file in memory, or on disk where the system has no such files."""
    with contextlib.suppress(AttributeError, OSError):
        return os.fdopen(os.memfd_create("nas"), "w+b")
    return tempfile.TemporaryFile()
