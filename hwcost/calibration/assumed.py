"""Values that a person gives for what a calibration does not say; each becomes a labelled assumption."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields, replace
from datetime import UTC, datetime
from typing import Any

from hwcost.calibration.record import Calibration, GateCalibration
from hwcost.calibration.values import parse_date
from hwcost.core.checks import real
from hwcost.core.errors import OptionError
from hwcost.core.gates import NON_GATES, num_pulses_of
from hwcost.core.option_fields import flag_and_keyword, option
from hwcost.core.text import listing, shown
from hwcost.core.units import format_seconds

# Beyond these a given value is a mistake of the unit, such as 60 for 60 ns.
_LONGEST_GATE_S = 1e-2
_LONGEST_READOUT_S = 0.1
_LONGEST_T1_S = 1e4
_LONGEST_REP_DELAY_S = 1.0
_DT_LIMITS_S = (1e-12, 1e-6)
_ABOVE_ZERO = math.ulp(0.0)

_REP_DELAY_LIMITS_S = (0.0, _LONGEST_REP_DELAY_S, "0.00025 for 250 µs")
_LIMITS_S = {
    "dt_s": (*_DT_LIMITS_S, "5e-10 for 0.5 ns"),
    "duration_1q_s": (_ABOVE_ZERO, _LONGEST_GATE_S, "6e-8 for 60 ns"),
    "duration_2q_s": (_ABOVE_ZERO, _LONGEST_GATE_S, "3e-7 for 300 ns"),
    "readout_duration_s": (_ABOVE_ZERO, _LONGEST_READOUT_S, "1.2e-6 for 1.2 µs"),
    "t1_s": (_ABOVE_ZERO, _LONGEST_T1_S, "1e-4 for 100 µs"),
    "t2_s": (_ABOVE_ZERO, _LONGEST_T1_S, "1e-4 for 100 µs"),
}
_CHANCES = ("error_1q", "error_2q", "readout_error")

# Value, number of qubits of the gates and field of their record.
_OF_GATES = (
    ("duration_1q_s", 1, "duration_s"),
    ("duration_2q_s", 2, "duration_s"),
    ("error_1q", 1, "error"),
    ("error_2q", 2, "error"),
)
_OF_QUBITS = {
    "readout_duration_s": "{} for the readout of {}",
    "readout_error": "a readout error of {} for {}",
    "t1_s": "a T1 of {} for {}",
    "t2_s": "a T2 of {} for {}",
}


def _label(name: str) -> str:
    return name.removesuffix("_s")


@dataclass(frozen=True, slots=True, kw_only=True)
class AssumedValues:
    """Values of a device for where its calibration has none; None for what is not given.

    The one list of them: `EstimateRequest` and `GivenValues` have these fields, and the commands are made from them.

    Raises:
        OptionError: A value is invalid; the message names the option, the value and what would do.
    """

    dt_s: float | None = option(
        None,
        "Time step of the control electronics, such as 0.5ns; where unknown.",
        metavar="TIME",
        flag="--dt",
        kind="time",
    )
    duration_1q_s: float | None = option(
        None,
        "One pulse of one-qubit gates without duration, such as 60ns.",
        metavar="TIME",
        flag="--duration-1q",
        kind="time",
    )
    duration_2q_s: float | None = option(
        None,
        "Two-qubit gates without duration, such as 300ns.",
        metavar="TIME",
        flag="--duration-2q",
        kind="time",
    )
    readout_duration_s: float | None = option(
        None,
        "Readouts without duration, such as 1.2us.",
        metavar="TIME",
        flag="--readout-duration",
        kind="time",
    )
    error_1q: float | None = option(None, "One pulse of one-qubit gates without error.", metavar="E")
    error_2q: float | None = option(None, "Two-qubit gates without error.", metavar="E")
    readout_error: float | None = option(None, "Mean error of readouts without one.", metavar="E")
    t1_s: float | None = option(None, "Qubits without T1, such as 100us.", metavar="TIME", flag="--t1", kind="time")
    t2_s: float | None = option(None, "Qubits without T2, such as 80us.", metavar="TIME", flag="--t2", kind="time")

    def __post_init__(self) -> None:
        for name in _LIMITS_S:
            self._check_seconds(name)
        for name in _CHANCES:
            value = self._real(name)
            if value is not None and not 0.0 <= value < 1.0:
                raise OptionError(f"{name} is {value}; give a probability below 1, such as 0.005")

    def _check_seconds(self, name: str) -> None:
        value = self._real(name)
        low, high, example = _REP_DELAY_LIMITS_S if name == "rep_delay_s" else _LIMITS_S[name]
        if value is not None and not low <= value <= high:
            raise OptionError(f"{_label(name)} is {value} s; give seconds, such as {example}")

    def _real(self, name: str) -> float | None:
        value: float | None = getattr(self, name)
        if value is not None:
            value = real(_label(name), value)
            object.__setattr__(self, name, value)
        return value

    def given(self) -> frozenset[str]:
        """Return the names of the values that are given."""
        return frozenset(name for name in ASSUMED if getattr(self, name) is not None)

    def assumed(self) -> AssumedValues:
        """Return these values alone, of a record that has more."""
        return AssumedValues(**{name: getattr(self, name) for name in ASSUMED})


ASSUMED = tuple(f.name for f in fields(AssumedValues))
"""Names of these fields, for requests and commands that take some options of an estimate."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GivenValues(AssumedValues):
    """What is given when a calibration is read or saved: also its name, date and repetition delay.

    Raises:
        OptionError: A value is invalid; the message names the option, the value and what would do.
    """

    name: str | None = None
    date: datetime | str | None = option(
        None, "When the values were reported, such as 2026-03-01T12:00:00Z.", metavar="DATE"
    )
    rep_delay_s: float | None = option(
        None,
        "Default repetition delay, such as 250us; where unknown.",
        metavar="TIME",
        flag="--rep-delay",
        kind="time",
    )

    def __post_init__(self) -> None:
        if self.name is not None and not (self.name.isprintable() and 0 < len(self.name) <= 100):
            raise OptionError(f"name is {shown(self.name)}; give a name of up to 100 characters on one line")
        if isinstance(self.date, str):
            date = parse_date(self.date)
            if date is None:
                raise OptionError(f"date is {shown(self.date)}; give one such as 2026-03-01 or 2026-03-01T12:00:00Z")
            object.__setattr__(self, "date", date)
        if isinstance(self.date, datetime) and self.date.tzinfo is None:
            object.__setattr__(self, "date", self.date.replace(tzinfo=UTC))
        AssumedValues.__post_init__(self)
        self._check_seconds("rep_delay_s")


