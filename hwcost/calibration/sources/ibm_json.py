"""Reads IBM's backend JSON (`conf_*.json` and `props_*.json`) into a `Calibration`.

The two files mix units (T1 in µs, gate lengths in ns, dt in ns, repetition delays in µs), so every value is
converted to SI here, once. Nothing is repaired: a value that cannot be true (NaN, negative, an error above 1, text)
is refused with the qubit or gate and the field named. A value that the file leaves out becomes `None`; whether
that is bearable is decided in `hwcost.calibration.audit`.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from hwcost.calibration.fractional import FRACTIONAL_NOTE
from hwcost.calibration.record import Calibration, GateCalibration, QubitCalibration, TimingConstraints
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
    qubit_tuple,
)
from hwcost.core.gates import DEVICE_OPERATIONS, FRACTIONAL_GATES, NON_GATES, num_qubits_of
from hwcost.core.text import shown
from hwcost.core.units import SECONDS_PER_UNIT

# Units that the configuration file implies without saying so.
DT_UNIT_S = 1e-9
REP_DELAY_UNIT_S = 1e-6

_QUBIT_TIMES = {"T1": "t1_s", "T2": "t2_s", "readout_length": "readout_duration_s"}
_QUBIT_PROBABILITIES = {name: name for name in ("readout_error", "prob_meas0_prep1", "prob_meas1_prep0")}
_GATE_TIMES = {"gate_length": "duration_s"}
_GATE_PROBABILITIES = {"gate_error": "error"}


def parse_ibm_json(
    props: dict[str, Any],
    conf: dict[str, Any] | None,
    *,
    name: str,
    source: str,
    origin: str,
    licence: str | None = None,
) -> Calibration:
    """Read the `Calibration` that a pair of IBM JSON documents describes.

    A gate that the configuration lists for some qubits but that has no record in the properties gets a record
    without error and duration, so that it is not mistaken for a perfect gate.

    Args:
        props: The properties document, as loaded from JSON or from `properties().to_dict()` (dates may be
            `datetime` objects).
        conf: The configuration document, or None. Without it the basis gates are all gates of the properties but the
            fractional ones, and dt, repetition delay, timing constraints and supported operations are unknown.
        name: Name of the calibration.
        source: Kind of origin.
        origin: Where the documents came from, in words; also named in error messages.
        licence: Licence of the documents, None if unknown.

    Raises:
        CalibrationError: A document is malformed, or a value is impossible. The message names the qubit or gate
            and the field.

    Example:
        >>> t1 = {"name": "T1", "unit": "us", "value": 100.0, "date": "2025-02-26T15:26:08-05:00"}
        >>> sx = {"gate": "sx", "qubits": [0], "parameters": [{"name": "gate_error", "unit": "", "value": 0.001}]}
        >>> props = {"qubits": [[t1]], "gates": [sx], "last_update_date": "2025-02-26 15:26:08Z"}
        >>> calibration = parse_ibm_json(props, None, name="mine", source="properties", origin="an example")
        >>> round(calibration.qubits[0].t1_s, 9), calibration.gate("sx", (0,)).error
        (0.0001, 0.001)
    """
    document = Place(origin)
    dates: list[datetime] = []
    expect(document.at("properties"), "", props, dict, "an object")
    qubits = tuple(_read_qubits(document, props, dates))
    if conf is not None:
        _check_num_qubits(document.at("configuration"), conf, len(qubits))
    gates = tuple(_read_gates(document, props, len(qubits), dates))
    snapshot_date = optional_date(document.at("properties"), "last_update_date", props.get("last_update_date"))
    common: dict[str, Any] = {
        "name": name,
        "source": source,
        "origin": origin,
        "licence": licence,
        "num_qubits": len(qubits),
        "qubits": qubits,
        "snapshot_date": snapshot_date,
        "oldest_value_date": min(dates, default=None),
        "newest_value_date": max(dates, default=None),
    }
    if conf is None:
        names = dict.fromkeys(gate.name for gate in gates if gate.name not in NON_GATES)
        notes = () if FRACTIONAL_GATES.isdisjoint(names) else (FRACTIONAL_NOTE,)
        usual = tuple(name for name in names if name not in FRACTIONAL_GATES)
        return Calibration(**common, gates=gates, basis_gates=usual, assumptions=notes)
    return Calibration(**common, **_read_configuration(document.at("configuration"), conf, len(qubits), gates))


def _read_parameters(
    place: Place,
    parameters: Any,
    times: Mapping[str, str],
    probabilities: Mapping[str, str],
    dates: list[datetime],
) -> dict[str, Any]:
    """Return keyword arguments of a record from a list of {name, unit, value, date}; `dates` collects what was used."""
    arguments: dict[str, Any] = {}
    dated: dict[str, datetime] = {}
    for entry in expect(place, "parameters", parameters, (list, tuple), "a list"):
        expect(place, "a parameter", entry, dict, "an object with name, unit and value")
        field = expect(place, "the name of a parameter", entry.get("name"), str, "text")
        if field != "operational" and _is_unknown(entry):
            continue
        if field == "operational":
            key: str = field
            found_value: Any = _operational(place, entry.get("value"))
        elif field in times:
            key = times[field]
            found_value = _time_s(place, field, entry)
        elif field in probabilities:
            key = probabilities[field]
            found_value = _probability(place, field, entry)
        else:
            continue  # frequencies and the like cost nothing
        if key in arguments:
            raise place.error(field, "is given twice; keep one of the two")
        arguments[key] = found_value
        if field != "operational":
            date = optional_date(place, f"the date of {field}", entry.get("date"))
            if date is not None:
                dated[key] = date
    if dated:
        arguments["dates"] = dated
        dates.extend(dated.values())
    return arguments


def _is_unknown(entry: Mapping[str, Any]) -> bool:
    """Return whether an entry says that its value is not known: null, or NaN as NumPy writes it."""
    value = entry.get("value", 0.0)
    return value is None or (isinstance(value, float) and math.isnan(value))


def _operational(place: Place, value: object) -> bool:
    # IBM writes 0 and 1; JSON writers of other tools write false and true.
    if isinstance(value, (bool, int, float)) and value in (0, 1):
        return bool(value)
    raise place.error("operational", f"is {shown(value)}; it must be 0 or 1")


def _time_s(place: Place, field: str, entry: dict[str, Any]) -> float:
    value = number(place, field, entry.get("value"))
    unit = entry.get("unit")
    scale = SECONDS_PER_UNIT.get(unit) if isinstance(unit, str) else None
    if scale is None:
        raise place.error(field, f"has the unit {shown(unit)}; known units are s, ms, us, µs and ns")
    return value * scale


def _probability(place: Place, field: str, entry: dict[str, Any]) -> float:
    value = number(place, field, entry.get("value"))
    if entry.get("unit") not in ("", None):
        raise place.error(field, f"has the unit {shown(entry['unit'])}; a probability has none")
    if value > 1.0:
        raise place.error(field, f"is {value}; a probability must lie between 0 and 1")
    return value


def _read_qubits(document: Place, props: dict[str, Any], dates: list[datetime]) -> Iterator[QubitCalibration]:
    place, wanted = document.at("properties"), "a list with one entry per qubit"
    for qubit, parameters in enumerate(expect(place, "qubits", props.get("qubits"), (list, tuple), wanted)):
        place = document.at(f"qubit {qubit}")
        values = _read_parameters(place, parameters, _QUBIT_TIMES, _QUBIT_PROBABILITIES, dates)
        yield QubitCalibration(qubit=qubit, **values)


def _read_gates(
    document: Place, props: dict[str, Any], num_qubits: int, dates: list[datetime]
) -> Iterator[GateCalibration]:
    properties = document.at("properties")
    for index, entry in enumerate(expect(properties, "gates", props.get("gates"), (list, tuple), "a list of gates")):
        place = document.at(f"gate record {index}")
        expect(place, "", entry, dict, "an object with gate, qubits and parameters")
        name = gate_name(place, "gate", entry.get("gate"))
        qubits = qubit_tuple(place, f"qubits of {name}", entry.get("qubits"), num_qubits)
        place = document.at(f"{name} on {qubits}")
        check_num_qubits(place, name, qubits)
        values = _read_parameters(place, entry.get("parameters"), _GATE_TIMES, _GATE_PROBABILITIES, dates)
        yield GateCalibration(name=name, qubits=qubits, **values)


def _check_num_qubits(place: Place, conf: dict[str, Any], num_qubits: int) -> None:
    expect(place, "", conf, dict, "an object")
    declared = count(place, "n_qubits", conf.get("n_qubits"))
    if declared != num_qubits:
        raise place.error(
            "n_qubits",
            f"is {shown(declared)}, but the properties have {num_qubits} qubit records; the two must be one device",
        )


def _read_configuration(
    place: Place, conf: dict[str, Any], num_qubits: int, gates: tuple[GateCalibration, ...]
) -> dict[str, Any]:
    """Return keyword arguments of `Calibration` that the configuration document adds."""
    basis_gates = gate_names(place, "basis_gates", conf.get("basis_gates"))
    supported = conf.get("supported_instructions")
    operations = None
    if supported is not None:
        listed = gate_names(place, "supported_instructions", supported)
        operations = tuple(operation for operation in listed if operation in DEVICE_OPERATIONS)
    max_shots = conf.get("max_shots")
    dt_ns = optional_number(place, "dt", conf.get("dt"))
    rep_delay_us = optional_number(place, "default_rep_delay", conf.get("default_rep_delay"))
    return {
        "gates": gates + tuple(_gates_without_record(place, conf, num_qubits, gates)),
        "basis_gates": tuple(basis_gate for basis_gate in basis_gates if basis_gate not in NON_GATES),
        "supported_operations": operations,
        "dt_s": None if dt_ns is None else dt_ns * DT_UNIT_S,
        "rep_delay_s": None if rep_delay_us is None else rep_delay_us * REP_DELAY_UNIT_S,
        "rep_delay_range_s": _rep_delay_range_s(place, conf.get("rep_delay_range")),
        "timing_constraints": _timing_constraints(place, conf.get("timing_constraints")),
        "max_shots": None if max_shots is None else count(place, "max_shots", max_shots),
        "processor": _processor(conf.get("processor_type")),
    }


def _gates_without_record(
    place: Place, conf: dict[str, Any], num_qubits: int, gates: tuple[GateCalibration, ...]
) -> Iterator[GateCalibration]:
    seen = {(gate.name, gate.qubits) for gate in gates}
    entries = conf.get("gates")
    if entries is None:
        return
    for entry in expect(place, "gates", entries, (list, tuple), "a list"):
        expect(place, "an entry of gates", entry, dict, "an object")
        coupling = entry.get("coupling_map")
        if coupling is None:
            continue
        name = gate_name(place, "the name of a gate", entry.get("name"))
        for pair in expect(place, f"coupling_map of {name}", coupling, (list, tuple), "a list of qubit lists"):
            key = (name, qubit_tuple(place, f"coupling_map of {name}", pair, num_qubits))
            if len(key[1]) != (num_qubits_of(name) or max(len(key[1]), 1)):
                raise place.error(f"coupling_map of {name}", f"has the entry {shown(pair)} of the wrong length")
            if key not in seen:
                seen.add(key)
                yield GateCalibration(name=name, qubits=key[1])


def _rep_delay_range_s(place: Place, value: Any) -> tuple[float, float] | None:
    if value is None:
        return None
    field = "rep_delay_range"
    expect(place, field, value, (list, tuple), "a list of two numbers")
    if len(value) != 2:
        raise place.error(field, f"has {len(value)} entries; it must have two, the smallest and the largest delay")
    low, high = (number(place, field, bound) * REP_DELAY_UNIT_S for bound in value)
    if low > high:
        raise place.error(field, f"is {shown(value)}; the smallest delay comes first")
    return low, high


def _timing_constraints(place: Place, value: Any) -> TimingConstraints | None:
    if value is None:
        return None
    expect(place, "timing_constraints", value, dict, "an object")
    fields = ("granularity", "min_length", "pulse_alignment", "acquire_alignment")
    return TimingConstraints(**{name: count(place, name, value[name]) for name in fields if name in value})


def _processor(value: object) -> str | None:
    """Read `Eagle r3`; the field is for people only, so an odd one is left out instead of refused."""
    if not isinstance(value, dict) or not isinstance(value.get("family"), str):
        return None
    family, revision = value["family"], value.get("revision")
    is_known = isinstance(revision, (int, float, str)) and not isinstance(revision, bool)
    return f"{family} r{revision}" if is_known else family
