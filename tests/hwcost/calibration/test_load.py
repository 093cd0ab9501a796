"""Any calibration file is known by its content; what it lacks stays unknown or is given and labelled."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from qiskit import QuantumCircuit
from qiskit_ibm_runtime.fake_provider import FakeManilaV2

import hwcost
from hwcost.calibration.load import import_calibration
from hwcost.calibration.record import Calibration
from hwcost.calibration.sources.ibm_fake import load_fake_backend
from hwcost.calibration.sources.snapshot import load_snapshot, save_snapshot
from hwcost.core.errors import CalibrationError, HwcostError, OptionError
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


# What is read.


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


def test_a_snapshot_is_known_by_its_content(tmp_path: Path) -> None:
    path = save_snapshot(small_calibration(), tmp_path / "x.json")
    assert import_calibration(path) == load_snapshot(path)
    text = tmp_path / "x.txt"
    text.write_bytes(path.read_bytes())
    assert import_calibration(text) == load_snapshot(path)


def test_fractional_gates_are_not_in_the_basis_of_properties_alone(tmp_path: Path) -> None:
    props, _ = small_ibm_json()
    props["gates"] += [{**gate, "gate": "rzz"} for gate in props["gates"] if gate["gate"] == "cx"]
    calibration = import_calibration(write(tmp_path / "p.json", props))
    assert calibration.basis_gates == ("rz", "sx", "cx")
    assert calibration.gate("rzz", (0, 1)) is not None
    assert any("fractional" in line for line in calibration.assumptions)


# Refusals.


@pytest.mark.parametrize(
    ("document", "message"),
    [
        ({}, "is JSON, but neither a snapshot nor IBM's properties"),
        ([1, 2], "is JSON, but neither"),
        ({"schema": "hwcost.job-time/1"}, "is JSON, but neither"),
        ({"schema": "hwcost.calibration/9"}, "this version of hwcost reads hwcost.calibration/1"),
        (small_ibm_json()[1], "is a configuration, which has no calibrated values; give the properties"),
        ({"qubits": [[]], "gates": 3}, "gates is 3; it must be a list"),
    ],
)
def test_json_of_another_kind_is_refused(tmp_path: Path, document: Any, message: str) -> None:
    path = write(tmp_path / "x.json", document)
    with pytest.raises(CalibrationError, match=message) as caught:
        import_calibration(path)
    assert str(caught.value).startswith(str(path))
    assert "\n" not in str(caught.value)


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


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "is empty"),
        (b" \n\t", "is empty"),
        (b"\xff\xfe\x00q", "is not UTF-8 text"),
        (b"{", "line 1, column 2: is not JSON"),
        (b"QISKIT\x0d\x00\x02", "is no calibration table|must be a number|is not CSV|not UTF-8|has no row"),
        (b"\x89PNG\r\n", "is not UTF-8"),
    ],
)
def test_other_files_are_refused_in_one_line(tmp_path: Path, data: bytes, message: str) -> None:
    path = tmp_path / "x.bin"
    path.write_bytes(data)
    with pytest.raises(CalibrationError, match=message) as caught:
        import_calibration(path)
    assert str(caught.value).startswith(str(path))
    assert str(caught.value).isprintable()


# What is given.


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
        ({"dt_s": 1e-9}, "small has a dt of 1 ns already"),
        ({"date": "2026-03-01"}, "small has a snapshot date of 2026-01-01 already"),
        ({"duration_1q_s": 6e-8}, "small has all durations of gates on 1 qubits; leave duration_1q out"),
        ({"duration_2q_s": 6e-8}, "leave duration_2q out"),
        ({"readout_duration_s": 6e-7}, "leave readout_duration out"),
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


# Fuzz.

INTACT = [json.dumps(document).encode() for document in small_ibm_json()]


@settings(max_examples=300, deadline=None)
@given(data=st.data())
def test_damaged_files_give_a_calibration_or_one_line(data: st.DataObject, tmp_path_factory: Any) -> None:
    damaged = bytearray(data.draw(st.sampled_from(INTACT)))
    for _ in range(data.draw(st.integers(1, 4))):
        damaged[data.draw(st.integers(0, len(damaged) - 1))] = data.draw(st.integers(0, 255))
    cut = data.draw(st.integers(0, len(damaged)))
    path = tmp_path_factory.getbasetemp() / "fuzz.json"
    path.write_bytes(bytes(damaged[:cut] if data.draw(st.booleans()) else damaged))
    try:
        calibration = import_calibration(path)
    except HwcostError as error:
        assert str(error).isprintable()
        return
    # A changed unit or digit may pass, an impossible value may not.
    for record in calibration.qubits:
        assert record.t1_s is None or 0.0 <= record.t1_s < float("inf")


@settings(max_examples=100, deadline=None)
@given(
    value=st.floats(1e-3, 1e6), unit=st.sampled_from(["s", "ms", "us", "µs", "μs", "ns", "", "foo", "Us", "m", "GHz"])
)
def test_a_unit_is_known_or_refused(value: float, unit: str, tmp_path_factory: Any) -> None:
    props, _ = small_ibm_json()
    props["qubits"][0][0].update(value=value, unit=unit)
    path = write(tmp_path_factory.getbasetemp() / "unit.json", props)
    scale = {"s": 1.0, "ms": 1e-3, "us": 1e-6, "µs": 1e-6, "μs": 1e-6, "ns": 1e-9}.get(unit)
    if scale is None:
        with pytest.raises(CalibrationError, match="qubit 0: T1 has the unit"):
            import_calibration(path)
    else:
        assert import_calibration(path).qubits[0].t1_s == pytest.approx(value * scale, rel=1e-12)
