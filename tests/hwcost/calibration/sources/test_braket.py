"""AWS Braket's device properties: standardized versions 1 to 3, and the vendors' own parts."""

from __future__ import annotations

import copy
import json
import math
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from qiskit import QuantumCircuit, qpy

import hwcost
from hostile import damaged, read_document
from hwcost.calibration.load import import_calibration
from hwcost.cli import main
from hwcost.core.errors import CalibrationError, HwcostError, OptionError
from vendor_files import SCHEMA, braket, braket_ionq, fidelity, ionq_provider, standardized, standardized_3


def read(document: Any) -> hwcost.Calibration:
    return read_document(document, "braket.json")


def value_of(calibration: hwcost.Calibration, name: str, *qubits: int) -> tuple[float | None, float | None]:
    gate = calibration.gate(name, qubits)
    assert gate is not None
    return gate.error, gate.duration_s


@pytest.mark.parametrize("version", ["1", "2"])
def test_versions_1_and_2_have_errors_of_each_qubit_and_no_durations(version: str) -> None:
    calibration = read(braket(standardized=standardized(version)))
    assert (calibration.name, calibration.source, calibration.processor) == ("braket", "braket", "IQM")
    assert (calibration.num_qubits, calibration.basis_gates, calibration.max_shots) == (3, ("cz", "r"), 20000)
    assert calibration.snapshot_date == datetime(2026, 3, 1, 10, tzinfo=UTC)
    record = calibration.qubits[0]
    assert (record.t1_s, record.t2_s) == (pytest.approx(40e-6), pytest.approx(20e-6))
    assert record.readout_error == pytest.approx(0.02)
    assert record.readout_duration_s is None
    assert value_of(calibration, "r", 1) == (pytest.approx(0.001), None)
    # Braket's qubits 1, 2, 3 are 0, 1, 2 here; cz acts both ways.
    assert value_of(calibration, "cz", 0, 1) == value_of(calibration, "cz", 1, 0) == (pytest.approx(0.01), None)
    assert calibration.gate("cz", (0, 2)) is None
    assert any("qubit 0 is Braket's 1" in line for line in calibration.assumptions)


def test_gaps_in_the_numbers_of_qubits() -> None:
    graph = {"0": ["7"], "7": ["10"]}
    document = braket(graph=graph, standardized=standardized("1", ("0", "7", "10")))
    calibration = read(document)
    assert {gate.qubits for gate in calibration.gates if gate.name == "cz"} == {(0, 1), (1, 0), (1, 2), (2, 1)}


def test_the_lowest_of_several_fidelities() -> None:
    part = standardized()
    part["oneQubitProperties"]["1"]["oneQubitFidelity"] += [
        fidelity(0.995, "SIMULTANEOUS_RANDOMIZED_BENCHMARKING"),
        fidelity(0.5, "READOUT_ERROR_0_TO_1"),
    ]
    calibration = read(braket(standardized=part))
    assert value_of(calibration, "r", 0)[0] == pytest.approx(0.005)
    assert value_of(calibration, "r", 1)[0] == pytest.approx(0.001)
    assert calibration.qubits[0].readout_error == pytest.approx(0.02)
    assert any("the lowest is used" in line for line in calibration.assumptions)


def test_gates_with_a_direction_have_only_that() -> None:
    part = standardized(gate="ECR")
    entry = part["twoQubitProperties"]["1-2"]["twoQubitGateFidelity"][0]
    entry["direction"] = {"control": 1, "target": 2}
    document = braket("oqc", gates=("ECR", "V", "X", "RZ", "I"), graph={"1": ["2"], "2": ["3"]}, standardized=part)
    calibration = read(document)
    assert calibration.basis_gates == ("ecr", "id", "rz", "sx", "x")
    assert value_of(calibration, "ecr", 0, 1)[0] == pytest.approx(0.01)
    assert calibration.gate("ecr", (1, 0)) is None


def test_rigettis_rx_is_quarter_turns() -> None:
    calibration = read(braket("rigetti", gates=("RX", "RZ", "ISWAP"), standardized=standardized(gate="ISWAP")))
    assert calibration.basis_gates == ("iswap", "rz", "sx", "x")
    assert any("quarter turn" in line for line in calibration.assumptions)
    assert value_of(calibration, "rz", 0) == (0.0, 0.0)
    assert value_of(calibration, "iswap", 2, 1)[0] == pytest.approx(0.01)


