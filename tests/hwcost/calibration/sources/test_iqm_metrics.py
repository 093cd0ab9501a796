"""IQM's observations: quality metrics and gate times by dotted names."""

from __future__ import annotations

import json
import math
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from qiskit import QuantumCircuit

import hwcost
from hostile import damaged, read_document
from hwcost.calibration.load import import_calibration
from hwcost.calibration.vendors import vendor_of
from hwcost.core.errors import CalibrationError, HwcostError, OptionError
from vendor_files import iqm_observations, observation


def read(document: Any) -> hwcost.Calibration:
    return read_document(document, "iqm.json")


def with_more(*entries: dict[str, Any]) -> dict[str, Any]:
    document = iqm_observations()
    return {**document, "observations": [*document["observations"], *entries]}


def changed(name: str, **fields: Any) -> dict[str, Any]:
    document = iqm_observations()
    entries = [
        {**entry, **fields} if entry["dut_field"].partition(":")[0] == name else entry
        for entry in document["observations"]
    ]
    return {**document, "observations": entries}


def test_every_value_is_in_place() -> None:
    calibration = read(iqm_observations())
    assert (calibration.name, calibration.source, vendor_of(calibration)) == ("M000_W0_A00", "iqm", "IQM")
    assert calibration.snapshot_date == datetime(2026, 3, 1, 10, tzinfo=UTC)
    assert calibration.basis_gates == ("cz", "r")
    assert "qubits 0 to 2 are QB1 to QB3" in calibration.origin
    record = calibration.qubits[1]
    assert (record.t1_s, record.t2_s, record.readout_duration_s) == (40e-6, 20e-6, 1.5e-6)
    assert (record.prob_meas1_prep0, record.prob_meas0_prep1) == (0.01, 0.03)
    assert record.readout_error == pytest.approx(0.02)
    one, two = calibration.gate("r", (2,)), calibration.gate("cz", (2, 1))
    assert one is not None
    assert two is not None
    assert (one.error, one.duration_s) == (pytest.approx(0.001), 40e-9)
    assert (two.error, two.duration_s) == (pytest.approx(0.01), 80e-9)
    assert calibration.assumptions == ()


@pytest.mark.parametrize("form", ["list", "sets", "object"])
def test_other_forms_hold_the_same(form: str) -> None:
    document = iqm_observations()
    entries = document["observations"]
    if form == "object":
        tree: Any = type("ObservationFinder", (dict,), {})()
        for entry in entries:
            *path, last = entry["dut_field"].partition(":")[0].split(".")
            node = tree
            for part in path:
                node = node.setdefault(part, {})
            node[last] = SimpleNamespace(**entry)
        found = hwcost.load_calibration(tree)
    else:
        found = read(entries if form == "list" else [{"observations": entries[:5]}, {"observations": entries[5:]}])
    expected = read(document)
    assert (found.qubits, found.gates) == (expected.qubits, expected.gates)


def test_the_best_implementation() -> None:
    calibration = read(
        with_more(
            observation("metrics.irb.cz.tgss.QB1__QB2.fidelity", 0.995),
            observation("gates.cz.tgss.QB1__QB2.duration", 60.0, "ns"),
        )
    )
    gate = calibration.gate("cz", (0, 1))
    assert gate is not None
    assert (gate.error, gate.duration_s) == (pytest.approx(0.005), pytest.approx(60e-9))
    assert any("smallest error is used" in line for line in calibration.assumptions)


def test_invalid_and_missing_values_are_unknown() -> None:
    calibration = read(changed("metrics.irb.cz.crf.QB1__QB2.fidelity", invalid=True))
    gate = calibration.gate("cz", (0, 1))
    assert gate is not None
    assert (gate.error, gate.duration_s) == (None, 80e-9)
    assert read(changed("characterization.model.QB1.t1_time", value=None)).qubits[0].t1_s is None


def test_a_circuit_by_hand(tmp_path: Path) -> None:
    circuit = QuantumCircuit(2, 2)
    circuit.r(math.pi / 2, 0.0, 0)
    circuit.cz(0, 1)
    circuit.measure([0, 1], [0, 1])
    path = tmp_path / "iqm.json"
    path.write_text(json.dumps(iqm_observations()))
    cost = hwcost.estimate(circuit, str(path), transpile=False)
    assert cost.time.circuit_duration_s == pytest.approx(40e-9 + 80e-9 + 1.5e-6)
    assert cost.noise.esp == pytest.approx(0.999 * 0.99 * 0.98**2)


@pytest.mark.parametrize(
    ("document", "message"),
    [
        ({"observations": []}, "name no qubit"),
        ({"observations": 3}, "observations is 3"),
        ({"observations": [3]}, "an entry of observations is 3"),
        ({"observations": [{"value": 3}]}, "dut_field is missing"),
        (iqm_observations(("QB1",)), "name no two-qubit gate"),
        (with_more(observation("metrics.irb.cz.crf.QB1__CR1.fidelity", 0.9)), "joined by 1 resonator only"),
        (with_more(observation("metrics.irb.cz.crf.QB1.fidelity", 0.9)), "it must be two qubits, such as QB1__QB2"),
        (with_more(observation("gates.cz.crf.QB1__QB2.duration", 1e-7, "s")), "is given twice"),
        (changed("gates.cz.crf.QB1__QB2.duration", value=-1.0), "is -1.0"),
        (changed("gates.cz.crf.QB1__QB2.duration", value=0), "is 0 s; it must be above 0"),
        (changed("gates.cz.crf.QB1__QB2.duration", value=80, unit="s"), "is 80 s; it must be above 0 and at most 1 s"),
        (changed("gates.cz.crf.QB1__QB2.duration", unit=""), "has the unit ''"),
        (changed("metrics.irb.cz.crf.QB1__QB2.fidelity", value=99.0), "it must be from 0 to 1"),
        (changed("metrics.irb.cz.crf.QB1__QB2.fidelity", value="0.9"), "is '0.9'"),
        (changed("metrics.irb.cz.crf.QB1__QB2.fidelity", value=math.nan), "is nan"),
        (changed("metrics.irb.cz.crf.QB1__QB2.fidelity", modified_timestamp="soon"), "is 'soon'"),
    ],
)
def test_impossible_observations_are_one_line(document: Any, message: str) -> None:
    with pytest.raises(CalibrationError) as caught:
        read(document)
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_configuration_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_text(json.dumps(iqm_observations()))
    with pytest.raises(OptionError, match="take no configuration"):
        import_calibration(path, conf=path)


@given(st.data())
def test_a_damaged_file_is_read_or_refused(data: st.DataObject) -> None:
    try:
        read(damaged(iqm_observations(("QB1", "QB2")), data))
    except HwcostError as error:
        assert "\n" not in str(error)
