"""IonQ's characterizations: one mean of each kind, gates between all ions."""

from __future__ import annotations

import json
import math
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from qiskit import QuantumCircuit

import hwcost
from hostile import damaged, read_document
from hwcost.calibration.load import import_calibration
from hwcost.core.errors import CalibrationError, HwcostError, OptionError
from hwcost.core.native_gates import native_gate
from vendor_files import ionq


def read(document: Any) -> hwcost.Calibration:
    return read_document(document, "ionq.json")


def test_every_value_is_in_place() -> None:
    calibration = read(ionq())
    assert (calibration.name, calibration.source, calibration.processor) == ("qpu.aria-1", "ionq", "IonQ")
    assert calibration.num_qubits == 4
    assert calibration.basis_gates == ("gpi", "gpi2", "ms", "rz")
    assert calibration.snapshot_date == datetime.fromtimestamp(1_770_000_000, UTC)
    record = calibration.qubits[3]
    assert (record.t1_s, record.t2_s, record.readout_duration_s) == (100.0, 1.0, 150e-6)
    assert record.readout_error == pytest.approx(0.005)
    gates = {(gate.name, gate.qubits): gate for gate in calibration.gates}
    assert gates["gpi2", (2,)].error == pytest.approx(0.0005)
    assert gates["gpi2", (2,)].duration_s == 100e-6
    # All pairs, both ways round.
    pairs = {qubits for name, qubits in gates if name == "ms"}
    assert pairs == {(a, b) for a in range(4) for b in range(4) if a != b}
    assert gates["ms", (3, 1)].error == pytest.approx(0.01)
    assert gates["ms", (3, 1)].duration_s == 600e-6
    assert gates["reset", (0,)].duration_s == 50e-6
    assert gates["rz", (0,)].duration_s == 0.0
    assert any("SPAM" in line for line in calibration.assumptions)
    assert any("rz is virtual" in line for line in calibration.assumptions)


@pytest.mark.parametrize(
    ("backend", "gate"), [("qpu.harmony", "ms"), ("qpu.aria-2", "ms"), ("qpu.forte-1", "zz"), ("qpu.new", "ms")]
)
def test_the_two_qubit_gate_follows_the_device(backend: str, gate: str) -> None:
    calibration = read(ionq(backend=backend))
    assert gate in calibration.basis_gates
    assert any("two-qubit gate is ms" in line for line in calibration.assumptions) == (backend == "qpu.new")


def test_version_4_has_medians_and_dates_as_text() -> None:
    fidelity = {"1q": {"median": 0.9995}, "2q": {"mean": 0.99}, "spam": {"median": 0.995, "stderr": None}}
    calibration = read(ionq(date="2025-06-16T00:00:00Z", fidelity=fidelity))
    assert calibration.snapshot_date == datetime(2025, 6, 16, tzinfo=UTC)
    assert calibration.qubits[0].readout_error == pytest.approx(0.005)
    assert any("no mean fidelity of 1q, spam; the median is used" in line for line in calibration.assumptions)


def test_what_is_missing_stays_unknown() -> None:
    calibration = read(ionq(fidelity={"spam": {"mean": 0.99}}, timing={"2q": 6e-4}, connectivity=None, date=None))
    assert calibration.qubits[0].t1_s is None
    assert calibration.snapshot_date is None
    gate = calibration.gate("ms", (0, 1))
    assert gate is not None
    assert (gate.error, gate.duration_s) == (None, 6e-4)
    assert calibration.gate("reset", (0,)) is None
    assert any("the file has no connectivity" in line for line in calibration.assumptions)


def test_the_newest_of_a_list() -> None:
    older, newer = ionq(date=1_700_000_000, qubits=3, connectivity=None), ionq()
    assert read({"characterizations": [older, newer, older], "pages": 1}).num_qubits == 4
    assert read({"characterizations": [older]}).num_qubits == 3


