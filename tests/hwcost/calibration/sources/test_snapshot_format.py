"""The text of a snapshot reads back to the last digit, and a defect in it is named."""

from __future__ import annotations

import copy
import json
import math
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from full_calibration import DATE, full_calibration
from hwcost.calibration.record import Calibration
from hwcost.calibration.sources.snapshot import load_snapshot, save_snapshot
from hwcost.calibration.sources.snapshot_format import parse_snapshot, snapshot_text
from hwcost.core.errors import CalibrationError
from json_documents import json_values, paths
from make import small_calibration


@pytest.fixture
def document() -> dict[str, Any]:
    return json.loads(snapshot_text(full_calibration()))


def test_every_field_is_read_back(tmp_path: Path) -> None:
    calibration = full_calibration()
    loaded = load_snapshot(save_snapshot(calibration, tmp_path / "deep" / "er" / "x.json"))
    assert loaded == replace(calibration, source="snapshot", first_source="properties")
    assert loaded.snapshot_date is not None
    assert loaded.snapshot_date.isoformat() == DATE.isoformat()  # the offset is kept too


def test_a_calibration_of_unknown_date_and_without_gates_is_read_back(tmp_path: Path) -> None:
    empty = small_calibration(1, gates={(n, (0,)): None for n in ("rz", "sx", "x", "reset")}, snapshot_date=None)
    assert load_snapshot(save_snapshot(empty, tmp_path / "x.json")) == empty


def test_the_file_can_be_read_by_a_person() -> None:
    lines = snapshot_text(full_calibration()).splitlines()
    assert lines[1] == '  "schema": "hwcost.calibration/1",'
    assert '  "origin": "a file, “µ” and √",' in lines
    assert '  "timing_constraints_dt": {"granularity": 8, "min_length": 16, "pulse_alignment": 4, ' in "\n".join(lines)
    assert sum('"qubit":' in line for line in lines) == 3
    assert max(map(len, lines)) < 500
    two = next(line for line in lines if '"qubit": 2' in line)
    assert two.endswith('"date": "2025-12-30T12:30:01.250000-05:00", "dates": {"t2_s": "2026-01-01T00:00:00+00:00"}}')


floats = st.floats(0.0, 1e300, allow_nan=False, allow_infinity=False)


@settings(max_examples=100, deadline=None)
@given(time_s=floats, error=st.floats(0.0, 1.0), dt_s=floats)
def test_numbers_survive_to_the_last_digit(time_s: float, error: float, dt_s: float) -> None:
    calibration = small_calibration(
        qubits={1: {"t1_s": time_s, "readout_error": error}}, gates={("sx", (0,)): {"error": error}}, dt_s=dt_s
    )
    loaded = parse_snapshot(json.loads(snapshot_text(calibration)), "x")
    assert (loaded.qubits[1].t1_s, loaded.qubits[1].readout_error, loaded.dt_s) == (time_s, error, dt_s)
    assert loaded.gate("sx", (0,)) == calibration.gate("sx", (0,))


