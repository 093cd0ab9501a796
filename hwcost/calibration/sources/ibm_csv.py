"""Reads the calibration CSV that the IBM Quantum web page offers into a `Calibration`.

The table has one row per qubit. It lacks dt, repetition delay and date, in most years also the duration of one-qubit
gates: those are unknown (None), never assumed. A cell that cannot be what its header says is refused with line and
column; a spreadsheet that was in between turns `1:0.0013` into the time `01:00.0`, and such a table is lost.
"""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from hwcost.calibration.record import Calibration, GateCalibration, QubitCalibration, Qubits
from hwcost.calibration.sources.ibm_csv_cells import (
    Cell,
    read_date,
    read_number,
    read_operational,
    read_pairs,
    read_probability,
    read_qubit,
)
from hwcost.calibration.sources.ibm_csv_columns import Column, Kind, read_header
from hwcost.calibration.sources.text import CalibrationFile, plain_name
from hwcost.calibration.values import parse_date
from hwcost.core.errors import CalibrationError, OptionError
from hwcost.core.gates import FRACTIONAL_GATES, SYMMETRIC_GATES, VIRTUAL_GATES
from hwcost.core.text import one_line, plural, shown

U2_ONLY = "u3 is two pulses of u2, the only one-qubit gate in the table: error 1 − (1 − u2)², twice the duration"
_BLANKS = " \t\u00a0"  # and no control characters, which a damaged file has in place of digits
VIRTUAL = "{} is virtual: no error and no duration"

_FILE_NAME = re.compile(
    r"(?P<name>.+?)_calibrations_(?P<date>\d{4}-\d\d-\d\dT\d\d_\d\d_\d\d)Z(?: ?\(\d+\))?\.csv", re.ASCII | re.IGNORECASE
)


def name_and_date(file_name: str) -> tuple[str, datetime | None]:
    """Return the name of the device and date of the values, as the web page puts them into the name of the file.

    >>> name_and_date("ibm_osaka_calibrations_2024-01-16T15_16_48Z.csv")
    ('ibm_osaka', datetime.datetime(2024, 1, 16, 15, 16, 48, tzinfo=datetime.timezone.utc))
    """
    match = _FILE_NAME.fullmatch(file_name)
    if match is None:
        return file_name.rpartition(".")[0] or file_name, None
    date = parse_date(match["date"].replace("_", ":"))
    return match["name"], None if date is None else date.replace(tzinfo=UTC)


def parse_calibration_csv(text: str, *, name: str, origin: str, date: datetime | None = None) -> Calibration:
    """Read the `Calibration` that a CSV table of the IBM Quantum web page describes.

    One-qubit gates are those that have a column, and rz (u1 in old tables), which is virtual: no error, no duration.
    A table of 2019 to 2020 gives only the error of u2; u3 is two such pulses. Both are listed as assumptions. cz and
    rzz act both ways, cx and ecr as the table says. rx and rzz are read, but not put into the basis.

    Args:
        text: The table.
        name: Name of the device.
        origin: Name of the file; it begins each error message.
        date: When the values were reported, if known.

    Raises:
        CalibrationError: The table is none of this kind, or a cell cannot be read; the message gives line and column.

    Example:
        >>> table = "Qubit,T1 (us),√x (sx) error ,ECR error \\n0,100,0.0002,0_1:0.007\\n1,200,0.0003,undefined\\n"
        >>> calibration = parse_calibration_csv(table, name="mine", origin="mine.csv")
        >>> round(calibration.qubits[1].t1_s, 9), calibration.gate("ecr", (0, 1)).error, calibration.basis_gates
        (0.0002, 0.007, ('ecr', 'rz', 'sx'))
    """
    table = _read_table(text, origin)
    records = tuple(_qubit(table, qubit) for qubit in range(len(table.lines)))
    one_qubit, assumptions = _one_qubit_gates(table)
    gates = (*one_qubit, *_two_qubit_gates(table))
    dates = [date for record in records for date in record.dates.values()]
    unread = [header for header, column in table.columns if column.kind == "unknown" and header]
    note = f"; columns not read: {', '.join(map(shown, unread[:5]))}" if unread else ""
    return Calibration(
        name=name,
        source="csv",
        origin=f"CSV of the IBM Quantum web page: {origin}{note}",
        num_qubits=len(records),
        qubits=records,
        gates=gates,
        basis_gates=tuple(sorted({gate.name for gate in gates} - FRACTIONAL_GATES)),
        snapshot_date=date or max(dates, default=None),
        oldest_value_date=min(dates, default=None),
        newest_value_date=max(dates, default=None),
        assumptions=assumptions,
    )


def claims(given: object) -> bool:
    """Return whether it is a file that is not JSON."""
    return isinstance(given, CalibrationFile) and not given.is_json


