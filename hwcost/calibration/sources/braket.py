"""Calibrations from AWS Braket's device properties: the JSON of a gate-model QPU, or the answer of `get-device`.

Qubits, edges and native gates are those of `paradigm`. Values come from `standardized` (gate-model properties, versions
1 to 3; only version 3 has durations), and from the vendor's part `provider` where that is all there is. Braket's qubits
may have gaps in their numbers; here they are numbered from 0 in the same order.
Schemas: amazon-braket-schemas-python, `braket.device_schema`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from hwcost.calibration.record import Calibration
from hwcost.calibration.sources.braket_provider import provider_values
from hwcost.calibration.sources.braket_standardized import standardized_values
from hwcost.calibration.sources.braket_values import BraketValues
from hwcost.calibration.sources.device_values import (
    TWO_QUBIT_GATES,
    DeviceValues,
    QubitValues,
    all_to_all,
    check_gates,
)
from hwcost.calibration.sources.ionq import two_qubit_gate
from hwcost.calibration.sources.text import CalibrationFile, parse_json, plain_name
from hwcost.calibration.values import Place, count, expect, gate_names, optional_date
from hwcost.calibration.vendors import AQT, IONQ, IQM, OQC, RIGETTI
from hwcost.core.errors import CalibrationError, OptionError
from hwcost.core.text import listing, shown

_SCHEMA = "braket.device_schema."
_STANDARDIZED = "standardized_gate_model_qpu_device_properties"
_VENDORS = {name.lower(): name for name in (AQT, IONQ, IQM, OQC, RIGETTI)}

# Braket's names of native gates in lower case, and Qiskit's.
_GATES: Mapping[str, tuple[str, ...]] = {
    **{name: (name,) for name in ("x", "y", "h", "rx", "ry", "rz", "gpi", "gpi2", "ms", "cy", "cz", "ecr")},
    **{name: (name,) for name in ("swap", "iswap", "xy")},
    "i": ("id",),
    "v": ("sx",),
    "vi": ("sxdg",),
    "prx": ("r",),
    "phaseshift": ("p",),
    "cnot": ("cx",),
    "cphaseshift": ("cp",),
    "xx": ("rxx",),
    "yy": ("ryy",),
    "zz": ("rzz",),
}
# Rigetti's rx turns by multiples of a quarter turn only, which are these two; IonQ's zz counts its angle in turns.
_GATES_OF: Mapping[str, Mapping[str, tuple[str, ...]]] = {RIGETTI: {"rx": ("sx", "x")}, IONQ: {"zz": ("zz",)}}
_RIGETTI_RX = "rx is calibrated at multiples of a quarter turn: it is used as sx and x"


def claims(given: object) -> bool:
    """Return whether it is a file with a document of Braket's device schemas."""
    return isinstance(given, CalibrationFile) and given.is_json and _is_braket(given.document)


def read(file: CalibrationFile, *, conf: CalibrationFile | None = None) -> Calibration:
    """Read device properties.

    Raises:
        CalibrationError: They are of no gate-model QPU, or a value in them is impossible.
        OptionError: There is a configuration with it.
    """
    if conf is not None:
        raise OptionError(f"{file.shown}: device properties take no configuration; leave {conf.shown} out")
    place = Place(file.shown)
    device_name, document = _capabilities(place, file.document)
    vendor = _vendor(place, document)
    values = _device(place, document, vendor, device_name)
    return values.calibration(
        name=plain_name(device_name or file.path.stem),
        source="braket",
        origin=f"Braket device properties JSON: {file.fingerprint}",
        processor=" ".join(filter(None, (vendor, device_name and plain_name(device_name)))),
    )


# What the document is.


def _is_braket(document: object) -> bool:
    if not isinstance(document, dict):
        return False
    header = document.get("braketSchemaHeader")
    name = header.get("name") if isinstance(header, dict) else None
    return (isinstance(name, str) and name.startswith(_SCHEMA)) or "deviceCapabilities" in document


def _capabilities(place: Place, document: dict[str, Any]) -> tuple[str | None, dict[str, Any]]:
    """Return the device's name, if the document is an answer of `get-device`, and the device properties."""
    if "deviceCapabilities" not in document:
        return None, document
    inner = document["deviceCapabilities"]
    if isinstance(inner, str):
        inner = parse_json(inner, f"{place.origin}: deviceCapabilities")
    if not (isinstance(inner, dict) and _is_braket(inner) and "deviceCapabilities" not in inner):
        raise place.error("deviceCapabilities", "is no document of Braket's device schemas")
    name = document.get("deviceName")
    if name is not None:
        expect(place, "deviceName", name, str, "text")
    return name, inner


