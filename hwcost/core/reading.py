"""The one door for files that a user names: regular files only, up to a size, read once, without waiting."""

from __future__ import annotations

import contextlib
import logging
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO

from hwcost.core.errors import InputError
from hwcost.core.guard import note_input
from hwcost.core.text import shortened

_KERNEL = ("/proc", "/sys")

_LOG = logging.getLogger(__name__)


def path_label(path: str | os.PathLike[str]) -> str:
    """Return a path as messages show it, on one line and not too long."""
    return shortened(os.fspath(path)) or "''"


def read_file(
    path: str | os.PathLike[str], *, what: str, limit_bytes: int, error: type[Exception] = InputError
) -> bytes:
    """Read a whole file.

    Args:
        path: The file; a link is followed.
        what: What should stand in it, for messages, such as `circuit`.
        limit_bytes: Largest size that is read.
        error: Type of the exceptions.

    Raises:
        Exception: `error`; there is no such file, it is no regular file (a pipe, socket or device would block or never
            end) or one of the kernel's, it is too large, changes meanwhile, or cannot be read.
    """
    with opened_file(path, what=what, limit_bytes=limit_bytes, error=error) as file:
        data = file.read(limit_bytes + 1)
        if len(data) != os.fstat(file.fileno()).st_size:
            raise error(f"{path_label(path)}: changes while it is read; copy the file, or wait until it is complete")
    return data


@contextmanager
def opened_file(
    path: str | os.PathLike[str], *, what: str, limit_bytes: int, error: type[Exception] = InputError
) -> Iterator[BinaryIO]:
    """Open a file that is too large to be held twice in memory; arguments and errors as of `read_file`."""
    label = path_label(path)
    if not os.fspath(path):
        raise error(f"the name of the {what} file is empty; give a file")
    try:
        is_folder = os.path.isdir(path)
        file = None if is_folder else open(path, "rb", opener=_open_without_waiting)  # noqa: SIM115
    except FileNotFoundError:
        raise error(f"{label}: no such file; check the path") from None
    except PermissionError:
        raise error(f"{label}: no permission to read it; change its permissions or copy it") from None
    except (OSError, ValueError) as failure:
        reason = getattr(failure, "strerror", None) or failure
        raise error(f"{label}: cannot be opened ({reason}); check the path") from None
    if file is None:
        raise error(f"{label}: is a directory; name a {what} file in it")
    with file:
        status = os.fstat(file.fileno())
        if not stat.S_ISREG(status.st_mode):
            raise error(f"{label}: is not a regular file but a pipe, socket or device; save the {what} to a file")
        if _is_of_the_kernel(path, status.st_dev):
            raise error(f"{label}: is a file of the operating system, not one with a {what}; give another")
        if status.st_size > limit_bytes:
            size = f"{limit_bytes // 2**20} MiB" if limit_bytes >= 2**20 else f"{limit_bytes // 2**10} KiB"
            raise error(f"{label}: is larger than {size}, too large for a {what}; use a part of it")
        note_input(path)
        _LOG.debug("reading the %s %s, %d bytes", what, label, status.st_size)
        try:
            yield file
        except OSError as failure:
            # Such as: a disk that fails. Formats of several layers raise OSErrors of their own, without a number.
            if failure.errno is None:
                raise
            raise error(f"{label}: cannot be read ({failure.strerror}); copy the file and try again") from None


def _open_without_waiting(path: str, flags: int) -> int:
    # Opening a FIFO would otherwise wait for a writer.
    return os.open(path, flags | getattr(os, "O_NONBLOCK", 0))


def _is_of_the_kernel(path: str | os.PathLike[str], device: int) -> bool:
    """Return whether a file shows what the kernel or a process has, such as its environment."""
    if os.path.realpath(path).startswith(tuple(f"{folder}/" for folder in _KERNEL)):
        return True
    for folder in _KERNEL:
        with contextlib.suppress(OSError):
            if os.stat(folder).st_dev == device and os.path.ismount(folder):
                return True
    return False
