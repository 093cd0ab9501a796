"""The directory of a run: what was asked, and every evaluation, on the disk before it counts.

`run.json` holds configuration, space, data and versions, `calibration.json` and the profiles what the costs rest on,
and `evaluations.sqlite3` one row for each evaluated architecture and each further training of one, and, if they are
kept, one with the weights of each training. A search that was
killed is run again from its seed, with these rows as its memory, and so ends where it would have ended.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
import os
import sqlite3
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from hwcost import HwcostError, OptionError
from hwcost.core.checks import is_finite
from hwcost.core.files import write_file
from hwcost.core.guard import guarded
from hwcost.core.json_text import json_text
from hwcost.core.reading import path_label, read_file
from hwcost.core.text import one_line, shortened
from hwcost.core.version import __version__
from nas.core.errors import RunError
from nas.runs.config import BEFORE, SearchConfig, config_from_dict
from nas.runs.context import CALIBRATION, DEVICE, JOB_PROFILE, SearchContext
from nas.runs.kept_weights import digest
from nas.runs.pilot_record import Pilot
from nas.runs.record import Evaluation
from nas.runs.store_writer import Writer

SCHEMA = "nas.run/1"
RUN, EVALUATIONS, LOCK = "run.json", "evaluations.sqlite3", "lock"

MAX_FILE_BYTES = 50_000_000

_TABLES = """
CREATE TABLE IF NOT EXISTS evaluations (
    position INTEGER PRIMARY KEY,
    architecture TEXT NOT NULL UNIQUE,
    record TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS trainings (
    position INTEGER PRIMARY KEY,
    architecture TEXT NOT NULL,
    number INTEGER NOT NULL,
    record TEXT NOT NULL,
    UNIQUE (architecture, number)
);
CREATE TABLE IF NOT EXISTS costs (architecture TEXT PRIMARY KEY, record TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS pilot (cell TEXT PRIMARY KEY, record TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS notes (name TEXT PRIMARY KEY, record TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS generations (number INTEGER PRIMARY KEY, record TEXT NOT NULL);
"""

_WEIGHTS = "CREATE TABLE IF NOT EXISTS weights (sha256 TEXT PRIMARY KEY, parameters BLOB NOT NULL)"


class RunStore:
    """The open directory of a run, for one search at a time.

    Args:
        folder: The directory; it must have been made by `create` before.
        writable: Whether evaluations will be added; only one process can.

    Raises:
        RunError: It is no run, is damaged, is of another version, or another search works on it.
    """

    def __init__(self, folder: str | os.PathLike[str], *, writable: bool = False):
        self.folder = Path(folder)
        self.plain = _read_run(self.folder)
        self._lock: Any = _locked(self.folder) if writable else None
        self._writer: Writer | None = None
        try:
            self._database = self._open(writable)
        except BaseException:
            self._unlock()
            raise
        if writable:
            self._writer = Writer(self._database)

    def _open(self, writable: bool) -> sqlite3.Connection:
        path = self.folder / EVALUATIONS
        _check_plain(path)
        if not writable and not path.exists():
            return sqlite3.connect(":memory:")
        with self._errors():
            # A reader may write, too, if it can: a search killed in the midst of a commit leaves that to be undone.
            mode = "rwc" if writable else "rw"
            database = sqlite3.connect(
                f"{path.absolute().as_uri()}?mode={mode}", uri=True, isolation_level=None, check_same_thread=False
            )
            if writable:
                database.execute("PRAGMA synchronous = FULL")
                database.executescript(_TABLES)
                config = self.plain["search"].get("config")
                if isinstance(config, dict) and config.get("keep_weights"):
                    database.execute(_WEIGHTS)
            return database

    @contextmanager
    def _errors(self) -> Iterator[None]:
        """Turn errors of sqlite into one line with the file's name."""
        try:
            yield
        except sqlite3.IntegrityError as error:
            changed = "; ".join(changed_versions(self.plain)) or "rows are missing, or were changed"
            raise RunError(
                f"{self.folder / EVALUATIONS}: resuming produced different candidates than before ({changed}); resume "
                "with the original versions, or start a new run"
            ) from error
        except (sqlite3.Error, UnicodeError) as error:  # the latter of a table's own text
            raise RunError(f"{self.folder / EVALUATIONS}: {one_line(str(error))}") from error

    def context(self) -> SearchContext:
        """Return the search, with the settings that its pilot chose if it was to choose.

        Raises:
            RunError: The files of the directory are damaged.
        """
        context, pilot = self.asked_context(), self.pilot()
        if pilot is None or pilot.chosen is None:
            return context
        used = pilot.used
        config = replace(context.config, settings="given", batch_size=used.batch_size, learning_rate=used.learning_rate)
        return replace(context, config=config)

    def asked_context(self) -> SearchContext:
        """Return the search as it was asked for.

        Raises:
            RunError: The files of the directory are damaged.
        """
        files = {}
        for name, sha256 in self.plain["files"].items():
            path = self.folder / name
            files[name] = _read_text(path)
            if _sha256(files[name]) != sha256:
                raise RunError(f"{path}: not the file that the search began with; give that back")
        try:
            return SearchContext.from_dict(self.plain["search"], files)
        except (KeyError, TypeError, ValueError, HwcostError) as error:
            raise RunError(f"{self.folder / RUN}: damaged ({one_line(str(error))})") from error

    def pilot(self) -> Pilot | None:
        """Return what the pilot found, None if there was none or it has not ended.

        Raises:
            RunError: The database is damaged.
        """
        with self._errors():
            if not self._has_table("notes"):
                return None
            row = self._database.execute("SELECT record FROM notes WHERE name = 'pilot'").fetchone()
        if row is None:
            return None
        try:
            return Pilot.from_dict(self._plain(row[0]))
        except (ValueError, KeyError, TypeError) as error:
            raise self.damaged(error) from error

    def pilot_cells(self) -> dict[str, Evaluation]:
        """Read the trainings of a pilot, finished or not, by the name of their cell.

        Raises:
            RunError: The database is damaged.
        """
        with self._errors():
            if not self._has_table("pilot"):
                return {}
            rows = self._database.execute("SELECT cell, record FROM pilot ORDER BY cell").fetchall()
        try:
            return {cell: Evaluation.from_dict(self._plain(record)) for cell, record in rows}
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise self.damaged(error) from error

    def add_pilot(self, cells: Sequence[tuple[str, Evaluation]]) -> None:
        """Queue trainings of a pilot to be written.

        Raises:
            RunError: Something before could not be written: the disk is full.
        """
        self._add_weights(one for _, one in cells)
        self._write("INSERT OR REPLACE INTO pilot VALUES (?, ?)", [(cell, _record_text(one)) for cell, one in cells])

    def note_pilot(self, pilot: Pilot) -> None:
        """Note what the pilot found.

        Raises:
            RunError: Something before could not be written: the disk is full.
        """
        text = json.dumps(pilot.to_dict(), allow_nan=False)
        self._write("INSERT OR REPLACE INTO notes VALUES ('pilot', ?)", [(text,)])

    def evaluations(self) -> list[Evaluation]:
        """Read all evaluations in the order in which they were asked for, each with all its trainings.

        Raises:
            RunError: The database is damaged.
        """
        found = {one.architecture_hash: one for one in self.first_evaluations()}
        for hashed, number, again in self.trainings():
            if hashed not in found:
                raise self.damaged(ValueError(f"{hashed[:12]}… was trained again and never evaluated"))
            # Of a search at work, a later training may have come back before an earlier one; it counts with that.
            if number == len(found[hashed].trainings):
                found[hashed] = found[hashed].with_training(again)
        return list(found.values())

    def first_evaluations(self) -> list[Evaluation]:
        """Read all evaluations with the trainings that each architecture began with.

        Raises:
            RunError: The database is damaged.
        """
        with self._errors():
            if not self._has_table("evaluations"):
                return []
            rows = self._database.execute("SELECT record FROM evaluations ORDER BY position").fetchall()
        context = self.context()
        evaluations = []
        for (record,) in rows:
            plain = self._plain(record)
            try:
                evaluation = Evaluation.from_dict(plain, context.config.objectives)
                context.space.check(evaluation.genome)
                evaluations.append(evaluation)
            except (ValueError, KeyError, TypeError, AttributeError, HwcostError) as error:
                raise self.damaged(error) from error
        return evaluations

    def trainings(self) -> list[tuple[str, int, Evaluation]]:
        """Read all further trainings in order: hash of the architecture, number of the training, what came of it.

        Raises:
            RunError: The database is damaged.
        """
        with self._errors():
            if not self._has_table("trainings"):
                return []
            rows = self._database.execute(
                "SELECT architecture, number, record FROM trainings ORDER BY architecture, number"
            ).fetchall()
        found = []
        for hashed, number, record in rows:
            try:
                again = Evaluation.from_dict(self._plain(record))
            except (ValueError, KeyError, TypeError, AttributeError) as error:
                raise self.damaged(error) from error
            if again.architecture_hash != hashed or (again.state == "COMPLETE") != (len(again.accuracies) == 1):
                raise self.damaged(ValueError(f"training {number} of {hashed[:12]}… is of something else"))
            found.append((hashed, int(number), again))
        return found

    def costs(self, names: Collection[str]) -> dict[str, Mapping[str, float]]:
        """Read what was kept of the costs of architectures that need no training, by hash; each with these objectives.

        Raises:
            RunError: The database is damaged.
        """
        with self._errors():
            if not self._has_table("costs"):
                return {}
            rows = self._database.execute("SELECT architecture, record FROM costs").fetchall()
        found: dict[str, Mapping[str, float]] = {}
        for hashed, record in rows:
            values = self._plain(record)
            if not all(isinstance(values.get(name), (int, float)) and is_finite(values[name]) for name in names):
                raise self.damaged(ValueError(f"the costs of {one_line(str(hashed))[:12]}… are no numbers"))
            found[hashed] = values
        return found

    def add_costs(self, costs: Mapping[str, Mapping[str, float]]) -> None:
        """Queue costs of architectures to be written, by hash.

        Raises:
            RunError: Something before could not be written: the disk is full.
        """
        rows = [(hashed, json.dumps(dict(values), allow_nan=False)) for hashed, values in costs.items()]
        self._write("INSERT OR REPLACE INTO costs VALUES (?, ?)", rows)

    def _plain(self, record: Any) -> dict[str, Any]:
        try:
            plain = json.loads(record)
        except (ValueError, TypeError, RecursionError) as error:
            raise self.damaged(error) from error
        if not isinstance(plain, dict):
            raise self.damaged(TypeError(f"{type(plain).__name__} instead of an object"))
        return plain

    def damaged(self, error: Exception) -> RunError:
        """Make the error of a record that is invalid."""
        text = f"a damaged record ({type(error).__name__}: {one_line(str(error))})"
        return RunError(f"{self.folder / EVALUATIONS}: {text}")

    def add(self, evaluations: Sequence[tuple[int, Evaluation]]) -> None:
        """Queue evaluations with their positions to be written, all or none; `flush` says when they are on the disk.

        Raises:
            RunError: Something before could not be written: the disk is full.
        """
        self._add_weights(one for _, one in evaluations)
        rows = [(position, one.architecture_hash, _record_text(one)) for position, one in evaluations]
        self._write("INSERT INTO evaluations VALUES (?, ?, ?)", rows)

    def add_training(self, position: int, number: int, again: Evaluation) -> None:
        """Queue a further training of an architecture to be written.

        Args:
            position: How many were asked for before it.
            number: Number of the training of that architecture, from 0.
            again: What came of it.

        Raises:
            RunError: Something before could not be written: the disk is full.
        """
        self._add_weights([again])
        text = json.dumps(again.to_dict(), allow_nan=False, separators=(",", ":"))
        self._write("INSERT INTO trainings VALUES (?, ?, ?, ?)", [(position, again.architecture_hash, number, text)])

    def _add_weights(self, evaluations: Iterable[Evaluation]) -> None:
        """Queue weights to be written before the records that name them: of a kill in between only they are left."""
        rows = [(digest(weights), weights) for one in evaluations for weights in one.weights]
        if rows:
            self._write("INSERT OR REPLACE INTO weights VALUES (?, ?)", rows)

    def weights(self, sha256: str) -> bytes | None:
        """Read the weights that the record of a training names; None if they are not there.

        Raises:
            RunError: The database is damaged.
        """
        with self._errors():
            if not self._has_table("weights"):
                return None
            row = self._database.execute("SELECT parameters FROM weights WHERE sha256 = ?", (sha256,)).fetchone()
        return row[0] if row is not None and isinstance(row[0], bytes) else None

    def flush(self) -> None:
        """Wait until everything that was added is on the disk.

        Raises:
            RunError: It cannot be written: the disk is full.
        """
        if self._writer is not None:
            with self._errors():
                self._writer.flush()

    def _write(self, sql: str, rows: Sequence[tuple[Any, ...]]) -> None:
        if self._writer is None:
            raise RunError(f"{self.folder}: open for reading only")
        with self._errors():
            self._writer.put(sql, rows)

    def generations(self) -> list[dict[str, Any]]:
        """Read what was noted of each generation that ended."""
        with self._errors():
            if not self._has_table("generations"):
                return []
            rows = self._database.execute("SELECT record FROM generations ORDER BY number").fetchall()
        return [self._plain(record) for (record,) in rows]

    def note_generation(self, number: int, record: Mapping[str, Any]) -> None:
        """Note that a generation has ended.

        Raises:
            RunError: Something before could not be written: the disk is full.
        """
        text = json.dumps(record, allow_nan=False)
        self._write("INSERT OR REPLACE INTO generations VALUES (?, ?)", [(number, text)])

    def _has_table(self, name: str) -> bool:
        found = self._database.execute("SELECT 1 FROM sqlite_master WHERE name = ?", (name,)).fetchone()
        return found is not None

    def close(self) -> None:
        """Write what is left to be written, and let others work on the run."""
        if self._writer is not None:
            self._writer.close()
        self._database.close()
        self._unlock()

    def _unlock(self) -> None:
        if self._lock is not None:
            self._lock.close()

    def __enter__(self) -> RunStore:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _record_text(evaluation: Evaluation) -> str:
    return json.dumps(evaluation.to_dict(), allow_nan=False, separators=(",", ":"))


def create(folder: str | os.PathLike[str], context: SearchContext) -> None:
    """Make the directory of a run; nothing happens where one of the same search is already.

    Raises:
        RunError: The directory holds another search or something else, or cannot be written to.
    """
    if not os.fspath(folder):
        raise RunError("the name of the directory is empty; give one for the run")
    path = Path(folder)
    try:
        if (path / RUN).exists():
            _same_search(path, context)
            return
        if path.is_dir() and not all(_is_left_over(item) for item in path.iterdir()):
            raise RunError(f"{path}: not empty and not a run of nas; give a new directory")
        path.mkdir(parents=True, exist_ok=True)
        with guarded():  # what is left over there may be somebody's own file of that name
            for name, text in context.files.items():
                if not _holds(path / name, text):
                    write_file(path / name, text.encode())
        plain = {
            "schema": SCHEMA,
            "created": datetime.now(UTC).isoformat(timespec="seconds"),
            "versions": versions(),
            "search": context.to_dict(),
            "files": {name: _sha256(text) for name, text in context.files.items()},
        }
        # The last file: a directory without it is no run yet.
        write_file(path / RUN, (json_text(plain) + "\n").encode())
    except (RunError, OptionError):
        raise
    except (OSError, ValueError) as error:
        raise unusable(path, error) from error


def unusable(path: Path, error: Exception) -> RunError:
    """Make the error of a place that cannot be read or written."""
    return RunError(f"{one_line(str(path))}: {getattr(error, 'strerror', None) or one_line(str(error))}")


def _is_left_over(path: Path) -> bool:
    """Return whether a file is of a search that was killed before its directory was a run."""
    return path.name in (CALIBRATION, DEVICE, JOB_PROFILE) or (path.name[0] == "." and path.suffix == ".part")


def _holds(path: Path, text: str) -> bool:
    content = text.encode()
    return path.is_file() and path.stat().st_size == len(content) and _read_text(path) == text


def versions() -> dict[str, str]:
    """Return the versions of the packages that decide about results."""
    from importlib import metadata

    names = ("torch", "numpy", "qiskit", "deap", "pennylane", "scikit-learn", "numba")
    found = {"hwcost": __version__}
    for name in names:
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
    return found


def changed_versions(plain: Mapping[str, Any]) -> list[str]:
    """List packages whose version is not the one that the run began with, each as `name old → new`."""
    now = versions()
    before = plain["versions"]
    changed = [(name, old, now.get(name, "missing")) for name, old in before.items() if now.get(name) != old]
    return [f"{shortened(name, 20)} {shortened(str(old), 20)} → {new}" for name, old, new in changed]


def _same_search(path: Path, context: SearchContext) -> None:
    there = _read_run(path)["search"]
    here = json.loads(json.dumps(context.to_dict()))
    before, now = _config_of(there), _config_of(here)
    if {**there, "config": before} == here:
        return
    different = [name for name in now if before.get(name) != now[name]]
    # A run of a version that did not have a key goes on as it began; only another wish than the default contradicts it.
    given = {f.name for f in dataclasses.fields(SearchConfig) if now.get(f.name) != f.default}
    asked = there.get("config", {})
    different = [name for name in different if name in asked or name not in BEFORE or name in given]
    if not different and {**there, "config": before} == {**here, "config": before}:
        return
    if different:
        name = different[0]
        what = f"{name} is {one_line(repr(now[name]))}, there {one_line(repr(before.get(name)))}"
    else:
        what = "its search space or its data are others"
    raise RunError(f"{path}: holds a run of another configuration ({what}); give another directory")


def _config_of(search: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the configuration of a run, completed with keys that its version did not have."""
    config = search.get("config")
    try:
        return config_from_dict({**BEFORE, **config}).to_dict() if isinstance(config, Mapping) else {}
    except HwcostError:  # of a later version, or damaged; the difference is shown
        return config if isinstance(config, Mapping) else {}


def _read_run(folder: Path) -> dict[str, Any]:
    path = folder / RUN
    try:
        there = path.exists()
    except (OSError, ValueError) as error:  # a name that is too long, or otherwise impossible
        raise unusable(folder, error) from error
    if not there:
        raise RunError(f"{folder}: not a run of nas (there is no {RUN}); `nas search … -o {folder}` makes one")
    try:
        plain = json.loads(_read_text(path))
        schema = plain["schema"]
        if schema != SCHEMA:
            raise RunError(f"{path}: written by another version (schema {one_line(repr(schema))}, this is {SCHEMA})")
        if not all(isinstance(plain[name], dict) for name in ("search", "versions", "files")):
            raise TypeError("search, versions and files must be objects")
        unknown = plain["files"].keys() - {CALIBRATION, DEVICE, JOB_PROFILE}
        if unknown:
            raise ValueError(f"{sorted(unknown)[0]!r} is not a file of a run")
    except RunError:
        raise
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise RunError(f"{path}: damaged ({type(error).__name__}: {one_line(str(error))})") from error
    return dict(plain)


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _read_text(path: Path) -> str:
    content = read_file(path, what="run", limit_bytes=MAX_FILE_BYTES, error=RunError)
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        raise RunError(f"{path_label(path)}: damaged (not text)") from error


def _check_plain(path: Path) -> None:
    """Refuse a pipe or a device, on which sqlite or a lock would wait for ever."""
    if os.path.exists(path) and not path.is_file():
        raise RunError(f"{path_label(path)}: is not a regular file; damaged")


def _locked(folder: Path) -> Any:
    """Take the lock of the run, which goes with the process that holds it.

    Raises:
        RunError: Another process holds it, or the directory cannot be written to.
    """
    import fcntl

    _check_plain(folder / LOCK)
    try:
        file = (folder / LOCK).open("a")
    except OSError as error:
        raise unusable(folder, error) from error
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        file.close()
        raise RunError(f"{folder}: another search is running in it") from error
    return file
