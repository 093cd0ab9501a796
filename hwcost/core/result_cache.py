"""Results that are kept so that nothing is computed twice: `ResultCache`.

One SQLite file; every result is committed when it is finished, so that whatever ends the process, it stays. A key is a
hash of everything that the numbers depend on (`result_key`). A file that is damaged is one warning: it is put aside and
the results are computed again.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import sqlite3
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

from hwcost.core.errors import OptionError
from hwcost.core.text import one_line

FORMAT = 1

CELLS = "cells.sqlite3"
"""Default file of comparisons."""

SEEDS = "seeds.sqlite3"
"""Default file of the seeds that were best."""

DEFAULT_NAMES = (CELLS, SEEDS)

MAX_CELLS = 1_000_000
"""Cells kept, about a gigabyte; the oldest go first."""

APPLICATION_ID = 0x68776363
"""In the head of every cache ("hwcc"), by which it is told from other databases."""

_TABLE = "CREATE TABLE IF NOT EXISTS cells (key BLOB PRIMARY KEY, outcome TEXT NOT NULL)"


def default_cache_path(name: str) -> Path:
    """Return a file in the user's cache folder (`$XDG_CACHE_HOME`, else `~/.cache`)."""
    base = os.environ.get("XDG_CACHE_HOME") or ""
    folder = Path(base) if os.path.isabs(base) else Path(os.path.expanduser("~")) / ".cache"
    return folder / "hwcost" / name


def cache_path(cache: bool | str | os.PathLike[str], name: str) -> Path | None:
    """Return the file that a user means: True the default one of that name, a path itself; None for no cache.

    Raises:
        OptionError: It is something else.
    """
    if cache is True:
        return default_cache_path(name)
    if cache is False:
        return None
    if not isinstance(cache, (str, os.PathLike)) or not os.fspath(cache):
        raise OptionError(f"cache is {cache!r}; give a file, True for the default one or False for none")
    return Path(cache)


def is_default(path: Path) -> bool:
    """Return whether a file is one of those in the user's cache folder that the package keeps."""
    return path.name in DEFAULT_NAMES and path == default_cache_path(path.name)


def result_key(parts: Mapping[str, Any]) -> bytes:
    """Hash of what a result depends on: plain data, in any order of the keys.

    Example:
        >>> result_key({"seed": 1, "circuit": "ab"}) == result_key({"circuit": "ab", "seed": 1})
        True
    """
    text = json.dumps({"format": FORMAT, **parts}, sort_keys=True, allow_nan=False)
    return hashlib.sha256(text.encode()).digest()


