"""Snapshots: read back to the last digit, written at once or not at all, never changed, refused in one line."""

from __future__ import annotations

import copy
import json
import math
import os
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from qiskit import QuantumCircuit

import hwcost
from hwcost.backend.prepared import prepare_device
from hwcost.calibration.age import check_age, parse_age
from hwcost.calibration.audit import audit
from hwcost.calibration.load import load_calibration
from hwcost.calibration.record import Calibration, TimingConstraints
from hwcost.calibration.sources import snapshot
from hwcost.calibration.sources.ibm_fake import list_fake_backends, load_fake_backend
from hwcost.calibration.sources.snapshot import default_snapshot_path, load_snapshot, save_snapshot
from hwcost.calibration.sources.snapshot_format import parse_snapshot, snapshot_text
from hwcost.calibration.sources.text import parse_json
from hwcost.core import data_files as shipped
from hwcost.core.errors import CalibrationError, CircuitError, OptionError
from make import SNAPSHOT, small_calibration

DATE = datetime(2025, 12, 30, 12, 30, 1, 250000, tzinfo=timezone(timedelta(hours=-5)))


def full_calibration() -> Calibration:
    """Every field set, and every kind of gap."""
    return small_calibration(
        qubits={
            0: {"dates": {"t1_s": DATE}},
            1: {"t2_s": None, "operational": False},
            2: {
                "t1_s": 1.0 / 3e4,
                "dates": dict.fromkeys(
                    (
                        "t1_s",
                        "t2_s",
                        "readout_error",
                        "prob_meas0_prep1",
                        "prob_meas1_prep0",
                        "readout_duration_s",
                    ),
                    DATE,
                )
                | {"t2_s": SNAPSHOT},
            },
        },
        gates={
            ("sx", (0,)): {"dates": {"error": DATE, "duration_s": DATE}},
            ("cx", (0, 1)): {"error": None, "operational": False},
        },
        name="full",
        source="properties",
        origin="a file, “µ” and √",
        licence="Apache-2.0",
        processor="Eagle r3",
        rep_delay_range_s=(0.0, 5e-4),
        timing_constraints=TimingConstraints(granularity=8, min_length=16, pulse_alignment=4, acquire_alignment=2),
        snapshot_date=DATE,
        oldest_value_date=DATE,
        newest_value_date=SNAPSHOT,
        max_shots=100_000,
        assumptions=("a dt of 1 ns as given by the user",),
    )


@pytest.fixture
def document() -> dict[str, Any]:
    return json.loads(snapshot_text(full_calibration()))


def test_every_field_is_read_back(tmp_path: Path) -> None:
    calibration = full_calibration()
    loaded = load_snapshot(save_snapshot(calibration, tmp_path / "deep" / "er" / "x.json"))
    assert loaded == replace(calibration, source="snapshot", first_source="properties")
    assert loaded.snapshot_date is not None
    assert loaded.snapshot_date.isoformat() == DATE.isoformat()  # the offset is kept too


def test_a_snapshot_of_a_snapshot_is_the_same_file(tmp_path: Path) -> None:
    first = save_snapshot(full_calibration(), tmp_path / "a.json")
    second = save_snapshot(load_snapshot(first), tmp_path / "b.json")
    assert first.read_bytes() == second.read_bytes()


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


# Estimates.


def small_circuit() -> QuantumCircuit:
    circuit = QuantumCircuit(3)
    circuit.h(0)
    circuit.cx(0, 1)
    circuit.rx(0.3, 1)
    circuit.cx(1, 2)
    circuit.measure_all()
    circuit.name = "small"
    return circuit


@pytest.mark.parametrize("name", list_fake_backends())
def test_an_estimate_from_a_snapshot_equals_the_estimate_from_its_source(name: str, tmp_path: Path) -> None:
    calibration = load_calibration(name)
    path = save_snapshot(calibration, tmp_path / default_snapshot_path(calibration))
    outcomes = []
    for backend in (name, str(path)):
        try:
            cost = hwcost.estimate(small_circuit(), backend, num_seeds=1, optimization_level=1).to_dict()
        except (CalibrationError, CircuitError) as error:  # too small, or nothing calibrated
            outcomes.append(str(error))
            continue
        assert cost["backend"].pop("source") == ("fake" if backend == name else "snapshot")
        outcomes.append(json.dumps(cost))
    assert outcomes[0] == outcomes[1]


def test_findings_about_made_up_devices_survive_a_snapshot(tmp_path: Path) -> None:
    for name, code in (("fake_fractional", "synthetic"), ("fake_nighthawk", "not_typical")):
        if name not in list_fake_backends():  # older releases of qiskit-ibm-runtime
            continue
        loaded = load_snapshot(save_snapshot(load_fake_backend(name), tmp_path / f"{name}.json"))
        assert code in {finding.code for finding in audit(loaded).findings}


def test_an_assumption_is_a_finding(tmp_path: Path) -> None:
    loaded = load_snapshot(save_snapshot(full_calibration(), tmp_path / "x.json"))
    messages = [finding.message for finding in audit(loaded).findings if finding.code == "assumed"]
    assert messages == ["a dt of 1 ns as given by the user"]


