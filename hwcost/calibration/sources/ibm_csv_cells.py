"""Single cells of the calibration CSV of the IBM Quantum web page, each read strictly or refused by its place."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from datetime import UTC, datetime

from hwcost.calibration.record import MAX_TIME_S
from hwcost.calibration.values import parse_date
from hwcost.core.errors import CalibrationError
from hwcost.core.text import shown

_UNKNOWN = frozenset({"", "undefined", "null", "none", "n/a", "-"})
_YES, _NO = frozenset({"yes", "true", "si", "sí"}), frozenset({"no", "false"})

# No leading zeros: a spreadsheet writes them into the times and dates that it makes of `1:0.0013` and `1-2`.
_WHOLE = r"(?:0|[1-9]\d{0,8})"
_QUBIT = re.compile(rf"[Qq]?({_WHOLE})", re.ASCII)
_NUMBER = re.compile(r"[+-]?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?", re.ASCII)
_PAIR = re.compile(rf"(?:(?P<gate>[a-z]+)?(?P<a>{_WHOLE})_)?(?P<b>{_WHOLE})\s*:\s*(?P<value>\S+)", re.ASCII)
_CLOCK = re.compile(r"\d+:\d\d([:.]\d+)*", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """The text of one cell, without blanks around it, and where it stands."""

    text: str
    origin: str
    line: int
    header: str

    def error(self, problem: str) -> CalibrationError:
        """Make the error that says what is wrong here."""
        return CalibrationError(f"{self.origin}, line {self.line}, column {shown(self.header)}: {problem}")

    @property
    def is_unknown(self) -> bool:
        """Whether the cell says that the value is missing."""
        return self.text.lower() in _UNKNOWN


@dataclass(frozen=True, slots=True, kw_only=True)
class PairValue:
    """The value of one two-qubit gate; `gate` is None where only the column says which."""

    gate: str | None
    qubits: tuple[int, int]
    value: float | None


def read_qubit(cell: Cell) -> int:
    """Read the number in `7` or `Q7`."""
    match = _QUBIT.fullmatch(cell.text)
    if match is None:
        raise cell.error(f"is {shown(cell.text)}; it must be the number of a qubit")
    return int(match[1])


def read_number(cell: Cell, *, scale: float = 1.0) -> float | None:
    """Read a number that is finite and not negative, times `scale`; None where the cell says that there is none."""
    return None if cell.is_unknown else _scaled(cell, cell.text, scale)


def read_probability(cell: Cell) -> float | None:
    """Read a number from 0 to 1; None where the cell says that there is none."""
    return None if cell.is_unknown else _probability(cell, cell.text)


def read_operational(cell: Cell) -> bool:
    """Return whether the qubit is in use; it is where the cell does not say."""
    word = cell.text.lower()
    if word in _NO:
        return False
    if word in _YES or cell.is_unknown:
        return True
    raise cell.error(f"is {shown(cell.text)}; it must be Yes or No")


def read_date(cell: Cell) -> datetime | None:
    """Read the date in ISO 8601, as UTC where it gives no offset; None for what is not so written."""
    date = parse_date(cell.text)
    return date if date is None or date.tzinfo is not None else date.replace(tzinfo=UTC)


def read_pairs(cell: Cell, qubit: int, num_qubits: int, *, time_unit_s: float | None = None) -> list[PairValue]:
    """Read the values of the gates between the row's `qubit` and its neighbours.

    A cell reads `cx1_0: 1.286e-2, cx1_2: 1.117e-2` (2019), `0_1:0.0106; 0_3:0.0053` (2021) or `1:0.0013;10:0.0011`
    (2024, the number is that of the neighbour).

    Args:
        cell: The cell.
        qubit: Qubit of the row; each pair has it on one side.
        num_qubits: Qubits of the device.
        time_unit_s: Seconds per unit of the values, None for probabilities.
    """
    if cell.is_unknown:
        return []
    pairs = []
    parts = [part.strip() for part in cell.text.split(";" if ";" in cell.text else ",")]
    for part in parts if parts[-1] else parts[:-1]:
        match = _PAIR.fullmatch(part)
        text = "" if match is None else match["value"]
        if match is None or not (_NUMBER.fullmatch(text) or text.lower() in _UNKNOWN):
            raise cell.error(f"has {shown(part)}; {_damage(part)}")
        first = qubit if match["a"] is None else int(match["a"])
        second = int(match["b"])
        if qubit not in (first, second):
            raise cell.error(f"has {shown(part)} in the row of qubit {qubit}, which is not one of the two")
        if first == second or max(first, second) >= num_qubits:
            raise cell.error(f"has {shown(part)}; the neighbour must be another qubit from 0 to {num_qubits - 1}")
        value: float | None = None
        if text.lower() not in _UNKNOWN:
            value = _probability(cell, text) if time_unit_s is None else _scaled(cell, text, time_unit_s)
        pairs.append(PairValue(gate=match["gate"], qubits=(first, second), value=value))
    return pairs


def _damage(part: str) -> str:
    if _CLOCK.fullmatch(part):
        return (
            "a spreadsheet made a time of the value, which is lost; use the file as it was downloaded, never opened "
            "in a spreadsheet"
        )
    return "it must be pairs such as 0_1:0.0106; 0_3:0.0053 or 1:0.0013;10:0.0011"


def _scaled(cell: Cell, text: str, scale: float) -> float:
    value = _number(cell, text) * scale
    if value > MAX_TIME_S:
        raise cell.error(f"is {shown(text)}; a time is at most {MAX_TIME_S:g} s, check its unit")
    return value


def _number(cell: Cell, text: str) -> float:
    if not _NUMBER.fullmatch(text):
        raise cell.error(f"is {shown(text)}; it must be a number such as 0.0106 or 1.06e-2, or undefined")
    value = float(text)
    if not math.isfinite(value) or value < 0.0:
        raise cell.error(f"is {shown(text)}; it must be finite and not negative")
    return value


def _probability(cell: Cell, text: str) -> float:
    value = _number(cell, text)
    if value > 1.0:
        raise cell.error(f"is {shown(text)}; a probability must lie between 0 and 1")
    return value
