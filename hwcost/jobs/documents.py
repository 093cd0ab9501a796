"""JSON files of saved jobs: found, read within limits, and named after their job: `read_documents`."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hwcost.core.errors import InputError
from hwcost.core.reading import read_file
from hwcost.core.text import printable

MAX_FILE_BYTES = 256 * 2**20
"""A result of a million shots of 100 bits, packed, is a tenth of this."""

MAX_FILES = 100_000

_JSON = ".json"
_PICKLES = (".pkl", ".pickle", ".joblib")
_KIND = re.compile(r"[-_.]?(results?|metrics|info|job|inputs|params|usage|timing)$", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """Plain JSON and where it is from.

    Attributes:
        where: File, for messages.
        key: Job that its name means: `JOB-result.json`, `job-JOB-info.json`, `JOB/metrics.json`.
        place: The same with its folder, to tell jobs of the same name apart.
        content: Plain JSON.
    """

    where: str
    key: str
    place: str
    content: Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Unread:
    """A file that cannot be read, and why."""

    where: str
    reason: str


def read_documents(paths: Iterable[str | os.PathLike[str]]) -> tuple[list[Document], list[Unread]]:
    """Read JSON files, and those of folders and their subfolders in the order of their names.

    Args:
        paths: Files and folders.

    Returns:
        The documents, and the files that are none. A list in a file is several documents.

    Raises:
        InputError: A path does not exist, or a folder holds no such files.
    """
    documents: list[Document] = []
    unread: list[Unread] = []
    for path in _files(paths):
        where = printable(os.fspath(path))
        try:
            content = _json(path, where)
        except InputError as error:
            unread.append(Unread(where=where, reason=str(error).removeprefix(f"{where}: ")))
            continue
        key, items = job_name(path), content if isinstance(content, list) else [content]
        for number, item in enumerate(items):
            name = f"{key}[{number}]" if isinstance(content, list) else key
            place = name if path.parent == Path() else f"{path.parent.as_posix()}/{name}"
            documents.append(Document(where=where, key=name, place=place, content=item))
    return documents, unread


def is_read_from(folder: str | os.PathLike[str], path: str | os.PathLike[str]) -> bool:
    """Return whether `read_documents([folder])` reads a file of that name, which exists."""
    file = Path(os.path.realpath(path))
    return file.is_file() and file.suffix.lower() == _JSON and Path(os.path.realpath(folder)) in file.parents


def job_name(path: Path) -> str:
    """Return the job that a file's name means; that of its folder where the name is only a kind of document.

    Example:
        >>> job_name(Path("job-d1abc-result.json")), job_name(Path("d1abc/metrics.json")), job_name(Path("run7.json"))
        ('d1abc', 'd1abc', 'run7')
    """
    stem = re.sub(r"^job[-_]", "", path.stem)
    return _KIND.sub("", stem) or path.parent.name or stem


def _files(paths: Iterable[str | os.PathLike[str]]) -> Iterator[Path]:
    seen: set[str] = set()
    for given in paths:
        path = Path(given)
        if path.is_dir():
            inside = sorted(p for p in path.rglob("*") if p.suffix.lower() in (_JSON, *_PICKLES) and not p.is_dir())
            if not inside:
                raise InputError(f"{printable(os.fspath(given))}: no JSON files in this folder")
        elif path.exists():
            inside = [path]
        else:
            raise InputError(f"{printable(os.fspath(given))}: no such file or folder; check the path")
        for file in inside:
            real = os.path.realpath(file)
            if real not in seen:
                seen.add(real)
                yield file
            if len(seen) > MAX_FILES:
                raise InputError(f"more than {MAX_FILES:,} files; give fewer at a time")


def _json(path: Path, where: str) -> object:
    if path.suffix.lower() in _PICKLES:
        raise InputError(_no_pickles(where))
    data = read_file(path, what="job", limit_bytes=MAX_FILE_BYTES)
    if data[:1] == b"\x80":
        raise InputError(_no_pickles(where))
    try:
        return json.loads(data)
    except (ValueError, RecursionError):
        raise InputError(f"{where}: is not JSON; save it with json.dump(…, cls=RuntimeEncoder)") from None


def _no_pickles(where: str) -> str:
    return f"{where}: is a pickle, and reading one may run any code; save it with json.dump(…, cls=RuntimeEncoder)"