def test_version_3_has_durations() -> None:
    calibration = read(braket_ionq())
    assert calibration.basis_gates == ("gpi", "gpi2", "ms", "rz")
    assert calibration.snapshot_date == datetime(2026, 2, 22, 12, 29, 3, tzinfo=UTC)  # its own, not the document's
    record = calibration.qubits[2]
    assert (record.t1_s, record.t2_s, record.readout_duration_s) == (100.0, 1.0, pytest.approx(150e-6))
    assert record.readout_error == pytest.approx(0.005)
    assert value_of(calibration, "gpi", 0) == (pytest.approx(0.0005), pytest.approx(100e-6))
    assert value_of(calibration, "ms", 2, 0) == (pytest.approx(0.01), pytest.approx(600e-6))
    assert value_of(calibration, "reset", 0) == (None, pytest.approx(100e-6))
    assert len([gate for gate in calibration.gates if gate.name == "ms"]) == 6
    assert any("one value for the whole device" in line for line in calibration.assumptions)


def test_version_3_without_values_of_qubits_takes_those_of_the_device() -> None:
    part = standardized_3()
    part["oneQubitProperties"] = None
    part["singleQubitFidelity"] = [fidelity(0.999, unit="fraction")]
    assert value_of(read(braket_ionq(standardized=part)), "gpi", 1)[0] == pytest.approx(0.001)
    for name in ("T1", "readoutFidelity", "twoQubitGateFidelity", "singleQubitGateDuration"):
        part[name] = None
    calibration = read(braket_ionq(standardized=part))
    assert (calibration.qubits[0].t1_s, calibration.qubits[0].readout_error) == (None, None)
    assert value_of(calibration, "ms", 0, 1) == (None, pytest.approx(600e-6))
    assert value_of(calibration, "gpi", 0) == (pytest.approx(0.001), None)


# The vendors' own parts.


def test_ionqs_part() -> None:
    calibration = read(braket_ionq(provider=ionq_provider()))
    record = calibration.qubits[1]
    # T1 and T2 of the schema's example are microseconds beside gate times in seconds.
    assert (record.t1_s, record.t2_s) == (1e4, 0.5)
    assert any("T1 is read as microseconds" in line for line in calibration.assumptions)
    assert value_of(calibration, "ms", 0, 1) == (pytest.approx(0.01), 600e-6)


def test_the_vendors_part_fills_what_the_standardized_part_lacks() -> None:
    part = standardized_3()
    part["twoQubitGateDuration"] = part["T2"] = None
    calibration = read(braket_ionq(standardized=part, provider=ionq_provider()))
    assert (calibration.qubits[0].t1_s, calibration.qubits[0].t2_s) == (100.0, 0.5)
    assert value_of(calibration, "ms", 0, 1)[1] == 600e-6


def test_rigettis_first_part() -> None:
    one = {q: {"T1": 2e-5, "T2": 1e-5, "f1QRB": 0.995, "f1Q_simultaneous_RB": 0.99, "fRO": 0.92} for q in "123"}
    two = {"1-2": {"fCZ": 0.84, "fCZ_std_err": 0.01, "fXY": 0.9, "Avg_T1": 1.0}, "2-3": {"fCZ": 0.9}}
    document = braket("rigetti", gates=("rx", "rz", "cz", "xy"), provider={"specs": {"1Q": one, "2Q": two}})
    calibration = read(document)
    assert (calibration.qubits[0].t1_s, calibration.qubits[0].readout_error) == (2e-5, pytest.approx(0.08))
    assert value_of(calibration, "sx", 0)[0] == pytest.approx(0.01)
    assert value_of(calibration, "cz", 0, 1)[0] == pytest.approx(0.16)
    assert value_of(calibration, "xy", 1, 0)[0] == pytest.approx(0.1)
    assert value_of(calibration, "xy", 1, 2)[0] is None


def test_oqcs_part() -> None:
    one = {q: {"T1": 12.2, "T2": 13.5, "fRO": 0.99, "fRB": 0.98, "EPE": 0.001} for q in "123"}
    coupling = {"control_qubit": 1, "target_qubit": 2}
    two = {"1-2": {"coupling": coupling, "CLf": 0.99, "ECR_f": 0.97}, "2-3": {"ECR_f": 0.96}}
    provider = {"properties": {"one_qubit": one, "two_qubit": two}}
    document = braket("oqc", gates=("ecr", "v", "x", "rz"), graph={"1": ["2"], "2": ["3"]}, provider=provider)
    calibration = read(document)
    assert calibration.qubits[0].t1_s == pytest.approx(12.2e-6)
    assert any("read as microseconds" in line for line in calibration.assumptions)
    assert value_of(calibration, "ecr", 0, 1)[0] == pytest.approx(0.03)
    assert value_of(calibration, "sx", 0)[0] == pytest.approx(0.02)


