"""The text of a calibration snapshot, schema `hwcost.calibration/1`: written by `snapshot_text`, read strictly back.

The keys are the fields of `Calibration`, with the unit in each name; what is unknown is null or left out. Each qubit
and each gate takes one line, with `date` for when its values were measured and `dates` for those measured at another
time. Numbers are written so that they read back to the last digit.
"""

from __future__ import annotations

import difflib
import json
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import fields
from datetime import datetime
from typing import Any

from hwcost.calibration.record import Calibration, GateCalibration, QubitCalibration, TimingConstraints
from hwcost.calibration.sources.registry import SOURCE_NAMES
from hwcost.calibration.values import (
    Place,
    check_num_qubits,
    count,
    expect,
    gate_name,
    gate_names,
    number,
    optional_date,
    optional_number,
    optional_probability,
    qubit_tuple,
)
from hwcost.core.errors import CalibrationError
from hwcost.core.text import shown

SCHEMA = "hwcost.calibration/1"
_FAMILY = SCHEMA.rpartition("/")[0]

_REQUIRED = ("schema", "name", "source", "origin", "num_qubits", "basis_gates", "qubits", "gates")
_OPTIONAL = (
    "licence",
    "processor",
    "snapshot_date",
    "oldest_value_date",
    "newest_value_date",
    "dt_s",
    "rep_delay_s",
    "rep_delay_range_s",
    "timing_constraints_dt",
    "max_shots",
    "supported_operations",
    "assumptions",
    "gate_definitions",
)
_QUBIT_TIMES = ("t1_s", "t2_s", "readout_duration_s")
_QUBIT_VALUES = ("t1_s", "t2_s", "readout_error", "prob_meas0_prep1", "prob_meas1_prep0", "readout_duration_s")
_GATE_VALUES = ("error", "duration_s")
_LONGEST_TEXT = 1000


# Writing.


def snapshot_text(calibration: Calibration) -> str:
    """Write the whole text of the snapshot file of `calibration`.

    Example:
        >>> from hwcost.calibration.sources.ibm_fake import load_fake_backend
        >>> snapshot_text(load_fake_backend("manila")).splitlines()[1:3]
        ['  "schema": "hwcost.calibration/1",', '  "name": "fake_manila",']
    """
    head = [f"  {_json(key)}: {_json(value)}" for key, value in _head(calibration)]
    records = (("qubits", map(_qubit_entry, calibration.qubits)), ("gates", map(_gate_entry, calibration.gates)))
    lists = [f"  {_json(key)}: [\n{_lines(entries)}\n  ]" for key, entries in records]
    return "{\n" + ",\n".join([*head, *lists]) + "\n}\n"


def _lines(entries: Iterable[dict[str, Any]]) -> str:
    return ",\n".join(f"    {_json(entry)}" for entry in entries)


def _json(value: object) -> str:
    try:
        return json.dumps(value, allow_nan=False, ensure_ascii=False)
    except (TypeError, ValueError) as error:
        raise CalibrationError(f"a calibration with {shown(value)} cannot be written ({error})") from None


def _head(calibration: Calibration) -> Iterator[tuple[str, Any]]:
    limits, timing = calibration.rep_delay_range_s, calibration.timing_constraints
    yield "schema", SCHEMA
    yield "name", calibration.name
    yield "processor", calibration.processor
    yield "source", calibration.first_source or calibration.source
    yield "origin", calibration.origin
    yield "licence", calibration.licence
    yield "assumptions", list(calibration.assumptions)
    for field in ("snapshot_date", "oldest_value_date", "newest_value_date"):
        date = getattr(calibration, field)
        yield field, None if date is None else date.isoformat()
    yield "dt_s", calibration.dt_s
    yield "rep_delay_s", calibration.rep_delay_s
    yield "rep_delay_range_s", None if limits is None else list(limits)
    yield "timing_constraints_dt", None if timing is None else {f.name: getattr(timing, f.name) for f in fields(timing)}
    yield "max_shots", calibration.max_shots
    yield "num_qubits", calibration.num_qubits
    yield "basis_gates", list(calibration.basis_gates)
    operations = calibration.supported_operations
    yield "supported_operations", None if operations is None else list(operations)
    if calibration.definitions:
        yield "gate_definitions", dict(calibration.definitions)


def _qubit_entry(record: QubitCalibration) -> dict[str, Any]:
    return {"qubit": record.qubit, **_values(record, _QUBIT_VALUES)}


def _gate_entry(record: GateCalibration) -> dict[str, Any]:
    needs = {} if record.resource is None else {"resource": record.resource}
    return {"name": record.name, "qubits": list(record.qubits), **_values(record, _GATE_VALUES), **needs}


