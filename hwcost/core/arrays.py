"""Arrays of NumPy in files from anywhere: their headers checked before they are believed, nothing executed."""

from __future__ import annotations

import io
import math
import sys
import warnings
import zipfile
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import IO, TYPE_CHECKING, Any

from hwcost.core.errors import InputError
from hwcost.core.text import error_text, one_line

if TYPE_CHECKING:
    from numpy.typing import NDArray

MAX_MEMBERS = 10_000
"""Arrays in one archive; a model has a few arguments, a data set four arrays."""

_KINDS = "biufUS"  # numbers and text; none of Python objects, none of records
_MAX_AXES = 32
_SURROGATES = (0xD800, 0xDFFF)


def read_npy_array(
    file: IO[bytes], where: str, *, num_bytes: int, limit_bytes: int, error: type[Exception] = InputError
) -> NDArray[Any]:
    """Read the array in a file of NumPy's format NPY.

    Args:
        file: The open file.
        where: What messages call it.
        num_bytes: Size of the file as its system or its archive states it.
        limit_bytes: Largest array that is read.
        error: Type of the exceptions.

    Returns:
        The array, in the order of bytes of this machine.

    Raises:
        Exception: `error`; it is no such file, its header does not fit its size, or it is no array of numbers or text.
    """
    import numpy as np

    shape, is_fortran, dtype, head_bytes = _header(file, where, error)
    if dtype.kind not in _KINDS or not dtype.itemsize:
        raise error(f"{where}: holds an array of {one_line(str(dtype))}; numbers or text are needed")
    expected = math.prod(shape) * dtype.itemsize
    if expected > limit_bytes:
        raise error(f"{where}: says that it holds {_count(expected)} bytes; at most {limit_bytes:,} are read")
    if expected != num_bytes - head_bytes:
        raise error(
            f"{where}: says that it holds an array of {one_line(str(dtype))} with shape {one_line(str(shape))}, "
            f"{expected:,} bytes, but has {num_bytes - head_bytes:,}; write it again with numpy.save or numpy.savez"
        )
    data = bytearray(expected)
    num_read, view = 0, memoryview(data)
    while num_read < expected:
        chunk = file.read(min(expected - num_read, 2**24))
        if not chunk:
            raise error(f"{where}: cut off after {num_read:,} of {expected:,} bytes; write it again")
        view[num_read : num_read + len(chunk)] = chunk
        num_read += len(chunk)
    try:
        array = np.frombuffer(data, dtype=dtype).reshape(shape, order="F" if is_fortran else "C")
    except ValueError:  # no bytes, and another length beyond all limits
        raise error(f"{where}: has the shape {one_line(str(shape))}, which is none; write it again") from None
    array = array.astype(dtype.newbyteorder("="), copy=False)
    if dtype.kind == "U" and not _is_text(array):
        raise error(f"{where}: holds text with characters that do not exist; write it again")
    return array


def read_npz_arrays(
    file: IO[bytes],
    where: str,
    *,
    limit_bytes: int,
    names: Mapping[str, Sequence[str]] | None = None,
    error: type[Exception] = InputError,
) -> dict[str, NDArray[Any]]:
    """Read the arrays in an archive of NumPy's format NPZ, by name.

    Args:
        file: The open file.
        where: What messages call it.
        limit_bytes: Largest number of bytes that all arrays together unpack to.
        names: Which arrays to read: those of the entry whose key is in the archive, or of the entry "" else; upper and
            lower case are one. Default all, under their own names.
        error: Type of the exceptions.

    Raises:
        Exception: `error`; it is no such archive, an array is missing, or one cannot be read (`read_npy_array`).
    """
    try:
        with zipfile.ZipFile(file) as archive:
            members = _members(archive, where, limit_bytes, error)
            wanted = {name: name for name in members} if names is None else _wanted(members, names, where, error)
            arrays = {}
            for key, name in wanted.items():
                member, place = members[name], f"{where}, {one_line(name)}"
                with archive.open(member) as opened:
                    arrays[key] = read_npy_array(
                        opened, place, num_bytes=member.file_size, limit_bytes=limit_bytes, error=error
                    )
                    if opened.read(1):  # the end of a member is where its checksum is compared
                        raise error(f"{place}: holds more than it says; write it again")
    except error:
        raise
    except MemoryError:
        raise error(f"{where}: needs more memory than there is; use a part of it") from None
    except Exception as failure:  # a damaged archive raises any of a dozen types
        raise error(
            f"{where}: not an NPZ file of numbers ({one_line(error_text(failure))}); write it with numpy.savez"
        ) from None
    return arrays