def test_aqts_part() -> None:
    properties = {
        "single_qubit_gate_fidelity": {q: {"value": 99.9, "uncertainty": 0.1} for q in "012"},
        "mean_two_qubit_gate_fidelity": {"value": 98.0, "uncertainty": 0.5},
        "spam_fidelity_lower_bound": 99.5,
        "t2_coherence_time_s": {"value": 0.9, "uncertainty": 0.1},
        "t1_s": {"value": 1.1, "uncertainty": 0.1},
        "readout_time_micros": 2000.0,
        "single_qubit_gate_duration_micros": 15.0,
        "two_qubit_gate_duration_micros": 200.0,
        "updated_at": "2026-02-01T00:00:00Z",
    }
    document = braket("aqt", gates=("prx", "xx", "rz"), full=True, provider={"properties": properties})
    calibration = read(document)
    assert calibration.basis_gates == ("r", "rxx", "rz")
    assert value_of(calibration, "r", 0) == (pytest.approx(0.001), pytest.approx(15e-6))
    assert value_of(calibration, "rxx", 2, 1) == (pytest.approx(0.02), pytest.approx(200e-6))
    record = calibration.qubits[0]
    assert (record.t1_s, record.t2_s, record.readout_duration_s) == (1.1, 0.9, pytest.approx(2e-3))
    assert record.readout_error == pytest.approx(0.005)


def test_the_answer_of_get_device() -> None:
    inner = json.dumps(braket(standardized=standardized()))
    calibration = read({"deviceArn": "arn:…", "deviceName": "Garnet", "deviceCapabilities": inner})
    assert (calibration.name, calibration.processor, calibration.num_qubits) == ("Garnet", "IQM Garnet", 3)


# End to end.


