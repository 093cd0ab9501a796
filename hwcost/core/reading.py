"""The one door for files that a user names: regular files only, up to a size, read once, without waiting."""

from __future__ import annotations

import logging
import os
import stat

from hwcost.core.errors import InputError
from hwcost.core.text import printable

_LOG = logging.getLogger(__name__)


def path_label(path: str | os.PathLike[str]) -> str:
    """Return a path as messages show it."""
    return printable(os.fspath(path)) or "''"


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
            end), it is too large, or it cannot be read.
    """
    label = path_label(path)
    if os.path.isdir(path):
        raise error(f"{label}: is a directory; name a {what} file in it")
    try:
        file = open(path, "rb", opener=_open_without_waiting)  # noqa: SIM115
    except FileNotFoundError:
        raise error(f"{label}: no such file; check the path") from None
    except PermissionError:
        raise error(f"{label}: no permission to read it; change its permissions or copy it") from None
    except (OSError, ValueError) as failure:
        reason = getattr(failure, "strerror", None) or failure
        raise error(f"{label}: cannot be opened ({reason}); check the path") from None
    with file:
        if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
            raise error(f"{label}: is not a regular file but a pipe, socket or device; save the {what} to a file")
        try:
            data = file.read(limit_bytes + 1)
        except OSError as failure:
            raise error(f"{label}: cannot be read ({failure.strerror}); copy the file and try again") from None
    if len(data) > limit_bytes:
        size = f"{limit_bytes // 2**20} MiB" if limit_bytes >= 2**20 else f"{limit_bytes // 2**10} KiB"
        raise error(f"{label}: is larger than {size}, too large for a {what} that can be costed; use a part of it")
    _LOG.debug("read the %s %s, %d bytes", what, label, len(data))
    return data


def _open_without_waiting(path: str, flags: int) -> int:
    # Opening a FIFO would otherwise wait for a writer.
    return os.open(path, flags | getattr(os, "O_NONBLOCK", 0))