@lru_cache(maxsize=1)
def source_sha256() -> str:
    """Hash of this package's own source: a formula that changes makes old cells void, released or not."""
    digest = hashlib.sha256()
    for path in sorted(Path(__file__).parents[1].rglob("*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()


class ResultCache:
    """A file of finished results as texts, or nothing at all for `path=None`.

    Args:
        path: The file; made if it does not exist, with its folder if it is the default one.

    Attributes:
        warnings: What is wrong with the file, at most one line.

    Raises:
        OptionError: The file cannot be made there, or is something else than a cache.
    """

    _synchronous = "NORMAL"

    def __init__(self, path: Path | None) -> None:
        self.warnings: list[str] = []
        self._path = path
        self._connection: sqlite3.Connection | None = None
        if path is None:
            return
        if not is_default(path):
            self._open(path)
            return
        # The default cache is optional: without it, everything is computed.
        try:
            with contextlib.suppress(OSError):
                path.parent.mkdir(parents=True, exist_ok=True)
            self._open(path)
        except OptionError as error:
            self.warnings.append(f"{error}; nothing is kept")

    def _open(self, path: Path) -> None:
        if path.exists() and not path.is_file():
            raise OptionError(f"the cache {path} is not a regular file; name a file")
        if not path.parent.is_dir():
            raise OptionError(f"the cache {path}: there is no folder {path.parent}; make it first")
        if path.exists() and not self._is_ours(path):
            raise OptionError(f"{path} is not a cache of hwcost; name another file")
        try:
            self._connection = self._connected(path)
        except sqlite3.OperationalError as error:
            raise OptionError(
                f"the cache {path} cannot be used ({error}); name another file, or go without a cache"
            ) from None
        except sqlite3.DatabaseError as error:
            self._put_aside(error)

    @staticmethod
    def _is_ours(path: Path) -> bool:
        """Return whether a file is new, the default cache, or has our mark in its head; only those are written to."""
        try:
            with path.open("rb") as file:
                head = file.read(100)
        except OSError:
            return True  # sqlite says what is wrong
        return not head or is_default(path) or head[68:72] == APPLICATION_ID.to_bytes(4, "big")

    @classmethod
    def _connected(cls, path: Path) -> sqlite3.Connection:
        connection = sqlite3.connect(path, timeout=30.0)
        try:
            connection.execute(f"PRAGMA synchronous={cls._synchronous}")
            if connection.execute("PRAGMA application_id").fetchone() != (APPLICATION_ID,):
                connection.execute("BEGIN IMMEDIATE")
                connection.execute(f"PRAGMA application_id={APPLICATION_ID}")
                connection.execute(_TABLE)
                connection.commit()  # the mark is in the file itself before anything goes into its log
            connection.execute("PRAGMA journal_mode=WAL")
            connection.execute(_TABLE)
            (count,) = connection.execute("SELECT COUNT(*) FROM cells").fetchone()
            if count > MAX_CELLS:
                connection.execute(
                    "DELETE FROM cells WHERE rowid IN (SELECT rowid FROM cells ORDER BY rowid LIMIT ?)",
                    (count - MAX_CELLS // 2,),
                )
            connection.commit()
        except BaseException:
            connection.close()
            raise
        return connection

    def _put_aside(self, error: Exception) -> None:
        """Give a damaged file another name and begin a new one; without a cache if even that fails."""
        path = self._path
        if path is None:
            return
        self.close()
        said = f"the cache {path} is damaged ({one_line(str(error))})"
        try:
            aside = path.with_name(f"{path.name}.damaged")
            number = 1
            while aside.exists():
                number += 1
                aside = path.with_name(f"{path.name}.damaged{number}")
            path.replace(aside)
            for ending in ("-wal", "-shm"):
                path.with_name(path.name + ending).unlink(missing_ok=True)
            self._connection = self._connected(path)
            said += f"; it is now {aside.name}, and its cells are computed again"
        except (OSError, sqlite3.Error):
            self._connection = None
            said += "; nothing is kept"
        self.warnings = [said]

    def get_text(self, key: bytes) -> str | None:
        """Return what is kept, None if it is missing."""
        if self._connection is None:
            return None
        try:
            row = self._connection.execute("SELECT outcome FROM cells WHERE key = ?", (key,)).fetchone()
        except sqlite3.OperationalError:
            return None
        except sqlite3.DatabaseError as error:
            self._put_aside(error)
            return None
        return None if row is None else str(row[0])

    def is_empty(self) -> bool:
        """Return whether nothing is kept, so that everything will have to be computed."""
        if self._connection is None:
            return True
        try:
            return self._connection.execute("SELECT 1 FROM cells LIMIT 1").fetchone() is None
        except sqlite3.DatabaseError:
            return False  # whoever reads it says what is wrong

    def say_damaged(self) -> None:
        """Note that something in the file cannot be read."""
        if not self.warnings:
            self.warnings.append(f"the cache {self._path} has damaged cells; they are computed again")

    def put_texts(self, rows: Sequence[tuple[bytes, str]]) -> None:
        """Keep results, safely on the disk."""
        if self._connection is None or not rows:
            return
        try:
            with self._connection:
                self._connection.executemany("INSERT OR REPLACE INTO cells VALUES (?, ?)", rows)
        except sqlite3.Error as error:
            # A full disk or a file damaged meanwhile: the work continues.
            if not self.warnings:
                self.warnings.append(f"the cache {self._path} cannot be written ({one_line(str(error))})")

    def close(self) -> None:
        """Let go of the file."""
        if self._connection is not None:
            with contextlib.suppress(sqlite3.Error):
                self._connection.close()
            self._connection = None
