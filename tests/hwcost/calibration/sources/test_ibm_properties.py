"""IBM's properties and configuration in files."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from qiskit import QuantumCircuit
from qiskit_ibm_runtime.fake_provider import FakeManilaV2

import hwcost
from hwcost.calibration.load import import_calibration
from hwcost.calibration.sources.ibm_fake import load_fake_backend
from hwcost.calibration.sources.snapshot import save_snapshot
from hwcost.core.errors import CalibrationError, OptionError
from make import small_calibration, small_ibm_json


def write(path: Path, document: Any, **options: Any) -> Path:
    path.write_text(json.dumps(document, **options), encoding="utf-8")
    return path


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, Path]:
    """Properties and configuration under names that do not belong together."""
    props, conf = small_ibm_json()
    return write(tmp_path / "a.json", props), write(tmp_path / "b.json", conf)


def small_circuit() -> QuantumCircuit:
    circuit = QuantumCircuit(2)
    circuit.h(0)
    circuit.cx(0, 1)
    circuit.measure_all()
    circuit.name = "small"
    return circuit


def test_properties_with_configuration_given_either_way(files: tuple[Path, Path]) -> None:
    props, conf = files
    first = import_calibration(props, conf=conf)
    assert (first.name, first.source, first.num_qubits) == ("ibm_small", "properties", 2)
    assert first.dt_s == pytest.approx(0.5e-9)
    assert first.rep_delay_s == pytest.approx(250e-6)
    assert first.origin.startswith("IBM properties and configuration JSON: a.json (sha256 ")
    assert str(props.parent) not in first.origin
    assert replace(import_calibration(conf, conf=props), origin=first.origin) == first


def test_properties_alone_leave_the_rest_unknown(files: tuple[Path, Path]) -> None:
    calibration = import_calibration(files[0])
    assert (calibration.dt_s, calibration.rep_delay_s, calibration.timing_constraints) == (None, None, None)
    assert calibration.snapshot_date == datetime(2026, 1, 1, tzinfo=UTC)
    cost = hwcost.estimate(small_circuit(), files[0], num_seeds=1)
    assert cost.backend.source == "properties"
    assert any("250 µs assumed" in line for line in cost.backend.assumptions)


def test_files_that_are_named_as_ibm_names_them_are_read_together(tmp_path: Path) -> None:
    props, conf = small_ibm_json()
    write(tmp_path / "props_small.json", props)
    path = write(tmp_path / "conf_small.json", conf)
    for given_path in (path, tmp_path / "props_small.json"):
        calibration = hwcost.load_calibration(given_path)
        assert calibration.dt_s == pytest.approx(0.5e-9)
        assert "props_small.json" in calibration.origin
        assert "conf_small.json" in calibration.origin


@pytest.mark.parametrize("separator", [" ", "T"])
def test_both_writings_of_dates_by_qiskit(tmp_path: Path, separator: str) -> None:
    def default(value: Any) -> str:
        return value.isoformat(sep=separator)

    backend = FakeManilaV2()
    props = write(tmp_path / "p.json", backend.properties().to_dict(), default=default)
    conf = write(tmp_path / "c.json", backend.configuration().to_dict(), default=str)
    calibration = import_calibration(props, conf=conf)
    assert calibration.name == "fake_manila"  # of the configuration; the properties still say ibmq_manila
    fake = load_fake_backend("manila")
    assert calibration.snapshot_date == fake.snapshot_date
    assert calibration.oldest_value_date == fake.oldest_value_date
    assert calibration.qubits[3].dates == fake.qubits[3].dates
    first = hwcost.estimate(small_circuit(), calibration, num_seeds=1).to_dict()
    second = hwcost.estimate(small_circuit(), fake, num_seeds=1).to_dict()
    assert first["time"]["circuit_duration_s"] == pytest.approx(second["time"]["circuit_duration_s"], rel=1e-12)
    assert first["noise"] == pytest.approx(second["noise"], rel=1e-12)


def test_two_files_must_go_together(files: tuple[Path, Path], tmp_path: Path) -> None:
    props, conf = files
    with pytest.raises(CalibrationError, match="is not a configuration to go with"):
        import_calibration(props, conf=props)
    with pytest.raises(CalibrationError, match="is not properties to go with"):
        import_calibration(conf, conf=conf)
    other = write(tmp_path / "other.json", {**small_ibm_json()[1], "backend_name": "ibm_other"})
    with pytest.raises(CalibrationError, match="the properties are of 'ibm_small', the configuration of 'ibm_other'"):
        import_calibration(props, conf=other)
    with pytest.raises(CalibrationError, match="no such file"):
        import_calibration(props, conf=tmp_path / "nothing.json")
    snapshot = save_snapshot(small_calibration(), tmp_path / "s.json")
    table = tmp_path / "t.csv"
    table.write_text("Qubit,T1 (us)\n0,100\n")
    for path in (snapshot, table):
        with pytest.raises(OptionError, match="takes no configuration"):
            import_calibration(path, conf=conf)
