"""Snapshots: read back to the last digit, written at once or not at all, never changed, refused in one line."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from qiskit import QuantumCircuit

import hwcost
from full_calibration import full_calibration
from hwcost.calibration.audit import audit
from hwcost.calibration.load import load_calibration
from hwcost.calibration.sources import snapshot
from hwcost.calibration.sources.ibm_fake import list_fake_backends, load_fake_backend
from hwcost.calibration.sources.snapshot import default_snapshot_path, load_snapshot, save_snapshot
from hwcost.calibration.sources.snapshot_format import snapshot_text
from hwcost.core import data_files as shipped
from hwcost.core.errors import CalibrationError, CircuitError
from make import SNAPSHOT, small_calibration


def test_a_snapshot_of_a_snapshot_is_the_same_file(tmp_path: Path) -> None:
    first = save_snapshot(full_calibration(), tmp_path / "a.json")
    second = save_snapshot(load_snapshot(first), tmp_path / "b.json")
    assert first.read_bytes() == second.read_bytes()


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


# Age.


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
