"""What one part of Braket's device properties says, by Braket's numbers of qubits: `BraketValues`, and its readers."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeAlias

from hwcost.calibration.record import Qubits
from hwcost.calibration.sources.device_values import QubitValues
from hwcost.calibration.values import Place, expect, number
from hwcost.core.text import shown
from hwcost.core.units import SECONDS_PER_UNIT

GateNames: TypeAlias = Mapping[str, tuple[str, ...]]

_EDGE = re.compile(r"(\d{1,6})-(\d{1,6})", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class BraketValues:
    """What is known, by Braket's numbers of qubits; times in seconds.

    Attributes:
        qubits: Values of single qubits.
        all_qubits: Values that hold for each qubit without its own.
        edge_errors: Average error by gate (Qiskit's name) and pair.
        two_qubit_error: Average error of every two-qubit gate.
        two_qubit_duration_s: Duration of every two-qubit gate.
        reset_duration_s: Duration of a reset.
        date: Date of the values.
        notes: What was assumed.
    """

    qubits: Mapping[int, QubitValues] = field(default_factory=dict)
    all_qubits: QubitValues = field(default_factory=QubitValues)
    edge_errors: Mapping[tuple[str, Qubits], float] = field(default_factory=dict)
    two_qubit_error: float | None = None
    two_qubit_duration_s: float | None = None
    reset_duration_s: float | None = None
    date: datetime | None = None
    notes: tuple[str, ...] = ()


def qubit_key(place: Place, field_name: str, key: object) -> int:
    """Read the number of a qubit that is the key of an object."""
    if isinstance(key, str) and key.isascii() and key.isdecimal() and len(key) <= 6:
        return int(key)
    raise place.error(field_name, f"has the key {shown(key)}; it must be the number of a qubit")


def edge_key(place: Place, field_name: str, key: str) -> tuple[int, int]:
    """Read a pair of qubits such as `0-1`."""
    match = _EDGE.fullmatch(key)
    if match is None or int(match[1]) == int(match[2]):
        raise place.error(field_name, f"has the key {shown(key)}; it must be two qubits, such as 0-1")
    return int(match[1]), int(match[2])


def probability(place: Place, field_name: str, value: object) -> float:
    """Read a number from 0 to 1."""
    found = number(place, field_name, value)
    if found > 1.0:
        raise place.error(field_name, f"is {found:g}; a fidelity must lie between 0 and 1")
    return found


def time_s(place: Place, field_name: str, value: object) -> float | None:
    """Read an object with value and unit; None where there is none."""
    if value is None:
        return None
    entry = expect(place, field_name, value, dict, "an object with value and unit")
    amount, unit = number(place, field_name, entry.get("value")), entry.get("unit")
    scale = SECONDS_PER_UNIT.get(unit.lower()) if isinstance(unit, str) else None
    if scale is None:
        raise place.error(field_name, f"has the unit {shown(unit)}; known units are s, ms, us and ns")
    return amount * scale


def duration_s(place: Place, field_name: str, value: float | None) -> float | None:
    """Check the duration of an operation in seconds; one that takes no time, or a second, is a mistake."""
    if value is not None and not 0.0 < value <= 1.0:
        raise place.error(field_name, f"is {value:g} s; it must be above 0 and at most 1 s")
    return value


def largest(values: dict[tuple[str, Qubits], float], key: tuple[str, Qubits], value: float) -> None:
    """Keep the larger of several errors under one key."""
    values[key] = max(value, values.get(key, 0.0))
