"""What a command must not overwrite: what it reads, and what the package did not write.

A command works under `guarded`; the one reader of files notes what was read, the one writer asks before it replaces.
Python callers, who work without a guard, replace the files that they name.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from hwcost.core.errors import OptionError
from hwcost.core.own_files import kind_of

MAX_BYTES = 2**28
"""What is larger is taken for a file of somebody else."""


class Guard:
    """Files that are inputs of a call, and whether other people's files may be replaced.

    Args:
        inputs: What the call reads; what is no name of a file is left out.
        force: Whether what the package did not write may be replaced; None where there is no option for it.
        outer: Guard that holds too.
    """

    def __init__(
        self,
        inputs: Iterable[str | os.PathLike[str]] = (),
        *,
        force: bool | None = None,
        outer: Guard | None = None,
    ) -> None:
        self.force: bool | None = force if outer is None else outer.force or force
        self._names: set[str] = set() if outer is None else set(outer._names)
        self._files: set[tuple[int, int]] = set() if outer is None else set(outer._files)
        for path in inputs:
            self.note(path)

    def note(self, path: str | os.PathLike[str]) -> None:
        """Note an input."""
        try:
            status = os.stat(path)
        except (OSError, ValueError):
            return
        self._names.add(os.path.realpath(path))
        self._files.add((status.st_dev, status.st_ino))

    def is_input(self, path: Path) -> bool:
        """Return whether a file is read, under this name or another."""
        try:
            status = path.stat()
        except OSError:
            return str(path) in self._names
        return str(path) in self._names or (status.st_dev, status.st_ino) in self._files

    def check(self, target: Path, label: str, kinds: Collection[str | None]) -> None:
        """Check that a file may be written.

        Args:
            target: The file, links resolved.
            label: How messages call it.
            kinds: What will be written, of `kind_of`; whatever is of the package if it is empty.

        Raises:
            OptionError: It is an input, or holds what the package did not write.
        """
        if self.is_input(target):
            raise OptionError(f"{label} would overwrite an input file; choose another name")
        if self.force or not target.exists():
            return
        content = _content(target)
        if content == b"":
            return
        kind = None if content is None else kind_of(content)
        if kind is None or (kinds and kind not in kinds):
            advice = "choose another name" + ("" if self.force is None else ", or add --force to replace it")
            what = "was not written by this program" if kind is None else f"is a file of another kind ({kind})"
            raise OptionError(f"{label}: exists and {what}; {advice}")


_guards: list[Guard] = []  # the innermost last; of the whole process, so that threads are guarded too


def current() -> Guard | None:
    """Return the guard of the command that runs."""
    return _guards[-1] if _guards else None


def note_input(path: str | os.PathLike[str]) -> None:
    """Note that a file was read, if a command runs."""
    if _guards:
        _guards[-1].note(path)


@contextmanager
def guarded(inputs: Iterable[str | os.PathLike[str]] = (), *, force: bool | None = None) -> Iterator[Guard]:
    """Guard what a call reads and what others wrote; within another guard both hold.

    Args:
        inputs: What the call reads.
        force: Whether what the package did not write may be replaced.
    """
    _guards.append(Guard(inputs, force=force, outer=current()))
    try:
        yield _guards[-1]
    finally:
        _guards.pop()


def _content(path: Path) -> bytes | None:
    """Return what is in a file; None if it is too large or cannot be read, and so not known to be ours."""
    try:
        if path.stat().st_size > MAX_BYTES:
            return None
        return path.read_bytes()
    except OSError:
        return None