def _values(record: QubitCalibration | GateCalibration, names: Iterable[str]) -> dict[str, Any]:
    values = ((name, getattr(record, name)) for name in names)
    entry: dict[str, Any] = {name: value for name, value in values if value is not None}
    dates = {name: record.dates[name].isoformat() for name in names if name in record.dates}
    dated: dict[str, Any] = {}
    if dates and dates.keys() == entry.keys():
        # Most values of a record come from one run; only the others need their own date.
        dated["date"] = Counter(dates.values()).most_common(1)[0][0]
        dates = {name: date for name, date in dates.items() if date != dated["date"]}
    if dates:
        dated["dates"] = dates
    return {**entry, **({} if record.operational else {"operational": False}), **dated}


# Reading.


def is_snapshot(document: object) -> bool:
    """Return whether a JSON document says that it is a snapshot, of any version."""
    schema = document.get("schema") if isinstance(document, dict) else None
    return isinstance(schema, str) and schema.partition("/")[0] == _FAMILY


def parse_snapshot(document: Any, origin: str) -> Calibration:
    """Read the calibration in a snapshot document; `origin` begins each error message.

    Raises:
        CalibrationError: The document is not a snapshot of this version, or a value in it is impossible.
    """
    place = Place(origin)
    expect(place, "", document, dict, f"a JSON object with the schema {SCHEMA}")
    if not is_snapshot(document):
        raise place.error("schema", f"is {shown(document.get('schema'))}; it must be {SCHEMA}")
    if document["schema"] != SCHEMA:
        raise place.error("schema", f"is {shown(document['schema'])}; this version of hwcost reads {SCHEMA}")
    _check_keys(place, document, _REQUIRED, _OPTIONAL)
    num_qubits = count(place, "num_qubits", document["num_qubits"])
    source = document["source"]
    if source not in SOURCE_NAMES:
        raise place.error("source", f"is {shown(source)}; it must be one of {', '.join(SOURCE_NAMES)}")
    operations, max_shots = document.get("supported_operations"), document.get("max_shots")
    values: dict[str, Any] = {
        "name": _text(place, "name", document["name"]),
        "source": "snapshot",
        "first_source": None if source == "snapshot" else source,
        "origin": _text(place, "origin", document["origin"]),
        "licence": _optional_text(place, "licence", document.get("licence")),
        "processor": _optional_text(place, "processor", document.get("processor")),
        "assumptions": tuple(_texts(place, "assumptions", document.get("assumptions"))),
        "num_qubits": num_qubits,
        "basis_gates": gate_names(place, "basis_gates", document["basis_gates"]),
        "supported_operations": None if operations is None else gate_names(place, "supported_operations", operations),
        "qubits": tuple(_read_qubits(place, document["qubits"], num_qubits)),
        "gates": tuple(_read_gates(place, document["gates"], num_qubits)),
        "dt_s": optional_number(place, "dt_s", document.get("dt_s")),
        "rep_delay_s": optional_number(place, "rep_delay_s", document.get("rep_delay_s")),
        "rep_delay_range_s": _range(place, "rep_delay_range_s", document.get("rep_delay_range_s")),
        "timing_constraints": _timing(place, document.get("timing_constraints_dt")),
        "max_shots": None if max_shots is None else count(place, "max_shots", max_shots),
        "definitions": _definitions(place, document.get("gate_definitions")),
        **{
            field: optional_date(place, field, document.get(field))
            for field in ("snapshot_date", "oldest_value_date", "newest_value_date")
        },
    }
    try:
        return Calibration(**values)
    except CalibrationError as error:  # it does not know the file
        raise CalibrationError(f"{origin}: {error}") from None


def _check_keys(place: Place, entry: dict[str, Any], required: Iterable[str], optional: Iterable[str]) -> None:
    allowed = (*required, *optional)
    for key in entry:
        if key not in allowed:
            near = difflib.get_close_matches(key, allowed, n=1)
            hint = f"did you mean {near[0]!r}?" if near else "remove it"
            raise place.error("", f"has the unknown key {shown(key)}; {hint}")
    for key in required:
        if entry.get(key) is None:
            raise place.error(key, "is missing")


def _text(place: Place, field: str, value: object) -> str:
    text: str = expect(place, field, value, str, "text")
    if not (0 < len(text) <= _LONGEST_TEXT and text.isprintable()):
        raise place.error(field, f"is {shown(text)}; it must be one line of at most {_LONGEST_TEXT} characters")
    return text


def _optional_text(place: Place, field: str, value: object) -> str | None:
    return None if value is None else _text(place, field, value)