def _is_text(array: NDArray[Any]) -> bool:
    codes = array.reshape(-1).view("u4")
    return not bool(((codes > sys.maxunicode) | ((codes >= _SURROGATES[0]) & (codes <= _SURROGATES[1]))).any())


def _header(file: IO[bytes], where: str, error: type[Exception]) -> tuple[tuple[int, ...], bool, Any, int]:
    """Return shape, whether columns come first, dtype, and the header's own length."""
    from numpy.lib import format as npy

    counted = _Counted(file)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of headers of Python 2
            version = npy.read_magic(counted)
            if version not in ((1, 0), (2, 0), (3, 0)):
                raise ValueError(f"version {version[0]}.{version[1]}")
            read = npy.read_array_header_1_0 if version == (1, 0) else npy.read_array_header_2_0
            shape, is_fortran, dtype = read(counted)
    except Exception as failure:  # the header is Python text, which can be wrong in any way
        reason = one_line(error_text(failure)) or type(failure).__name__
        raise error(f"{where}: not an array of NumPy ({reason}); write it with numpy.save or numpy.savez") from None
    is_shape = all(isinstance(length, int) and not isinstance(length, bool) and length >= 0 for length in shape)
    if not is_shape or len(shape) > _MAX_AXES:
        raise error(f"{where}: has the shape {one_line(ascii(shape))}, which is none; write it again")
    return shape, bool(is_fortran), dtype, counted.num_read


class _Counted(io.RawIOBase):
    """A file that counts what is read from it."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file, self.num_read = file, 0

    def read(self, size: int = -1) -> bytes:
        data = self._file.read(size)
        self.num_read += len(data)
        return data


def _members(
    archive: zipfile.ZipFile, where: str, limit_bytes: int, error: type[Exception]
) -> dict[str, zipfile.ZipInfo]:
    """Return the members by the name of their array."""
    infos = archive.infolist()
    total = sum(member.file_size for member in infos)
    if total > limit_bytes:
        raise error(f"{where}: unpacks to {total:,} bytes; at most {limit_bytes:,} are read")
    if len(infos) > MAX_MEMBERS:
        raise error(f"{where}: holds {len(infos):,} arrays; at most {MAX_MEMBERS:,} are read")
    names = [member.filename.removesuffix(".npy") for member in infos]
    twice = [name for name, number in Counter(names).items() if number > 1]
    if twice:
        raise error(f"{where}: holds {one_line(twice[0])!r} {Counter(names)[twice[0]]} times; write it again")
    return dict(zip(names, infos, strict=True))


def _wanted(
    members: Mapping[str, object], names: Mapping[str, Sequence[str]], where: str, error: type[Exception]
) -> dict[str, str]:
    found = {name.lower(): name for name in members}
    wanted = next((group for key, group in names.items() if key in found), names[""])
    missing = [name for name in wanted if name not in found]
    if missing:
        shown = one_line(", ".join(members)) or "none"
        choices = ", or ".join(", ".join(group) for group in names.values())
        raise error(f"{where}: no array {', '.join(missing)}; found {shown}; name them {choices}")
    return {name: found[name] for name in wanted}


def _count(number: int) -> str:
    return f"{number:,}" if number < 10**18 else f"about 10^{int(math.log10(number))}"
