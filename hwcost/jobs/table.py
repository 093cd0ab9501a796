"""Timed jobs: read from a CSV file or from rows, checked, and as arrays for the fit."""

from __future__ import annotations

import csv
import hashlib
import io
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from hwcost.core.errors import InputError, OptionError
from hwcost.core.numbers import parse_real
from hwcost.core.reading import path_label, read_file
from hwcost.core.text import column_name, listing, shortened, shown
from hwcost.jobs.clocks import years_of
from hwcost.jobs.profile import CircuitTime, Repetition
from hwcost.jobs.size import JobSize, term_amounts
from hwcost.jobs.values import MAX_VALUE

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Vector: TypeAlias = NDArray[np.float64]
    Matrix: TypeAlias = NDArray[np.float64]
    Labels: TypeAlias = NDArray[np.int64]

REQUIRED_COLUMNS = ("num_circuits", "shots", "observed_s")
OPTIONAL_COLUMNS = (
    "num_qubits",
    "total_circuit_duration_s",
    "total_depth",
    "total_num_2q",
    "total_instructions",
    "rep_delay_s",
)
_AT_LEAST_ONE = ("num_circuits", "shots", "num_qubits")
_SETTINGS = ("num_circuits", *(name for name in OPTIONAL_COLUMNS if name != "rep_delay_s"))

MIN_FAMILIES = 3
"""From so many families of circuits on they are the groups that are left out whole; fewer leave too little to fit."""

MAX_FILE_BYTES = 256 * 2**20
"""A million jobs take a third of this."""


@dataclass(frozen=True, slots=True, kw_only=True)
class JobTable:
    """Timed jobs, column by column.

    Attributes:
        source: Where the rows come from.
        sha256: Digest of the file; empty for rows in memory.
        lines: Line number of each job.
        columns: Numbers by column name; sums over the job's circuits where the name begins with `total_`.
        labels: Every column as text, for grouping.
    """

    source: str
    sha256: str = ""
    lines: tuple[int, ...]
    columns: Mapping[str, tuple[float, ...]]
    labels: Mapping[str, tuple[str, ...]]

    def __len__(self) -> int:
        return len(self.lines)

    def take(self, rows: Sequence[int]) -> JobTable:
        """Return the table with only these rows."""
        return replace(
            self,
            lines=tuple(self.lines[i] for i in rows),
            columns={name: tuple(column[i] for i in rows) for name, column in self.columns.items()},
            labels={name: tuple(column[i] for i in rows) for name, column in self.labels.items()},
        )

    @property
    def device(self) -> str | None:
        """The one device that the `backend` column names, if it does."""
        return self.only("backend")

    @property
    def devices(self) -> tuple[str, ...]:
        """The devices that the `backend` column names."""
        return tuple(sorted(set(self.labels.get("backend", ())) - {""}))

    def size(self, row: int, device: str | None = None) -> JobSize:
        """Return the size of a job, on the device of its `backend` column unless another is given."""
        columns = {name: column[row] for name, column in self.columns.items() if name in JobSize.__dataclass_fields__}
        years = years_of(self._text("date", row))
        return JobSize(
            **columns,
            device=device or self._text("backend", row),
            processor=self._text("processor", row),
            year=years[0] if years else None,
        )

    def _text(self, name: str, row: int) -> str | None:
        return self.labels[name][row] or None if name in self.labels else None

    def only(self, name: str) -> str | None:
        """Return what a column of texts says, where it says the same of every job."""
        values = set(self.labels.get(name, ()))
        return values.pop() or None if len(values) == 1 else None