def _texts(place: Place, field: str, value: object) -> Iterator[str]:
    if value is not None:
        for text in expect(place, field, value, list, "a list of lines"):
            yield _text(place, f"an entry of {field}", text)


def _definitions(place: Place, value: object) -> dict[str, str]:
    field = "gate_definitions"
    if value is None:
        return {}
    entries = expect(place, field, value, dict, "an object with a text for each gate")
    return {gate_name(place, field, name): expect(place, field, text, str, "text") for name, text in entries.items()}


def _range(place: Place, field: str, value: object) -> tuple[float, float] | None:
    if value is None:
        return None
    limits = [number(place, field, bound) for bound in expect(place, field, value, list, "a list of two numbers")]
    if len(limits) != 2 or limits[0] > limits[1]:
        raise place.error(field, f"is {shown(value)}; it must be the smallest and the largest value")
    return limits[0], limits[1]


def _timing(place: Place, value: Any) -> TimingConstraints | None:
    if value is None:
        return None
    field = "timing_constraints_dt"
    expect(place, field, value, dict, "an object")
    names = tuple(item.name for item in fields(TimingConstraints))
    _check_keys(place.at(field), value, names, ())
    return TimingConstraints(**{name: count(place.at(field), name, value[name]) for name in names})


def _read_qubits(document: Place, entries: Any, num_qubits: int) -> Iterator[QubitCalibration]:
    expect(document, "qubits", entries, list, "a list with one entry per qubit")
    for qubit, entry in enumerate(entries):
        place = document.at(f"qubit {qubit}")
        _check_entry(place, entry, ("qubit",), _QUBIT_VALUES)
        if type(entry["qubit"]) is not int or entry["qubit"] != qubit:
            raise document.error(
                f"entry {qubit} of qubits",
                f"is qubit {shown(entry['qubit'])}; each qubit from 0 to {num_qubits - 1} needs one entry, in order",
            )
        values: dict[str, Any] = {
            name: (optional_number if name in _QUBIT_TIMES else optional_probability)(place, name, entry.get(name))
            for name in _QUBIT_VALUES
        }
        yield QubitCalibration(qubit=qubit, **values, **_state(place, entry, values))
    if len(entries) != num_qubits:
        raise document.error("qubits", f"has {len(entries)} entries, but num_qubits is {num_qubits}")


def _read_gates(document: Place, entries: Any, num_qubits: int) -> Iterator[GateCalibration]:
    expect(document, "gates", entries, list, "a list of gates")
    for index, entry in enumerate(entries):
        place = document.at(f"entry {index} of gates")
        _check_entry(place, entry, ("name", "qubits"), (*_GATE_VALUES, "resource"))
        name = gate_name(place, "name", entry["name"])
        qubits = qubit_tuple(place, f"qubits of {name}", entry["qubits"], num_qubits)
        place = document.at(f"{name} on {qubits}")
        check_num_qubits(place, name, qubits)
        values: dict[str, Any] = {
            "error": optional_probability(place, "error", entry.get("error")),
            "duration_s": optional_number(place, "duration_s", entry.get("duration_s")),
        }
        resource = entry.get("resource")
        if resource is not None and not (isinstance(resource, str) and resource.isprintable() and len(resource) <= 100):
            raise place.error("resource", f"is {shown(resource)}; it must be a name of up to 100 characters")
        yield GateCalibration(name=name, qubits=qubits, resource=resource, **values, **_state(place, entry, values))


def _check_entry(place: Place, entry: Any, required: tuple[str, ...], optional: tuple[str, ...]) -> None:
    expect(place, "", entry, dict, "an object")
    _check_keys(place, entry, required, (*optional, "operational", "date", "dates"))


def _state(place: Place, entry: dict[str, Any], values: dict[str, Any]) -> dict[str, Any]:
    """Return whether the qubit or gate is in use, and the dates of its values."""
    operational = entry.get("operational", True)
    if not isinstance(operational, bool):
        raise place.error("operational", f"is {shown(operational)}; it must be true or false")
    shared, single = optional_date(place, "date", entry.get("date")), entry.get("dates")
    dates: dict[str, datetime] = {}
    if shared is not None:
        dates = {name: shared for name, value in values.items() if value is not None}
    if single is not None:
        where = place.at(f"{place.where}: dates")
        _check_keys(where, expect(place, "dates", single, dict, "an object"), (), values)
        for name, text in single.items():
            date = optional_date(where, name, text)
            if date is None:
                raise where.error(name, "is null; leave it out if it is unknown")
            dates[name] = date
    return {"operational": operational, "dates": dates}
