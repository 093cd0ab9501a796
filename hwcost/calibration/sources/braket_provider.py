"""The vendors' own parts of Braket's device properties: IonQ, IQM, OQC, Rigetti (version 1) and AQT.

They are older than the standardized properties, and for some devices all there is.
"""

from __future__ import annotations

from collections.abc import Mapping
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
)
from hwcost.calibration.sources.device_values import QubitValues
from hwcost.calibration.sources.ionq import ionq_values
from hwcost.calibration.values import Place, expect, number, optional_date, optional_number, optional_probability
from hwcost.calibration.vendors import AQT, IONQ, IQM, OQC, RIGETTI
from hwcost.core.text import shown

_US = 1e-6
_MICROSECONDS = "T1 and T2 of {} are read as microseconds"
_SPAM = "readout errors are SPAM errors (a lower bound of the fidelity), which include those of the preparation"

# Above this a coherence time of a superconducting qubit is no number of seconds.
_LONGEST_SUPERCONDUCTING_S = 0.1


def provider_values(place: Place, value: object, vendor: str, gates: GateNames) -> BraketValues | None:
    """Read the part of a vendor; None where it holds no values that are read.

    Raises:
        CalibrationError: A value is impossible.
    """
    document = expect(place, "", value, dict, "an object")
    if vendor == IONQ:
        return _ionq(place, document)
    if vendor == AQT:
        return _aqt(place, document.get("properties"))
    if vendor in (IQM, OQC):
        return _by_qubit(place, document.get("properties"), gates, ("one_qubit", "two_qubit"), vendor)
    specs = document.get("specs")
    if vendor == RIGETTI and isinstance(specs, dict) and not specs.keys().isdisjoint(("1Q", "2Q")):
        return _by_qubit(place, specs, gates, ("1Q", "2Q"), vendor)
    return None  # Rigetti's version 2 is its own list of benchmarks, whose values are in the standardized part


def _ionq(place: Place, document: Mapping[str, Any]) -> BraketValues:
    values = ionq_values(
        place,
        document.get("fidelity"),
        document.get("timing"),
        num_qubits=1,
        gates=(),
        edges=(),
        snapshot_date=None,
        notes=[],
    )
    return BraketValues(
        all_qubits=values.qubits[0],
        two_qubit_error=values.two_qubit_error,
        two_qubit_duration_s=values.two_qubit_duration_s,
        reset_duration_s=values.reset_duration_s,
        notes=values.assumptions,
    )


def _aqt(place: Place, value: object) -> BraketValues:
    """Read fidelities in percent, T1 and T2 in seconds, gate and readout times in microseconds."""
    entries = expect(place, "properties", value, dict, "an object with fidelities and times")
    qubits = {}
    singles = entries.get("single_qubit_gate_fidelity", {})
    for key, entry in expect(place, "single_qubit_gate_fidelity", singles, dict, "fidelities by qubit").items():
        label = qubit_key(place, "single_qubit_gate_fidelity", key)
        qubits[label] = QubitValues(gate_error=_percent_error(place, "single_qubit_gate_fidelity", entry))
    readout_s, gate_s, two_s = (
        _micros(place, name, entries.get(name))
        for name in ("readout_time_micros", "single_qubit_gate_duration_micros", "two_qubit_gate_duration_micros")
    )
    return BraketValues(
        qubits=qubits,
        all_qubits=QubitValues(
            t1_s=_with_uncertainty(place, "t1_s", entries.get("t1_s")),
            t2_s=_with_uncertainty(place, "t2_coherence_time_s", entries.get("t2_coherence_time_s")),
            readout_error=_percent_error(place, "spam_fidelity_lower_bound", entries.get("spam_fidelity_lower_bound")),
            gate_duration_s=gate_s,
            readout_duration_s=readout_s,
        ),
        two_qubit_error=_percent_error(
            place, "mean_two_qubit_gate_fidelity", entries.get("mean_two_qubit_gate_fidelity")
        ),
        two_qubit_duration_s=two_s,
        date=optional_date(place, "updated_at", entries.get("updated_at")),
        notes=(_SPAM,),
    )


