"""Values that a person gives for what a calibration does not say; each becomes a labelled assumption."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from hwcost.calibration.record import Calibration
from hwcost.calibration.values import parse_date
from hwcost.core.errors import OptionError
from hwcost.core.gates import NON_GATES, num_pulses_of
from hwcost.core.text import listing, shown
from hwcost.core.units import format_seconds

# Beyond these a given value is a mistake of the unit, such as 60 for 60 ns.
_LONGEST_GATE_S = 1e-2
_LONGEST_READOUT_S = 0.1
_LONGEST_T1_S = 1e4
_LONGEST_REP_DELAY_S = 1.0
_DT_LIMITS_S = (1e-12, 1e-6)
_ABOVE_ZERO = math.ulp(0.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class GivenValues:
    """What is given, None for what is not. The fields are the options of `hwcost.calibration.sources.files`.

    Raises:
        OptionError: A value is invalid; the message names the option, the value and what would do.
    """

    name: str | None = None
    date: datetime | str | None = None
    rep_delay_s: float | None = None
    dt_s: float | None = None
    duration_1q_s: float | None = None
    duration_2q_s: float | None = None
    readout_duration_s: float | None = None
    error_1q: float | None = None
    error_2q: float | None = None
    readout_error: float | None = None
    t1_s: float | None = None
    t2_s: float | None = None

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
        limits = {
            "rep_delay": (self.rep_delay_s, 0.0, _LONGEST_REP_DELAY_S, "0.00025 for 250 µs"),
            "dt": (self.dt_s, *_DT_LIMITS_S, "5e-10 for 0.5 ns"),
            "duration_1q": (self.duration_1q_s, _ABOVE_ZERO, _LONGEST_GATE_S, "6e-8 for 60 ns"),
            "duration_2q": (self.duration_2q_s, _ABOVE_ZERO, _LONGEST_GATE_S, "3e-7 for 300 ns"),
            "readout_duration": (self.readout_duration_s, _ABOVE_ZERO, _LONGEST_READOUT_S, "1.2e-6 for 1.2 µs"),
            "t1": (self.t1_s, _ABOVE_ZERO, _LONGEST_T1_S, "1e-4 for 100 µs"),
            "t2": (self.t2_s, _ABOVE_ZERO, _LONGEST_T1_S, "1e-4 for 100 µs"),
        }
        for option, (value, low, high, example) in limits.items():
            if value is not None and not low <= value <= high:
                raise OptionError(f"{option} is {value} s; give seconds, such as {example}")
        for option, chance in (
            ("error_1q", self.error_1q),
            ("error_2q", self.error_2q),
            ("readout_error", self.readout_error),
        ):
            if chance is not None and not 0.0 <= chance < 1.0:
                raise OptionError(f"{option} is {chance}; give a probability below 1, such as 0.005")


def fill_unknown(calibration: Calibration, given: GivenValues) -> Calibration:
    """Fill the unknown values of a calibration; each is listed as an assumption and named in the origin.

    Raises:
        OptionError: A value is given that the calibration has already, so that it would change nothing or hide it.

    Example:
        >>> from hwcost.calibration.sources.ibm_fake import load_fake_backend
        >>> filled = fill_unknown(load_fake_backend("armonk"), GivenValues(rep_delay_s=1e-3))
        >>> filled.rep_delay_s, filled.assumptions
        (0.001, ('a repetition delay of 1 ms as given by the user',))
    """
    changes: dict[str, Any] = {}
    notes: dict[str, str] = {}
    for option, change, note in (
        *_scalars(calibration, given),
        *_of_gates(calibration, given),
        *_of_qubits(calibration, given),
    ):
        changes.update(change)
        notes[option] = f"{note} as given by the user"
    if notes:
        changes["assumptions"] = (*calibration.assumptions, *notes.values())
        changes["origin"] = f"{calibration.origin}; {', '.join(notes)} given by the user"
    if given.name is not None:
        changes["name"] = given.name
    return replace(calibration, **changes) if changes else calibration


def _scalars(calibration: Calibration, given: GivenValues) -> Iterator[tuple[str, dict[str, Any], str]]:
    """Yield the option, the changed fields and what to say about them, for each given value of the whole device."""
    for option, field, value, what in (
        ("date", "snapshot_date", given.date, "a snapshot date of"),
        ("rep_delay", "rep_delay_s", given.rep_delay_s, "a repetition delay of"),
        ("dt", "dt_s", given.dt_s, "a dt of"),
    ):
        if value is None:
            continue
        reported = getattr(calibration, field)
        if reported is not None:
            raise OptionError(f"{calibration.name} has {what} {_text(reported)} already; leave {option} out")
        yield option, {field: value}, f"{what} {_text(value)}"


def _text(value: Any) -> str:
    return f"{value:%Y-%m-%d}" if isinstance(value, datetime) else format_seconds(value)


def _of_gates(calibration: Calibration, given: GivenValues) -> Iterator[tuple[str, dict[str, Any], str]]:
    """Do the same for the durations and errors of gates."""
    gates = calibration.gates
    for option, num_qubits, field, value in (
        ("duration_1q", 1, "duration_s", given.duration_1q_s),
        ("duration_2q", 2, "duration_s", given.duration_2q_s),
        ("error_1q", 1, "error", given.error_1q),
        ("error_2q", 2, "error", given.error_2q),
    ):
        if value is None:
            continue
        filled = tuple(
            gate
            if getattr(gate, field) is not None or len(gate.qubits) != num_qubits or gate.name in NON_GATES
            else _replaced(gate, field, _of_pulses(field, value, num_pulses_of(gate.name)))
            for gate in gates
        )
        names = sorted({new.name for new, old in zip(filled, gates, strict=True) if new is not old})
        what = "durations" if field == "duration_s" else "errors"
        if not names:
            raise OptionError(f"{calibration.name} has all {what} of gates on {num_qubits} qubits; leave {option} out")
        gates = filled
        amount = f"{format_seconds(value)} a pulse" if field == "duration_s" else f"an error of {value:g} a pulse"
        yield option, {"gates": gates}, f"{amount} for {', '.join(names)} where no {what[:-1]} is known"


def _replaced(record: Any, field: str, value: float) -> Any:
    return replace(record, **{field: value})


def _of_pulses(field: str, value: float, num_pulses: int) -> float:
    if num_pulses == 1 or field == "duration_s":
        return num_pulses * value
    return 1.0 - (1.0 - value) ** num_pulses


def _of_qubits(calibration: Calibration, given: GivenValues) -> Iterator[tuple[str, dict[str, Any], str]]:
    """Do the same for readouts, T1 and T2."""
    records = calibration.qubits
    for option, field, value, what in (
        ("readout_duration", "readout_duration_s", given.readout_duration_s, "{} for the readout of {}"),
        ("readout_error", "readout_error", given.readout_error, "a readout error of {} for {}"),
        ("t1", "t1_s", given.t1_s, "a T1 of {} for {}"),
        ("t2", "t2_s", given.t2_s, "a T2 of {} for {}"),
    ):
        if value is None:
            continue
        unknown = [record.qubit for record in records if getattr(record, field) is None]
        if not unknown:
            plural_name = {"readout_duration": "readout durations", "readout_error": "readout errors"}
            raise OptionError(
                f"{calibration.name} has all {plural_name.get(option, f'{option.upper()} values')}; leave {option} out"
            )
        records = tuple(
            record if getattr(record, field) is not None else _replaced(record, field, value) for record in records
        )
        where = "all qubits" if len(unknown) == calibration.num_qubits else f"qubits {listing(unknown)}"
        text = f"{value:g}" if option == "readout_error" else format_seconds(value)
        yield option, {"qubits": records}, what.format(text, where)