def test_a_circuit_on_iqm_by_hand(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Import with durations, then estimate, as a person types it."""
    circuit = QuantumCircuit(2, 2)
    circuit.r(math.pi / 2, 0.0, 0)
    circuit.r(math.pi / 2, 0.0, 1)
    circuit.cz(0, 1)
    circuit.r(math.pi / 2, 0.0, 1)
    circuit.measure([0, 1], [0, 1])
    with (tmp_path / "a.qpy").open("wb") as file:
        qpy.dump(circuit, file)
    (tmp_path / "braket.json").write_text(json.dumps(braket(standardized=standardized())))
    given_durations = ["--duration-1q", "40ns", "--duration-2q", "80ns", "--readout-duration", "1.5us"]
    imported = str(tmp_path / "iqm.json")
    assert main(["calibration", "import", str(tmp_path / "braket.json"), *given_durations, "-o", imported]) == 0
    capsys.readouterr()
    estimate = ["estimate", str(tmp_path / "a.qpy"), "--backend", imported, "--no-transpile", "--format", "json"]
    assert main(estimate) == 0
    cost = json.loads(capsys.readouterr().out)
    # 40 + 80 + 40 ns, then the readout; qubit 0 waits 40 ns with T1 40 µs and T2 20 µs.
    assert cost["time"]["circuit_duration_s"] == pytest.approx(160e-9 + 1.5e-6)
    gates = 0.999**3 * 0.99 * 0.98**2
    wait = 0.25 * (1 + math.exp(-0.04 / 40) + 2 * math.exp(-0.04 / 20))
    assert cost["noise"]["esp"] == pytest.approx(gates * (2 * wait + 1) / 3, rel=2e-3)
    assert cost["noise"]["gate_error"] == pytest.approx(1 - 0.999**3 * 0.99)


def test_without_durations_the_refusal_names_the_options(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "bell.qasm").write_text(
        'OPENQASM 2.0;\ninclude "qelib1.inc";\nqreg q[2];\ncreg c[2];\nh q[0];\ncx q[0],q[1];\nmeasure q -> c;\n'
    )
    (tmp_path / "braket.json").write_text(json.dumps(braket(standardized=standardized())))
    assert main(["estimate", str(tmp_path / "bell.qasm"), "--backend", str(tmp_path / "braket.json")]) == 2
    error = capsys.readouterr().err
    assert "--duration-1q" in error
    assert "Traceback" not in error


# What is refused.


def _without(document: dict[str, Any], *path: Any, value: Any = None) -> dict[str, Any]:
    document = copy.deepcopy(document)
    node: Any = document
    for key in path[:-1]:
        node = node[key]
    node[path[-1]] = value
    return document


FULL = braket(standardized=standardized())
VERSION_3 = braket_ionq()
QUBIT = ("standardized", "oneQubitProperties", "1")
EDGE = ("standardized", "twoQubitProperties", "1-2", "twoQubitGateFidelity", 0)


@pytest.mark.parametrize(
    ("document", "message"),
    [
        (standardized(), "holds the standardized properties alone"),
        (braket("xanadu"), "is not the device properties of a gate-model QPU of AQT, IQM, IonQ, OQC, Rigetti"),
        ({"braketSchemaHeader": {"name": f"{SCHEMA}.simulators.x"}}, "not the device properties of a gate-model QPU"),
        ({"deviceCapabilities": 3}, "deviceCapabilities is no document"),
        ({"deviceCapabilities": "{"}, "is not JSON"),
        (braket(), "has neither `standardized` nor `provider`"),
        (braket(gates=("ccnot", "cy"), standardized=standardized()), "nativeGateSet has no one-qubit gate"),
        (braket(gates=("prx",), standardized=standardized()), "nativeGateSet has no two-qubit gate"),
        (_without(FULL, "paradigm"), "paradigm is missing"),
        (_without(FULL, "paradigm", "qubitCount", value=2), "qubitCount is 2, but 3 qubits are listed"),
        (_without(FULL, "paradigm", "qubitCount", value=-1), "qubitCount is -1"),
        (_without(FULL, "paradigm", "connectivity", "fullyConnected", value=1), "fullyConnected is 1"),
        (_without(FULL, "paradigm", "connectivity", "connectivityGraph", value={"a": []}), "names qubit 'a'"),
        (_without(FULL, "paradigm", "connectivity", "connectivityGraph", value={"1": ["1"]}), "with itself"),
        (_without(VERSION_3, "paradigm", "qubitCount", value=10**9), "at most 512"),
        (_without(FULL, "standardized", "braketSchemaHeader", "version", value="4"), "versions 1, 2 and 3 are known"),
        (_without(FULL, *QUBIT, "T1", "value", value=-3), "qubit 1: T1 is -3.0"),
        (_without(FULL, *QUBIT, "T1", "value", value="3"), "qubit 1: T1 is '3'"),
        (_without(FULL, *QUBIT, "T1", "unit", value="h"), "T1 has the unit 'h'"),
        (_without(FULL, *QUBIT, "oneQubitFidelity", value=None), "oneQubitFidelity is missing"),
        (_without(FULL, *QUBIT, "oneQubitFidelity", 0, "fidelity", value=99.9), "a fidelity must lie between 0 and 1"),
        (_without(FULL, *QUBIT, "oneQubitFidelity", 0, "fidelity", value=math.nan), "oneQubitFidelity is nan"),
        (_without(FULL, *QUBIT, "oneQubitFidelity", 0, "unit", value="percent"), "a fidelity is a fraction"),
        (_without(FULL, "standardized", "oneQubitProperties", "x", value={}), "has the key 'x'"),
        (_without(FULL, "standardized", "twoQubitProperties", "1-1", value={}), "has the key '1-1'"),
        (_without(FULL, *EDGE, "gateName"), "gateName of twoQubitGateFidelity is missing"),
        (_without(FULL, *EDGE, "direction", value={"control": 1, "target": 3}), "must name control and target of 1-2"),
        (_without(VERSION_3, "standardized", "readoutDuration", "value", value=0), "readoutDuration is 0 s"),
        (_without(VERSION_3, "standardized", "twoQubitGateDuration", "value", value=1e300), "it must be above 0 and"),
        (_without(VERSION_3, "standardized", "updatedAt", value="soon"), "updatedAt is 'soon'"),
        (_without(FULL, "service", "shotsRange", value=[1]), "shotsRange is"),
    ],
)
def test_impossible_documents_are_one_line(document: Any, message: str) -> None:
    with pytest.raises(CalibrationError) as caught:
        read(document)
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_configuration_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_text(json.dumps(FULL))
    with pytest.raises(OptionError, match="take no configuration"):
        import_calibration(path, conf=path)


DOCUMENTS = (
    FULL,
    VERSION_3,
    braket_ionq(provider=ionq_provider()),
    braket(
        "oqc",
        gates=("ecr", "v", "rz"),
        provider={"properties": {"one_qubit": {"1": {"T1": 9.0, "fRB": 0.9}}, "two_qubit": {"1-2": {"ECR_f": 0.9}}}},
    ),
)


@given(st.data())
def test_a_damaged_file_is_read_or_refused(data: st.DataObject) -> None:
    try:
        read(damaged(data.draw(st.sampled_from(DOCUMENTS)), data))
    except HwcostError as error:
        assert "\n" not in str(error)
