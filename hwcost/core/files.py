"""Files: results are written completely or not at all, what is read is a regular file of limited size."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from hwcost.core.errors import InputError, OptionError
from hwcost.core.text import printable


def read_regular_file(path: str | os.PathLike[str], most_bytes: int) -> bytes:
    """Read a file that is neither a pipe nor a device, and not too large.

    Args:
        path: The file; a link is followed.
        most_bytes: Largest size.

    Raises:
        InputError: There is no such file, it is something else, too large, or cannot be read.
    """
    label = printable(os.fspath(path)) or "''"
    try:
        # Opening a FIFO would otherwise wait for a writer.
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))
        with open(descriptor, "rb") as file:
            if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                raise InputError(f"{label}: is not a regular file; save what it gives to a file")
            data = file.read(most_bytes + 1)
    except (OSError, ValueError) as error:
        if isinstance(error, InputError):
            raise
        reason = getattr(error, "strerror", None) or error
        raise InputError(f"{label}: cannot be read ({reason}); check the path") from None
    if len(data) > most_bytes:
        raise InputError(f"{label}: is larger than {most_bytes // 2**20} MiB; give a smaller file")
    return data


def check_target(path: str | os.PathLike[str]) -> Path:
    """Return where a file of that name would be written, links resolved.

    Raises:
        OptionError: There is no such folder, or something other than a file has that name.
    """
    if not os.fspath(path):
        raise OptionError("the name of the file to write is empty; give a file name")
    target = Path(os.path.realpath(path))
    if target.parts[1:2] in {("dev",), ("proc",), ("sys",)} or (target.exists() and not target.is_file()):
        raise OptionError(f"{path}: not a regular file; name a file to write to")
    if not target.parent.is_dir():
        raise OptionError(f"{path}: there is no folder {target.parent}; make it first")
    if not os.access(target.parent, os.W_OK | os.X_OK):
        raise OptionError(f"{path}: the folder {target.parent} cannot be written to; name a file elsewhere")
    return target


def write_file(path: str | os.PathLike[str], data: bytes) -> None:
    """Write `data` under `path` completely or not at all; an older file is replaced in one step.

    A link is followed, not replaced.

    Raises:
        OptionError: There is no such folder, or something other than a file has that name.
        OSError: The disk is full or the folder cannot be written to.
    """
    target = check_target(path)
    with written_aside(target, data) as temporary:
        temporary.replace(target)


@contextmanager
def written_aside(target: Path, data: bytes) -> Iterator[Path]:
    """Write a complete file beside `target`, safely on the disk, to be given its name; removed if it never gets it."""
    start = os.fsencode(target.name)[:200].decode(errors="ignore")  # names are limited to 255 bytes
    temporary = target.with_name(f".{start}.{os.urandom(6).hex()}.part")
    try:
        with temporary.open("xb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        yield temporary
    finally:
        temporary.unlink(missing_ok=True)
