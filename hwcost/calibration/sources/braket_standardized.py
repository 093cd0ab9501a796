"""Braket's standardized gate-model properties, versions 1 to 3.

Versions 1 and 2 have T1, T2 and fidelities of each qubit and each pair, and no durations. Version 3 has one-qubit
fidelities of each qubit, and one value for the device of everything else, durations included.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from hwcost.calibration.record import Qubits
from hwcost.calibration.sources.braket_values import (
    BraketValues,
    GateNames,
    duration_s,
    edge_key,
    largest,
    probability,
    qubit_key,
    time_s,
)
from hwcost.calibration.sources.device_values import QubitValues
from hwcost.calibration.values import Place, expect, optional_date
from hwcost.core.text import listing, shown

SEVERAL = "where several fidelities of one gate are reported ({}), the lowest is used"
DEVICE_MEANS = "one value for the whole device stands for each qubit or pair: {}"


def standardized_values(place: Place, value: object, gates: GateNames) -> BraketValues:
    """Read a document of one of the three versions.

    Args:
        place: Where it stands.
        value: The document.
        gates: Braket's names of gates in lower case, and Qiskit's.

    Raises:
        CalibrationError: The version is not known, or a value is impossible.
    """
    document = expect(place, "", value, dict, "an object")
    header = expect(place, "braketSchemaHeader", document.get("braketSchemaHeader"), dict, "an object with version")
    version = header.get("version")
    if version in ("1", "2", 1, 2) and not isinstance(version, bool):
        return _of_each(place, document, gates)
    if version in ("3", 3):
        return _of_device(place, document)
    raise place.error("version", f"is {shown(version)}; versions 1, 2 and 3 are known")


# Versions 1 and 2.


def _of_each(place: Place, document: Mapping[str, Any], gates: GateNames) -> BraketValues:
    notes: set[str] = set()
    one, two = (
        expect(place, name, document.get(name), dict, "an object")
        for name in ("oneQubitProperties", "twoQubitProperties")
    )
    qubits = {}
    for key, entry in one.items():
        label = qubit_key(place, "oneQubitProperties", key)
        inside = place.at(f"standardized: qubit {label}")
        expect(inside, "", entry, dict, "an object with T1, T2 and oneQubitFidelity")
        error, readout = _one_qubit_errors(inside, entry.get("oneQubitFidelity"), notes)
        qubits[label] = QubitValues(
            t1_s=time_s(inside, "T1", entry.get("T1")),
            t2_s=time_s(inside, "T2", entry.get("T2")),
            gate_error=error,
            readout_error=readout,
        )
    errors: dict[tuple[str, Qubits], float] = {}
    for key, entry in two.items():
        _two_qubit_errors(place, edge_key(place, "twoQubitProperties", key), entry, gates, errors)
    several = (SEVERAL.format(listing(sorted(notes))),) if notes else ()
    return BraketValues(qubits=qubits, edge_errors=errors, notes=several)


def _one_qubit_errors(place: Place, value: object, notes: set[str]) -> tuple[float | None, float | None]:
    """Return the error of gates and of the readout."""
    gate, readout = {}, {}
    for kind, fidelity in _fidelities(place, "oneQubitFidelity", value):
        if "READOUT" not in kind:
            gate[kind] = 1.0 - fidelity
        elif "ERROR" not in kind:  # READOUT_ERROR_… are parts of it, which no schema explains
            readout[kind] = 1.0 - fidelity
    for found in (gate, readout):
        if len(found) > 1:
            notes.update(found)
    return max(gate.values(), default=None), max(readout.values(), default=None)


def _fidelities(place: Place, field: str, value: object) -> Iterator[tuple[str, float]]:
    """Yield the kind (in capitals, empty where there is none) and the value of each fidelity."""
    for entry in expect(place, field, value, list, "a list of fidelities"):
        expect(place, f"an entry of {field}", entry, dict, "an object with fidelity")
        kind_of = entry.get("fidelityType")
        name = kind_of.get("name") if isinstance(kind_of, dict) else kind_of
        if name is not None:
            expect(place, f"fidelityType of {field}", name, str, "an object with name")
        if entry.get("unit", "fraction") not in ("fraction", None):
            raise place.error(field, f"has the unit {shown(entry['unit'])}; a fidelity is a fraction")
        yield (name or "").upper(), probability(place, field, entry.get("fidelity"))


def _two_qubit_errors(
    place: Place, edge: tuple[int, int], value: object, gates: GateNames, errors: dict[tuple[str, Qubits], float]
) -> None:
    inside = place.at(f"standardized: qubits {edge[0]}-{edge[1]}")
    field = "twoQubitGateFidelity"
    listed = expect(inside, "", value, dict, f"an object with {field}").get(field)
    values = expect(inside, field, listed, list, "a list of fidelities")
    for entry, (_, fidelity) in zip(values, _fidelities(inside, field, values), strict=True):
        name = expect(inside, f"gateName of {field}", entry.get("gateName"), str, "the name of a gate")
        where = _direction(inside, edge, entry.get("direction"))
        for gate in gates.get(name.lower(), ()):
            for qubits in where:
                largest(errors, (gate, qubits), 1.0 - fidelity)


def _direction(place: Place, edge: tuple[int, int], value: object) -> tuple[Qubits, ...]:
    """Return the pairs (control, target) that a value holds for; both where no direction is given."""
    if value is None:
        return edge, edge[::-1]
    entry = expect(place, "direction", value, dict, "an object with control and target")
    found = (entry.get("control"), entry.get("target"))
    if found not in (edge, edge[::-1]) or any(isinstance(qubit, bool) for qubit in found):
        raise place.error("direction", f"is {shown(value)}; it must name control and target of {edge[0]}-{edge[1]}")
    return ((found[0], found[1]),)


# Version 3.


def _of_device(place: Place, document: Mapping[str, Any]) -> BraketValues:
    qubits = {}
    listed = document.get("oneQubitProperties")
    for key, entry in expect(place, "oneQubitProperties", {} if listed is None else listed, dict, "an object").items():
        label = qubit_key(place, "oneQubitProperties", key)
        inside = place.at(f"standardized: qubit {label}")
        expect(inside, "", entry, dict, "an object with oneQubitFidelity")
        qubits[label] = QubitValues(gate_error=_lowest(inside, "oneQubitFidelity", entry.get("oneQubitFidelity")))
    single, readout, two = (
        _lowest(place, name, document.get(name))
        for name in ("singleQubitFidelity", "readoutFidelity", "twoQubitGateFidelity")
    )
    t1, t2 = (time_s(place, name, document.get(name)) for name in ("T1", "T2"))
    readout_s, gate_s, two_s, reset_s = (
        duration_s(place, name, time_s(place, name, document.get(name)))
        for name in (
            "readoutDuration",
            "singleQubitGateDuration",
            "twoQubitGateDuration",
            "activeResetDuration",
        )
    )
    means = {"T1": t1, "T2": t2, "readout": readout, "two-qubit gates": two, "durations": gate_s or two_s or readout_s}
    known = [name for name, value in means.items() if value is not None]
    return BraketValues(
        qubits=qubits,
        all_qubits=QubitValues(
            t1_s=t1,
            t2_s=t2,
            gate_error=single,
            readout_error=readout,
            gate_duration_s=gate_s,
            readout_duration_s=readout_s,
        ),
        two_qubit_error=two,
        two_qubit_duration_s=two_s,
        reset_duration_s=reset_s,
        date=optional_date(place, "updatedAt", document.get("updatedAt")),
        notes=(DEVICE_MEANS.format(listing(known)),) if known else (),
    )


def _lowest(place: Place, field: str, value: object) -> float | None:
    """Return the error that belongs to the lowest fidelity of a list; None where there is none."""
    if value is None:
        return None
    return max((1.0 - fidelity for _, fidelity in _fidelities(place, field, value)), default=None)