def read(file: CalibrationFile, *, conf: CalibrationFile | None = None) -> Calibration:
    """Read a table.

    Raises:
        CalibrationError: It is no such table, or a cell cannot be read.
        OptionError: There is a configuration with it.
    """
    if conf is not None:
        raise OptionError(f"{file.shown}: a CSV table takes no configuration; leave {conf.shown} out")
    name, date = name_and_date(file.path.name)
    calibration = parse_calibration_csv(file.text, name=plain_name(name), origin=file.shown, date=date)
    return replace(calibration, origin=calibration.origin.replace(file.shown, file.fingerprint, 1))


# The table.


@dataclass(frozen=True, slots=True, kw_only=True)
class _Table:
    """The cells by qubit and column; `lines[qubit]` is the line in the file."""

    origin: str
    columns: Sequence[tuple[str, Column]]
    lines: Sequence[int]
    cells: Sequence[Sequence[str]]

    def cell(self, qubit: int, index: int) -> Cell:
        header = self.columns[index][0]
        return Cell(text=self.cells[qubit][index], origin=self.origin, line=self.lines[qubit], header=header)

    def of_kind(self, kind: Kind) -> Iterator[tuple[int, Column]]:
        """Yield the index and the meaning of each column of this kind."""
        return ((index, column) for index, (_, column) in enumerate(self.columns) if column.kind == kind)


def _read_table(text: str, origin: str) -> _Table:
    rows = list(_rows(text, origin))
    columns = _read_columns(origin, rows[0][1]) if rows else []
    if len(rows) < 2:
        raise CalibrationError(f"{origin}: has no row with a qubit")
    key = next(index for index, (_, column) in enumerate(columns) if column.kind == "qubit")
    by_qubit: dict[int, tuple[int, list[str]]] = {}
    for line, cells in rows[1:]:
        if len(cells) != len(columns):
            raise CalibrationError(f"{origin}, line {line}: {len(cells)} cells, but the header has {len(columns)}")
        cell = Cell(text=cells[key], origin=origin, line=line, header=columns[key][0])
        qubit = read_qubit(cell)
        if qubit in by_qubit:
            raise cell.error(f"is qubit {qubit} again; line {by_qubit[qubit][0]} has it already")
        by_qubit[qubit] = (line, cells)
    for qubit in range(len(by_qubit)):
        if qubit not in by_qubit:
            raise CalibrationError(f"{origin}: has no row for qubit {qubit}, but one for qubit {max(by_qubit)}")
    ordered = [by_qubit[qubit] for qubit in range(len(by_qubit))]
    return _Table(
        origin=origin, columns=columns, lines=[line for line, _ in ordered], cells=[cells for _, cells in ordered]
    )