# Shipped files.


def shipped_snapshots() -> list[Path]:
    return sorted((shipped.calibrations_dir() / "backends").glob("*/*.json"))


def test_an_eagle_a_heron_and_a_falcon_are_shipped() -> None:
    families = {(load_snapshot(path).processor or "").split()[0] for path in shipped_snapshots()}
    assert families >= {"Eagle", "Heron", "Falcon"}


@pytest.mark.parametrize("path", shipped_snapshots(), ids=lambda path: path.parent.name)
def test_a_shipped_snapshot_is_what_the_fake_provider_says(path: Path) -> None:
    loaded = load_snapshot(path)
    assert Path(loaded.name, path.name) == default_snapshot_path(loaded) == path.relative_to(path.parents[1])
    assert loaded.licence == "Apache-2.0"
    installed = load_fake_backend(loaded.name)
    assert replace(loaded, source="fake", first_source=None, origin=installed.origin) == installed
    assert path.read_text(encoding="utf-8") == snapshot_text(loaded)


# Written once.


def test_the_same_content_may_be_saved_again_and_other_content_not(tmp_path: Path) -> None:
    path = tmp_path / "x.json"
    calibration = full_calibration()
    assert save_snapshot(calibration, path) == save_snapshot(calibration, path) == path
    before = path.read_bytes()
    with pytest.raises(CalibrationError, match=r"x\.json: holds something else already.*never changed"):
        save_snapshot(replace(calibration, dt_s=2e-9), path)
    assert path.read_bytes() == before
    assert os.listdir(tmp_path) == ["x.json"]


@pytest.mark.parametrize("step", ["fsync", "link"])
def test_a_file_that_cannot_be_finished_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    def fail(*_: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(snapshot.os, step, fail)
    if step == "link":  # not every file system has links, and then the file is moved
        save_snapshot(full_calibration(), tmp_path / "x.json")
        assert os.listdir(tmp_path) == ["x.json"]
        return
    with pytest.raises(CalibrationError, match=r"x\.json: cannot be written \(No space left on device\)"):
        save_snapshot(full_calibration(), tmp_path / "x.json")
    assert os.listdir(tmp_path) == []


def test_of_two_writers_at_once_the_first_wins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "x.json"
    link = os.link

    def slow_link(source: Any, target: Any) -> None:
        path.write_text(snapshot_text(full_calibration()))  # another process was faster
        link(source, target)

    monkeypatch.setattr(snapshot.os, "link", slow_link)
    save_snapshot(full_calibration(), path)
    path.unlink()
    with pytest.raises(CalibrationError, match="holds something else"):
        save_snapshot(replace(full_calibration(), dt_s=2e-9), path)
    assert load_snapshot(path).dt_s == full_calibration().dt_s


def test_what_cannot_be_read_back_is_not_written(tmp_path: Path) -> None:
    for changes in ({"name": "two\nlines"}, {"origin": ""}, {"dt_s": "1"}):
        broken = full_calibration()
        for field, value in changes.items():
            object.__setattr__(broken, field, value)
        with pytest.raises(CalibrationError):
            save_snapshot(broken, tmp_path / "x.json")
    assert os.listdir(tmp_path) == []


def test_the_default_place_is_name_and_date() -> None:
    assert default_snapshot_path(full_calibration()) == Path("full/2025-12-30.json")
    with pytest.raises(CalibrationError, match="date .* unknown; name the file"):
        default_snapshot_path(replace(full_calibration(), snapshot_date=None))
    for name in ("../up", "a/b", "..", "", "x" * 101):
        with pytest.raises(CalibrationError, match="cannot be the name of a folder"):
            default_snapshot_path(replace(full_calibration(), name=name))


# Refusals.


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


def test_a_file_that_is_no_json_is_refused_with_line_and_column(tmp_path: Path) -> None:
    path = tmp_path / "x.json"
    for text, message in (
        ('{"schema": "hwcost.calibration/1",\n  "name": }', r"x\.json, line 2, column 11: is not JSON"),
        ('{"name": "a", "name": "b"}', "the key 'name' stands twice"),
        ("[" * 100_000, "nested too deeply"),
        ('{"num_qubits": ' + "9" * 5000 + "}", r"x\.json: "),
        ("", "is empty"),
        ("\udc80", None),
    ):
        path.write_bytes(text.encode("utf-8", "surrogateescape"))
        with pytest.raises(CalibrationError, match=message or "is not UTF-8 text") as caught:
            load_snapshot(path)
        assert "\n" not in str(caught.value)
    with pytest.raises(CalibrationError, match="no such file"):
        load_snapshot(tmp_path / "y.json")
    with pytest.raises(CalibrationError, match="is a directory"):
        load_snapshot(tmp_path)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | st.just(10**400),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=5,
)
INTACT = json.loads(snapshot_text(full_calibration()))


