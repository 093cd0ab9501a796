"""Files that are written: completely or not at all, and never over what is somebody else's."""

from __future__ import annotations

import contextlib
import errno
import os
import stat
from collections.abc import Collection, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path

from hwcost.core import guard
from hwcost.core.errors import OptionError
from hwcost.core.own_files import kind_of
from hwcost.core.reading import path_label

_SYSTEM = frozenset({"dev", "proc", "sys"})


def check_target(path: str | os.PathLike[str], kinds: Collection[str | None] = ()) -> Path:
    """Return where a file of that name would be written, links resolved.

    Args:
        path: The file.
        kinds: What will be written, of `hwcost.core.own_files.kind_of`, so that only such a file is replaced.

    Raises:
        OptionError: There is no such folder, something other than a file has that name, or a command would overwrite
            what it reads or what is not its own.
    """
    label = path_label(path)
    target = _place(path, label)
    current = guard.current()
    if current is not None:
        current.check(target, label, kinds)
    return target


def _place(path: str | os.PathLike[str], label: str) -> Path:
    if not os.fspath(path):
        raise OptionError("the name of the file to write is empty; give a file name")
    target = _resolved(path, label)
    if _is_of_the_system(target) or (os.path.exists(target) and not target.is_file()):
        raise OptionError(f"{label}: not a regular file; name a file to write to")
    if not target.parent.is_dir():
        raise OptionError(f"{label}: there is no folder {path_label(target.parent)}; make it first")
    if not os.access(target.parent, os.W_OK | os.X_OK):
        folder = path_label(target.parent)
        raise OptionError(f"{label}: the folder {folder} cannot be written to; name a file elsewhere")
    return target


def check_folder(path: str | os.PathLike[str]) -> Path:
    """Return where a folder of that name is or would be made, links resolved.

    Raises:
        OptionError: Something else has that name, or it cannot be made or written to.
    """
    label = path_label(path)
    if not os.fspath(path):
        raise OptionError("the name of the folder to write to is empty; give one")
    folder = _resolved(path, label)
    above = next(place for place in (folder, *folder.parents) if os.path.lexists(place))
    if _is_of_the_system(folder) or not above.is_dir():
        raise OptionError(f"{label}: not a folder ({path_label(above)} is something else); name another")
    if not os.access(above, os.W_OK | os.X_OK):
        raise OptionError(f"{label}: the folder {path_label(above)} cannot be written to; name one elsewhere")
    return folder


def _resolved(path: str | os.PathLike[str], label: str) -> Path:
    try:
        target = Path(os.path.realpath(path))
        with contextlib.suppress(FileNotFoundError, NotADirectoryError, PermissionError):
            target.lstat()
    except ValueError:
        raise OptionError(f"{label}: no name of a file; give another") from None
    except OSError as error:
        if error.errno == errno.ENAMETOOLONG:
            raise OptionError(f"{label}: the name is too long; give one of at most 255 bytes") from None
        raise OptionError(f"{label}: cannot be written ({error.strerror}); give another name") from None
    return target


def _is_of_the_system(target: Path) -> bool:
    return target.parts[1:2] != () and target.parts[1] in _SYSTEM and target.parts[1:3] != ("dev", "shm")


def write_file(path: str | os.PathLike[str], data: bytes) -> None:
    """Write `data` under `path` completely or not at all; an older file is replaced in one step.

    A link is followed, not replaced. Within a command only empty files and those that the package wrote are replaced.

    Raises:
        OptionError: `check_target` says so.
        OSError: The disk is full or the folder cannot be written to; the older file is as it was.
    """
    target = check_target(path, (kind_of(data),))
    with written_aside(target, data) as temporary:
        temporary.replace(target)
    sync_folder(target.parent)


def write_files(folder: str | os.PathLike[str], files: Mapping[str, bytes], *, stale: Collection[str] = ()) -> None:
    """Write several files of one folder; none is replaced before all are complete on the disk.

    Args:
        folder: The folder, which exists.
        files: Content by name.
        stale: Names of files of an earlier call, removed afterwards if the package wrote them and they are not in
            `files`.

    Raises:
        OptionError: `check_target` says so.
        OSError: The disk is full or the folder cannot be written to; what was there is as it was.
    """
    targets = {name: check_target(Path(folder) / name, (kind_of(data),)) for name, data in files.items()}
    with ExitStack() as stack:
        complete = {name: stack.enter_context(written_aside(targets[name], data)) for name, data in files.items()}
        for name, temporary in complete.items():
            temporary.replace(targets[name])
    for name in set(stale) - set(files):
        old = Path(folder) / name
        if old.is_file() and not old.is_symlink() and kind_of(old.read_bytes()) is not None:
            old.unlink()
    sync_folder(Path(folder))


@contextmanager
def written_aside(target: Path, data: bytes) -> Iterator[Path]:
    """Write a complete file beside `target`, safely on the disk, to be given its name; removed if it never gets it.

    Raises:
        OSError: It cannot be written; the error names the target.
    """
    start = os.fsencode(target.name)[:200].decode(errors="ignore")  # names are limited to 255 bytes
    temporary = target.with_name(f".{start}.{os.urandom(6).hex()}.part")
    try:
        try:
            with temporary.open("xb") as file:
                with contextlib.suppress(OSError):  # a file that only its owner may read stays one
                    os.fchmod(file.fileno(), stat.S_IMODE(target.stat().st_mode))
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
        except OSError as error:
            raise OSError(error.errno, error.strerror, str(target)) from error
        yield temporary
    finally:
        temporary.unlink(missing_ok=True)


def sync_folder(folder: Path) -> None:
    """Have new names survive a power cut, where the system can be told so."""
    with contextlib.suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