def _micros(place: Place, field: str, value: object) -> float | None:
    time = optional_number(place, field, value)
    return None if time is None else duration_s(place, field, time * _US)


def _with_uncertainty(place: Place, field: str, value: object) -> float | None:
    return optional_number(place, field, value.get("value") if isinstance(value, dict) else value)


def _percent_error(place: Place, field: str, value: object) -> float | None:
    percent = _with_uncertainty(place, field, value)
    if percent is None:
        return None
    if percent > 100.0:
        raise place.error(field, f"is {percent:g}; a fidelity in percent must lie between 0 and 100")
    return 1.0 - percent / 100.0


# Values by qubit and by pair, as OQC, IQM and the first version of Rigetti have them.


def _by_qubit(
    place: Place, value: object, gates: GateNames, fields: tuple[str, str], vendor: str
) -> BraketValues | None:
    entries = expect(place, "", value, dict, f"an object with {fields[0]} and {fields[1]}")
    one, two = (
        expect(place, field, entries.get(field, {}), dict, "an object with qubits or pairs as keys") for field in fields
    )
    notes: list[str] = []
    qubits = {}
    for key, entry in one.items():
        label = qubit_key(place, fields[0], key)
        qubits[label] = _qubit(place.at(f"provider: qubit {label}"), entry, vendor, notes)
    errors: dict[tuple[str, Qubits], float] = {}
    for key, entry in two.items():
        _edge(place, edge_key(place, fields[1], key), entry, gates, errors)
    return BraketValues(qubits=qubits, edge_errors=errors, notes=tuple(dict.fromkeys(notes)))


def _qubit(place: Place, value: object, vendor: str, notes: list[str]) -> QubitValues:
    entry = expect(place, "", value, dict, "an object with T1, T2, fRB and fRO")
    gate = [
        optional_probability(place, name, entry.get(name))
        for name in ("fRB", "f1QRB", "f1Q_simultaneous_RB", "f1Q_simultaneous")
    ]
    readout = optional_probability(place, "fRO", entry.get("fRO"))
    return QubitValues(
        t1_s=_coherence(place, "T1", entry.get("T1"), vendor, notes),
        t2_s=_coherence(place, "T2", entry.get("T2"), vendor, notes),
        gate_error=max((1.0 - found for found in gate if found is not None), default=None),
        readout_error=None if readout is None else 1.0 - readout,
    )


def _coherence(place: Place, field: str, value: object, vendor: str, notes: list[str]) -> float | None:
    """Read seconds, as Rigetti and IQM write them, or microseconds, as OQC does; the schemas name no unit."""
    if value is None:
        return None
    time = number(place, field, value)
    if time <= _LONGEST_SUPERCONDUCTING_S:
        return time
    notes.append(_MICROSECONDS.format(vendor))
    return time * _US


def _edge(
    place: Place, edge: tuple[int, int], value: object, gates: GateNames, errors: dict[tuple[str, Qubits], float]
) -> None:
    """Read fidelities such as fCZ (Rigetti, IQM) and ECR_f (OQC)."""
    inside = place.at(f"provider: qubits {edge[0]}-{edge[1]}")
    entry = expect(inside, "", value, dict, "an object with fidelities of gates")
    coupling = entry.get("coupling")
    where: tuple[Qubits, ...] = (edge, edge[::-1])
    if coupling is not None:
        expect(inside, "coupling", coupling, dict, "an object with control_qubit and target_qubit")
        pair = (coupling.get("control_qubit"), coupling.get("target_qubit"))
        if pair not in where or any(isinstance(qubit, bool) for qubit in pair):
            raise inside.error("coupling", f"is {shown(coupling)}; it must name the two qubits of its key")
        where = ((int(pair[0]), int(pair[1])),)
    for key, fidelity in entry.items():
        name = key[1:] if key.startswith("f") else key.removesuffix("_f")
        if name == key or fidelity is None:
            continue
        for gate in gates.get(name.lower(), ()):
            for qubits in where:
                largest(errors, (gate, qubits), 1.0 - probability(inside, key, fidelity))