def paths(node: Any, prefix: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    items = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    return [path for key, child in items for path in ((*prefix, key), *paths(child, (*prefix, key)))]


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


@settings(max_examples=200, deadline=None)
@given(text=st.text(max_size=40))
def test_any_text_is_refused_in_one_line_or_is_json(text: str) -> None:
    try:
        parse_json(text, "x.json")
    except CalibrationError as error:
        assert "\n" not in str(error)


# Paths in place of names.


def test_a_path_and_a_name_are_told_apart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    path = save_snapshot(load_fake_backend("manila"), default_snapshot_path(load_fake_backend("manila")))
    # The folder that a save made is not taken for the backend of its name.
    assert load_calibration("fake_manila").source == "fake"
    for given_path in (path, str(path), f"./{path}", str(path.resolve())):
        assert load_calibration(given_path).source == "snapshot"
    Path("fake_lima").write_text("not a calibration")
    assert load_calibration("fake_lima").source == "fake"
    Path("mine").write_bytes(path.read_bytes())
    assert load_calibration("mine").source == "snapshot"
    for missing in ("fake_manila/x", "x.JSON", "x.csv", "./nothing"):
        with pytest.raises(CalibrationError, match="no such file"):
            load_calibration(missing)
    with pytest.raises(CalibrationError, match="is a directory"):
        load_calibration("./fake_manila")
    with pytest.raises(CalibrationError, match="unknown backend"):
        load_calibration("fake_nothing")


def test_a_file_is_read_again_each_time_and_a_name_only_once(tmp_path: Path) -> None:
    path = save_snapshot(full_calibration(), tmp_path / "x.json")
    assert prepare_device(str(path)).audited.calibration.dt_s == 1e-9
    path.unlink()
    save_snapshot(replace(full_calibration(), dt_s=2e-9), path)
    assert prepare_device(str(path)).audited.calibration.dt_s == 2e-9
    assert prepare_device("fake_manila") is prepare_device("fake_manila")


# Age.


@pytest.mark.parametrize(("text", "days"), [("7d", 7.0), ("36h", 1.5), ("2w", 14.0), (" 1.5 d ", 1.5), ("0d", 0.0)])
def test_ages_are_read(text: str, days: float) -> None:
    assert parse_age(text) == days


@pytest.mark.parametrize("text", ["", "7", "7 days", "-1d", "d", "1e3d", "7D", "nan d", "7d7d", "٣d"])
def test_other_ages_are_refused(text: str) -> None:
    with pytest.raises(OptionError, match="give hours, days or weeks"):
        parse_age(text)


def test_an_older_calibration_is_refused() -> None:
    audited = audit(small_calibration())  # of 2026-01-01
    now = SNAPSHOT + timedelta(hours=40)
    check_age(audited, 2.0, now=now)
    check_age(audited, 2.0, now=now.replace(tzinfo=None))
    with pytest.raises(CalibrationError, match=r"of small is 40\.0 hours old, older than --max-age 36h; take a newer"):
        check_age(audited, 1.5, now=now)
    with pytest.raises(CalibrationError, match="is 632 days old, older than --max-age 7d"):
        check_age(audited, 7.0, now=SNAPSHOT + timedelta(days=632, hours=5))
    with pytest.raises(CalibrationError, match="the date of the calibration of small is unknown"):
        check_age(audit(small_calibration(snapshot_date=None)), 7.0)
    with pytest.raises(CalibrationError, match="days old"):
        check_age(audited, 0.0, now=None if datetime.now(UTC) > SNAPSHOT else now)
    check_age(audited, 2, now=now)  # whole numbers of days, too
    with pytest.raises(CalibrationError, match="--max-age 1d"):
        check_age(audited, 1, now=now)
    for wrong in (-1, math.nan, math.inf, True, "3d", 10**400):
        with pytest.raises(OptionError, match="max_age_days is .*; give days such as 7"):
            check_age(audited, wrong, now=now)


def test_values_much_older_than_the_snapshot_are_found() -> None:
    old = SNAPSHOT - timedelta(days=30)
    calibration = small_calibration(
        qubits={0: {"dates": {"t1_s": old, "t2_s": SNAPSHOT}}, 1: {"dates": {"t1_s": SNAPSHOT - timedelta(days=7)}}},
        gates={("cx", (0, 1)): {"dates": {"error": SNAPSHOT - timedelta(days=31)}}},
    )
    found = {finding.code: finding for finding in audit(calibration).findings}
    assert found["old_values"].severity == "info"
    assert found["old_values"].message == (
        "2 of 4 values in use are more than 7 days older than the snapshot; the oldest, the error of cx on 0-1, "
        "by 31 days (2025-12-01)"
    )
    # What is not used does not count.
    dead = small_calibration(qubits={0: {"dates": {"t1_s": old}, "operational": False}})
    assert "old_values" not in {finding.code for finding in audit(dead).findings}
    unknown = small_calibration(qubits={0: {"dates": {"t1_s": old}}}, snapshot_date=None)
    assert "old_values" not in {finding.code for finding in audit(unknown).findings}
