"""Measured readout from files: counts of prepared basis states, a confusion matrix, or a calibration of M3."""

from __future__ import annotations

import math
import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import PurePath
from typing import Any, TypeAlias

from hwcost.calibration.readout import MeasuredReadout, Outcomes, ReadoutGroup
from hwcost.core.checks import is_between
from hwcost.core.errors import OptionError
from hwcost.core.json_read import decode, read_json
from hwcost.core.reading import path_label, read_file
from hwcost.core.text import one_line, shown

SCHEMA = "hwcost.readout/1"

MAX_FILE_BYTES = 32 * 2**20
MAX_QUBITS = 10_000
MAX_MATRIX_QUBITS = 8
"""Qubits of one confusion matrix: at 8 it has 65,536 numbers."""

MAX_COUNT = 10**15
SUM_TOLERANCE = 2e-3
"""By how much the probabilities of one prepared state may miss 1: rounding to three digits; they are scaled to 1."""

_FORMS = (
    'give {"qubits": [0, 1], "counts": {"00": {"00": 980, "01": 20}, …}} with the counts of each prepared state, '
    '{"qubits": [0, 1], "confusion": [[…]]}, a list of such as {"groups": [...]}, or a file of M3'
)

ReadoutSource: TypeAlias = str | os.PathLike[str] | Mapping[str, Any] | Sequence[Any] | MeasuredReadout


def load_readout(source: ReadoutSource) -> MeasuredReadout:
    """Return measured readout from a JSON file, or from what such a file holds.

    An object holds `qubits` (physical numbers; the first one is the rightmost bit) and either `counts`, from prepared
    state to counts by what was read, both as bit strings; or `confusion`, the matrix P(read i | prepared j), row i and
    column j, whose index has the first qubit as lowest bit. `{"groups": [...]}` holds several, for qubits that were
    read apart from each other. A calibration that M3 saved (`cals_to_file`) is recognised too; its qubits were measured
    together but are known one by one. `backend` names the device and is checked if it is there.

    Args:
        source: A path, the document, or a `MeasuredReadout`, which is returned as it is.

    Raises:
        OptionError: The file cannot be read or holds something else; the message says what and where.

    >>> table = {"qubits": [3], "confusion": [[0.98, 0.04], [0.02, 0.96]]}
    >>> load_readout(table).groups[0].errors(3)
    (0.04, 0.02)
    """
    if isinstance(source, MeasuredReadout):
        return source
    if isinstance(source, (str, os.PathLike)):
        label = path_label(source)
        data = read_file(source, what="readout", limit_bytes=MAX_FILE_BYTES, error=OptionError)
        text = decode(data, label, error=OptionError)
        document = read_json(text, label, what="readout", error=OptionError)
        return _readout(document, label, one_line(PurePath(source).name))
    return _readout(source, "readout_from", "readout as given")


def _readout(document: object, where: str, origin: str) -> MeasuredReadout:
    if isinstance(document, (list, tuple)):  # M3 before it wrote objects
        return MeasuredReadout(groups=tuple(_of_m3(document, where)), origin=origin)
    if not isinstance(document, Mapping):
        raise OptionError(f"{where}: is {shown(document)}, not a measured readout; {_FORMS}")
    schema = document.get("schema", SCHEMA)
    if schema != SCHEMA:
        raise OptionError(f"{where}: the schema is {shown(schema)}, not {SCHEMA}; {_FORMS}")
    if "cals" in document:
        groups = tuple(_of_m3(document["cals"], where))
    elif "groups" in document:
        if not isinstance(document["groups"], (list, tuple)) or not document["groups"]:
            raise OptionError(f"{where}: groups is {shown(document['groups'])}; give a list of objects")
        groups = tuple(_group(each, f"{where}, group {i}") for i, each in enumerate(document["groups"]))
    else:
        groups = (_group(document, where),)
    qubits = [qubit for group in groups for qubit in group.qubits]
    for qubit in qubits:
        if qubits.count(qubit) > 1:
            raise OptionError(f"{where}: qubit {qubit} is in two groups; give each qubit once")
    return MeasuredReadout(groups=groups, origin=origin, backend=_backend(document, where))


def _backend(document: Mapping[str, Any], where: str) -> str | None:
    name = document.get("backend")
    if name is not None and (not isinstance(name, str) or not name.strip()):
        raise OptionError(f"{where}: backend is {shown(name)}; give the name of the device, or leave it out")
    return None if name is None else one_line(name)


def _group(document: object, where: str) -> ReadoutGroup:
    if not isinstance(document, Mapping) or ("counts" in document) == ("confusion" in document):
        raise OptionError(f"{where}: needs either counts or confusion; {_FORMS}")
    qubits = _qubits(document.get("qubits"), where)
    found = _counts(document["counts"], len(qubits), where) if "counts" in document else None
    outcomes = _confusion(document["confusion"], len(qubits), where) if found is None else found
    for place, qubit in enumerate(qubits):
        states = {prepared >> place & 1 for prepared, _ in outcomes}
        if states != {0, 1}:
            missing = "1" if states == {0} else "0"
            raise OptionError(
                f"{where}: qubit {qubit} is never prepared in {missing}; give counts of states with both, at least all "
                "qubits in 0 and all in 1"
            )
    return ReadoutGroup(qubits=qubits, outcomes=outcomes)


