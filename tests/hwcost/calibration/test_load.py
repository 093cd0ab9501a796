"""Any calibration file is known by its content; what it lacks stays unknown or is given and labelled."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hwcost.calibration.load import import_calibration
from hwcost.calibration.sources.snapshot import load_snapshot, save_snapshot
from hwcost.core.errors import CalibrationError, HwcostError
from make import small_calibration, small_ibm_json


def write(path: Path, document: Any, **options: Any) -> Path:
    path.write_text(json.dumps(document, **options), encoding="utf-8")
    return path


# What is read.


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


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "is empty"),
        (b" \n\t", "is empty"),
        (b"\xff\xfe\x00q", "is not UTF-8 text"),
        (b"{", "line 1, column 2: is not JSON"),
        (b"QISKIT\x0d\x00\x02", "is not a calibration table|must be a number|is not CSV|not UTF-8|has no row"),
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