def gaps_of(calibration: Calibration) -> frozenset[str]:
    """Return the names of the `AssumedValues` that a calibration lacks somewhere.

    Example:
        >>> from hwcost.calibration.sources.ibm_fake import load_fake_backend
        >>> sorted(gaps_of(load_fake_backend("manila")))
        []
    """
    gaps = {"dt_s"} if calibration.dt_s is None else set()
    for name, num_qubits, field in _OF_GATES:
        if any(_lacks(gate, num_qubits, field) for gate in calibration.gates):
            gaps.add(name)
    gaps.update(name for name in _OF_QUBITS if any(getattr(record, name) is None for record in calibration.qubits))
    return frozenset(gaps)


def fill_unknown(calibration: Calibration, given: AssumedValues) -> Calibration:
    """Fill the unknown values of a calibration; each is listed as an assumption and named in the origin.

    Raises:
        OptionError: A value is given that the calibration has everywhere already, so that it would change nothing.

    Example:
        >>> from hwcost.calibration.sources.ibm_fake import load_fake_backend
        >>> filled = fill_unknown(load_fake_backend("armonk"), GivenValues(rep_delay_s=1e-3))
        >>> filled.rep_delay_s, filled.assumptions
        (0.001, ('a repetition delay of 1 ms as given by the user',))
    """
    _refuse_without_gap(calibration, given)
    changes: dict[str, Any] = {}
    notes: dict[str, str] = {}
    for option_name, change, note in (
        *_scalars(calibration, given),
        *_of_gates(calibration, given),
        *_of_qubits(calibration, given),
    ):
        changes.update(change)
        notes[option_name] = f"{note} as given by the user"
    if notes:
        changes["assumptions"] = (*calibration.assumptions, *notes.values())
        changes["origin"] = f"{calibration.origin}; {', '.join(notes)} given by the user"
    name = getattr(given, "name", None)
    if name is not None:
        changes["name"] = name
    return replace(calibration, **changes) if changes else calibration