def _vendor(place: Place, document: Mapping[str, Any]) -> str:
    header = expect(place, "braketSchemaHeader", document.get("braketSchemaHeader"), dict, "an object with name")
    name = expect(place, "the name in braketSchemaHeader", header.get("name"), str, "text")
    kind = name.removeprefix(_SCHEMA)
    if kind == _STANDARDIZED:
        raise CalibrationError(
            f"{place.origin}: holds the standardized properties alone, which name neither the native gates nor the "
            "connectivity; give the whole device properties, with `paradigm` and `standardized`"
        )
    vendor = _VENDORS.get(kind.partition(".")[0].lower())
    if vendor is None or not kind.endswith("device_capabilities"):
        raise CalibrationError(
            f"{place.origin}: is {shown(name)}, which is not the device properties of a gate-model QPU of "
            f"{listing(sorted(_VENDORS.values()))}"
        )
    return vendor


# The device.


def _device(place: Place, document: Mapping[str, Any], vendor: str, device_name: str | None) -> DeviceValues:
    paradigm = expect(place, "paradigm", document.get("paradigm"), dict, "an object with qubitCount and nativeGateSet")
    inside = place.at("paradigm")
    notes: list[str] = []
    gates = _native_gates(inside, paradigm.get("nativeGateSet"), vendor, device_name, notes)
    labels, edges = _connectivity(inside, paradigm, document, notes)
    values = _values(place, document, vendor, labels)
    notes += values.notes
    max_shots, date = _service(place, document.get("service"))
    index = {label: number for number, label in enumerate(labels)}
    kept = {key: error for key, error in values.edge_errors.items() if set(key[1]) <= index.keys()}
    one_qubit = {label: values.qubits.get(label, QubitValues()) for label in labels}
    return DeviceValues(
        qubits=tuple(_filled(one_qubit[label], values.all_qubits) for label in labels),
        gates=gates,
        edges=tuple((index[a], index[b]) for a, b in edges),
        edge_errors={(gate, (index[a], index[b])): error for (gate, (a, b)), error in kept.items()},
        two_qubit_error=values.two_qubit_error,
        two_qubit_duration_s=values.two_qubit_duration_s,
        reset_duration_s=values.reset_duration_s,
        snapshot_date=values.date or date,
        max_shots=max_shots,
        assumptions=tuple(dict.fromkeys(notes)),
    )


def _native_gates(
    place: Place, value: object, vendor: str, device_name: str | None, notes: list[str]
) -> tuple[str, ...]:
    listed = gate_names(place, "nativeGateSet", value)
    own = _GATES_OF.get(vendor, {})
    known: dict[str, None] = {}
    unread: list[str] = []
    for name in listed:
        gates = own.get(name.lower(), _GATES.get(name.lower()))
        if gates is None:
            unread.append(name)
        known.update(dict.fromkeys(gates or ()))
    if vendor == IONQ:
        # Turns about z are phases of the gates that follow, so IonQ does not list them.
        known["rz"] = None
        if not TWO_QUBIT_GATES.intersection(known):
            gate, assumed = two_qubit_gate(device_name)
            known[gate] = None
            notes += assumed
    if vendor == RIGETTI and "sx" in known:
        notes.append(_RIGETTI_RX)
    check_gates(place, "nativeGateSet", known, unread)
    if unread:
        notes.append(f"native gates that are not used: {listing(unread)}")
    return tuple(known)