def test_bell_by_hand(tmp_path: Path) -> None:
    # gpi2 on both ions at once, ms, gpi2 on one: 100 + 600 + 100 µs, then the readout of 150 µs.
    circuit = QuantumCircuit(2, 2)
    for qubit in (0, 1):
        circuit.append(native_gate("gpi2", [0.25]), [qubit])
    circuit.append(native_gate("ms", [0, 0, 0.25]), [0, 1])
    circuit.append(native_gate("gpi2", [0.5]), [0])
    circuit.measure([0, 1], [0, 1])
    path = tmp_path / "ionq.json"
    path.write_text(json.dumps(ionq()))
    cost = hwcost.estimate(circuit, str(path), transpile=False, shots=1000)
    assert cost.time.circuit_duration_s == pytest.approx(950e-6)
    assert cost.time.sum_of_durations_s == pytest.approx(3 * 100e-6 + 600e-6 + 2 * 150e-6)
    # Three one-qubit gates, one two-qubit gate, two readouts; ion 1 waits 100 µs with T1 100 s and T2 1 s at the end.
    gates = 0.9995**3 * 0.99 * 0.995**2
    wait = 0.25 * (1 + math.exp(-1e-6) + 2 * math.exp(-1e-4))
    assert cost.noise.esp == pytest.approx(gates, rel=2e-4)
    assert cost.noise.esp == pytest.approx(gates * (2 * wait + 1) / 3, rel=1e-4)
    messages = " ".join(cost.backend.warnings)
    assert "outside the usual" not in messages


def test_a_circuit_of_qiskits_gates_is_compiled_without_swaps(tmp_path: Path) -> None:
    circuit = QuantumCircuit(4)
    circuit.h(0)
    for qubit in (1, 2, 3):
        circuit.cx(0, qubit)
    circuit.measure_all()
    path = tmp_path / "ionq.json"
    path.write_text(json.dumps(ionq()))
    cost = hwcost.estimate(circuit, str(path), num_seeds=1)
    assert (cost.gates.num_2q, cost.routing.num_swaps) == (3, 0)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"qubits": 0}, "qubits is 0; it must be at least 1"),
        ({"qubits": True}, "qubits is True; it must be a whole number"),
        ({"qubits": 10**9, "connectivity": None}, "at most 512"),
        ({"fidelity": []}, "fidelity is"),
        ({"fidelity": {"1q": 0.99}}, "fidelity of 1q is 0.99; it must be an object with mean"),
        ({"fidelity": {"1q": {"mean": 99.9}}}, "mean fidelity of 1q is 99.9; a probability must lie between 0 and 1"),
        ({"fidelity": {"1q": {"mean": math.nan}}}, "mean fidelity of 1q is nan"),
        ({"timing": {"2q": -1}}, "timing 2q is -1.0"),
        ({"timing": {"2q": 0}}, "timing 2q is 0; it must be in seconds"),
        ({"timing": {"1q": 100}}, "timing 1q is 100; it must be in seconds"),
        ({"timing": {"t1": 1e14}}, "timing t1 is 1e+14; it must be in seconds, at most 1e+06"),
        ({"date": "yesterday"}, "date is 'yesterday'"),
        ({"date": 1.77e12}, "date is 1770000000000.0; it must be seconds since 1970-01-01"),
        ({"connectivity": [[0, 9]]}, "connectivity names qubit 9"),
        ({"connectivity": [[0, 0]]}, "connectivity has the entry [0, 0]"),
        ({"connectivity": [3]}, "connectivity is 3"),
        ({"backend": 3}, "backend is 3"),
    ],
)
def test_impossible_values_are_one_line(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(CalibrationError, match=re.escape(message)) as caught:
        read(ionq(**changes))
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("document", "message"),
    [
        ({"characterizations": []}, "characterizations is empty"),
        ({"characterizations": [3]}, "an entry of characterizations is 3"),
        ({"characterizations": [ionq(date=None), ionq(date=None)]}, "holds 2 characterizations"),
        ({"characterizations": [ionq(), ionq(backend="qpu.forte-1")]}, "not all dated or of one backend"),
    ],
)
def test_lists_that_say_nothing(document: Any, message: str) -> None:
    with pytest.raises(CalibrationError, match=message):
        read(document)


def test_a_configuration_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_text(json.dumps(ionq()))
    with pytest.raises(OptionError, match="takes no configuration"):
        import_calibration(path, conf=path)


@given(st.data())
def test_a_damaged_file_is_read_or_refused(data: st.DataObject) -> None:
    try:
        read(damaged(ionq(), data))
    except HwcostError as error:
        assert "\n" not in str(error)
