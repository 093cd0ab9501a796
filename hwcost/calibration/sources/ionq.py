"""Calibrations from IonQ's characterizations: the JSON that IonQ's service gives for a backend.

One mean of each kind describes the whole device, whose gates act between any two ions. Times are in seconds, fidelities
are averages (https://docs.ionq.com, "Get a characterization", versions 0.3 and 0.4 of the service).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from hwcost.calibration.record import Calibration
from hwcost.calibration.sources.device_values import DeviceValues, QubitValues, all_to_all, error_of
from hwcost.calibration.sources.text import CalibrationFile, plain_name
from hwcost.calibration.values import (
    Place,
    count,
    expect,
    optional_date,
    optional_number,
    optional_probability,
    qubit_tuple,
)
from hwcost.calibration.vendors import IONQ
from hwcost.core.errors import CalibrationError, OptionError
from hwcost.core.text import shown

SPAM = "readout errors are SPAM errors, which include those of the preparation"
MEANS = "one value of each kind stands for all qubits and pairs: the means that IonQ reports"

ONE_QUBIT_GATES = ("gpi", "gpi2", "rz")
_TWO_QUBIT_GATES = {"harmony": "ms", "aria": "ms", "forte": "zz", "tempo": "zz"}
_GATE_ASSUMED = "the two-qubit gate is ms: the file does not name a device whose gate is known"

# Ions keep their state for seconds to hours; read as seconds, more than this is a unit mistake.
_LONGEST_T1_S, _LONGEST_T2_S = 1e6, 1e3
_YEAR_2200_S = 7.3e9


def claims(given: object) -> bool:
    """Return whether it is a file with a characterization, or with a list of them."""
    if not (isinstance(given, CalibrationFile) and given.is_json):
        return False
    document = given.document
    return isinstance(document, dict) and ("characterizations" in document or {"fidelity", "timing"} <= document.keys())


def read(file: CalibrationFile, *, conf: CalibrationFile | None = None) -> Calibration:
    """Read a characterization; of a list, the newest.

    Raises:
        CalibrationError: A value in it is impossible.
        OptionError: There is a configuration with it.
    """
    if conf is not None:
        raise OptionError(f"{file.shown}: a characterization takes no configuration; leave {conf.shown} out")
    place = Place(file.shown)
    document = _newest(place, file.document)
    backend = document.get("backend")
    if backend is not None:
        expect(place, "backend", backend, str, "the name of a backend")
    num_qubits = count(place, "qubits", document.get("qubits"))
    gate, notes = two_qubit_gate(backend)
    edges = _edges(place, document.get("connectivity"), num_qubits, notes)
    values = ionq_values(
        place,
        document.get("fidelity"),
        document.get("timing"),
        num_qubits=num_qubits,
        gates=(*ONE_QUBIT_GATES, gate),
        edges=edges,
        snapshot_date=_date(place, document.get("date")),
        notes=notes,
    )
    name = plain_name(backend or file.path.stem)
    return values.calibration(
        name=name, source="ionq", origin=f"IonQ characterization JSON: {file.fingerprint}", processor=IONQ
    )


def two_qubit_gate(backend: str | None) -> tuple[str, list[str]]:
    """Return the two-qubit gate of a device by its name, and what was assumed for it."""
    known = (gate for word, gate in _TWO_QUBIT_GATES.items() if word in (backend or "").lower())
    gate = next(known, None)
    return ("ms", [_GATE_ASSUMED]) if gate is None else (gate, [])


def ionq_values(
    place: Place,
    fidelity: object,
    timing: object,
    *,
    num_qubits: int,
    gates: tuple[str, ...],
    edges: tuple[tuple[int, int], ...],
    snapshot_date: datetime | None,
    notes: list[str],
    max_shots: int | None = None,
) -> DeviceValues:
    """Read fidelities and times by kind (`1q` or `1Q`, `spam`, `readout`, …) into the values of all qubits."""
    kinds = expect(place, "fidelity", fidelity, dict, "an object with 1q, 2q and spam")
    times = expect(place, "timing", timing, dict, "an object with times in seconds")
    medians: list[str] = []
    errors = {kind: error_of(_mean(place, kinds, kind, medians)) for kind in ("1q", "2q", "spam")}
    if medians:
        notes.append(f"the file has no mean fidelity of {', '.join(medians)}; the median is used")
    qubit = QubitValues(
        t1_s=_coherence(place, times, "t1", _LONGEST_T1_S, notes),
        t2_s=_coherence(place, times, "t2", _LONGEST_T2_S, notes),
        gate_error=errors["1q"],
        readout_error=errors["spam"],
        gate_duration_s=_duration(place, times, "1q"),
        readout_duration_s=_duration(place, times, "readout"),
    )
    return DeviceValues(
        qubits=(qubit,) * num_qubits,
        gates=gates,
        edges=edges,
        two_qubit_error=errors["2q"],
        two_qubit_duration_s=_duration(place, times, "2q"),
        reset_duration_s=_duration(place, times, "reset"),
        snapshot_date=snapshot_date,
        max_shots=max_shots,
        assumptions=(MEANS, *([SPAM] if errors["spam"] is not None else []), *notes),
    )


def _newest(place: Place, document: dict[str, Any]) -> dict[str, Any]:
    if "characterizations" not in document:
        return document
    entries = expect(place, "characterizations", document["characterizations"], list, "a list")
    if not entries:
        raise place.error("characterizations", "is empty; it must hold at least one")
    dated: list[tuple[datetime, dict[str, Any]]] = []
    for entry in entries:
        expect(place, "an entry of characterizations", entry, dict, "an object")
        date = _date(place, entry.get("date"))
        if date is not None:
            dated.append((date, entry))
    if len(entries) == 1:
        return dict(entries[0])
    if not dated or len({entry.get("backend") for _, entry in dated if isinstance(entry.get("backend"), str)}) > 1:
        raise CalibrationError(
            f"{place.origin}: holds {len(entries)} characterizations, not all dated or of one backend; keep one"
        )
    return max(dated, key=lambda pair: pair[0])[1]


def _edges(place: Place, value: object, num_qubits: int, notes: list[str]) -> tuple[tuple[int, int], ...]:
    if value is None:
        notes.append("gates act between all pairs of qubits: the file has no connectivity")
        return all_to_all(place, "qubits", num_qubits)
    edges: list[tuple[int, int]] = []
    for pair in expect(place, "connectivity", value, list, "a list of pairs of qubits"):
        qubits = qubit_tuple(place, "connectivity", pair, num_qubits)
        if len(qubits) != 2 or qubits[0] == qubits[1]:
            raise place.error("connectivity", f"has the entry {shown(pair)}; it must be two different qubits")
        edges.append((qubits[0], qubits[1]))
    return tuple(dict.fromkeys(edges))


def _date(place: Place, value: object) -> datetime | None:
    """Read seconds since 1970 (version 0.3) or a date as text (version 0.4)."""
    if not isinstance(value, (int, float)) or isinstance(value, bool):
        return optional_date(place, "date", value)
    if not (math.isfinite(value) and 0 <= value <= _YEAR_2200_S):
        raise place.error("date", f"is {shown(value)}; it must be seconds since 1970-01-01")
    return datetime.fromtimestamp(value, UTC)


def _value(values: Mapping[str, object], kind: str) -> object:
    """Return what stands under `1q`, which Braket writes `1Q`, and T1 likewise."""
    return values.get(kind, values.get(kind.upper()))


def _mean(place: Place, kinds: Mapping[str, Any], kind: str, medians: list[str]) -> float | None:
    entry = _value(kinds, kind)
    if entry is None:
        return None
    means = expect(place, f"fidelity of {kind}", entry, dict, "an object with mean")
    mean = optional_probability(place, f"mean fidelity of {kind}", means.get("mean"))
    if mean is not None:
        return mean
    median = optional_probability(place, f"median fidelity of {kind}", means.get("median"))
    if median is not None:
        medians.append(kind)
    return median


def _duration(place: Place, times: Mapping[str, Any], kind: str) -> float | None:
    duration_s = optional_number(place, f"timing {kind}", _value(times, kind))
    if duration_s is not None and (duration_s == 0.0 or duration_s > 1.0):
        raise place.error(f"timing {kind}", f"is {duration_s:g}; it must be in seconds, such as 0.0002 for 200 µs")
    return duration_s


def _coherence(place: Place, times: Mapping[str, Any], kind: str, longest_s: float, notes: list[str]) -> float | None:
    value = optional_number(place, f"timing {kind}", _value(times, kind))
    if value is None or value <= longest_s:
        return value
    # The example of Braket's schema has T1 10000000000 and T2 500000 beside gate times in seconds.
    if value * 1e-6 <= longest_s:
        notes.append(f"{kind.upper()} is read as microseconds: {value:g} s would be longer than that of any ion")
        return value * 1e-6
    raise place.error(f"timing {kind}", f"is {value:g}; it must be in seconds, at most {longest_s:g}")