def change(document: dict[str, Any], path: tuple[Any, ...], value: Any) -> dict[str, Any]:
    node: Any = document
    for step in path[:-1]:
        node = node[step]
    if value is ...:
        del node[path[-1]]
    else:
        node[path[-1]] = value
    return document


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        (("schema",), "hwcost.calibration/2", "schema is 'hwcost.calibration/2'; this version of hwcost reads"),
        (("schema",), "hwcost.job-time/1", "schema is 'hwcost.job-time/1'; it must be hwcost.calibration/1"),
        (("schema",), ..., "schema is missing; it must be hwcost.calibration/1"),
        (("temperature_k",), 0.01, "has the unknown key 'temperature_k'; remove it"),
        (("name",), ..., "name is missing"),
        (("name",), "a\x1b[2J", "name is .*; it must be one line"),
        (("source",), "guess", "source is 'guess'; it must be one of fake, live"),
        (("origin",), 3, "origin is 3; it must be text"),
        (("num_qubits",), 4, "qubits has 3 entries, but num_qubits is 4"),
        (("num_qubits",), 2.0, "num_qubits is 2.0; it must be a whole number"),
        (("snapshot_date",), "last week", "snapshot_date is 'last week'; it must be a date"),
        (("dt_s",), -1e-9, "dt_s is -1e-09; it must be finite and not negative"),
        (("rep_delay_s",), "250 us", "rep_delay_s is '250 us'; it must be a number"),
        (("rep_delay_range_s",), [2.0, 1.0], "rep_delay_range_s is .*; it must be the smallest and the largest"),
        (("timing_constraints_dt", "granularity"), 0, "timing_constraints_dt: granularity is 0"),
        (("timing_constraints_dt", "speed"), 1, "timing_constraints_dt has the unknown key 'speed'"),
        (("max_shots",), 0, "max_shots is 0; it must be at least 1"),
        (("basis_gates",), "sx", "basis_gates is 'sx'; it must be a list"),
        (("assumptions",), "none", "assumptions is 'none'; it must be a list"),
        (("qubits",), {}, "qubits is {}; it must be a list"),
        (("qubits", 1), ..., "entry 1 of qubits is qubit 2; each qubit from 0 to 2 needs one entry, in order"),
        (("qubits", 2), ..., "qubits has 2 entries, but num_qubits is 3"),
        (("qubits", 1, "qubit"), True, "entry 1 of qubits is qubit True"),
        (("qubits", 1), 7, "qubit 1 is 7; it must be an object"),
        (("qubits", 1, "t1_us"), 100.0, "qubit 1 has the unknown key 't1_us'; did you mean 't1_s'\\?"),
        (("qubits", 1, "t1_s"), math.nan, "qubit 1: t1_s is nan; it must be finite"),
        (("qubits", 1, "t1_s"), -1.0, "qubit 1: t1_s is -1.0"),
        (("qubits", 1, "readout_error"), 1.5, "qubit 1: readout_error is 1.5; a probability"),
        (("qubits", 1, "readout_error"), True, "qubit 1: readout_error is True; it must be a number"),
        (("qubits", 1, "operational"), 1, "qubit 1: operational is 1; it must be true or false"),
        (("qubits", 0, "dates"), {"t3_s": "2026-01-01"}, "qubit 0: dates has the unknown key 't3_s'"),
        (("qubits", 0, "dates"), {"t1_s": "soon"}, "qubit 0: dates: t1_s is 'soon'; it must be a date"),
        (("qubits", 0, "dates"), {"t1_s": None}, "qubit 0: dates: t1_s is null"),
        (("qubits", 0, "date"), 2026, "qubit 0: date is 2026; it must be a date"),
        (("gates", 0, "error"), 1.01, r"rz on \(0,\): error is 1.01; a probability"),
        (("gates", 0, "duration_s"), math.inf, r"rz on \(0,\): duration_s is inf"),
        (("gates", 0, "qubits"), [3], r"entry 0 of gates: qubits of rz names qubit 3; the device has qubits 0 to 2"),
        (("gates", 0, "qubits"), [0, 1], r"rz on \(0, 1\): qubits has 2 entries; it must have 1"),
        (("gates", 0, "qubits"), [1], r"full: rz on \(1,\) is given twice"),
        (("gates", 0, "name"), "", "entry 0 of gates: name is ''; it must be the name of a gate"),
        (("gates", 0, "name"), ..., "entry 0 of gates: name is missing"),
    ],
)
def test_a_defect_is_refused_with_file_place_and_field(
    document: dict[str, Any], path: tuple[Any, ...], value: Any, message: str
) -> None:
    with pytest.raises(CalibrationError, match=f"^d/x.json:? {message}") as caught:
        parse_snapshot(change(document, path, value), "d/x.json")
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 400


@pytest.mark.parametrize("value", [[], 3, None, "x"])
def test_what_is_no_object_is_refused(value: Any) -> None:
    with pytest.raises(CalibrationError, match="must be a JSON object"):
        parse_snapshot(value, "x.json")


INTACT = json.loads(snapshot_text(full_calibration()))


@settings(max_examples=300, deadline=None)
@given(data=st.data())
def test_any_damage_gives_a_calibration_or_one_line(data: st.DataObject) -> None:
    damaged = copy.deepcopy(INTACT)
    for path in data.draw(st.lists(st.sampled_from(paths(INTACT)), min_size=1, max_size=3)):
        try:
            change(damaged, path, ... if data.draw(st.booleans()) else data.draw(json_values))
        except (KeyError, IndexError, TypeError):
            continue  # an earlier change removed the place
    try:
        outcome: Calibration | str = parse_snapshot(damaged, "x.json")
    except CalibrationError as error:
        outcome = str(error)
    if isinstance(outcome, str):
        assert "\n" not in outcome
        return
    # Whatever was accepted means the same when it is written again.
    again = parse_snapshot(json.loads(snapshot_text(outcome)), "x.json")
    assert again == outcome