def _connectivity(
    place: Place, paradigm: Mapping[str, Any], document: Mapping[str, Any], notes: list[str]
) -> tuple[list[int], list[tuple[int, int]]]:
    """Return Braket's numbers of the qubits, ascending, and the pairs that have two-qubit gates."""
    num_qubits = count(place, "qubitCount", paradigm.get("qubitCount"))
    connectivity = expect(place, "connectivity", paradigm.get("connectivity"), dict, "an object with fullyConnected")
    full = connectivity.get("fullyConnected")
    if not isinstance(full, bool):
        raise place.error("fullyConnected", f"is {shown(full)}; it must be true or false")
    if full:
        pairs = all_to_all(place, "qubitCount", num_qubits)
        labels = _listed_qubits(document)
        if len(labels) != num_qubits:
            labels = list(range(num_qubits))
        return labels, [(labels[a], labels[b]) for a, b in pairs]
    edges: list[tuple[int, int]] = []
    graph = connectivity.get("connectivityGraph")
    seen = set(_listed_qubits(document))
    for key, neighbours in expect(place, "connectivityGraph", graph, dict, "lists of qubits by qubit").items():
        qubit = _label(place, key)
        seen.add(qubit)
        for other in expect(place, f"connectivityGraph of {qubit}", neighbours, list, "a list of qubits"):
            neighbour = _label(place, other)
            if neighbour == qubit:
                raise place.error("connectivityGraph", f"joins qubit {qubit} with itself")
            seen.add(neighbour)
            edges.append((qubit, neighbour))
    labels = sorted(seen)
    if len(labels) > num_qubits:
        raise place.error("qubitCount", f"is {num_qubits}, but {len(labels)} qubits are listed")
    if len(labels) < num_qubits:
        notes.append(f"{len(labels)} of {num_qubits} qubits are listed; the others cannot be used")
    if labels != list(range(len(labels))):
        notes.append(f"qubits are numbered from 0: qubit 0 is Braket's {labels[0]}, the last is {labels[-1]}")
    return labels, edges


def _listed_qubits(document: Mapping[str, Any]) -> list[int]:
    """Return the numbers of qubits with standardized values, which are checked when these are read."""
    standardized = document.get("standardized")
    entries = standardized.get("oneQubitProperties") if isinstance(standardized, dict) else None
    if not isinstance(entries, dict):
        return []
    return sorted(int(key) for key in entries if key.isascii() and key.isdecimal() and len(key) <= 6)


def _label(place: Place, value: object) -> int:
    if isinstance(value, str) and value.isascii() and value.isdecimal() and len(value) <= 6:
        return int(value)
    raise place.error("connectivityGraph", f"names qubit {shown(value)}; it must be a number as text")


def _values(place: Place, document: Mapping[str, Any], vendor: str, labels: list[int]) -> BraketValues:
    """Return the standardized values; what these do not say, the vendor's part says."""
    gates = {**_GATES, **_GATES_OF.get(vendor, {})}
    standardized = document.get("standardized")
    provider = document.get("provider")
    first = standardized_values(place.at("standardized"), standardized, gates) if standardized is not None else None
    second = provider_values(place.at("provider"), provider, vendor, gates) if provider is not None else None
    if first is None and second is None:
        raise CalibrationError(
            f"{place.origin}: has neither `standardized` nor `provider` with calibrated values; give the device "
            "properties of a device that reports them"
        )
    if first is None or second is None:
        return first or second or BraketValues()
    return _merged(first, second, labels)


def _merged(first: BraketValues, second: BraketValues, labels: list[int]) -> BraketValues:
    qubits = {
        label: _filled(
            _filled(first.qubits.get(label, QubitValues()), first.all_qubits), second.qubits.get(label, QubitValues())
        )
        for label in labels
    }
    return BraketValues(
        qubits=qubits,
        all_qubits=second.all_qubits,
        edge_errors=first.edge_errors or ({} if first.two_qubit_error is not None else second.edge_errors),
        two_qubit_error=_either(first.two_qubit_error, None if first.edge_errors else second.two_qubit_error),
        two_qubit_duration_s=_either(first.two_qubit_duration_s, second.two_qubit_duration_s),
        reset_duration_s=_either(first.reset_duration_s, second.reset_duration_s),
        date=first.date or second.date,
        notes=(*first.notes, *second.notes),
    )


def _either(first: float | None, second: float | None) -> float | None:
    return second if first is None else first


def _filled(values: QubitValues, others: QubitValues) -> QubitValues:
    """Return the values, with those of the others where there is none."""
    missing = {
        name: getattr(others, name) for name in QubitValues.__dataclass_fields__ if getattr(values, name) is None
    }
    # A readout has one error: halves of two sources do not go together.
    if values.readout_error is not None:
        missing = {name: value for name, value in missing.items() if not name.startswith("prob_")}
    return replace(values, **missing) if missing else values


def _service(place: Place, value: object) -> tuple[int | None, datetime | None]:
    """Return the largest number of shots and the date of the document."""
    if value is None:
        return None, None
    inside = place.at("service")
    service = expect(inside, "", value, dict, "an object")
    date = optional_date(inside, "updatedAt", service.get("updatedAt"))
    shots = service.get("shotsRange")
    if shots is None:
        return None, date
    if len(expect(inside, "shotsRange", shots, (list, tuple), "two numbers")) != 2:
        raise inside.error("shotsRange", f"is {shown(shots)}; it must be the smallest and the largest number of shots")
    return count(inside, "shotsRange", shots[1]), date
