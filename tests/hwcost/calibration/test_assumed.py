"""What a file does not say is given and labelled, never replaced."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from hwcost.calibration.load import import_calibration
from hwcost.calibration.record import Calibration
from hwcost.calibration.sources.snapshot import save_snapshot
from hwcost.core.errors import OptionError
from make import small_calibration


def gaps() -> Calibration:
    """No date, dt, repetition delay, readout duration; no duration of sx on 0 nor of any cx."""
    pairs = ((0, 1), (1, 0), (1, 2), (2, 1))
    return small_calibration(
        qubits={1: {"readout_duration_s": None}},
        gates={("sx", (0,)): {"duration_s": None}, ("rz", (0,)): {"duration_s": None}}
        | {("cx", pair): {"duration_s": None} for pair in pairs},
        dt_s=None,
        rep_delay_s=None,
        snapshot_date=None,
    )


def test_what_is_unknown_is_filled_and_labelled(tmp_path: Path) -> None:
    path = save_snapshot(gaps(), tmp_path / "x.json")
    filled = import_calibration(
        path,
        name="mine",
        date="2026-03-01",
        rep_delay_s=2e-4,
        dt_s=5e-10,
        duration_1q_s=6e-8,
        duration_2q_s=3.3e-7,
        readout_duration_s=1.4e-6,
    )
    assert (filled.name, filled.dt_s, filled.rep_delay_s) == ("mine", 5e-10, 2e-4)
    assert filled.snapshot_date == datetime(2026, 3, 1, tzinfo=UTC)
    durations = [
        None if gate is None else gate.duration_s
        for gate in (
            filled.gate("sx", (0,)),
            filled.gate("sx", (1,)),
            filled.gate("rz", (0,)),
            filled.gate("cx", (1, 0)),
        )
    ]
    assert durations == [6e-8, 5e-8, 0.0, 3.3e-7]  # what is known stays
    assert [record.readout_duration_s for record in filled.qubits] == [1e-6, 1.4e-6, 1e-6]
    assert filled.assumptions == (
        "a snapshot date of 2026-03-01 as given by the user",
        "a repetition delay of 200 µs as given by the user",
        "a dt of 0.5 ns as given by the user",
        "60 ns a pulse for rz, sx where no duration is known as given by the user",
        "330 ns a pulse for cx where no duration is known as given by the user",
        "1.4 µs for the readout of qubits 1 as given by the user",
    )
    assert filled.origin == (
        "made by hand; date, rep_delay, dt, duration_1q, duration_2q, readout_duration given by the user"
    )
    # The labels survive, and a second filling adds to them.
    again = import_calibration(save_snapshot(filled, tmp_path / "y.json"))
    assert again.assumptions == filled.assumptions


@pytest.mark.parametrize(
    ("given_values", "message"),
    [
        ({"rep_delay_s": 250.0}, "rep_delay is 250.0 s; give seconds, such as 0.00025 for 250 µs"),
        ({"rep_delay_s": -1.0}, "rep_delay is -1.0 s"),
        ({"rep_delay_s": float("nan")}, "rep_delay is nan s"),
        ({"dt_s": 0.5}, "dt is 0.5 s; give seconds, such as 5e-10"),
        ({"dt_s": 0.0}, "dt is 0.0 s"),
        ({"duration_1q_s": 60.0}, "duration_1q is 60.0 s; give seconds, such as 6e-8 for 60 ns"),
        ({"duration_2q_s": 0.0}, "duration_2q is 0.0 s"),
        ({"readout_duration_s": 1.4}, "readout_duration is 1.4 s"),
        ({"date": "yesterday"}, "date is 'yesterday'; give one such as 2026-03-01"),
        ({"name": ""}, "name is ''; give a name"),
        ({"name": "a\nb"}, "give a name of up to 100 characters on one line"),
    ],
)
def test_a_given_value_that_makes_no_sense_is_refused(
    tmp_path: Path, given_values: dict[str, Any], message: str
) -> None:
    path = save_snapshot(gaps(), tmp_path / "x.json")
    with pytest.raises(OptionError, match=message):
        import_calibration(path, **given_values)


@pytest.mark.parametrize(
    ("given_values", "message"),
    [
        ({"rep_delay_s": 1e-4}, "small has a repetition delay of 250 µs already; leave rep_delay out"),
        ({"dt_s": 1e-9}, r"small has a value everywhere for --dt \(dt_s\)"),
        ({"date": "2026-03-01"}, "small has a snapshot date of 2026-01-01 already"),
        (
            {"duration_1q_s": 6e-8},
            r"small has a value everywhere for --duration-1q \(duration_1q_s\); .*: leave it out",
        ),
        ({"duration_2q_s": 6e-8}, r"--duration-2q \(duration_2q_s\)"),
        ({"readout_duration_s": 6e-7}, r"--readout-duration \(readout_duration_s\)"),
    ],
)
def test_what_is_known_is_never_replaced(tmp_path: Path, given_values: dict[str, Any], message: str) -> None:
    path = save_snapshot(small_calibration(), tmp_path / "x.json")
    with pytest.raises(OptionError, match=message):
        import_calibration(path, **given_values)


def test_an_old_u3_takes_two_pulses(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_text("Qubit,T1 (us),Single-qubit U2 error rate,Readout error\n0,60,4e-4,0.02\n")
    filled = import_calibration(path, duration_1q_s=5e-8)
    durations = {gate.name: gate.duration_s for gate in filled.gates}
    assert durations == {"u1": 0.0, "u2": 5e-8, "u3": 1e-7}