def _rows(text: str, origin: str) -> Iterator[tuple[int, list[str]]]:
    """Return the line number and the cells of each row that is not empty."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        for row in reader:
            cells = [cell.strip(_BLANKS) for cell in row]
            if any(cells):
                yield reader.line_num, cells
    except csv.Error as error:
        raise CalibrationError(f"{origin}, line {reader.line_num}: is not CSV ({one_line(str(error))})") from None


def _read_columns(origin: str, headers: list[str]) -> list[tuple[str, Column]]:
    place = f"{origin}, line 1"
    for separator, word in ((";", "';'"), ("\t", "tabs")):
        if len(headers) == 1 and separator in headers[0]:
            raise CalibrationError(
                f"{place}: columns are separated by {word}; use the file as it was downloaded, with ',' between columns"
            )
    columns = [(header, read_header(header)) for header in headers]
    kinds = Counter(column.kind for _, column in columns)
    if not kinds["qubit"] or not kinds.keys() - {"unknown", "known", "qubit", "date", "operational"}:
        raise CalibrationError(
            f"{place}: is not a calibration table of the IBM Quantum web page, with the columns Qubit, T1 (us), …; "
            f"found: {plural(len(headers), 'other column')}"
        )
    seen: dict[tuple[str, str], str] = {}
    for header, column in columns:
        if column.kind in ("known", "unknown"):
            continue
        if column.kind.endswith("_time") and column.unit_s is None:
            raise CalibrationError(
                f"{place}: column {shown(header)} gives no unit of time that is known: (s), (ms), (us), (µs) or (ns)"
            )
        if (column.kind, column.name) in seen:
            other = shown(seen[column.kind, column.name])
            raise CalibrationError(f"{place}: columns {other} and {shown(header)} say the same; keep one of the two")
        seen[column.kind, column.name] = header
    return columns


# The values.


def _qubit(table: _Table, qubit: int) -> QubitCalibration:
    values: dict[str, Any] = {}
    for index, column in table.of_kind("qubit_time"):
        values[column.name] = read_number(table.cell(qubit, index), scale=column.unit_s or 1.0)
    for index, column in table.of_kind("qubit_probability"):
        values[column.name] = read_probability(table.cell(qubit, index))
    reported = [name for name, value in values.items() if value is not None]
    for index, _ in table.of_kind("operational"):
        values["operational"] = read_operational(table.cell(qubit, index))
    date = next((read_date(table.cell(qubit, index)) for index, _ in table.of_kind("date")), None)
    return QubitCalibration(qubit=qubit, **values, dates={} if date is None else dict.fromkeys(reported, date))


def _one_qubit_gates(table: _Table) -> tuple[list[GateCalibration], tuple[str, ...]]:
    """Return one-qubit gates of every qubit, and what had to be assumed for them."""
    lengths = list(table.of_kind("gate_time"))
    errors = {column.name: index for index, column in table.of_kind("gate_error")}
    virtual = [gate for gate, pulse in (("rz", "sx"), ("u1", "u2")) if pulse in errors and gate not in errors]
    assumptions = [VIRTUAL.format(gate) for gate in virtual]
    derive_u3 = "u2" in errors and "u3" not in errors
    if derive_u3:
        assumptions.append(U2_ONLY)
    gates: list[GateCalibration] = []
    for qubit in range(len(table.lines)):
        times = [read_number(table.cell(qubit, index), scale=column.unit_s or 1.0) for index, column in lengths]
        length_s = times[0] if times else None
        gates += [GateCalibration(name=gate, qubits=(qubit,), error=0.0, duration_s=0.0) for gate in virtual]
        for gate, index in errors.items():
            duration_s = 0.0 if gate in VIRTUAL_GATES else length_s
            error = read_probability(table.cell(qubit, index))
            gates.append(GateCalibration(name=gate, qubits=(qubit,), error=error, duration_s=duration_s))
            if derive_u3 and gate == "u2":
                twice = None if error is None else 1.0 - (1.0 - error) ** 2
                twice_s = None if length_s is None else 2.0 * length_s
                gates.append(GateCalibration(name="u3", qubits=(qubit,), error=twice, duration_s=twice_s))
    return gates, tuple(assumptions)


def _two_qubit_gates(table: _Table) -> Iterator[GateCalibration]:
    errors = {column.name: _pair_errors(table, index, column.name) for index, column in table.of_kind("pair_error")}
    # The table has one column of times; where it names no gate, it is that of the gate that is always there.
    timed = [name for name in errors if name not in FRACTIONAL_GATES] or list(errors)
    times_s = _pair_times_s(table, symmetric=SYMMETRIC_GATES.issuperset(timed))
    for name, by_pair in errors.items():
        for qubits, error in by_pair.items():
            keys = ((name, qubits), ("", qubits)) if name in timed else ((name, qubits),)
            duration_s = next((times_s[key] for key in keys if key in times_s), None)
            for where in (qubits, qubits[::-1]) if name in SYMMETRIC_GATES else (qubits,):
                yield GateCalibration(name=name, qubits=where, error=error, duration_s=duration_s)
    pairs = {frozenset(qubits) for by_pair in errors.values() for qubits in by_pair}
    for (gate, qubits), duration_s in times_s.items():
        # A pair without an error is there all the same; it gets a record, so that it is seen to be unusable.
        if timed and frozenset(qubits) not in pairs:
            yield GateCalibration(name=gate or timed[0], qubits=qubits, duration_s=duration_s)


def _pair_errors(table: _Table, index: int, name: str) -> dict[Qubits, float | None]:
    """Return the error of gate `name` by pair, in the table's order or, for a symmetric gate, ascending."""
    errors: dict[Qubits, float | None] = {}
    for qubit in range(len(table.lines)):
        cell = table.cell(qubit, index)
        for pair in read_pairs(cell, qubit, len(table.lines)):
            if pair.gate not in (None, name):
                raise cell.error(f"names the gate {shown(pair.gate)} in the column of {name}")
            key = tuple(sorted(pair.qubits)) if name in SYMMETRIC_GATES else pair.qubits
            _add(cell, errors, key, pair.value)
    return errors


def _pair_times_s(table: _Table, *, symmetric: bool) -> Mapping[tuple[str, Qubits], float | None]:
    """Return the duration in seconds by gate ("" where the cell names none) and pair."""
    times_s: dict[tuple[str, Qubits], float | None] = {}
    for index, column in table.of_kind("pair_time"):
        for qubit in range(len(table.lines)):
            cell = table.cell(qubit, index)
            for pair in read_pairs(cell, qubit, len(table.lines), time_unit_s=column.unit_s):
                key = tuple(sorted(pair.qubits)) if symmetric else pair.qubits
                _add(cell, times_s, (pair.gate or "", key), pair.value)
    return times_s


def _add(cell: Cell, values: dict[Any, float | None], key: Any, value: float | None) -> None:
    """Keep a value; a pair stands in the rows of both its qubits, and both must say the same."""
    if key in values and values[key] != value:
        raise cell.error(f"gives {value} where another cell gave {values[key]} for the same pair; keep the right one")
    values[key] = value