def read_job_table(path: str | Path) -> JobTable:
    """Read the timed jobs of a CSV file.

    Args:
        path: CSV with a header: num_circuits, shots, observed_s; optionally num_qubits (of a circuit),
            total_circuit_duration_s, total_depth, total_num_2q, total_instructions (sums over the job's circuits, for
            one shot), rep_delay_s; further columns (`backend`, `group`, …) may serve as labels.

    Raises:
        InputError: The file cannot be read as such a table; the message names the line.
    """
    data = read_file(path, what="job table", limit_bytes=MAX_FILE_BYTES)
    where = path_label(path)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError(f"{where}: is not UTF-8 text (byte {error.start}); save the table as CSV in UTF-8") from None
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        numbered = [(reader.line_num, [cell.strip() for cell in row]) for row in reader if any(map(str.strip, row))]
    except csv.Error as error:
        raise InputError(f"{where}, line {reader.line_num}: not CSV ({error})") from None
    if not numbered:
        raise InputError(f"{where}: is empty; expected a header with {', '.join(REQUIRED_COLUMNS)}")
    header = numbered[0][1]
    for separator, name in ((";", "';'"), ("\t", "tabs")):
        if len(header) == 1 and separator in header[0]:
            raise InputError(
                f"{where}, line 1: columns are separated by {name}; save the table with ',' between columns"
            )
    rows = []
    for line, cells in numbered[1:]:
        if len(cells) != len(header):
            raise InputError(f"{where}, line {line}: {len(cells)} cells, but the header has {len(header)} columns")
        rows.append((line, cells))
    return _table(header, rows, source=where, sha256=hashlib.sha256(data).hexdigest())


def job_table(rows: Iterable[Mapping[str, Any]], *, source: str = "rows") -> JobTable:
    """Make a table of the timed jobs given as mappings from column name to value; rows have the same columns.

    >>> table = job_table([{"num_circuits": 1, "shots": 1000, "observed_s": 2.5}])
    >>> table.columns["shots"]
    (1000.0,)
    """
    given = list(rows)
    header = list(given[0]) if given else list(REQUIRED_COLUMNS)
    numbered = []
    for number, row in enumerate(given, start=1):
        if set(row) != set(header):
            raise InputError(
                f"{source}, line {number}: columns {', '.join(map(str, row))}; line 1 has {', '.join(header)}"
            )
        numbered.append((number, ["" if row[name] is None else str(row[name]) for name in header]))
    return _table(header, numbered, source=source)


def _names(header: Sequence[str]) -> str:
    return listing([column_name(name) for name in header])


def _table(header: list[str], rows: list[tuple[int, list[str]]], *, source: str, sha256: str = "") -> JobTable:
    missing = [name for name in REQUIRED_COLUMNS if name not in header]
    if missing:
        raise InputError(f"{source}, line 1: no column {', '.join(missing)}; found: {_names(header)}")
    twice = sorted({name for name in header if header.count(name) > 1})
    if twice:
        raise InputError(f"{source}, line 1: column {', '.join(twice)} appears twice")
    if not rows:
        raise InputError(f"{source}: has a header but no jobs")
    labels = {name: tuple(cells[i] for _, cells in rows) for i, name in enumerate(header)}
    columns: dict[str, tuple[float, ...]] = {}
    for name in (*REQUIRED_COLUMNS, *OPTIONAL_COLUMNS):
        if name in labels and (name in REQUIRED_COLUMNS or any(labels[name])):
            columns[name] = tuple(
                _number(cell, name, f"{source}, line {line}")
                for (line, _), cell in zip(rows, labels[name], strict=True)
            )
    return JobTable(source=source, sha256=sha256, lines=tuple(line for line, _ in rows), columns=columns, labels=labels)


def _number(cell: str, name: str, where: str) -> float:
    if not cell:
        raise InputError(f"{where}: {name} is empty; fill it for every job, or leave the row or the column out")
    value = parse_real(cell)
    if value is None:
        raise InputError(f"{where}: {name} is {shown(cell)}, expected a number")
    if not math.isfinite(value) or value < 0.0:
        raise InputError(f"{where}: {name} is {shortened(cell, 60)}; it must be finite and not negative")
    if value > MAX_VALUE:
        raise InputError(f"{where}: {name} is {cell}; more than {MAX_VALUE:g} cannot be meant")
    if name in _AT_LEAST_ONE and value < 1.0:
        raise InputError(f"{where}: {name} is {cell}; it must be at least 1")
    if name in ("num_circuits", "shots") and not value.is_integer():
        raise InputError(f"{where}: {name} is {cell}; it must be a whole number")
    if name == "observed_s" and value == 0.0:
        raise InputError(f"{where}: observed_s is 0; leave out jobs that did not run")
    return value


