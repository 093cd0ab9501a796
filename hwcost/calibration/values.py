"""Values out of a JSON document from outside, each checked at the door: `Place` and the readers of one value.

Every reader returns the value or raises a `CalibrationError` of one line that names the place and the field.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from hwcost.calibration.record import Qubits
from hwcost.core.errors import CalibrationError
from hwcost.core.gates import num_qubits_of
from hwcost.core.text import shown

MAX_NUMBER = 1e300
"""What is larger overflows in sums; what no device can have is for the audit to say."""

_LONGEST_NAME = 64  # a gate's name goes into one-line messages; anything longer is not a name

_DATE = re.compile(r"\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d(\.\d{1,9})?)?(Z|[+-]\d\d(:?\d\d)?)?)?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Place:
    """A place inside the input, for messages."""

    origin: str
    where: str = ""

    def at(self, where: str) -> Place:
        """Return another place in the same document."""
        return Place(self.origin, where)

    def error(self, field: str, problem: str) -> CalibrationError:
        """Make the error that says what is wrong with `field` here."""
        place = ": ".join(part for part in (self.origin, self.where) if part)
        return CalibrationError(f"{place}: {field} {problem}" if field else f"{place} {problem}")


def expect(place: Place, field: str, value: Any, kind: type | tuple[type, ...], wanted: str) -> Any:
    """Return `value`, if it is of type `kind`; never a bool."""
    # bool is an int in Python but never a number, a count or a qubit in these files.
    if not isinstance(value, kind) or isinstance(value, bool):
        raise place.error(field, f"is {shown(value)}; it must be {wanted}")
    return value


def number(place: Place, field: str, value: Any) -> float:
    """Read a finite number that is not negative."""
    expect(place, field, value, (int, float), "a number (leave the parameter out if it is unknown)")
    try:
        as_float = float(value)
    except OverflowError:
        as_float = math.inf
    if not math.isfinite(as_float) or as_float < 0.0:
        raise place.error(field, f"is {as_float}; it must be finite and not negative")
    if as_float > MAX_NUMBER:
        raise place.error(field, f"is {as_float}; more than {MAX_NUMBER:g} cannot be meant")
    return as_float


def optional_number(place: Place, field: str, value: Any) -> float | None:
    """Read the same, None where there is none."""
    return None if value is None else number(place, field, value)


def optional_probability(place: Place, field: str, value: Any) -> float | None:
    """Read a number from 0 to 1, None where there is none."""
    probability = optional_number(place, field, value)
    if probability is not None and probability > 1.0:
        raise place.error(field, f"is {probability}; a probability must lie between 0 and 1")
    return probability


def count(place: Place, field: str, value: Any) -> int:
    """Read a whole number from 1."""
    expect(place, field, value, int, "a whole number")
    if value < 1:
        raise place.error(field, f"is {shown(value)}; it must be at least 1")
    return int(value)


def qubit_tuple(place: Place, field: str, value: Any, num_qubits: int) -> Qubits:
    """Read numbers of qubits that the device has."""
    for qubit in expect(place, field, value, (list, tuple), "a list of qubit numbers"):
        expect(place, field, qubit, int, "a list of qubit numbers")
        if not 0 <= qubit < num_qubits:
            raise place.error(field, f"names qubit {shown(qubit)}; the device has qubits 0 to {num_qubits - 1}")
    return tuple(value)


def check_num_qubits(place: Place, name: str, qubits: Qubits) -> None:
    """Refuse gate `name` on a number of qubits that it cannot act on, which is a sign of a damaged file."""
    wanted = num_qubits_of(name) or max(len(qubits), 1)
    if len(qubits) != wanted:
        raise place.error("qubits", f"has {len(qubits)} entries; it must have {wanted}")


def gate_name(place: Place, field: str, value: Any) -> str:
    """Read a name that fits into a message."""
    name: str = expect(place, field, value, str, "the name of a gate")
    if not (0 < len(name) <= _LONGEST_NAME and name.isprintable()):
        raise place.error(field, f"is {shown(name)}; it must be the name of a gate")
    return name


def gate_names(place: Place, field: str, value: Any) -> tuple[str, ...]:
    """Read names, each once."""
    expect(place, field, value, (list, tuple), "a list of names")
    return tuple(dict.fromkeys(gate_name(place, f"an entry of {field}", name) for name in value))


@lru_cache(maxsize=4096)  # one calibration run stamps thousands of values with a handful of dates
def parse_date(text: str) -> datetime | None:
    """Read the date that `text` writes as in ISO 8601 (naive where it has no offset), or None."""
    if not _DATE.fullmatch(text):
        return None
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


def optional_date(place: Place, field: str, value: Any) -> datetime | None:
    """Read the aware date, naive ones read as UTC; None where there is none."""
    if value is None:
        return None
    date = value if isinstance(value, datetime) else parse_date(value) if isinstance(value, str) else None
    if date is None:
        raise place.error(field, f"is {shown(value)}; it must be a date such as 2025-02-26T15:26:08-05:00")
    return date if date.tzinfo is not None else date.replace(tzinfo=UTC)