def _qubits(value: object, where: str) -> tuple[int, ...]:
    given = value if isinstance(value, (list, tuple)) else []
    right = [isinstance(q, int) and not isinstance(q, bool) and 0 <= q < MAX_QUBITS for q in given]
    if not given or not all(right) or len(set(given)) < len(given):
        raise OptionError(f"{where}: qubits is {shown(value)}; give the physical qubits, each once, such as [0, 1, 2]")
    return tuple(given)


def _counts(value: object, width: int, where: str) -> tuple[tuple[int, Outcomes], ...]:
    if not isinstance(value, Mapping) or not value:
        raise OptionError(
            f"{where}: counts is {shown(value)}; give counts by prepared state, such as "
            '{"0": {"0": 99, "1": 1}, "1": {…}}'
        )
    rows: dict[int, Outcomes] = {}
    for prepared, counts in value.items():
        state, inside = _state(prepared, width, where), f"{where}, prepared {shown(prepared)}"
        if state in rows:
            raise OptionError(f"{inside}: stands twice; add the counts up")
        if not isinstance(counts, Mapping) or not counts:
            raise OptionError(f"{inside}: is {shown(counts)}; give counts by what was read")
        read: dict[int, float] = {}
        for bits, number in counts.items():
            if not is_between(number, 0, MAX_COUNT):
                raise OptionError(f"{inside}: the count of {shown(bits)} is {shown(number)}; give a number of shots")
            outcome = _state(bits, width, inside)
            read[outcome] = read.get(outcome, 0.0) + float(number)
        total = math.fsum(read.values())
        if total <= 0.0:
            raise OptionError(f"{inside}: has no shots; leave the state out or give its counts")
        rows[state] = tuple((outcome, number / total) for outcome, number in sorted(read.items()) if number)
    return tuple(sorted(rows.items()))


def _state(bits: object, width: int, where: str) -> int:
    plain = bits.replace(" ", "") if isinstance(bits, str) else ""  # Qiskit writes a blank between registers
    if len(plain) != width or set(plain) - {"0", "1"}:
        raise OptionError(
            f"{where}: {shown(bits)} is no state of {width} qubit{'s' * (width > 1)}; write {width} bits, the first "
            "qubit rightmost"
        )
    return int(plain, 2)


def _confusion(value: object, width: int, where: str) -> tuple[tuple[int, Outcomes], ...]:
    if width > MAX_MATRIX_QUBITS:
        raise OptionError(
            f"{where}: a confusion matrix of {width} qubits is too large, at most {MAX_MATRIX_QUBITS}; give counts"
        )
    size = 1 << width
    rows = value if isinstance(value, (list, tuple)) else []
    if len(rows) != size or any(not isinstance(row, (list, tuple)) or len(row) != size for row in rows):
        raise OptionError(
            f"{where}: confusion is no {size} × {size} matrix, as {width} qubit{'s' * (width > 1)} need; give a list "
            "of rows"
        )
    for i, row in enumerate(rows):
        for j, entry in enumerate(row):
            if not is_between(entry, 0.0, 1.0):
                raise OptionError(
                    f"{where}: confusion has {shown(entry)} in row {i}, column {j}; give a probability from 0 to 1"
                )
    result = []
    for j in range(size):
        total = math.fsum(row[j] for row in rows)
        if abs(total - 1.0) > SUM_TOLERANCE:
            turned = all(abs(math.fsum(row) - 1.0) <= SUM_TOLERANCE for row in rows)
            hint = "its rows add up to 1, so give its transpose" if turned else "each prepared state is a column"
            raise OptionError(f"{where}: column {j} of confusion adds up to {total:.6g}, not to 1; {hint}")
        # Sums that only rounding keeps from 1 stay as they are: so do today's numbers then.
        scale = 1.0 if abs(total - 1.0) < 1e-9 else total
        result.append((j, tuple((i, row[j] / scale) for i, row in enumerate(rows) if row[j])))
    return tuple(result)


def _of_m3(cals: object, where: str) -> Iterator[ReadoutGroup]:
    if not isinstance(cals, (list, tuple)) or not 0 < len(cals) <= MAX_QUBITS:
        raise OptionError(f"{where}: is no calibration of M3, a list with a 2 × 2 matrix or null per qubit; {_FORMS}")
    measured = [qubit for qubit, matrix in enumerate(cals) if matrix is not None]
    if not measured:
        raise OptionError(f"{where}: the calibration of M3 has no qubit; calibrate before saving it")
    for qubit in measured:
        yield ReadoutGroup(qubits=(qubit,), outcomes=_confusion(cals[qubit], 1, f"{where}, qubit {qubit}"))