@dataclass(frozen=True, slots=True, kw_only=True)
class JobArrays:
    """A `JobTable` as arrays.

    Attributes:
        observed: Seconds observed.
        amounts: What multiplies each constant, for the terms that the table knows.
        columns: Numbers by column name.
        groups: Number of each job's group.
    """

    observed: Vector
    amounts: Mapping[str, Vector]
    columns: Mapping[str, Vector]
    groups: Labels

    @property
    def circuit_time(self) -> CircuitTime:
        """`duration` where the table has circuit durations."""
        return "duration" if "total_circuit_duration_s" in self.columns else "fitted"

    def known(self, repetition: Repetition) -> Vector:
        """Return the seconds of the shots term that the calibration knows: slope 1, nothing fitted."""
        seconds = 0.0 * self.observed
        if repetition == "rep_delay":
            seconds = seconds + self.amounts["tau"] * self.columns["rep_delay_s"]
        if self.circuit_time == "duration":
            seconds = seconds + self.columns["shots"] * self.columns["total_circuit_duration_s"]
        return seconds

    def design(self, terms: Sequence[str]) -> Matrix:
        """Return one column per term."""
        import numpy as np

        return np.stack([self.amounts[name] for name in terms], axis=1)


def job_arrays(table: JobTable, group_by: Sequence[str] = ()) -> JobArrays:
    """Return the table as arrays; amounts of terms whose sizes it lacks, or means otherwise, are left out."""
    import numpy as np

    columns = {name: np.array(column) for name, column in table.columns.items()}
    amounts = term_amounts(
        num_circuits=columns["num_circuits"],
        shots=columns["shots"],
        num_qubits=None if _qubits_are_summed(columns) else columns.get("num_qubits"),
        total_depth=columns.get("total_depth"),
        total_instructions=columns.get("total_instructions"),
    )
    return JobArrays(
        observed=columns["observed_s"],
        amounts={name: amount for name, amount in amounts.items() if amount is not None},
        columns=columns,
        groups=job_groups(table, group_by),
    )


def _qubits_are_summed(columns: Mapping[str, Vector]) -> bool:
    """Return whether num_qubits looks like a sum over the job's circuits, so that it says nothing about one."""
    import numpy as np

    if "num_qubits" not in columns:
        return False
    qubits, circuits = columns["num_qubits"], columns["num_circuits"]
    many = circuits >= 10
    if many.sum() < 10 or bool(np.any(qubits[many] < circuits[many])):
        return False
    # Circuits of a job share a device: no width per circuit grows in proportion to how many there are.
    return bool(np.corrcoef(np.log(qubits), np.log(circuits))[0, 1] > 0.8)


def _group_columns(table: JobTable) -> tuple[str, ...]:
    if "group" in table.labels:
        return ("group",)
    return ("family",) if len(set(table.labels.get("family", ()))) >= MIN_FAMILIES else ()


def job_groups(table: JobTable, group_by: Sequence[str]) -> Labels:
    """Group of each job: the named columns, else a `group` or `family` column, else the circuits' settings.

    A family (a kind of circuit) is a group where at least `MIN_FAMILIES` are named; settings are without shots.

    Runs of the same circuits differ only by shots and luck: were they split over fit and test, the test would be
    easier than a new job.

    Raises:
        OptionError: A column to group by is not there.
    """
    import numpy as np

    names = tuple(group_by) or _group_columns(table)
    unknown = [name for name in names if name not in table.labels]
    if unknown:
        raise OptionError(
            f"{table.source}: no column {', '.join(unknown)} to group by; found: {_names(list(table.labels))}"
        )
    keys: list[tuple[Any, ...]]
    if names:
        keys = list(zip(*(table.labels[name] for name in names), strict=True))
    else:
        keys = list(zip(*(table.columns[name] for name in _SETTINGS if name in table.columns), strict=True))
    number: dict[tuple[Any, ...], int] = {}
    return np.array([number.setdefault(key, len(number)) for key in keys], dtype=np.int64)