def refuse_values(where: str, names: Iterable[str]) -> None:
    """Refuse values that nothing lacks.

    Raises:
        OptionError: There are such values.
    """
    flags = [flag_and_keyword(name) for name in sorted(names)]
    if flags:
        raise OptionError(
            f"{where} a value everywhere for {', '.join(flags)}; what is given stands only where there is none: leave "
            f"{'it' if len(flags) == 1 else 'them'} out"
        )


def _refuse_without_gap(calibration: Calibration, given: AssumedValues) -> None:
    missing = given.given() - gaps_of(calibration) if given.given() else frozenset()
    refuse_values(f"{calibration.name} has", missing)


def _scalars(calibration: Calibration, given: AssumedValues) -> Iterator[tuple[str, dict[str, Any], str]]:
    """Yield the option, the changed fields and what to say about them, for each given value of the whole device."""
    for option_name, field, value, what in (
        ("date", "snapshot_date", getattr(given, "date", None), "a snapshot date of"),
        ("rep_delay", "rep_delay_s", getattr(given, "rep_delay_s", None), "a repetition delay of"),
        ("dt", "dt_s", given.dt_s, "a dt of"),
    ):
        if value is None:
            continue
        reported = getattr(calibration, field)
        if reported is not None:
            raise OptionError(f"{calibration.name} has {what} {_text(reported)} already; leave {option_name} out")
        yield option_name, {field: value}, f"{what} {_text(value)}"


def _text(value: Any) -> str:
    return f"{value:%Y-%m-%d}" if isinstance(value, datetime) else format_seconds(value)


def _lacks(gate: GateCalibration, num_qubits: int, field: str) -> bool:
    return getattr(gate, field) is None and len(gate.qubits) == num_qubits and gate.name not in NON_GATES


def _of_gates(calibration: Calibration, given: AssumedValues) -> Iterator[tuple[str, dict[str, Any], str]]:
    """Do the same for the durations and errors of gates."""
    gates = calibration.gates
    for option_name, num_qubits, field in _OF_GATES:
        value = getattr(given, option_name)
        if value is None:
            continue
        names = sorted({gate.name for gate in gates if _lacks(gate, num_qubits, field)})
        gates = tuple(
            _replaced(gate, field, _of_pulses(field, value, num_pulses_of(gate.name)))
            if _lacks(gate, num_qubits, field)
            else gate
            for gate in gates
        )
        what = "duration" if field == "duration_s" else "error"
        amount = f"{format_seconds(value)} a pulse" if field == "duration_s" else f"an error of {value:g} a pulse"
        yield _label(option_name), {"gates": gates}, f"{amount} for {', '.join(names)} where no {what} is known"


def _replaced(record: Any, field: str, value: float) -> Any:
    return replace(record, **{field: value})


def _of_pulses(field: str, value: float, num_pulses: int) -> float:
    if num_pulses == 1 or field == "duration_s":
        return num_pulses * value
    return 1.0 - (1.0 - value) ** num_pulses


def _of_qubits(calibration: Calibration, given: AssumedValues) -> Iterator[tuple[str, dict[str, Any], str]]:
    """Do the same for readouts, T1 and T2."""
    records = calibration.qubits
    for field, what in _OF_QUBITS.items():
        value = getattr(given, field)
        if value is None:
            continue
        unknown = [record.qubit for record in records if getattr(record, field) is None]
        records = tuple(
            record if getattr(record, field) is not None else _replaced(record, field, value) for record in records
        )
        where = "all qubits" if len(unknown) == calibration.num_qubits else f"qubits {listing(unknown)}"
        text = f"{value:g}" if field == "readout_error" else format_seconds(value)
        yield _label(field), {"qubits": records}, what.format(text, where)
